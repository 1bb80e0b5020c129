package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.shell.ShellTree.Assignment;
import dev.sockeye.conformance.shell.ShellTree.Branch;
import dev.sockeye.conformance.shell.ShellTree.Command;
import dev.sockeye.conformance.shell.ShellTree.For;
import dev.sockeye.conformance.shell.ShellTree.Group;
import dev.sockeye.conformance.shell.ShellTree.If;
import dev.sockeye.conformance.shell.ShellTree.Pipeline;
import dev.sockeye.conformance.shell.ShellTree.Stage;
import dev.sockeye.conformance.shell.ShellTree.When;
import dev.sockeye.conformance.shell.ShellTree.While;
import dev.sockeye.conformance.shell.ShellTree.Word;
import java.util.List;

/// Runs a script's blocks of commands on the host under test: settings, counters, routes, files. As in a
/// shell, a block succeeds if its last command does.
public final class Shell {

    /// How often a loop may go round.
    private static final int MOST_ROUNDS = 100_000;

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
    private final Words words = new Words(this);
    private boolean exits;

    /// A shell on this machine.
    public Shell(Environment environment) {
        commands = new Commands(environment);
    }

    /// Runs a block.
    ///
    /// @return what it has printed
    /// @throws ShellException if it is no shell language, or fails
    public String run(String text) throws ShellException {
        words.clear();
        exits = false;
        Result result = runAll(ShellParser.parse(text), "");
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

    /// @param input what the first of each pipeline reads
    Result runAll(List<Pipeline> script, String input) throws ShellException {
        var output = new StringBuilder();
        int status = 0;
        for (Pipeline pipeline : script) {
            boolean runs = pipeline.when() == When.ALWAYS || (pipeline.when() == When.AFTER_SUCCESS) == (status == 0);
            if (!runs || exits) continue;
            Result result = Result.OK;
            String piped = input;
            for (Stage stage : pipeline.stages()) {
                result = run(stage, piped);
                piped = result.output;
            }
            status = pipeline.negated() ? result.status == 0 ? 1 : 0 : result.status;
            words.setStatus(status);
            output.append(result.output);
        }
        return new Result(status, output.toString());
    }

    private Result run(Stage stage, String input) throws ShellException {
        return switch (stage) {
            case Command command -> command(command, input);
            case Group(List<Pipeline> body) -> runAll(body, input);
            case For loop -> loop(loop, input);
            case If condition -> condition(condition, input);
            case While repetition -> repetition(repetition, input);
        };
    }

    private Result command(Command command, String input) throws ShellException {
        for (Assignment each : command.assignments()) words.set(each.name(), words.text(each.value()));
        List<String> all = words.expand(command.words());
        Result result = all.isEmpty() ? Result.OK : builtIn(all, input);
        Word output = command.output();
        if (output == null) return result;
        commands.write(words.text(output), result.output, command.append());
        return new Result(result.status, "");
    }

    private Result builtIn(List<String> all, String input) throws ShellException {
        if (all.getFirst().equals("exit")) {
            exits = true;
            return new Result(all.size() > 1 ? (int) Arithmetic.value(all.get(1)) : 0, "");
        }
        if (all.getFirst().equals("export") || all.getFirst().equals("local")) {
            for (String each : all.subList(1, all.size())) {
                String[] parts = each.split("=", 2);
                if (parts.length == 2) words.set(parts[0], parts[1]);
            }
            return Result.OK;
        }
        return commands.run(all, input);
    }

    private Result loop(For loop, String input) throws ShellException {
        var output = new StringBuilder();
        int status = 0;
        for (String value : words.expand(loop.words())) {
            if (exits) break;
            words.set(loop.name(), value);
            Result result = runAll(loop.body(), input);
            status = result.status;
            output.append(result.output);
        }
        return new Result(status, output.toString());
    }

    private Result condition(If condition, String input) throws ShellException {
        var output = new StringBuilder();
        for (Branch branch : condition.branches()) {
            Result holds = runAll(branch.condition(), input);
            output.append(holds.output);
            if (holds.status != 0) continue;
            Result result = runAll(branch.body(), input);
            return new Result(result.status, output + result.output);
        }
        Result result = runAll(condition.otherwise(), input);
        return new Result(result.status, output + result.output);
    }

    private Result repetition(While repetition, String input) throws ShellException {
        var output = new StringBuilder();
        int status = 0;
        for (int round = 0; !exits; round++) {
            Result holds = runAll(repetition.condition(), input);
            if ((holds.status == 0) == repetition.until()) break;
            if (round == MOST_ROUNDS) throw new ShellException("a loop has gone round " + MOST_ROUNDS + " times");
            Result result = runAll(repetition.body(), input);
            status = result.status;
            output.append(result.output);
        }
        return new Result(status, output.toString());
    }
}
