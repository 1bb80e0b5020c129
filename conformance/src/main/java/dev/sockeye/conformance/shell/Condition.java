package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.shell.Shell.Result;
import java.util.List;
import java.util.function.Predicate;

/// `test`, and `[ ... ]`.
final class Condition {

    private final List<String> words;
    private final Predicate<String> exists;
    private int at;

    private Condition(List<String> words, Predicate<String> exists) {
        this.words = words;
        this.exists = exists;
    }

    /// @param exists whether there is a file of this name
    static Result of(String command, List<String> arguments, Predicate<String> exists) throws ShellException {
        List<String> words = arguments;
        if (command.equals("[")) {
            if (words.isEmpty() || !words.getLast().equals("]")) throw new ShellException("[ has no ]");
            words = words.subList(0, words.size() - 1);
        }
        if (words.isEmpty()) return Result.failed("");
        var condition = new Condition(words, exists);
        boolean holds = condition.either();
        if (condition.at < words.size()) throw new ShellException("'" + words.get(condition.at) + "' is no condition");
        return holds ? Result.OK : new Result(1, "");
    }

    private boolean take(String word) {
        if (at >= words.size() || !words.get(at).equals(word)) return false;
        at++;
        return true;
    }

    private String next() throws ShellException {
        if (at >= words.size()) throw new ShellException("a condition is not complete");
        return words.get(at++);
    }

    private boolean either() throws ShellException {
        boolean holds = both();
        while (take("-o")) holds |= both();
        return holds;
    }

    private boolean both() throws ShellException {
        boolean holds = single();
        while (take("-a")) holds &= single();
        return holds;
    }

    private boolean single() throws ShellException {
        if (words.size() - at > 1 && take("!")) return !single();
        boolean binary = words.size() - at > 2 && words.get(at + 1).matches("==?|!=|<|>|-(eq|ne|lt|le|gt|ge)");
        if (binary) return compared(next(), next(), next());
        String word = next();
        if (at >= words.size() || !word.matches("-[a-z]")) return !word.isEmpty();
        return switch (word) {
            case "-n" -> !next().isEmpty();
            case "-z" -> next().isEmpty();
            case "-e", "-f", "-r", "-w", "-s" -> exists.test(next());
            default -> throw new Unsupported("test " + word);
        };
    }

    private static boolean compared(String left, String operator, String right) throws ShellException {
        return switch (operator) {
            case "=", "==" -> left.equals(right);
            case "!=" -> !left.equals(right);
            case "-eq" -> number(left) == number(right);
            case "-ne" -> number(left) != number(right);
            case "-lt" -> number(left) < number(right);
            case "-le" -> number(left) <= number(right);
            case "-gt" -> number(left) > number(right);
            case "-ge" -> number(left) >= number(right);
            case "<" -> left.compareTo(right) < 0;
            default -> left.compareTo(right) > 0;
        };
    }

    private static long number(String text) throws ShellException {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new ShellException("'" + text + "' is not a number");
        }
    }
}
