package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.link.MemoryLink;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;

/// Two machines, a at 10.0.0.1 and b at 10.0.0.2, joined by a cable in memory and driven in real time. Closing it
/// looks whether all memory has come back.
final class TwoMachines implements AutoCloseable {

    static final int EAGAIN = Errno.EAGAIN.asResult();
    static final int EBADF = Errno.EBADF.asResult();
    static final int EINTR = Errno.EINTR.asResult();
    static final IpAddress A = IpAddress.parse("10.0.0.1");
    static final IpAddress B = IpAddress.parse("10.0.0.2");

    final PagePool pool = new PagePool();
    final RealTime driver = new RealTime("test-timer");
    final Machine a;
    final Machine b;

    TwoMachines() {
        this(Sysctl.linux());
    }

    TwoMachines(Sysctl sysctl) {
        a = new Machine(new Host("a", sysctl, pool, 1), driver);
        b = new Machine(new Host("b", sysctl, pool, 2), driver);
        var cable = new MemoryLink(pool);
        a.attach("eth0", 1500, cable, "10.0.0.1/24", "fd00::1/64");
        b.attach("eth0", 1500, cable, "10.0.0.2/24", "fd00::2/64");
    }

    static TransportAddress at(IpAddress ip, int port) {
        return new TransportAddress(ip, port);
    }

    /// A socket of b that listens.
    ListenSocket listen(int port, int backlog) {
        ListenSocket listener = b.openListen(Family.INET);
        assertThat(listener.setOption(SocketOption.SO_REUSEADDR, true)).isZero();
        assertThat(listener.bind(at(B, port))).isZero();
        assertThat(listener.listen(backlog)).isZero();
        return listener;
    }

    /// A socket of a, connected to b.
    StreamSocket connect(int port) {
        StreamSocket socket = a.openStream(Family.INET);
        assertThat(socket.connect(at(B, port))).isZero();
        return socket;
    }

    static StreamSocket accept(ListenSocket listener) {
        var accepted = new StreamSocket[1];
        assertThat(listener.accept(accepted, 0, Socket.FOREVER)).isEqualTo(1);
        return accepted[0];
    }

    /// Two ends of a connection: a's and b's.
    StreamSocket[] pair() {
        try (ListenSocket listener = listen(7, 16)) {
            StreamSocket near = connect(7);
            return new StreamSocket[] {near, accept(listener)};
        }
    }

    @Override
    public void close() {
        a.close();
        b.close();
        driver.close();
        assertThat(pool.pagesOut()).as("pages that nobody gave back").isZero();
        assertThat(pool.packetsOut()).as("packets that nobody gave back").isZero();
    }
}
