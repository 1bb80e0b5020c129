package dev.sockeye.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;

/// Command lines as picocli reads them. Apart from [Sockeye], for `sockeye ss` must start before picocli's classes, of
/// which the JVM keeps nothing, could be loaded.
final class CommandLines {

    private CommandLines() {}

    /// @return the exit code
    static int run(Sockeye sockeye, String... arguments) {
        PrintStream out = sockeye.out();
        PrintStream err = sockeye.err();
        var line = new CommandLine(sockeye);
        line.setOut(new PrintWriter(out, true, out.charset()));
        line.setErr(new PrintWriter(err, true, err.charset()));
        int width = Math.max(80, sockeye.terminal().textWidth());
        line.setUsageHelpWidth(width);
        line.setParameterExceptionHandler(new BadCommandLine(sockeye));
        line.setExecutionExceptionHandler(new Failure(sockeye));
        for (CommandLine command : line.getSubcommands().values()) command.setUsageHelpWidth(width);
        // what follows the program's name is the program's, with -- before it or without
        for (String command : List.of("run", "up"))
            Objects.requireNonNull(line.getSubcommands().get(command)).setStopAtPositional(true);
        return line.execute(arguments);
    }

    /// What commands there are.
    static void usage(Sockeye sockeye) {
        new CommandLine(sockeye).usage(sockeye.out());
    }
}
