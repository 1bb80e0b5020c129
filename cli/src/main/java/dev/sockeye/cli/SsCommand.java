package dev.sockeye.cli;

import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.PublishFolder;
import dev.sockeye.inspect.RunningStacks;
import dev.sockeye.inspect.SnapshotJson;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye ss`
@Command(
        name = "ss",
        header = "Lists the sockets of all running stacks of this user, as ss lists the kernel's.",
        description = {
            "",
            "A stack runs in a program that was started with 'sockeye run', or in 'sockeye demo'. Without options, open"
                    + " connections are listed. Sockets in which something is wrong are red on a terminal, those worth"
                    + " a look yellow; 'sockeye explain' says why.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sockeye ss -ta                         all TCP sockets",
            "  sockeye ss -tlp                        listeners, and who owns them",
            "  sockeye ss -toe state close-wait       forgotten connections: since when, and opened where",
            "  sockeye ss --json | jq .state          for programs: a JSON object in each line"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class SsCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-t", "--tcp"},
            description = "Only TCP sockets.")
    private boolean tcp;

    @Option(
            names = {"-u", "--udp"},
            description = "Only UDP sockets.")
    private boolean udp;

    @Option(
            names = {"-a", "--all"},
            description = "Listeners and unconnected sockets too.")
    private boolean all;

    @Option(
            names = {"-l", "--listening"},
            description = "Only listeners and unconnected sockets.")
    private boolean listening;

    @Option(
            names = {"-n", "--numeric"},
            description = "Numbers, not names: always so, accepted for habit's sake.")
    @SuppressWarnings("UnusedVariable")
    private boolean numeric;

    @Option(
            names = {"-p", "--processes"},
            description = "The program, process and thread that opened each socket.")
    private boolean processes;

    @Option(
            names = {"-e", "--extended"},
            description = "Socket number, open directions, since when in this state, opened where.")
    private boolean extended;

    @Option(
            names = {"-o", "--options"},
            description = "The timer that runs: its name, when it fires, how often it has.")
    private boolean timers;

    @Option(
            names = {"-i", "--info"},
            description = "TCP's own numbers: window, round trip, rates, retransmissions ...")
    private boolean info;

    @Option(
            names = {"-m", "--memory"},
            description = "Bytes queued, and the buffers' sizes.")
    private boolean memory;

    @Option(
            names = {"-H", "--no-header"},
            description = "No line of column names.")
    private boolean noHeader;

    @Option(
            names = "--json",
            description = "A JSON object for each socket, in a line of its own, with all that is known.")
    private boolean json;

    @Parameters(
            paramLabel = "FILTER",
            arity = "0..*",
            description = "state NAME, exclude NAME: as in ss, with its names and groups.")
    private List<String> filter = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        Set<TcpState> states = states();
        RunningStacks.Answers answers = new RunningStacks(PublishFolder.ofUser()).sockets();
        for (String problem : answers.problems()) sockeye.complain(problem);
        List<SocketSnapshot> sockets = answers.sockets().stream()
                .filter(socket -> states.contains(socket.state()) && isWanted(socket.protocol()))
                .sorted(Comparator.comparing(SocketSnapshot::host).thenComparingLong(SocketSnapshot::inode))
                .toList();
        if (json) printJson(sockets);
        else printTable(sockets);
        if (answers.stacks() == 0
                && answers.problems().isEmpty()
                && sockeye.terminal().isTerminal()) {
            sockeye.complain("no stack is running; start one with 'sockeye run -- java ...' or 'sockeye demo'");
        }
        return answers.stacks() == 0 && !answers.problems().isEmpty() ? ExitCode.IO : ExitCode.OK;
    }

    private Set<TcpState> states() {
        try {
            return StateFilter.parse(filter, StateFilter.standard(all, listening));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private boolean isWanted(Protocol protocol) {
        return tcp == udp || (protocol == Protocol.TCP ? tcp : udp);
    }

    private void printJson(List<SocketSnapshot> sockets) throws IOException {
        for (SocketSnapshot socket : sockets) sockeye.out().println(SnapshotJson.write(socket));
    }

    private void printTable(List<SocketSnapshot> sockets) {
        var columns = new SsTable.Columns(!noHeader, processes, timers, extended, memory, info);
        for (String line : new SsTable(sockeye.terminal(), columns).lines(sockets))
            sockeye.out().println(line);
    }
}
