package dev.sockeye.cli;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.RecordJson;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.filter.FilterException;
import dev.sockeye.inspect.filter.SocketFilter;
import dev.sockeye.inspect.filter.StateSet;
import dev.sockeye.inspect.history.History;
import dev.sockeye.inspect.history.HistoryEvent;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.history.HistoryOptions;
import dev.sockeye.inspect.history.Holders;
import dev.sockeye.inspect.history.Method;
import dev.sockeye.inspect.history.RecordedHistory;
import dev.sockeye.inspect.history.Stories;
import dev.sockeye.inspect.history.Story;
import dev.sockeye.inspect.kernel.KernelLook;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.kernel.Namespace;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.inspect.look.Recording;
import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `sockeye trace`
@Command(
        name = "trace",
        header = "Shows what happens to the kernel's TCP connections, as it happens: who opened and closed, and why.",
        description = {
            "",
            "Each change of state is a line: when, of which socket, from which state to which, after how long in the"
                    + " former, and who or what did it. With --story there is a paragraph for each connection when it"
                    + " is over. All network namespaces are seen if the kernel permits BPF (root); otherwise its traces"
                    + " are read, or dumps compared, and it is said what that does not tell.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo sockeye trace dport = :5432                   every change of connections to PostgreSQL",
            "  sudo sockeye trace --story pid = 812               a paragraph for each connection of a process",
            "  sudo sockeye trace state close-wait                who is left behind by its peer",
            "  sudo sockeye trace -e reset,drop                   resets and dropped segments, and the reason",
            "  sudo sockeye trace --json --for 10s > trace.json   for programs: a JSON object in each line"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class TraceCommand implements Callable<Integer> {

    /// What a line can be about.
    enum Kind {
        CHANGE,
        RETRANSMIT,
        RESET,
        DROP,
        END,
        ALL;

        static Kind of(HistoryEvent event) {
            return switch (event) {
                case Transition _ -> CHANGE;
                case HistoryEvent.Retransmission _ -> RETRANSMIT;
                case HistoryEvent.ResetSent _, HistoryEvent.ResetReceived _ -> RESET;
                case HistoryEvent.Dropped _ -> DROP;
                case HistoryEvent.Destroyed _ -> END;
            };
        }
    }

    /// For picocli: a kind in small letters.
    static final class KindConverter implements ITypeConverter<Kind> {

        @Override
        public Kind convert(String text) {
            return named(Kind.class, text);
        }
    }

    /// For picocli: a method in small letters.
    static final class MethodConverter implements ITypeConverter<Method> {

        @Override
        public Method convert(String text) {
            return named(Method.class, text);
        }
    }

    private static <T extends Enum<T>> T named(Class<T> type, String text) {
        List<String> names = new ArrayList<>();
        for (T each : type.getEnumConstants()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            if (name.equals(text)) return each;
            names.add(name);
        }
        throw new TypeConversionException("'" + text + "' is none of " + String.join(", ", names));
    }

    /// What may wait to be printed. If that is full, the source waits too, and what it loses then is
    /// counted.
    private static final int WAITING = 1 << 16;

    private static final int CHUNK = 1 << 15;
    private static final long LOSS_ANEW_NANOS = 1_000_000_000;

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--story",
            description = "A paragraph for each connection when it is over, not a line for each change.")
    private boolean story;

    @Option(
            names = {"-e", "--events"},
            paramLabel = "KIND",
            split = ",",
            converter = KindConverter.class,
            description = "What to show: change, retransmit, reset, drop, end (with its figures), or all;"
                    + " change if not given.")
    private List<Kind> kinds = List.of(Kind.CHANGE);

    @Option(names = "--json", description = "A JSON object for each, in a line of its own, with all that is known.")
    private boolean json;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = HumanDuration.class,
            description = "End after this time, such as 30s or 10m.")
    private @Nullable Duration length;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "N",
            description = "End after so many lines or paragraphs.")
    private long count;

    @Option(
            names = {"-H", "--no-header"},
            description = "No line of column names.")
    private boolean noHeader;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            converter = MethodConverter.class,
            description = "bpf, tracefs or dumps: only this way to learn it, and not the best that is permitted.")
    private @Nullable Method method;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "What a recording ('sockeye record --every') knows, and not what happens now.")
    private @Nullable Path from;

    @Parameters(
            paramLabel = "FILTER",
            arity = "0..*",
            description = "Of which sockets: ss's filter, with 'pid = N' and 'comm = NAME'; 'state NAME' is of changes"
                    + " from it or to it.")
    private List<String> filter = new ArrayList<>();

    private final BlockingQueue<HistoryEvent> events = new ArrayBlockingQueue<>(WAITING);
    private final Holders holders = new Holders();
    private final Map<Long, String> namespaces = new HashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final OutputReader reader = new OutputReader();
    private SocketFilter wanted;
    private Set<Kind> shown;
    private TraceText lines;
    private long ownNamespace;
    private long printed;
    private long lost;
    private long lossLookedAt;

    @Override
    public Integer call() throws IOException {
        wanted = parse();
        if (count < 0) throw new ParameterException(spec.commandLine(), "--count is 1 at least");
        shown = kinds.contains(Kind.ALL) ? EnumSet.allOf(Kind.class) : EnumSet.copyOf(kinds);
        lines = new TraceText(sockeye.terminal(), namespaces);
        if (from != null) {
            replay(from);
            return ExitCode.OK;
        }
        var stop = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().unstarted(() -> {
            stop.countDown();
            awaitQuietly(ended);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try (History history = open()) {
            trace(history, stop);
        } finally {
            ended.countDown();
            removeQuietly(hook);
        }
        return ExitCode.OK;
    }

    private SocketFilter parse() {
        try {
            return SocketFilter.parse(String.join(" ", filter), StateSet.ALL.with(StateSet.BOUND_INACTIVE));
        } catch (FilterException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private History open() throws IOException {
        HistoryOptions options = HistoryOptions.DEFAULT;
        if (method != null) options = options.withMethods(method);
        History history = History.open(options, this::queue);
        for (String refusal : history.refusals()) sockeye.complain(refusal);
        if (history.method() != Method.BPF)
            sockeye.complain("this is learned from " + history.method().title());
        return history;
    }

    private void queue(HistoryEvent event) {
        try {
            events.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---------------------------------------------------------------- running

    private void trace(History history, CountDownLatch stop) throws IOException {
        long end = length == null ? Long.MAX_VALUE : System.nanoTime() + length.toNanos();
        learnWhatIsThere();
        var stories = new Stories(this::print);
        if (!json && !story && !noHeader) text.append(lines.header()).append('\n');
        flush();
        while (stop.getCount() > 0 && !isEnough() && System.nanoTime() < end) {
            HistoryEvent event = poll(Math.min(100, (end - System.nanoTime()) / 1_000_000 + 1));
            if (event != null) take(event, stories);
            if (event == null || text.length() > CHUNK || events.isEmpty()) {
                if (!flush()) return; // nobody reads any more
                stories.rest(Instant.now());
            }
            lookForLosses(history);
        }
        if (!isEnough()) stories.close();
        flush();
        lossLookedAt = 0;
        lookForLosses(history);
    }

    /// Look by look, as fast as it can be read.
    private void replay(Path file) throws IOException {
        if (length != null || method != null) {
            throw new ParameterException(
                    spec.commandLine(), "--for and --method are of what happens now, not of --from");
        }
        var stories = new Stories(this::print);
        var recorded = new RecordedHistory();
        if (!json && !story && !noHeader) text.append(lines.header()).append('\n');
        try (Recording recording = Recording.open(file)) {
            for (Look look = recording.next(); look != null && !isEnough(); look = recording.next()) {
                learnNames(look);
                for (HistoryEvent event : recorded.next(look)) if (!isEnough()) take(event, stories);
                if (!flush()) return; // nobody reads any more
                stories.rest(look.at());
            }
        }
        if (!isEnough()) stories.close();
        flush();
    }

    /// A recording does not tell which namespace was whose own: the first one counts as that.
    private void learnNames(Look look) {
        holders.add(look.sockets());
        for (SocketSnapshot socket : look.sockets()) {
            KernelDetail kernel = socket.kernel();
            if (kernel == null) continue;
            if (ownNamespace == 0) {
                ownNamespace = kernel.namespace();
                lines.own(ownNamespace);
            }
            if (kernel.namespace() != ownNamespace) namespaces.put(kernel.namespace(), socket.host());
        }
    }

    private @Nullable HistoryEvent poll(long millis) {
        try {
            return events.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private boolean isEnough() {
        return count > 0 && printed >= count;
    }

    /// Who holds what was there before: events wait meanwhile.
    private void learnWhatIsThere() throws IOException {
        try (var source = new KernelSource()) {
            KernelLook look = source.look(KernelQuery.ALL.ofAllNamespaces());
            holders.add(look.sockets());
            for (Namespace namespace : look.namespaces()) {
                if (namespace.isOwn()) ownNamespace = namespace.inode();
                else namespaces.put(namespace.inode(), namespace.name());
            }
        }
        lines.own(ownNamespace);
    }

    private void take(HistoryEvent event, Stories stories) throws IOException {
        Owner owner = holders.of(event);
        if (story) {
            stories.add(event, owner);
        } else if (shown.contains(Kind.of(event)) && isWanted(event, owner)) {
            if (json) text.append(RecordJson.line("event", name(event), (Record) event));
            else text.append(lines.line(event));
            text.append('\n');
            printed++;
        }
    }

    private static String name(HistoryEvent event) {
        return switch (event) {
            case Transition _ -> "transition";
            case HistoryEvent.Retransmission _ -> "retransmission";
            case HistoryEvent.ResetSent _ -> "reset_sent";
            case HistoryEvent.ResetReceived _ -> "reset_received";
            case HistoryEvent.Dropped _ -> "dropped";
            case HistoryEvent.Destroyed _ -> "destroyed";
        };
    }

    private void print(Story told) {
        TcpState last = told.last() == null ? TcpState.CLOSED : told.last();
        if (isEnough() || !wanted.test(snapshot(told.cookie(), told.namespace(), told.ended(), last, told))) return;
        try {
            if (json) text.append(RecordJson.line("event", "story", told)).append('\n');
            else lines.story(told).forEach(line -> text.append(line).append('\n'));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        printed++;
    }

    // ---------------------------------------------------------------- what is wanted

    private boolean isWanted(HistoryEvent event, @Nullable Owner owner) {
        if (wanted.expression() == null && wanted.states().equals(StateSet.ALL.with(StateSet.BOUND_INACTIVE)))
            return true;
        return switch (event) {
            case Transition change ->
                wanted.test(snapshot(event, change.to(), owner)) || wanted.test(snapshot(event, change.from(), owner));
            case HistoryEvent.Retransmission seen -> wanted.test(snapshot(event, seen.state(), owner));
            case HistoryEvent.ResetSent seen -> wanted.test(snapshot(event, seen.state(), owner));
            case HistoryEvent.ResetReceived seen -> wanted.test(snapshot(event, seen.state(), owner));
            case HistoryEvent.Dropped seen -> wanted.test(snapshot(event, seen.state(), owner));
            case HistoryEvent.Destroyed end ->
                wanted.test(snapshot(event, end.last() == null ? TcpState.CLOSED : end.last(), owner));
        };
    }

    private SocketSnapshot snapshot(HistoryEvent event, TcpState state, @Nullable Owner owner) {
        return SocketSnapshot.tcp(event.at(), namespaces.getOrDefault(event.namespace(), ""), state, event.local())
                .remote(event.remote())
                .owner(owner)
                .kernel(detail(
                        event.cookie(), event.namespace(), event.local().ip().isV4()))
                .build();
    }

    private SocketSnapshot snapshot(long cookie, long namespace, Instant at, TcpState state, Story told) {
        return SocketSnapshot.tcp(at, namespaces.getOrDefault(namespace, ""), state, told.local())
                .remote(told.remote())
                .owner(told.owner())
                .kernel(detail(cookie, namespace, told.local().ip().isV4()))
                .build();
    }

    private static KernelDetail detail(long cookie, long namespace, boolean v4) {
        int family = v4 ? KernelDetail.IPV4 : KernelDetail.IPV6;
        return KernelDetail.of(family, cookie, 0, namespace);
    }

    // ---------------------------------------------------------------- what comes out

    /// @return false if nobody reads it any more
    private boolean flush() {
        if (!text.isEmpty()) {
            sockeye.out().print(text);
            text.setLength(0);
        }
        return !sockeye.out().checkError() && !reader.isGone(); // the first flushes
    }

    private void lookForLosses(History history) throws IOException {
        long now = System.nanoTime();
        if (now - lossLookedAt < LOSS_ANEW_NANOS) return;
        lossLookedAt = now;
        long sum = history.lost();
        if (sum <= lost) return;
        sockeye.complain(
                PlainWords.count(sum - lost, "event was", "events were") + " lost: they came faster than they could be "
                        + (sockeye.terminal().isTerminal() ? "shown" : "written"));
        lost = sum;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            boolean inTime = latch.await(5, TimeUnit.SECONDS);
            if (!inTime) return; // then it ends as it is
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeQuietly(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs: that is why this ends.
        }
    }
}
