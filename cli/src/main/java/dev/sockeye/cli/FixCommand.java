package dev.sockeye.cli;

import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.cure.Aftermath;
import dev.sockeye.inspect.cure.Cure;
import dev.sockeye.inspect.cure.Keepalive;
import dev.sockeye.inspect.cure.Kill;
import dev.sockeye.inspect.cure.Outcome;
import dev.sockeye.inspect.cure.Shutdown;
import dev.sockeye.tcp.TcpState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye fix`
@Command(
        name = "fix",
        header = "Cures sockets of other programs from outside: keepalive, shutdown or kill; asks first.",
        description = {
            "",
            "keepalive has the kernel ask the peer whether it is still there: it harms no connection that is alive."
                    + " shutdown ends a connection as a program does, with a FIN. kill ends it by force, with a reset."
                    + " The program keeps its descriptor: what leaks in it is cured in the program only.",
            "Each socket is recognized by its cookie, so that none is hit that has its place by now. Where the input is"
                    + " no terminal, it is only shown what would be done, unless --yes is given.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  sudo sockeye fix keepalive pid=812                            all connections of a process",
            "  sudo sockeye fix shutdown pid=812,fd=9                        one, by its descriptor",
            "  sudo sockeye fix kill 10.0.0.1:41234 10.0.0.5:5432            one, by its addresses",
            "  sudo sockeye fix shutdown state close-wait dport 5432 --yes   any filter of 'sockeye ss'",
            "",
            "Exit codes: 0 all done (or shown), 1 no such socket, 74 not all could be done."
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class FixCommand implements Callable<Integer> {

    /// What follows a FIN over a network.
    private static final Duration AFTERMATH = Duration.ofMillis(500);

    enum Remedy {
        keepalive,
        shutdown,
        kill
    }

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "keepalive|shutdown|kill", description = "What is to be done.")
    private Remedy remedy;

    @Mixin
    private SelectedSockets selected;

    @Option(names = "--dry-run", description = "Only show what would be done.")
    private boolean dryRun;

    @Option(
            names = "--idle",
            paramLabel = "DURATION",
            converter = HumanDuration.class,
            description = "Of keepalive: silence before the first probe. Default: 60s.")
    private @Nullable Duration idle;

    @Option(
            names = "--interval",
            paramLabel = "DURATION",
            converter = HumanDuration.class,
            description = "Of keepalive: time between probes. Default: 10s.")
    private @Nullable Duration interval;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Of keepalive: how many may stay without an answer. Default: 3.")
    private @Nullable Integer count;

    @Override
    public Integer call() throws IOException {
        Cure cure = cure();
        List<SocketSnapshot> sockets = selected.find(sockeye);
        if (sockets.isEmpty()) return ExitCode.NOT_FOUND;
        if (dryRun || !selected.areAgreed() && !Question.canBeAsked()) {
            show(sockets);
            sockeye.note("would " + cure.intention() + ": nothing is done"
                    + (dryRun ? "" : ", as nobody can be asked; --yes does it"));
            return ExitCode.OK;
        }
        if (!selected.areAgreed()) {
            show(sockets);
            String which = sockets.size() == 1 ? "this socket" : "these " + sockets.size() + " sockets";
            if (!new Question(sockeye.err()).ask("Of " + which + ", " + cure.intention() + "?")) {
                sockeye.note("nothing is done");
                return ExitCode.OK;
            }
        }
        return apply(cure, sockets);
    }

    private Cure cure() {
        boolean isKeepalive = remedy == Remedy.keepalive;
        if (!isKeepalive && (idle != null || interval != null || count != null))
            throw new ParameterException(spec.commandLine(), "--idle, --interval and --count are keepalive's");
        return switch (remedy) {
            case keepalive -> keepalive();
            case shutdown -> new Shutdown();
            case kill -> new Kill();
        };
    }

    private Keepalive keepalive() {
        Keepalive usual = Keepalive.SOON;
        try {
            return new Keepalive(
                    idle == null ? usual.idleSeconds() : seconds(idle),
                    interval == null ? usual.intervalSeconds() : seconds(interval),
                    count == null ? usual.count() : count);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static int seconds(Duration duration) {
        return Math.clamp(duration.toSeconds(), 0, Integer.MAX_VALUE);
    }

    private void show(List<SocketSnapshot> sockets) {
        for (SocketSnapshot socket : sockets) sockeye.out().println(SocketLine.of(socket));
    }

    private int apply(Cure cure, List<SocketSnapshot> sockets) {
        int done = 0;
        for (SocketSnapshot socket : sockets) {
            Outcome outcome = cure.apply(socket);
            boolean isDone = outcome.result() == Outcome.Result.DONE;
            if (isDone) done++;
            sockeye.out().println(SocketLine.of(socket));
            sockeye.out().println("  " + outcome.text() + (isDone ? after(cure, socket) : ""));
        }
        if (done == sockets.size()) return ExitCode.OK;
        sockeye.complain(PlainWords.count(sockets.size() - done, "socket was", "sockets were") + " not cured");
        return ExitCode.IO;
    }

    private static String after(Cure cure, SocketSnapshot socket) {
        if (cure instanceof Keepalive) return "";
        TcpState state = Aftermath.await(socket, AFTERMATH);
        if (state == null) return "; it is gone now";
        return state == socket.state() ? "; it is " + state.ssName() + " still" : "; it is " + state.ssName() + " now";
    }
}
