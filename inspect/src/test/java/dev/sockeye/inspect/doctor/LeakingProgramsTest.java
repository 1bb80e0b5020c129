package dev.sockeye.inspect.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.look.LocalMachine;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import programs.CatalogClient;
import programs.ChatRelay;
import programs.Gateway;
import programs.HealthCheck;
import programs.Loopback;
import programs.MetricsSender;
import programs.OrderService;
import programs.Peer;
import programs.PriceCheck;
import programs.Program;
import programs.Service;
import programs.StuckServer;
import programs.TidyClient;

/// Programs that leak, as people write them, each with one beside it that does everything right: the
/// former are named with what they have done, the latter is not accused. What takes a minute for an
/// administrator takes half a second here.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
@SuppressWarnings("AddressSelection") // as people write it
class LeakingProgramsTest {

    private static final Doctor DOCTOR = new Doctor(Thresholds.standard()
            .with("close-wait", "400ms")
            .with("not-accepted", "400ms")
            .with("busy", "1s")
            .with("connect-timeouts", "1"));

    @TempDir
    private Path folder;

    private interface Starting {

        /// @param service answers, and closes what is idle
        /// @param keeping neither answers nor closes
        List<Program> start(Service service, Peer keeping) throws Exception;
    }

    /// Runs the programs, and a correct one beside them, until these are the findings: `SEVERITY rule
    /// program sockets`.
    private static void assertFindings(Starting programs, String... expected) throws Exception {
        Loopback.run(() -> {
            List<Program> running = new ArrayList<>();
            try (Service service = new Service(150, true);
                    Peer keeping = Peer.thatKeeps();
                    Program tidy = Program.java(List.of(), TidyClient.class, service.port(), keeping.port())) {
                tidy.await("ready");
                running.addAll(programs.start(service, keeping));
                awaitFindings(expected);
            } finally {
                running.forEach(Program::close);
            }
        });
    }

    private static void awaitFindings(String... expected) throws Exception {
        try (var checkUps = new CheckUps(new LocalMachine(new KernelSource()))) {
            List<String> found = List.of();
            List<String> wanted = Arrays.stream(expected).sorted().toList();
            for (int tries = 0; tries < 150 && !found.equals(wanted); tries++) {
                Thread.sleep(100); // ages grow
                found = DOCTOR.examine(checkUps.checkUp(KernelQuery.ALL)).stream()
                        .map(finding -> finding.severity() + " " + finding.rule() + " "
                                + (finding.party() == null
                                        ? "nobody"
                                        : finding.party().program())
                                + " " + finding.sockets())
                        .sorted()
                        .toList();
            }
            assertThat(found).isEqualTo(wanted);
        }
    }

    private static Program started(Program program) throws InterruptedException {
        program.await("ready");
        return program;
    }

    private static Program java(Class<?> main, Object... arguments) throws Exception {
        return started(Program.java(List.of(), main, arguments));
    }

    @Test
    void javaProgramsThatForgetToClose() throws Exception {
        assertFindings(
                (service, keeping) -> List.of(
                        java(PriceCheck.class, service.port()),
                        java(OrderService.class, service.port()),
                        java(HealthCheck.class, service.port()),
                        java(ChatRelay.class, service.port())),
                "WARNING close-wait-eof-read PriceCheck 1",
                "WARNING close-wait-eof-read OrderService 1",
                "WARNING close-wait-eof-read HealthCheck 1",
                "WARNING close-wait-eof-read ChatRelay 1");
    }

    @Test
    void oneThatOnlyWrites() throws Exception {
        // Its collector does not answer, and closes.
        Loopback.run(() -> {
            try (Service collector = new Service(150, false);
                    Program sender = Program.java(List.of(), MetricsSender.class, collector.port())) {
                sender.await("ready");
                awaitFindings("WARNING close-wait-only-writes MetricsSender 1");
            }
        });
    }

    @Test
    void aPoolIsHarmlessUntilItGrowsTooMuch() throws Exception {
        assertFindings(
                (service, keeping) -> List.of(
                        java(CatalogClient.class, service.port(), 3), java(CatalogClient.class, service.port(), 30)),
                "NOTE close-wait-pooled CatalogClient 3",
                "WARNING close-wait-forgotten-pool CatalogClient 30");
    }

    @Test
    void aThreadThatIsBlockedForEver() throws Exception {
        Loopback.run(() -> {
            try (Peer backend = Peer.thatKeeps();
                    Program gateway = Program.java(List.of(), Gateway.class, backend.port())) {
                int port = Integer.parseInt(gateway.await("port ").substring("port ".length()));
                for (int i = 0; i < 3; i++) {
                    try (Socket client = new Socket("127.0.0.1", port)) {
                        client.getOutputStream().write("12".getBytes(StandardCharsets.US_ASCII));
                        gateway.await("ready");
                    }
                }
                awaitFindings("WARNING close-wait-unread-data Gateway 3");
            }
        });
    }

    @Test
    void inCAndPython() throws Exception {
        assumeTrue(Program.isThere("cc"), "skipped: no C compiler (cc) here");
        assumeTrue(Program.isThere("python3"), "skipped: no python3 here");
        assertFindings(
                (service, keeping) -> List.of(
                        started(Program.c(folder, "pusher", service.port(), 5)),
                        started(Program.c(folder, "worker", service.port(), keeping.port())),
                        started(Program.python("scraper", service.port()))),
                "WARNING close-wait-never-read pusher 5",
                "WARNING close-wait-eof-read worker 1",
                "WARNING close-wait-eof-read scraper.py 1");
    }

    /// nginx in front of a server that does not accept: nginx is said to wait, the server to be at
    /// fault.
    @Test
    void nginxWithADeadUpstream() throws Exception {
        assumeTrue(Program.isThere("nginx"), "skipped: no nginx here");
        Loopback.run(() -> {
            List<Socket> clients = new ArrayList<>();
            try (Program upstream = Program.java(List.of(), StuckServer.class)) {
                int port = Integer.parseInt(upstream.await("port ").substring("port ".length()));
                try (Program nginx = nginx(port, 8080)) {
                    assertThat(nginx.pid()).isPositive();
                    for (int i = 0; i < 5; i++) clients.add(request(8080));
                    awaitFindings("CRITICAL accept-queue-full StuckServer 1", "WARNING connect-queue-full nginx 3");
                    // They give up, and so does nginx.
                    for (Socket client : clients) client.close();
                    awaitFindings(
                            "CRITICAL accept-queue-full StuckServer 1",
                            "WARNING close-wait-never-accepted StuckServer 2");
                }
            }
        });
    }

    private Program nginx(int upstream, int port) throws Exception {
        String configuration = """
                daemon off; master_process off; pid nginx.pid;
                events {}
                http {
                  access_log off;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
                  server { listen 127.0.0.1:%d; location / { proxy_pass http://127.0.0.1:%d; } }
                }
                """.formatted(port, upstream);
        Path file = Files.writeString(folder.resolve("nginx.conf"), configuration);
        Program nginx = Program.of(List.of("nginx", "-e", "stderr", "-p", folder.toString(), "-c", file.toString()));
        for (int tries = 0; tries < 200; tries++) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                if (socket.isConnected()) return nginx;
            } catch (ConnectException e) {
                Thread.sleep(20);
            }
        }
        nginx.close();
        throw new IllegalStateException("nginx does not listen: " + nginx.heard());
    }

    private static Socket request(int port) throws IOException {
        var socket = new Socket("127.0.0.1", port);
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
