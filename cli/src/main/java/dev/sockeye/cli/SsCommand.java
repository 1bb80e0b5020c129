package dev.sockeye.cli;

import dev.sockeye.inspect.SnapshotJson;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.filter.Amount;
import dev.sockeye.inspect.filter.AmountCondition;
import dev.sockeye.inspect.filter.Filter;
import dev.sockeye.inspect.filter.Property;
import dev.sockeye.inspect.filter.SocketFilter;
import dev.sockeye.inspect.filter.StateSet;
import dev.sockeye.inspect.filter.TextCondition;
import dev.sockeye.inspect.kernel.DiagFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// `sockeye ss`: lists sockets as `ss` does.
final class SsCommand {

    private final Sockeye sockeye;
    private final SsOptions options;

    private SsCommand(Sockeye sockeye, SsOptions options) {
        this.sockeye = sockeye;
        this.options = options;
    }

    /// Runs it, if these arguments are for it and do not ask for help, which [SsUsage] gives.
    ///
    /// @param arguments of the whole command line
    /// @return the exit code; -1 where others are to look at the arguments
    static int run(Sockeye sockeye, String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("ss")) return -1;
        try {
            SsOptions options = SsOptions.parse(
                    List.of(arguments).subList(1, arguments.length).toArray(String[]::new));
            if (options.has("help") || options.has("version")) return -1;
            return new SsCommand(sockeye, options).run();
        } catch (SsOptions.Wrong | IllegalArgumentException e) {
            sockeye.complain(e.getMessage() + " (see 'sockeye ss --help')");
            return ExitCode.USAGE;
        } catch (IOException e) {
            sockeye.complain(Sockeye.message(e));
            return ExitCode.IO;
        }
    }

    private int run() throws IOException {
        if (options.has("summary")) {
            for (String line : SsSummary.lines()) sockeye.out().println(line);
            return ExitCode.OK;
        }
        SocketFilter filter = filter();
        String chosen = options.value("columns");
        SsColumns byName = chosen == null ? null : SsColumns.parse(chosen);
        boolean json = options.has("json");
        boolean holders = json
                || options.has("processes")
                || options.has("threads")
                || byName != null && byName.needHolders()
                || asksForHolders(filter.expression());
        boolean groups =
                json || options.has("extended") || options.has("cgroup") || byName != null && byName.needGroups();
        @Nullable FutureTask<@Nullable String> others = lookAtOtherNamespaces();
        var selection = new SsSelection(
                options, filter, holders, groups, sockeye.terminal().colour());
        @Nullable SsPages pages = isTable(byName) ? table(filter).pages(sockeye.out(), false, false) : null;
        SsSelection.Found found = find(selection, holders, pages);
        if (sockeye.out().checkError()) return ExitCode.OK; // who has read enough, as head does
        boolean hasPassed = pages != null && pages.hasBegun();
        if (pages != null && hasPassed) pages.end();
        for (String problem : found.problems()) sockeye.complain(problem);
        if (found.blind() && found.sockets().isEmpty()) return ExitCode.IO;
        if (!hasPassed) show(found.sockets(), filter, byName);
        hints(others);
        return found.blind() ? ExitCode.IO : ExitCode.OK;
    }

    /// What is shown of each socket does not depend on the others, but for how wide columns are. Colours do.
    private boolean isTable(@Nullable SsColumns byName) {
        return byName == null
                && !sockeye.terminal().colour()
                && !options.has("json")
                && !options.has("diag")
                && !options.has("threads");
    }

    private SsSelection.Found find(SsSelection selection, boolean holders, @Nullable SsPages pages) throws IOException {
        String what = holders ? "looking at the sockets, and who holds them" : "looking at the sockets";
        try (Waiting waiting = Waiting.begin(sockeye.err(), what)) {
            if (pages == null) return selection.find(null);
            return selection.find((number, sockets) -> {
                if (number == 0) waiting.end();
                pages.add(number, sockets);
                if (sockeye.out().checkError()) throw new IOException("nobody reads this any more");
            });
        }
    }

    // ---------------------------------------------------------------- what is wanted

    private SocketFilter filter() throws IOException {
        StateSet standard =
                options.has("all") ? StateSet.ALL : options.has("listening") ? StateSet.LISTENING : StateSet.CONNECTED;
        if (options.has("bound-inactive")) {
            boolean alone = !options.has("all") && !options.has("listening");
            standard = alone ? StateSet.BOUND_INACTIVE : standard.with(StateSet.BOUND_INACTIVE);
        }
        String text = options.filter();
        String file = options.value("filter");
        if (file != null) text = (text + " " + read(file)).strip();
        return SocketFilter.parse(text, standard);
    }

    private static String read(String file) throws IOException {
        if (!file.equals("-")) return Files.readString(Path.of(file));
        try (InputStream in = System.in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static boolean asksForHolders(@Nullable Filter filter) {
        return switch (filter) {
            case null -> false;
            case Filter.And(Filter left, Filter right) -> asksForHolders(left) || asksForHolders(right);
            case Filter.Or(Filter left, Filter right) -> asksForHolders(left) || asksForHolders(right);
            case Filter.Not(Filter negated) -> asksForHolders(negated);
            case AmountCondition amount -> amount.amount() == Amount.PID;
            case TextCondition text -> text.property() == Property.COMMAND || text.property() == Property.CONTAINER;
            default -> false;
        };
    }

    // ---------------------------------------------------------------- what is shown

    private void show(List<SocketSnapshot> sockets, SocketFilter filter, @Nullable SsColumns byName)
            throws IOException {
        String file = options.value("diag");
        PrintStream out = sockeye.out();
        if (file != null) {
            int left = DiagFile.write(file.equals("-") ? null : Path.of(file), out, sockets);
            if (left > 0) sockeye.note(left + " sockets are not TCP, and were left out of " + file);
        } else if (options.has("json")) {
            for (SocketSnapshot socket : sockets) out.println(SnapshotJson.write(socket));
        } else if (byName != null) {
            for (String line : byName.lines(sockets, !options.has("no-header"))) out.println(line);
        } else {
            boolean threads = options.has("threads");
            table(filter).write(threads ? SsSelection.byThread(sockets) : sockets, out);
        }
        out.flush();
    }

    private SsTable table(SocketFilter filter) {
        return new SsTable(sockeye.terminal(), columns(filter), names());
    }

    private SsTable.Columns columns(SocketFilter filter) {
        return new SsTable.Columns(
                !options.has("no-header"),
                Integer.bitCount(filter.states().mask()) != 1,
                !options.has("no-queues"),
                options.has("processes") || options.has("threads"),
                options.has("options"),
                options.has("extended"),
                options.has("memory"),
                options.has("info"),
                options.has("tos"),
                options.has("cgroup"),
                options.has("inet-sockopt"),
                options.has("oneline"),
                options.has("numeric"));
    }

    private SsNames names() {
        if (options.has("numeric") && !options.has("resolve")) return SsNames.NUMBERS;
        return SsNames.ofSystem(options.has("resolve"));
    }

    // ---------------------------------------------------------------- what people should know

    private boolean showsPeople() {
        return sockeye.terminal().isTerminal() && !options.has("json") && !options.has("diag");
    }

    /// Meanwhile, for it takes as long as asking the kernel.
    private @Nullable FutureTask<@Nullable String> lookAtOtherNamespaces() {
        boolean wanted = showsPeople()
                && !options.has("all-namespaces")
                && !options.has("net")
                && !options.has("from")
                && (options.has("tcp") || !options.has("udp"));
        if (!wanted) return null;
        var task = new FutureTask<@Nullable String>(SsSelection::otherNamespaces);
        Thread.ofPlatform().name("sockeye-namespaces").daemon().start(task);
        return task;
    }

    private void hints(@Nullable FutureTask<@Nullable String> others) {
        if (!showsPeople()) return;
        if (options.has("udp") && !options.has("from")) {
            sockeye.note("UDP sockets are those of running stacks: 'ss -u' lists the kernel's");
        }
        if (others == null) return;
        try {
            String line = others.get();
            if (line != null) sockeye.note(line);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
