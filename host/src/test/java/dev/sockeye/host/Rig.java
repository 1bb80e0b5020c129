package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One host with an interface, and in place of the network the test: it hands packets in, and looks at those that come
/// out. Time stands still but for [#advance]. Closing it checks that no page is lost.
final class Rig implements AutoCloseable {

    static final String HOST_V4 = "192.0.2.1";
    static final String PEER_V4 = "192.0.2.2";
    static final String HOST_V6 = "fd00::1";
    static final String PEER_V6 = "fd00::2";

    final PagePool pool = new PagePool();
    final Host host;
    final Interface eth0;
    long now = Duration.ofSeconds(1).toNanos();

    Rig() {
        this(1);
    }

    Rig(long seed) {
        host = new Host("rig", Sysctl.linux(), pool, seed);
        eth0 = host.addInterface("eth0", 1500).addAddress(HOST_V4 + "/24").addAddress(HOST_V6 + "/64");
    }

    static TransportAddress at(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    /// A packet comes in by eth0.
    void receive(byte[] packet) {
        host.onPacket(eth0, Packet.of(packet, pool), now);
    }

    /// The next packet that goes out; null if there is none.
    byte @Nullable [] poll() {
        Packet packet = host.pollTransmit();
        if (packet == null) return null;
        byte[] bytes = packet.toBytes();
        packet.release(pool);
        return bytes;
    }

    /// All packets that have gone out.
    List<byte[]> pollAll() {
        var all = new ArrayList<byte[]>();
        for (byte[] packet = poll(); packet != null; packet = poll()) all.add(packet);
        return all;
    }

    /// Time passes; timers ring when they are due.
    void advance(Duration time) {
        long until = now + time.toNanos();
        for (long next = host.nextDeadline(); next <= until; next = host.nextDeadline()) {
            now = Math.max(now, next);
            host.onTime(now);
        }
        now = until;
    }

    /// A listener on a port of [#HOST_V4].
    TcpEndpoint listen(int port, int backlog) {
        TcpEndpoint listener = host.openTcp(Family.INET);
        assertThat(listener.bind(at("0.0.0.0", port), now)).isZero();
        assertThat(listener.listen(backlog, now)).isZero();
        return listener;
    }

    Peer peer(int port, int hostPort) {
        return new Peer(this, at(PEER_V4, port), at(HOST_V4, hostPort));
    }

    Peer peerV6(int port, int hostPort) {
        return new Peer(this, at(PEER_V6, port), at(HOST_V6, hostPort));
    }

    long count(String nstatName) {
        return host.counters().get(nstatName);
    }

    /// The states of all TCP sockets, as `ss` would list them.
    List<String> states() {
        var states = new ArrayList<String>();
        host.forEachTcp(new TcpVisitor() {
            @Override
            public void endpoint(TcpEndpoint endpoint) {
                states.add(endpoint.state().name());
            }

            @Override
            public void halfOpen(dev.sockeye.tcp.HalfOpen halfOpen) {
                states.add("SYN_RECV");
            }

            @Override
            public void timeWait(dev.sockeye.tcp.TimeWait timeWait) {
                states.add(timeWait.state().name());
            }
        });
        states.sort(null);
        return states;
    }

    @Override
    public void close() {
        pollAll();
        host.powerOff(now);
        assertThat(pool.pagesOut()).as("pages that nobody gave back").isZero();
        assertThat(pool.packetsOut()).as("packets that nobody gave back").isZero();
    }
}
