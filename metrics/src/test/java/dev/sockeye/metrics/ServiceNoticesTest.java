package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What a service manager is told of an agent: the manager is a datagram socket in a program of its own, as Java has
/// none.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class ServiceNoticesTest {

    /// Prints each message in a line.
    private static final String MANAGER = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.settimeout(20)
            s.bind(sys.argv[1])
            print('bound', flush=True)
            while True: print(s.recv(4096).decode().rstrip().replace('\\n', '|'), flush=True)
            """;

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private Process manager;
    private BufferedReader told;

    private void listen(String name) throws IOException {
        try {
            manager = new ProcessBuilder("python3", "-c", MANAGER, name).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no python3");
            throw e;
        }
        told = manager.inputReader();
        assertThat(told.readLine()).isEqualTo("bound");
    }

    @AfterEach
    void end() {
        if (manager != null) manager.destroyForcibly();
    }

    private void log(AgentLog.Level level, String line) {
        said.add(level + " " + line);
    }

    @Test
    void aManagerHearsOfBeginningStateLifeAndEnd() throws Exception {
        String path = folder.resolve("notify").toString();
        listen(path);
        Inside.run(() -> {
            Map<String, String> environment = Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "100000");
            try (Agent agent = Agent.start(AgentTest.settings(0, Duration.ZERO, null), this::log)) {
                ServiceNotices notices = ServiceNotices.of(environment, this::log);
                assertThat(notices).isNotNull();
                notices.ready(agent);
                assertThat(told.readLine()).isEqualTo("READY=1|STATUS=1 socket");
                assertThat(told.readLine()).isEqualTo("WATCHDOG=1|STATUS=1 socket");
                for (int i = 0; i < 5; i++) assertThat(told.readLine()).isEqualTo("WATCHDOG=1");
                notices.close();
                assertThat(lastLine()).isEqualTo("STOPPING=1|STATUS=ending");
            }
        });
        assertThat(said).isEmpty();
    }

    /// Some signs of life may still be before it.
    private String lastLine() throws IOException {
        String line = "WATCHDOG=1";
        while ("WATCHDOG=1".equals(line)) line = told.readLine();
        return line;
    }

    @Test
    void anotherProcessesWatchdogIsNotAnswered() throws Exception {
        String path = folder.resolve("notify").toString();
        listen(path);
        Inside.run(() -> {
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "100000", "WATCHDOG_PID", "1");
            try (Agent agent = Agent.start(AgentTest.settings(0, Duration.ofMillis(500), null), this::log)) {
                ServiceNotices notices = ServiceNotices.of(environment, this::log);
                assertThat(notices).isNotNull();
                notices.ready(agent);
                notices.close();
                List<String> all = new ArrayList<>();
                while (all.isEmpty() || !all.getLast().startsWith("STOPPING")) all.add(told.readLine());
                assertThat(all).noneMatch(line -> line.contains("WATCHDOG"));
                assertThat(all.getFirst()).startsWith("READY=1|STATUS=1 socket");
            }
        });
    }

    @Test
    void whereNobodyAsksNothingIsSaid() {
        assertThat(ServiceNotices.of(Map.of(), this::log)).isNull();
        assertThat(ServiceNotices.of(Map.of("NOTIFY_SOCKET", ""), this::log)).isNull();
        assertThat(said).isEmpty();
    }

    @Test
    void aManagerThatIsNotThereIsSaid() {
        String nowhere = folder.resolve("nowhere").toString();
        assertThat(ServiceNotices.of(Map.of("NOTIFY_SOCKET", nowhere), this::log))
                .isNull();
        assertThat(said)
                .containsExactly(
                        "WARNING cannot reach the service manager at " + nowhere + ": No such file or directory");
    }
}
