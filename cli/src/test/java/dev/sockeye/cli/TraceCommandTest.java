package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.history.History;
import dev.sockeye.inspect.history.HistoryOptions;
import dev.sockeye.inspect.history.Method;
import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// `sockeye trace` beside connections that are opened and closed in a network namespace of its own.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the kernel's sockets are Linux's")
@Timeout(60)
class TraceCommandTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void skipUnlessPermitted() {
        try {
            NetworkNamespace.callInNew(() -> {
                History.open(HistoryOptions.DEFAULT.withMethods(Method.BPF), _ -> {})
                        .close();
                return true;
            });
        } catch (Exception e) {
            assumeTrue(false, "not permitted here: " + e.getMessage());
        }
    }

    private static PrintStream stream(OutputStream bytes) {
        return new PrintStream(bytes, false, StandardCharsets.UTF_8);
    }

    /// Runs the command while connections to the port that `PORT` stands for come and go.
    private int run(OutputStream to, String... arguments) throws Exception {
        return NetworkNamespace.callInNew(() -> {
            try (var netlink = new Rtnetlink()) {
                netlink.setUp("lo", true);
            }
            try (KernelSocket listener = KernelSocket.open(true)) {
                listener.bind(new TransportAddress(IpAddress.LOOPBACK_V4, 0));
                assertThat(listener.listen(10)).isZero();
                int port = listener.localAddress().port();
                Thread talking = Thread.ofPlatform().start(() -> talk(listener, port));
                String[] words = arguments.clone();
                for (int i = 0; i < words.length; i++) words[i] = words[i].replace("PORT", "" + port);
                int code = new Sockeye(Terminal.of(Map.of(), 0), stream(to), stream(err)).run(words);
                talking.interrupt();
                talking.join();
                return code;
            }
        });
    }

    private static void talk(KernelSocket listener, int port) {
        var accepted = new KernelSocket[1];
        while (!Thread.currentThread().isInterrupted()) {
            try (KernelSocket client = KernelSocket.open(true)) {
                client.connect(new TransportAddress(IpAddress.LOOPBACK_V4, port));
                while (listener.accept(accepted) != 0) Thread.onSpinWait();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            accepted[0].close();
            LockSupport.parkNanos(5_000_000);
        }
    }

    private List<String> said() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineForEachChangeOfWhatIsWanted() throws Exception {
        String me = "java " + ProcessHandle.current().pid();
        assertThat(run(out, "trace", "--count", "4", "state", "syn-sent", "dport", "=", ":PORT"))
                .isEqualTo(ExitCode.OK);
        assertThat(complained()).isEmpty();
        assertThat(said()).hasSize(5);
        assertThat(said().getFirst()).matches("TIME +LOCAL +PEER +CHANGE +AFTER  BY");
        String line = "\\d\\d:\\d\\d:\\d\\d\\.\\d{6} 127\\.0\\.0\\.1:\\d+ +127\\.0\\.0\\.1:\\d+ +";
        assertThat(said().subList(1, 5))
                .allMatch(each -> each.matches(line + "CLOSED     -> SYN-SENT +-  connect\\(\\) by " + me + " .*")
                        || each.matches(line + "SYN-SENT   -> ESTAB +[0-9.]+[um]s  SYN-ACK from the peer"));
    }

    @Test
    void aStoryForEachConnection() throws Exception {
        long me = ProcessHandle.current().pid();
        assertThat(run(out, "trace", "--story", "--count", "2", "dport = :PORT and pid = " + me))
                .isEqualTo(ExitCode.OK);
        assertThat(complained()).isEmpty();
        assertThat(said().stream().filter(line -> line.matches("127.0.0.1:\\d+ -> 127.0.0.1:\\d+  java " + me)))
                .hasSize(2);
        assertThat(said()).anyMatch(line -> line.matches("  closed   we first: close\\(\\) by java " + me + ".*"));
    }

    @Test
    void aJsonObjectForEachEvent() throws Exception {
        assertThat(run(out, "trace", "--json", "-e", "end", "-c", "1", "sport = :PORT"))
                .isEqualTo(ExitCode.OK);
        assertThat(said())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("{\"event\":\"destroyed\",\"at\":\"20")
                        .contains("\"local\":\"127.0.0.1:", "\"last\":\"LAST_ACK\"", "\"bytes_received\":1,")
                        .endsWith("}"));
    }

    @Test
    void itEndsInTimeAndWhereNobodyReads() throws Exception {
        long begin = System.nanoTime();
        assertThat(run(out, "trace", "--for", "200ms", "--method", "dumps", "sport = :1"))
                .isEqualTo(ExitCode.OK);
        assertThat(complained()).isEqualTo("sockeye: this is learned from differences between dumps (sock_diag)\n");
        assertThat(said()).hasSize(1);
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertThat(run(broken, "trace", "--no-header")).isEqualTo(ExitCode.OK);
        assertThat(System.nanoTime() - begin).isLessThan(30_000_000_000L);
    }

    @Test
    void mistakesAreOneLine() {
        var sockeye =
                new Sockeye(Terminal.of(Map.of(), 0), stream(out), new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(sockeye.run("trace", "-e", "changes")).isEqualTo(ExitCode.USAGE);
        assertThat(complained())
                .isEqualTo(
                        "sockeye: Invalid value for option '--events' (KIND): 'changes' is none of change, retransmit,"
                                + " reset, drop, end, all (see 'sockeye trace --help')\n");
    }
}
