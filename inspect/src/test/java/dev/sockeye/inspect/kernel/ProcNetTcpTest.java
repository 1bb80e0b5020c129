package dev.sockeye.inspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.linux.DiagAttributes;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The lines of `/proc/net/tcp`.
class ProcNetTcpTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @Test
    void everyFieldOfALine() {
        String line =
                "  12: 0100007F:1F90 0200000A:C350 01 00000011:00000022 02:00000123 00000003  1000        4 98765 2"
                        + " 0000000000000000 20 4 30 10 -1";
        assertThat(ProcNetTcp.socket(line, SockDiag.AF_INET))
                .isEqualTo(new DiagSocket(
                        SockDiag.AF_INET,
                        DiagSocket.ESTABLISHED,
                        2,
                        4,
                        0x123 * 10,
                        new TransportAddress(IpAddress.parse("127.0.0.1"), 8080),
                        new TransportAddress(IpAddress.parse("10.0.0.2"), 50000),
                        0,
                        0,
                        0x22,
                        0x11,
                        1000,
                        98765,
                        DiagAttributes.NONE));
    }

    @Test
    void ipv6IsInFourWords() {
        String line = "   0: 00000000000000000000000001000000:1F90 B80D0120000000000000000002000000:0050 08"
                + " 00000000:00000001 00:00000000 00000000     0        0 4711 1 0000000000000000";
        DiagSocket socket = ProcNetTcp.socket(line, SockDiag.AF_INET6);
        assertThat(socket).isNotNull();
        assertThat(socket.local()).hasToString("[::1]:8080");
        assertThat(socket.remote()).hasToString("[2001:db8::2]:80");
        assertThat(socket.state()).isEqualTo(DiagSocket.CLOSE_WAIT);
        assertThat(socket.receiveQueue()).isEqualTo(1);
    }

    @Test
    void whatIsNoSuchLineIsLeftOut() {
        for (String line : List.of(
                "",
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
                "  0: 0100007F:1F90",
                "  0: 01:1 02:2 01 0:0 0:0 0 0 0 1",
                "  0: 0100007F:1F90 0200000A:C350 FF 0:0 0:0 0 0 0 1",
                "  0: 0100007F:1F90 0200000A:C350 01 00 00:0 0 0 0 1")) {
            assertThat(ProcNetTcp.socket(line, SockDiag.AF_INET)).as(line).isNull();
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is Linux's")
    void theRealFileHasWhatSockDiagHas() throws IOException {
        try (var listener = new ServerSocket(0, 3, LOOPBACK);
                var client = new Socket(LOOPBACK, listener.getLocalPort());
                var diag = new SockDiag()) {
            int port = listener.getLocalPort();
            assertThat(client.getPort()).isEqualTo(port);
            Set<String> proc = ProcNetTcp.read(Path.of("/proc/thread-self/net"), KernelQuery.ALL).stream()
                    .filter(socket ->
                            socket.local().port() == port || socket.remote().port() == port)
                    .map(ProcNetTcpTest::common)
                    .collect(Collectors.toSet());
            Set<String> netlink = new java.util.HashSet<>();
            for (int family : new int[] {SockDiag.AF_INET, SockDiag.AF_INET6}) {
                diag.dump(family, SockDiag.ALL_STATES, null, socket -> {
                    if (socket.local().port() == port || socket.remote().port() == port) netlink.add(common(socket));
                });
            }
            assertThat(proc).hasSize(3).isEqualTo(netlink);
        }
    }

    private static String common(DiagSocket socket) {
        return socket.state() + " " + socket.local() + " " + socket.remote() + " " + socket.inode() + " "
                + socket.user() + " " + socket.receiveQueue();
    }
}
