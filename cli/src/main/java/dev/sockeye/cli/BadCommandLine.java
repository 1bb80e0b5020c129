package dev.sockeye.cli;

import java.util.List;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Says in one line what is wrong with a command line. A class of its own, as [Failure] is: the start of a command that
/// is written well loads neither.
final class BadCommandLine implements IParameterExceptionHandler {

    private final Sockeye sockeye;

    BadCommandLine(Sockeye sockeye) {
        this.sockeye = sockeye;
    }

    @Override
    public int handleParseException(ParameterException exception, String[] arguments) {
        String command = exception.getCommandLine().getCommandSpec().qualifiedName();
        sockeye.complain(oneLine(exception, arguments) + " (see '" + command + " --help')");
        return ExitCode.USAGE;
    }

    private static String oneLine(ParameterException exception, String[] arguments) {
        // An option that is wrong says more than a parameter that is missing, which it was perhaps to be.
        if (exception instanceof MissingParameterException) {
            CommandSpec command = exception.getCommandLine().getCommandSpec();
            for (String argument : arguments) {
                if (argument.equals("--")) break;
                String name = argument.split("=", 2)[0];
                if (name.startsWith("--") && command.findOption(name) == null) return "Unknown option: '" + name + "'";
            }
        }
        if (exception instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String what = exception.getCommandLine().getParent() == null ? "command" : "argument";
            List<String> meant = unmatched.getSuggestions();
            return "there is no " + what + " '" + unmatched.getUnmatched().getFirst() + "'"
                    + (meant.isEmpty() ? "" : "; did you mean '" + meant.getFirst() + "'?");
        }
        return String.valueOf(exception.getMessage()).lines().findFirst().orElse("bad command line");
    }
}
