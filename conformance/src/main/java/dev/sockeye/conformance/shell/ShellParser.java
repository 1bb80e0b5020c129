package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.shell.ShellTree.Assignment;
import dev.sockeye.conformance.shell.ShellTree.Branch;
import dev.sockeye.conformance.shell.ShellTree.Command;
import dev.sockeye.conformance.shell.ShellTree.Pipeline;
import dev.sockeye.conformance.shell.ShellTree.Stage;
import dev.sockeye.conformance.shell.ShellTree.When;
import dev.sockeye.conformance.shell.ShellTree.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads a block of commands: pipelines joined by `;`, `&&`, `||` and ends of lines, `for`, `if`, `while` and
/// groups, output sent to files. [WordParser] reads the words.
final class ShellParser {

    private static final Set<String> CLOSING = Set.of("do", "done", "then", "elif", "else", "fi", "}");
    private static final String ENDS_COMMAND = "\n;|&)";

    private final WordParser words;

    private ShellParser(String text, int at) {
        this.words = new WordParser(text, at);
    }

    static List<Pipeline> parse(String text) throws ShellException {
        var parser = new ShellParser(text, 0);
        List<Pipeline> script = parser.script();
        if (parser.words.at < text.length()) {
            String rest = text.substring(parser.words.at).strip();
            throw new ShellException("'" + rest.lines().findFirst().orElse(rest) + "' closes nothing");
        }
        return script;
    }

    /// Reads up to the `)` of a `$(`.
    ///
    /// @return where it stands
    static int parseInner(String text, int from, List<Pipeline> into) throws ShellException {
        var parser = new ShellParser(text, from);
        into.addAll(parser.script());
        if (parser.words.peek() != ')') throw new ShellException("$( has no end");
        return parser.words.at;
    }

    /// Pipelines, up to a word or bracket that closes what they stand in.
    private List<Pipeline> script() throws ShellException {
        List<Pipeline> pipelines = new ArrayList<>();
        When when = When.ALWAYS;
        while (true) {
            words.skipBlank(when != When.ALWAYS);
            if (words.atEnd() || words.peek() == ')' || CLOSING.contains(words.peekWord())) {
                if (when != When.ALWAYS) throw new ShellException("a command is missing");
                return pipelines;
            }
            if (words.take(";") || words.take("\n") || words.take("&")) continue;
            pipelines.add(pipeline(when));
            words.skipBlank(false);
            when = words.take("&&") ? When.AFTER_SUCCESS : words.take("||") ? When.AFTER_FAILURE : When.ALWAYS;
        }
    }

    private Pipeline pipeline(When when) throws ShellException {
        boolean negated = words.takeWord("!");
        List<Stage> stages = new ArrayList<>();
        do {
            words.skipBlank(true);
            stages.add(stage());
            words.skipBlank(false);
        } while (!words.startsWith("||") && words.take("|"));
        return new Pipeline(when, negated, stages);
    }

    private Stage stage() throws ShellException {
        if (words.startsWith("((")) throw new Unsupported("the shell's ((...))");
        if (words.take("(")) {
            Stage group = new ShellTree.Group(script());
            if (!words.take(")")) throw new ShellException("( has no end");
            return group;
        }
        return switch (words.peekWord()) {
            case "for" -> loop();
            case "if" -> condition();
            case "while", "until" -> repetition();
            case "{" -> {
                words.takeWord("{");
                Stage group = new ShellTree.Group(script());
                closing("}");
                yield group;
            }
            case "case", "function", "select", "[[" -> throw new Unsupported("the shell's '" + words.peekWord() + "'");
            default -> command();
        };
    }

    private void closing(String word) throws ShellException {
        words.skipBlank(true);
        while (words.take(";")) words.skipBlank(true);
        if (!words.takeWord(word)) throw new ShellException("'" + word + "' is missing");
    }

    private Stage loop() throws ShellException {
        words.takeWord("for");
        words.skipBlank(false);
        String name = words.peekWord();
        if (!name.matches("[A-Za-z_]\\w*")) throw new ShellException("for needs a name");
        words.takeWord(name);
        words.skipBlank(true);
        if (!words.takeWord("in")) throw new Unsupported("a for without 'in'");
        List<Word> values = new ArrayList<>();
        for (words.skipBlank(false); !words.isAtAny(ENDS_COMMAND); words.skipBlank(false)) values.add(words.word());
        closing("do");
        List<Pipeline> body = script();
        closing("done");
        return new ShellTree.For(name, values, body);
    }

    private Stage repetition() throws ShellException {
        boolean until = words.takeWord("until");
        if (!until) words.takeWord("while");
        List<Pipeline> condition = script();
        closing("do");
        List<Pipeline> body = script();
        closing("done");
        return new ShellTree.While(condition, until, body);
    }

    private Stage condition() throws ShellException {
        words.takeWord("if");
        List<Branch> branches = new ArrayList<>();
        List<Pipeline> otherwise = List.of();
        do {
            List<Pipeline> condition = script();
            closing("then");
            branches.add(new Branch(condition, script()));
        } while (words.takeWord("elif"));
        if (words.takeWord("else")) otherwise = script();
        closing("fi");
        return new ShellTree.If(branches, otherwise);
    }

    private Command command() throws ShellException {
        List<Assignment> assignments = new ArrayList<>();
        List<Word> all = new ArrayList<>();
        Word output = null;
        boolean append = false;
        while (true) {
            words.skipBlank(false);
            if (words.isAtAny(ENDS_COMMAND)) break;
            if (words.take("2>&1") || words.take(">&2") || words.take("2>/dev/null")) continue;
            if (words.take("&>")) {
                output = redirection();
            } else if (words.take("2>")) {
                redirection();
            } else if (words.take(">")) {
                append = words.take(">");
                output = redirection();
            } else if (words.startsWith("<")) {
                throw new Unsupported("input from a file, <");
            } else {
                String name = all.isEmpty() ? words.takeAssigned() : "";
                if (name.isEmpty()) all.add(words.word());
                else assignments.add(new Assignment(name, words.wordOrNothing()));
            }
        }
        if (all.isEmpty() && assignments.isEmpty()) throw new ShellException("a command is missing");
        return new Command(List.copyOf(assignments), List.copyOf(all), output, append);
    }

    private Word redirection() throws ShellException {
        words.skipBlank(false);
        return words.word();
    }
}
