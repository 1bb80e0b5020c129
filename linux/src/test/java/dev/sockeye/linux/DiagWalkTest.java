package dev.sockeye.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The walk sees what [SockDiag] sees.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class DiagWalkTest {

    /// A socket, as far as both tell of it.
    private record Seen(
            long cookie,
            int state,
            TransportAddress local,
            TransportAddress remote,
            long receiveQueue,
            long sendQueue,
            long inode) {}

    private final List<AutoCloseable> opened = new ArrayList<>();
    private DiagWalk walk;
    private int port;
    private int port6;

    @BeforeEach
    void begin() throws IOException {
        walk = own(new DiagWalk());
        port = listen(true, IpAddress.LOOPBACK_V4);
        port6 = listen(false, IpAddress.LOOPBACK_V6);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) each.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    private int listen(boolean v4, IpAddress at) throws IOException {
        KernelSocket listener = own(KernelSocket.open(v4));
        assertThat(listener.bind(new TransportAddress(at, 0))).isZero();
        assertThat(listener.listen(7)).isZero();
        return listener.localAddress().port();
    }

    private void connect(boolean v4, IpAddress to, int toPort) throws IOException {
        own(KernelSocket.open(v4)).connect(new TransportAddress(to, toPort));
    }

    private boolean isOurs(int local, int remote) {
        return local == port || remote == port || local == port6 || remote == port6;
    }

    private List<Seen> walked(int states) throws IOException {
        List<Seen> seen = new ArrayList<>();
        int count = walk.walk(states, 0, socket -> {
            if (!isOurs(socket.localPort(), socket.remotePort())) return;
            seen.add(new Seen(
                    socket.cookie(),
                    socket.state(),
                    new TransportAddress(new IpAddress(socket.localHigh(), socket.localLow()), socket.localPort()),
                    new TransportAddress(new IpAddress(socket.remoteHigh(), socket.remoteLow()), socket.remotePort()),
                    socket.receiveQueue(),
                    socket.sendQueue(),
                    socket.inode()));
        });
        assertThat(count).isGreaterThanOrEqualTo(seen.size());
        return seen;
    }

    private List<Seen> dumped(int states) throws IOException {
        List<Seen> seen = new ArrayList<>();
        try (SockDiag diag = new SockDiag()) {
            for (int family : new int[] {SockDiag.AF_INET, SockDiag.AF_INET6}) {
                diag.dump(family, states, null, socket -> {
                    if (!isOurs(socket.local().port(), socket.remote().port())) return;
                    seen.add(new Seen(
                            socket.cookie(),
                            socket.state(),
                            socket.local(),
                            socket.remote(),
                            socket.receiveQueue(),
                            socket.sendQueue(),
                            socket.inode()));
                });
            }
        }
        return seen;
    }

    @Test
    void seesBothFamiliesAsADumpOfEachDoes() throws IOException {
        connect(true, IpAddress.LOOPBACK_V4, port);
        connect(false, IpAddress.LOOPBACK_V6, port6);
        connect(false, IpAddress.LOOPBACK_V4, port);
        List<Seen> walked = walked(SockDiag.ALL_STATES);
        assertThat(walked)
                .as("two listeners, three connections of two ends")
                .hasSize(8)
                .containsExactlyInAnyOrderElementsOf(dumped(SockDiag.ALL_STATES));
    }

    @Test
    void statesAreTheKernelsToLeaveOut() throws IOException {
        connect(true, IpAddress.LOOPBACK_V4, port);
        assertThat(walked(1 << DiagSocket.LISTEN))
                .hasSize(2)
                .containsExactlyInAnyOrderElementsOf(dumped(1 << DiagSocket.LISTEN));
    }

    @Test
    void attributesAreReadWhereTheyAre() throws IOException {
        connect(true, IpAddress.LOOPBACK_V4, port);
        var told = new long[3];
        int info = 1 << DiagWalk.INFO - 1;
        walk.walk(1 << DiagSocket.ESTABLISHED, info, socket -> {
            if (socket.remotePort() != port) return;
            told[0] = socket.number(DiagWalk.INFO, 16); // tcpi_snd_mss
            told[1] = socket.longNumber(DiagWalk.INFO, 1 << 14); // beyond its end
            told[2] = socket.number(DiagWalk.MEMORY, 0); // not asked for
        });
        NativeStruct[] expected = new NativeStruct[1];
        try (SockDiag diag = new SockDiag()) {
            diag.dump(SockDiag.AF_INET, 1 << DiagSocket.ESTABLISHED, null, socket -> {
                if (socket.remote().port() == port)
                    expected[0] = socket.attributes().tcpInfo();
            });
        }
        assertThat(told).containsExactly(expected[0].i32(16), -1, -1);
    }

    /// A kernel may have given up the request that knows of no family.
    @Test
    void asksForEachFamilyWhereTheKernelKnowsNoOtherWay() throws IOException {
        connect(true, IpAddress.LOOPBACK_V4, port);
        connect(false, IpAddress.LOOPBACK_V6, port6);
        walk.forgetOneRequest();
        assertThat(walked(SockDiag.ALL_STATES)).containsExactlyInAnyOrderElementsOf(dumped(SockDiag.ALL_STATES));
    }
}
