package dev.sockeye.inspect.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Whether history misses anything, and, made by hand, what it costs: the figures stand in
/// docs/linux/history.md.
///
/// `-Dsockeye.load=20000` connections a second, `-Dsockeye.load.seconds=5`, `-Dsockeye.load.method=BPF`
/// (or TRACEFS, NONE), `-Dsockeye.load.storage=true`
@EnabledOnOs(value = OS.LINUX, disabledReason = "the kernel's sockets are Linux's")
class HistoryLoadTest {

    private static final int ADDRESSES = 250;

    private final int rate = Integer.getInteger("sockeye.load", 20_000);
    private final int seconds = Integer.getInteger("sockeye.load.seconds", 5);
    private final String method = System.getProperty("sockeye.load.method", "BPF");
    private final LongAdder changes = new LongAdder();
    private final LongAdder ends = new LongAdder();
    private @Nullable Paths paths;

    /// The ways that there are into a connection, and out of it. Which way out it is, is decided by when
    /// the segments come; each has three changes.
    private static final List<String> OPENINGS = List.of("CLOSED SYN_SENT ESTABLISHED", "LISTEN SYN_RCVD ESTABLISHED");

    private static final List<String> ENDS = List.of(
            " CLOSE_WAIT LAST_ACK CLOSED",
            " FIN_WAIT1 FIN_WAIT2 TIME_WAIT",
            " FIN_WAIT1 FIN_WAIT2 CLOSED", // which is none: from then on a small entry stands for it
            " FIN_WAIT1 CLOSING TIME_WAIT");

