package dev.sockeye.cli;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.blame.Blame;
import dev.sockeye.inspect.blame.Effort;
import dev.sockeye.inspect.blame.GdbBacktrace;
import dev.sockeye.inspect.blame.HeapDump;
import dev.sockeye.inspect.blame.HeapDumpCost;
import dev.sockeye.inspect.blame.Jvm;
import dev.sockeye.inspect.blame.OpeningLines;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `sockeye blame`
@Command(
        name = "blame",
        header = "Says what inside a program holds a socket: the field, the line, the thread.",
        description = {
            "",
            "Without options it tells what costs the program nothing: which threads wait for the socket, and what the"
                    + " program's epolls tell it. The options look closer; what that costs is said first, and asked.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo sockeye blame pid=812,fd=9                    what can be seen from outside",
            "  sudo sockeye blame pid=812 --heap                  a JVM: the chain of references to each socket",
            "  sudo sockeye blame state close-wait --reads 30s    a JVM: which line reads ends of streams",
            "  sudo sockeye blame pid=812 --openings              a JVM: note the lines that open sockets; again: tell",
            "  sudo sockeye blame pid=901 --gdb                   a native program: where its threads are"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class BlameCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Mixin
    private SelectedSockets selected;

    @Option(names = "--heap", description = "Take a heap dump of the JVM and find in it what holds the socket.")
    private boolean heap;

    @Option(
            names = "--reads",
            paramLabel = "DURATION",
            converter = HumanDuration.class,
            description = "Record the JVM's reads for this time: which line reads the end of the stream.")
    private @Nullable Duration reads;

    @Option(
            names = "--openings",
            description = "Have the JVM note where it opens sockets from now on; if it does already, tell.")
    private boolean openings;

    @Option(names = "--no-openings", description = "Have the JVM note that no more.")
    private boolean noOpenings;

    @Option(names = "--gdb", description = "Have gdb tell where a native program's threads are.")
    private boolean gdb;

    @Option(names = "--json", description = "A JSON object for each socket, in a line of its own.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        List<SocketSnapshot> sockets = selected.find(sockeye);
        if (sockets.isEmpty()) return ExitCode.NOT_FOUND;
        List<Jvm> jvms = jvmsOf(sockets);
        if (noOpenings) return removeOpenings(jvms);
        if (!agreed(jvms)) return ExitCode.OK;
        var effort = new Effort(heap, reads == null ? Duration.ZERO : reads, openings, gdb);
        var progress = new Progress(sockeye.err());
        if (reads != null) progress.show("recording reads for " + PlainWords.duration(reads) + " ...");
        List<Blame> blames = Blame.of(sockets, effort, (pass, at, of) -> progress.show(heapProgress(pass, at, of)));
        progress.clear();
        for (Blame blame : blames) print(blame);
        hint(effort, !jvms.isEmpty());
        return ExitCode.OK;
    }

    private static List<Jvm> jvmsOf(List<SocketSnapshot> sockets) {
        Set<Integer> pids = new LinkedHashSet<>();
        for (SocketSnapshot socket : sockets) {
            Owner owner = socket.owner();
            if (owner != null) pids.add((int) owner.pid());
        }
        List<Jvm> jvms = new ArrayList<>();
        for (int pid : pids) {
            Jvm jvm = Jvm.of(pid);
            if (jvm != null) jvms.add(jvm);
        }
        return jvms;
    }

    private int removeOpenings(List<Jvm> jvms) throws IOException {
        for (Jvm jvm : jvms) {
            new OpeningLines(jvm).remove();
            sockeye.note("process " + jvm.pid() + " notes no more where it opens sockets");
        }
        return ExitCode.OK;
    }

    // ---------------------------------------------------------------- what it costs

    /// Says what each costs, and asks.
    private boolean agreed(List<Jvm> jvms) throws IOException {
        List<String> costs = new ArrayList<>();
        for (Jvm jvm : jvms) {
            if (heap) costs.add(heapCost(jvm));
            if (openings && !new OpeningLines(jvm).isInstalled())
                costs.add("process " + jvm.pid() + " is given an agent: " + String.join("; ", OpeningLines.COST));
        }
        if (gdb) costs.add(GdbBacktrace.COST);
        if (costs.isEmpty()) return true;
        for (String cost : costs) sockeye.note(cost);
        if (selected.areAgreed()) return true;
        if (!Question.canBeAsked()) {
            sockeye.note("nothing is done, as nobody can be asked; --yes does it");
            return false;
        }
        return new Question(sockeye.err()).ask("Go on?");
    }

    static String heapCost(Jvm jvm) throws IOException {
        HeapDumpCost cost = HeapDump.of(jvm).cost();
        return "a heap dump of process " + jvm.pid() + ": about " + PlainWords.bytes(cost.heapUsed())
                + " are written to "
                + cost.folder() + ", where " + PlainWords.bytes(cost.diskFree()) + " are free"
                + (cost.inMemory() ? " (in memory: it is a tmpfs)" : "") + ", and deleted again; the program stands"
                + " still for about " + PlainWords.duration(cost.pause());
    }

    static String heapProgress(int pass, long at, long of) {
        if (pass == 0) return "the program writes its heap, about " + PlainWords.bytes(of) + " ...";
        return "reading the heap dump, pass " + pass + ", " + (of == 0 ? 0 : at * 100 / of) + " % of "
                + PlainWords.bytes(of);
    }

    // ---------------------------------------------------------------- what is told

    private void print(Blame blame) {
        List<String> lines = json ? List.of(BlameText.json(blame)) : BlameText.lines(blame, sockeye.terminal());
        for (String line : lines) sockeye.out().println(line);
    }

    private void hint(Effort effort, boolean anyJvm) {
        if (json || !effort.equals(Effort.FREE) || !sockeye.terminal().isTerminal()) return;
        sockeye.note(
                anyJvm
                        ? "more is told by --heap (what holds it), --reads 30s (who reads its end) and --openings (who"
                                + " opens it)"
                        : "more is told by --gdb (where the threads are)");
    }
}
