package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.doctor.CheckUp;
import dev.sockeye.inspect.doctor.MachineFacts;
import dev.sockeye.inspect.doctor.PortRange;
import dev.sockeye.inspect.doctor.ProcessFacts;
import dev.sockeye.inspect.doctor.RecordedFacts;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.inspect.look.Recorder;
import dev.sockeye.inspect.look.RecordingOrigin;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `sockeye doctor` says of a recording in which a listener is stuck and a database is open to the
/// world.
class DoctorCommandTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private String file = "";

    @BeforeEach
    void record() throws IOException {
        file = folder.resolve("machine.sockeye").toString();
        try (var recorder = new Recorder(Path.of(file), new RecordingOrigin("web1", "6.18", "0.1"))) {
            recorder.add(look(NOW.minusSeconds(2), 129));
            recorder.add(look(NOW, 129));
        }
    }

    private static Look look(Instant at, int waiting) {
        var facts = new MachineFacts("web1", at, Map.of(), Map.of(), Map.of(), PortRange.DEFAULT, true);
        var checkUp = new CheckUp(
                at,
                List.of(listener(at, 80, 812, "java", waiting, 128), listener(at, 6379, 99, "redis-server", 0, 511)),
                List.of(facts),
                List.of(new ProcessFacts(812, "backend", 0, 1024)));
        return new Look(checkUp.at(), checkUp.sockets(), List.of("process 4 is closed"), RecordedFacts.write(checkUp));
    }

    private static SocketSnapshot listener(Instant at, int port, int pid, String command, int waiting, int limit) {
        return SocketSnapshot.tcp(at, "web1", TcpState.LISTEN, new TransportAddress(IpAddress.ANY_V4, port))
                .inode(port)
                .owner(new Owner(pid, command, null, "fd=6"))
                .backlog(new Backlog(waiting, limit, 0, 0))
                .build();
    }

    private int run(String... arguments) {
        return new Sockeye(Terminal.of(Map.of(), 0), stream(out), stream(err)).run(arguments);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String noted() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aFindingSaysWhatWhoseMoveAndWhatToDo() {
        assertThat(run("doctor", "--from", file)).isEqualTo(ExitCode.CRITICAL);
        assertThat(said()).isEqualTo("""
                        CRITICAL  a listener's queue is full: new callers get no answer   [accept-queue-full]
                          The accept queue of backend (pid 812, java) at 0.0.0.0:80 is full: 129 connections wait for
                          accept(), and the limit is 128.
                          Seen         Recv-Q is 129: connections that wait for accept(). Send-Q is 128: so many may wait,
                                       and Linux admits one more.
                          Whose move   The program's: it has to call accept().
                          Harmless?    No. Whoever connects now gets no answer and tries again after a second, two, four
                                       ...; to him the service is slow or dead.
                          Do now       Look at what the accepting thread waits for. A longer queue helps only against short
                                       rushes.
                                         sockeye ss -tlnp sport = :80   # Recv-Q of Send-Q wait
                                         jcmd 812 Thread.print   # its threads: who is waiting for what
                                         cat /proc/812/task/*/wchan   # one should be in inet_csk_accept or a poll
                          For good     Accept in a thread that does nothing else. For short rushes ask for a longer queue
                                       (the argument of listen(), at most net.core.somaxconn).

                        NOTE  a service for this machine that all the world may call   [wildcard-listen]
                          redis-server (pid 99) is a Redis database and listens at 0.0.0.0:6379, which is every address that
                          this machine has.

                        Found: 1 critical, 1 note. Looked at 2 sockets in 1 network namespace, twice, 2.0 s apart.
                        """);
        assertThat(noted()).isEqualTo("sockeye: process 4 is closed\n");
    }

    @Test
    void theExitCodeIsThatOfTheWorstThatIsToldOf() {
        assertThat(run("doctor", "--from", file, "--rule", "wildcard")).isEqualTo(ExitCode.OK);
        assertThat(said()).startsWith("NOTE").contains("Found: 1 note.");
        out.reset();
        assertThat(run("doctor", "--from", file, "--rule", "wildcard", "--min-severity", "warning"))
                .isEqualTo(ExitCode.OK);
        assertThat(said()).startsWith("Nothing is wrong. Looked at 2 sockets");
    }

    @Test
    void forProgramsThereIsALineEach() {
        assertThat(run("doctor", "--from", file, "--json")).isEqualTo(ExitCode.CRITICAL);
        List<String> lines = said().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .startsWith("{\"rule\":\"accept-queue-full\",\"severity\":\"critical\",\"namespace\":\"web1\"")
                .contains("\"who\":{\"pid\":812,\"program\":\"backend\",\"command\":\"java\",\"handles\":[\"fd=6\"]}");
        assertThat(lines.get(1)).startsWith("{\"rule\":\"wildcard-listen\",\"severity\":\"note\"");
        assertThat(lines.get(2))
                .isEqualTo(
                        "{\"looked_at\":\"2026-03-01T12:00:00Z\",\"seconds_between\":2.0,\"sockets\":2,\"namespaces\":1,"
                                + "\"findings\":2,\"not_seen\":[\"process 4 is closed\"]}");
    }

    @Test
    void mistakesAreOneLine() throws IOException {
        String[][] mistakes = {
            {"doctor --min-severity bad", "'bad' is no severity: note, warning or critical"},
            {"doctor --rule frob", "there is no rule 'frob'; --list-rules shows them"},
            {"doctor -t close-wait=soon", "'soon' is no duration; write 500ms, 5s, 10m, 2h or 3d"},
            {"doctor -t leak=-1", "leak is a number, not '-1'"},
        };
        for (String[] mistake : mistakes) {
            err.reset();
            assertThat(run(mistake[0].split(" ", -1))).as(mistake[0]).isEqualTo(ExitCode.USAGE);
            assertThat(noted()).isEqualTo("sockeye: " + mistake[1] + " (see 'sockeye doctor --help')\n");
        }
        err.reset();
        Path other = Files.writeString(folder.resolve("other"), "no recording\n");
        assertThat(run("doctor", "--from", other.toString())).isEqualTo(ExitCode.IO);
        assertThat(noted()).isEqualTo("sockeye: " + other + " is no recording of 'sockeye record'\n");
        assertThat(said()).isEmpty();
    }

    @Test
    void theRulesAreListed() {
        assertThat(run("doctor", "--list-rules")).isEqualTo(ExitCode.OK);
        assertThat(said().lines())
                .contains("close-wait-eof-read", "ports-run-out")
                .doesNotContain("");
    }
}
