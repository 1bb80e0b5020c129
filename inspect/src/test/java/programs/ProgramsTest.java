package programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SockDiag;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Each program comes to rest in the state that it is there for: what the kernel shows of its sockets
/// then.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
@SuppressWarnings("AddressSelection") // as people write it
class ProgramsTest {

    @TempDir
    private Path folder;

    private interface Starting {

        Program start(Peer closing, Peer keeping) throws Exception;
    }

    /// The sockets to either peer, as "state Recv-Q" each.
    private static void assertSockets(Starting program, String... expected) throws Exception {
        Loopback.run(() -> {
            try (Peer closing = Peer.thatCloses();
                    Peer keeping = Peer.thatKeeps();
                    Program running = program.start(closing, keeping)) {
                running.await("ready");
                List<String> seen = sockets(closing, keeping);
                for (int tries = 0; tries < 200 && !seen.equals(List.of(expected)); tries++) {
                    Thread.sleep(10); // the FIN is on its way
                    seen = sockets(closing, keeping);
                }
                assertThat(seen).containsExactly(expected);
            }
        });
    }

    private static List<String> sockets(Peer closing, Peer keeping) throws IOException {
        List<DiagSocket> found = new ArrayList<>();
        try (var diag = new SockDiag()) {
            diag.dump(SockDiag.AF_INET, SockDiag.ALL_STATES, null, found::add);
            diag.dump(SockDiag.AF_INET6, SockDiag.ALL_STATES, null, found::add);
        }
        return found.stream()
                .filter(each -> each.state() != DiagSocket.TIME_WAIT)
                .filter(each ->
                        each.remote().port() == closing.port() || each.remote().port() == keeping.port())
                .map(each -> (each.remote().port() == closing.port() ? "closing " : "keeping ") + each.state() + " "
                        + each.receiveQueue())
                .sorted()
                .toList();
    }

    private static Starting java(Class<?> main) {
        return (closing, keeping) -> Program.java(List.of(), main, closing.port());
    }

    @Test
    void thoseThatReadToTheEndAndForget() throws Exception {
        assertSockets(java(PriceCheck.class), "closing 8 0");
        assertSockets(java(OrderService.class), "closing 8 0");
        assertSockets(java(ChatRelay.class), "closing 8 0");
        assertSockets(java(SessionFilter.class), "closing 8 0");
        assertSockets(java(HealthCheck.class), "closing 8 0");
        assertSockets(java(VirtualClients.class), "closing 8 0");
    }

    @Test
    void oneThatOnlyWrites() throws Exception {
        assertSockets(java(MetricsSender.class), "closing 8 1");
    }

    @Test
    void oneThatDoesAllRight() throws Exception {
        assertSockets(
                (closing, keeping) -> Program.java(List.of(), TidyClient.class, closing.port(), keeping.port()),
                "keeping 1 0");
    }

    @Test
    void aGatewayWaitsForItsBackend() throws Exception {
        Loopback.run(() -> {
            try (Peer silent = Peer.thatKeeps();
                    Program gateway = Program.java(List.of(), Gateway.class, silent.port())) {
                int port = Integer.parseInt(gateway.await("port ").substring("port ".length()));
                try (Socket client = new Socket("127.0.0.1", port)) {
                    client.getOutputStream().write(1);
                    gateway.await("ready");
                }
                assertThat(sockets(silent, silent)).containsExactly("closing 1 0");
            }
        });
    }

    @Test
    void inC() throws Exception {
        assumeTrue(Program.isThere("cc"), "skipped: no C compiler (cc) here");
        assertSockets((closing, keeping) -> Program.c(folder, "pusher", closing.port()), "closing 8 1");
        assertSockets(
                (closing, keeping) -> Program.c(folder, "worker", closing.port(), keeping.port()),
                "closing 8 0",
                "keeping 1 0");
    }

    @Test
    void inPython() throws Exception {
        assumeTrue(Program.isThere("python3"), "skipped: no python3 here");
        assertSockets((closing, keeping) -> Program.python("scraper", closing.port()), "closing 8 0");
    }
}
