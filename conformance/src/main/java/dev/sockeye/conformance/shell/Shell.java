package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.shell.ShellParser.Command;
import dev.sockeye.conformance.shell.ShellParser.Pipeline;
import dev.sockeye.conformance.shell.ShellParser.When;
import java.util.List;

/// Runs a script's blocks of commands on the host under test: settings, counters, routes, files. As in a
/// shell, a block succeeds if its last command does.
public final class Shell {

    /// What a command leaves behind.
    ///
    /// @param status 0 for success
    record Result(int status, String output) {
        static final Result OK = new Result(0, "");

        static Result failed(String message) {
            return new Result(1, message + "\n");
        }
    }

    private final Commands commands;

    /// A shell on this machine.
    public Shell(Environment environment) {
        commands = new Commands(environment);
    }

    /// Runs a block.
    ///
    /// @return what it has printed
    /// @throws ShellException if it is no shell language, or fails
    public String run(String text) throws ShellException {
        Result result = runAll(text);
        if (result.status != 0) {
            String why = result.output.isBlank() ? "" : ": " + result.output.strip();
            throw new ShellException("the command ends with status " + result.status + why);
        }
        return result.output;
    }

    /// Sets what packetdrill's authors have set on their machines: what most scripts begin with.
    public void setDefaults() {
        commands.defaults("defaults.sh");
    }

    Result runAll(String text) throws ShellException {
        var output = new StringBuilder();
        int status = 0;
        for (Pipeline pipeline : ShellParser.parse(text)) {
            boolean runs = pipeline.when() == When.ALWAYS || (pipeline.when() == When.AFTER_SUCCESS) == (status == 0);
            if (!runs) continue;
            Result result = run(pipeline.commands());
            status = pipeline.negated() ? result.status == 0 ? 1 : 0 : result.status;
            output.append(result.output);
        }
        return new Result(status, output.toString());
    }

    private Result run(List<Command> pipeline) throws ShellException {
        Result result = Result.OK;
        for (Command command : pipeline) {
            Result here = commands.run(command.words(), result.output);
            if (command.output() != null) {
                commands.write(command.output(), here.output, command.append());
                here = new Result(here.status, "");
            }
            result = here;
        }
        return result;
    }
}