    @Test
    void noChangeIsMissed() throws Exception {
        try {
            NetworkNamespace.callInNew(() -> {
                Conversations.up(true);
                try (History history = openIfPermitted()) {
                    load("a tenth of a second", history, rate / 10, rate / 10);
                }
                return true;
            });
        } catch (SystemCallException e) {
            assumeTrue(false, "no network namespace can be made here: " + e.getMessage());
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "sockeye.load", matches = "\\d+", disabledReason = "a measurement, made by hand")
    void measure() throws Exception {
        NetworkNamespace.callInNew(() -> {
            Conversations.up(true);
            Files.writeString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"), "1024 65535");
            if (method.equals("NONE")) {
                load("without history", null, rate, rate * seconds);
                return true;
            }
            HistoryOptions options = HistoryOptions.DEFAULT
                    .withMethods(Method.valueOf(method))
                    .withStorage(Boolean.getBoolean("sockeye.load.storage"));
            try (History history = open(options)) {
                long idle = cpuOf("sockeye-history");
                Thread.sleep(3000);
                System.out.printf(
                        Locale.ROOT,
                        "at rest: %.3f %% of a processor%n",
                        (cpuOf("sockeye-history") - idle) / 3e9 * 100);
                load(method, history, rate, rate * seconds);
            }
            return true;
        });
    }

    private History openIfPermitted() throws IOException {
        try {
            return open(HistoryOptions.DEFAULT.withMethods(Method.BPF));
        } catch (IOException e) {
            assumeTrue(false, e.getMessage());
            throw e;
        }
    }

    private History open(HistoryOptions options) throws IOException {
        if (!options.methods().equals(List.of(Method.BPF))) return History.open(options, this::count);
        paths = new Paths(new BpfTracer(options.bufferBytes(), options.storage()), 7000);
        return History.begin(options, Method.BPF, paths, List.of(), this::count);
    }

    private void count(HistoryEvent event) {
        if (event.local().port() != 7000
                && (event.remote() == null || event.remote().port() != 7000)) return;
        if (event instanceof Transition) changes.increment();
        else if (event instanceof Destroyed) ends.increment();
    }

    private void load(String name, @Nullable History history, int warm, int number) throws Exception {
        try (KernelSocket listener = KernelSocket.open(true)) {
            listener.bind(new TransportAddress(IpAddress.ANY_V4, 7000));
            assertThat(listener.listen(4096)).isZero();
            connections(listener, warm);
            awaitEnds(history, 2L * warm);
            changes.reset();
            ends.reset();
            if (paths != null) paths.clear();
            long lost = history == null ? 0 : history.lost();
            long cpu = cpuOf("sockeye-history");
            long own = cpuOf(Thread.currentThread().getName());
            long start = System.nanoTime();
            int made = connections(listener, number);
            double took = (System.nanoTime() - start) / 1e9;
            own = cpuOf(Thread.currentThread().getName()) - own;
            awaitEnds(history, 2L * made);
            cpu = cpuOf("sockeye-history") - cpu;
            System.out.printf(
                    Locale.ROOT,
                    "%s: %d connections in %.2f s, %.0f a second, %.1f us each%n",
                    name,
                    made,
                    took,
                    made / took,
                    own / 1e3 / made);
            if (history == null) return;
            System.out.printf(
                    Locale.ROOT,
                    "%d changes (%.2f each), %d ends (%.2f each), lost %d, history's processor time %.2f s, %.1f %%%n",
                    changes.sum(),
                    changes.sum() / (double) made,
                    ends.sum(),
                    ends.sum() / (double) made,
                    history.lost() - lost,
                    cpu / 1e9,
                    cpu / 1e7 / took);
            // What is missing must have been counted as lost.
            assertThat(ends.sum() + history.lost() - lost).isGreaterThanOrEqualTo(2L * made);
            if (paths != null) check(paths, made, history.lost() - lost);
        }
    }

    private void awaitEnds(@Nullable History history, long wanted) throws InterruptedException {
        for (int wait = 0; wait < 500 && history != null && ends.sum() < wanted; wait++) Thread.sleep(10);
    }

    /// Each end of each connection has gone a whole way that there is, and of each change is told, unless
    /// it is none.
    private void check(Paths seen, int made, long lost) {
        seen.counts().forEach((way, number) -> System.out.printf("%,10d %s%n", number, way));
        if (lost > 0) {
            assertThat(seen.changes() + lost).isGreaterThanOrEqualTo(10L * made);
            return;
        }
        int none = 0;
        for (String opening : OPENINGS) {
            int gone = 0;
            for (String end : ENDS) gone += seen.counts().getOrDefault(opening + end, 0);
            none += seen.counts().getOrDefault(opening + " FIN_WAIT1 FIN_WAIT2 CLOSED", 0);
            assertThat(gone).as(opening).isEqualTo(made);
        }
        assertThat(seen.sockets()).isEqualTo(2L * made);
        assertThat(seen.changes()).isEqualTo(10L * made);
        assertThat(changes.sum()).isEqualTo(10L * made - none);
    }

    /// Each is opened, accepted and closed at both ends, the opener first, paced in steps of a
    /// millisecond.
    private int connections(KernelSocket listener, int number) throws IOException {
        var accepted = new KernelSocket[1];
        long start = System.nanoTime();
        for (int i = 0; i < number; i++) {
            long due = start + (long) (i / (double) rate * 1e9) / 1_000_000 * 1_000_000;
            while (System.nanoTime() < due) LockSupport.parkNanos(100_000);
            KernelSocket client = KernelSocket.open(true);
            var to = new TransportAddress(IpAddress.v4(0x7f000001 + i % ADDRESSES), 7000);
            client.connect(to);
            while (listener.accept(accepted) != 0) Thread.onSpinWait();
            client.close();
            accepted[0].close();
        }
        return number;
    }

    /// Processor time of a thread of ours so far, nanoseconds.
    private static long cpuOf(String thread) throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                String name = Files.readString(task.resolve("comm")).strip();
                if (!thread.startsWith(name)) continue;
                return Long.parseLong(
                        Files.readString(task.resolve("schedstat")).split(" ", -1)[0]);
            }
        }
        return 0;
    }
}
