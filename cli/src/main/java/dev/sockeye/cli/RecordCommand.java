package dev.sockeye.cli;

import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.doctor.CheckUps;
import dev.sockeye.inspect.history.KnownPast;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.look.LocalMachine;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.inspect.look.Recorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye record`
@Command(
        name = "record",
        header = "Writes every socket of this machine into a file, again and again, for a look at it elsewhere.",
        description = {
            "",
            "The other commands read such a file with --from FILE. It is compressed; it holds addresses, processes and"
                    + " counters, and no byte of what was sent. One look is taken, or one every INTERVAL until the"
                    + " command is interrupted.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo sockeye record now.sockeye                          one look",
            "  sudo sockeye record night.sockeye --every 10s --for 8h   a night",
            "  sockeye doctor --from night.sockeye                      tomorrow, at your desk"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class RecordCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "Where to write; a file that is there is replaced only with --force.")
    private Path file;

    @Option(
            names = {"-e", "--every"},
            paramLabel = "INTERVAL",
            converter = HumanDuration.class,
            description = "Time from look to look, such as 5s or 1m; the shortest is 100ms.")
    private @Nullable Duration every;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = HumanDuration.class,
            description = "End after this time, such as 10m or 8h.")
    private @Nullable Duration length;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "End after so many looks.")
    private int count;

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    private final Set<String> said = new HashSet<>();

    @Override
    public Integer call() throws IOException {
        check();
        var stop = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            stop.countDown();
            awaitEnd(ended);
        }));
        try (KnownPast past = every == null ? KnownPast.atOnce() : KnownPast.fromNowOn();
                var machine = new CheckUps(new LocalMachine(new KernelSource(past)));
                var recorder = new Recorder(file, LocalMachine.origin(Version.text()))) {
            if (!past.refusal().isEmpty()) sockeye.note(past.refusal());
            record(machine, recorder, stop);
        } finally {
            ended.countDown();
        }
        return ExitCode.OK;
    }

    private void check() {
        if (every == null && (length != null || count > 1)) every = Duration.ofSeconds(5);
        if (every != null && every.toMillis() < 100) throw wrong("--every is 100ms at least");
        if (count < 0) throw wrong("--count is 1 at least");
        if (Files.exists(file) && !force) throw wrong(file + " is there already: give another name, or --force");
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void record(CheckUps machine, Recorder recorder, CountDownLatch stop) throws IOException {
        long begin = System.nanoTime();
        long next = begin;
        long looks = 0;
        long sockets;
        var progress = new Progress(sockeye.err());
        while (true) {
            Look look = machine.look(KernelQuery.ALL.ofAllNamespaces());
            recorder.add(look);
            looks++;
            sockets = look.sockets().size();
            for (String problem : look.problems()) if (said.add(problem)) sockeye.note(problem);
            tell(progress, looks, sockets, begin);
            if (every == null || looks == count) break;
            next = Math.max(next + every.toNanos(), System.nanoTime());
            if (length != null && next - begin > length.toNanos()) break;
            if (awaitQuietly(stop, next - System.nanoTime())) break;
        }
        progress.clear();
        sockeye.note(PlainWords.count(looks, "look", "looks") + ", " + PlainWords.count(sockets, "socket", "sockets")
                + " in the last, " + size() + " in " + file);
    }

    private void tell(Progress progress, long looks, long sockets, long begin) {
        if (every == null) return;
        Duration since = Duration.ofSeconds((System.nanoTime() - begin) / 1_000_000_000);
        progress.show(PlainWords.count(looks, "look", "looks") + " in " + PlainWords.duration(since) + ", "
                + PlainWords.count(sockets, "socket", "sockets") + " in the last, " + size() + " in " + file
                + "; Ctrl-C ends");
    }

    private String size() {
        try {
            return PlainWords.bytes(Files.size(file));
        } catch (IOException e) {
            return "?";
        }
    }

    private static boolean awaitQuietly(CountDownLatch latch, long nanos) {
        try {
            return latch.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// A look at many sockets on a busy machine may take some seconds, and is finished and written.
    private void awaitEnd(CountDownLatch ended) {
        try (Waiting _ = Waiting.begin(sockeye.err(), "ending as soon as this look is over")) {
            if (awaitQuietly(ended, TimeUnit.SECONDS.toNanos(30))) return;
        }
        sockeye.note("ended within a look, which is not in " + file);
    }
}
