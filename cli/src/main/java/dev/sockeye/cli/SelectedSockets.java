package dev.sockeye.cli;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.kernel.KernelLook;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The kernel's sockets that a command acts on, and whether it asks before.
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class SelectedSockets {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            index = "+", // behind those that the command itself has
            arity = "0..*",
            paramLabel = "SELECTOR",
            description =
                    "Which sockets: LOCAL REMOTE addresses, or a filter of 'sockeye ss', in which fd=N may stand.")
    private List<String> selector = List.of();

    @Option(
            names = {"-y", "--yes"},
            description = "Do it without asking.")
    private boolean yes;

    /// Whether the user has agreed beforehand.
    boolean areAgreed() {
        return yes;
    }

    /// Those that there are now, in all namespaces; if there are none, that and why is said.
    List<SocketSnapshot> find(Sockeye sockeye) throws IOException {
        SocketSelector wanted = selector();
        try (var kernel = new KernelSource()) {
            KernelLook look = kernel.look(KernelQuery.ALL.ofAllNamespaces());
            List<SocketSnapshot> sockets =
                    look.sockets().stream().filter(wanted).toList();
            if (sockets.isEmpty()) {
                for (String problem : look.problems()) sockeye.note(problem);
                sockeye.complain("there is no such socket");
            }
            return sockets;
        }
    }

    private SocketSelector selector() {
        try {
            return SocketSelector.parse(selector);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
