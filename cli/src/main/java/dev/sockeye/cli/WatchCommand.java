package dev.sockeye.cli;

import dev.sockeye.cli.watch.Looks;
import dev.sockeye.cli.watch.WatchScreen;
import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Surroundings;
import dev.sockeye.inspect.filter.SocketFilter;
import dev.sockeye.inspect.filter.StateSet;
import dev.sockeye.inspect.history.KnownPast;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.look.LocalMachine;
import dev.sockeye.inspect.look.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye watch`
@Command(
        name = "watch",
        header = "Shows every socket of this machine on the full screen, and what becomes of it.",
        description = {
            "",
            "The list is sorted, filtered and opened by keys; h tells which. The page of a socket says what it is about,"
                    + " what has happened to it, and how fast it goes.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo sockeye watch                       everything, trouble first",
            "  sockeye watch state close-wait           what the peer has closed, and the program has not",
            "  sockeye watch dport = :5432 -d 0.2       connections to databases, five looks a second",
            "  sockeye watch --from night.sockeye       what was recorded, a look each second"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class WatchCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-d", "--delay"},
            paramLabel = "INTERVAL",
            defaultValue = "1s",
            converter = HumanDuration.class,
            description =
                    "From look to look, such as 5s or 200ms; the shortest is 100ms. Without it: ${DEFAULT-VALUE}.")
    private Duration interval;

    @Mixin
    private LookOptions place;

    @Parameters(
            paramLabel = "FILTER",
            arity = "0..*",
            description = "Which sockets: as in ss, see 'sockeye ss --help'.")
    private List<String> filter = List.of();

    @Override
    public Integer call() throws IOException {
        if (interval.toMillis() < 100) throw wrong("--delay is 100ms at least");
        String text = String.join(" ", filter);
        check(text);
        if (!sockeye.terminal().isTerminal()) {
            throw new IOException(
                    "watch needs a terminal; for a pipe or a file there is 'sockeye ss' and 'sockeye trace'");
        }
        Path recording = place.from();
        if (recording == null) {
            try (KnownPast past = KnownPast.fromNowOn();
                    var machine = new LocalMachine(new KernelSource(past))) {
                String title = "sockeye watch  " + LocalMachine.origin("").host();
                show(title, () -> machine.look(KernelQuery.ALL.ofAllNamespaces()), text);
            }
        } else {
            try (Recording recorded = Recording.open(recording)) {
                show("sockeye watch  " + recorded.origin().host() + ", from " + recording, recorded::next, text);
            }
        }
        return ExitCode.OK;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void check(String filter) {
        try {
            filterOf(filter);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Predicate<SocketSnapshot> filterOf(String text) {
        return SocketFilter.parse(text, StateSet.ALL);
    }

    private void show(String title, Looks looks, String text) throws IOException {
        var explainer = new Explainer();
        BiFunction<SocketSnapshot, Surroundings, List<String>> explanation =
                (socket, around) -> ExplanationText.lines(explainer.explain(socket, around), sockeye.terminal());
        try (org.jline.terminal.Terminal terminal = terminal()) {
            new WatchScreen(
                            terminal,
                            title,
                            interval,
                            looks,
                            WatchCommand::filterOf,
                            text,
                            explanation,
                            sockeye.terminal().unicode())
                    .run();
        }
    }

    private static org.jline.terminal.Terminal terminal() throws IOException {
        try {
            return TerminalBuilder.builder()
                    .system(true)
                    .provider("ffm")
                    .dumb(false)
                    .build();
        } catch (IllegalStateException e) {
            @Nullable String why = e.getMessage();
            throw new IOException("this terminal cannot be used for a full screen: " + why, e);
        }
    }
}
