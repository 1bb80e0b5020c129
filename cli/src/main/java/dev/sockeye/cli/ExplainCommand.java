package dev.sockeye.cli;

import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.Explanation;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.StateNames;
import dev.sockeye.inspect.Surroundings;
import dev.sockeye.inspect.cure.KnownKeepalive;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye explain`
@Command(
        name = "explain",
        header = "Says in plain words what a state means, or what a socket is about: whose move it is, whether it is"
                + " harmless, what to do.",
        description = "",
        footer = {
            "",
            "Examples:",
            "  sockeye explain CLOSE_WAIT             the state; close-wait and 8 are the same",
            "  sockeye explain                        all eleven states",
            "  sockeye explain ino:17                 the socket with this number ('sockeye ss -e' shows it)",
            "  sockeye explain 10.0.0.2:8080          every socket with this address at either end",
            "  sockeye explain ':49152 -> :8080'      one end of a connection"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class ExplainCommand implements Callable<Integer> {

    /// More sockets than this are counted, not explained.
    private static final int MAX_EXPLAINED = 10;

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "STATE|SOCKET",
            arity = "0..*",
            description =
                    "A state by any of its names or its number; or a socket: ino:NUMBER, HOST:PORT, or ADDRESS:PORT ->"
                            + " ADDRESS:PORT.")
    private List<String> subject = List.of();

    @Mixin
    private LookOptions place;

    private final Explainer explainer = new Explainer();

    @Override
    public Integer call() throws IOException {
        if (subject.isEmpty()) return explainAllStates();
        String text = String.join(" ", subject);
        TcpState state = StateNames.find(text);
        if (state == null) return explainSockets(text);
        print(explainer.explain(state));
        return ExitCode.OK;
    }

    private int explainAllStates() {
        TcpState[] states = TcpState.values();
        for (int i = 0; i < states.length; i++) {
            if (i > 0) sockeye.out().println();
            print(explainer.explain(states[i]));
        }
        return ExitCode.OK;
    }

    private int explainSockets(String text) throws IOException {
        SocketQuery query = query(text);
        Look look = place.look(KernelQuery.ALL.ofAllNamespaces());
        for (String problem : look.problems()) sockeye.note(problem);
        List<SocketSnapshot> sockets = look.sockets().stream().filter(query).toList();
        if (sockets.isEmpty()) {
            sockeye.complain("no socket is " + text);
            return ExitCode.NOT_FOUND;
        }
        // Whether they have keepalive their timers may not show; a recording's sockets may be others by now.
        List<SocketSnapshot> shown = place.from() != null
                ? sockets
                : KnownKeepalive.of(sockets, socket -> socket.state() == TcpState.ESTABLISHED, 2 * MAX_EXPLAINED);
        var around = Surroundings.of(look.sockets());
        printWorstFirst(
                shown.stream().map(socket -> explainer.explain(socket, around)).toList());
        return ExitCode.OK;
    }

    private SocketQuery query(String text) {
        try {
            return SocketQuery.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void printWorstFirst(List<Explanation> explanations) {
        List<Explanation> sorted = explanations.stream()
                .sorted(Comparator.comparing(Explanation::verdict).reversed())
                .toList();
        for (int i = 0; i < Math.min(sorted.size(), MAX_EXPLAINED); i++) {
            if (i > 0) sockeye.out().println();
            print(sorted.get(i));
        }
        int more = sorted.size() - MAX_EXPLAINED;
        if (more > 0) sockeye.complain("and " + more + " more: name one of them by its number, ino:NUMBER");
    }

    private void print(Explanation explanation) {
        for (String line : ExplanationText.lines(explanation, sockeye.terminal()))
            sockeye.out().println(line);
    }
}
