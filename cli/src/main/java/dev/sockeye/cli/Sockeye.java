package dev.sockeye.cli;

import dev.sockeye.linux.SystemCalls;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// The command `sockeye`.
@Command(
        name = "sockeye",
        header = "TCP sockets for the JVM: a TCP/IP of its own, and an eye for every socket.",
        description = "",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        versionProvider = Version.class,
        commandListHeading = "Commands:%n",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            UpCommand.class,
            SsUsage.class,
            ExplainCommand.class,
            DoctorCommand.class,
            BlameCommand.class,
            FixCommand.class,
            TraceCommand.class,
            WatchCommand.class,
            RecordCommand.class,
            AgentCommand.class,
            PacketdrillCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {"", "'sockeye help COMMAND' tells more about each."})
public final class Sockeye implements Runnable {

    private final Terminal terminal;
    private final PrintStream out;
    private final PrintStream err;

    Sockeye(Terminal terminal, PrintStream out, PrintStream err) {
        this.terminal = terminal;
        this.out = out;
        this.err = err;
    }

    /// Runs a command and ends the process with its exit code: see [ExitCode].
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("ss")) {
            Thread.ofPlatform().name("sockeye-calls").daemon().start(SystemCalls::prepare);
        }
        Terminal terminal = Terminal.ofProcess();
        var output = new Output(FileDescriptor.out, 1);
        PrintStream out = terminal.open(output);
        var sockeye = new Sockeye(terminal, out, terminal.open(new Output(FileDescriptor.err, 2)));
        int exitCode = SsCommand.run(sockeye, arguments);
        // A short command has started nothing that must be told of its end, and is gone ten milliseconds earlier.
        if (exitCode >= 0) Runtime.getRuntime().halt(sockeye.orLost(output, exitCode));
        exitCode = CommandLines.run(sockeye, arguments);
        out.flush();
        System.exit(sockeye.orLost(output, exitCode));
    }

    /// Says what of the output was lost.
    private int orLost(Output output, int exitCode) {
        String loss = output.loss();
        if (loss == null) return exitCode;
        complain("the output is not whole: " + loss);
        return exitCode == ExitCode.OK ? ExitCode.IO : exitCode;
    }

    int run(String... arguments) {
        int exitCode = SsCommand.run(this, arguments);
        return exitCode >= 0 ? exitCode : CommandLines.run(this, arguments);
    }

    /// Without a command.
    @Override
    public void run() {
        CommandLines.usage(this);
    }

    Terminal terminal() {
        return terminal;
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /// Says in one line what the user should know, apart from the program's output.
    void note(String line) {
        err.println("sockeye: " + line);
    }

    /// Says a line as it is, apart from the program's output.
    void say(String line) {
        err.println(line);
    }

    /// Says in one line what is wrong.
    void complain(String line) {
        err.println("sockeye: " + line);
    }

    // ---------------------------------------------------------------- what can go wrong

    /// Exceptions about files have the file's name for a message, and what is wrong in their type.
    static String message(IOException cause) {
        return switch (cause) {
            case NoSuchFileException e -> e.getMessage() + ": there is no such file or folder";
            case AccessDeniedException e -> e.getMessage() + ": permission denied";
            case FileSystemException e -> e.getFile() + ": " + e.getReason();
            default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
        };
    }
}
