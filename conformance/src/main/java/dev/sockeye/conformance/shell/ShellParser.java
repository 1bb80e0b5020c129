package dev.sockeye.conformance.shell;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a block of commands: pipelines joined by `;`, `&&`, `||` and ends of lines, with quotes,
/// `$((...))`,
/// `${PPID}`, and output sent to files.
final class ShellParser {

    /// What decides whether a pipeline is run.
    enum When {
        ALWAYS,
        AFTER_SUCCESS,
        AFTER_FAILURE
    }

    /// A command with its words.
    ///
    /// @param output where its output goes, null for the pipe or the terminal
    record Command(List<String> words, @Nullable String output, boolean append) {}

    /// Commands joined by pipes.
    record Pipeline(When when, boolean negated, List<Command> commands) {}

    private final String text;
    private int at;

    private ShellParser(String text) {
        this.text = text;
    }

    static List<Pipeline> parse(String text) throws ShellException {
        return new ShellParser(text).script();
    }

    private List<Pipeline> script() throws ShellException {
        List<Pipeline> pipelines = new ArrayList<>();
        When when = When.ALWAYS;
        while (true) {
            skipBlank(when != When.ALWAYS);
            if (at >= text.length()) return pipelines;
            if (take(";") || take("\n") || take("&")) continue;
            Pipeline pipeline = pipeline(when);
            pipelines.add(pipeline);
            skipBlank(false);
            when = take("&&") ? When.AFTER_SUCCESS : take("||") ? When.AFTER_FAILURE : When.ALWAYS;
        }
    }

    private boolean take(String what) {
        if (!text.startsWith(what, at)) return false;
        at += what.length();
        return true;
    }

    /// Passes over blanks, continued lines and comments.
    private void skipBlank(boolean lines) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t' || c == '\r' || lines && c == '\n') at++;
            else if (text.startsWith("\\\n", at)) at += 2;
            else if (c == '#') while (at < text.length() && text.charAt(at) != '\n') at++;
            else return;
        }
    }

    private Pipeline pipeline(When when) throws ShellException {
        boolean negated = text.startsWith("! ", at);
        if (negated) at += 2;
        List<Command> commands = new ArrayList<>();
        do {
            skipBlank(true);
            commands.add(command());
            skipBlank(false);
        } while (!text.startsWith("||", at) && take("|"));
        return new Pipeline(when, negated, commands);
    }

    private Command command() throws ShellException {
        List<String> words = new ArrayList<>();
        String output = null;
        boolean append = false;
        while (true) {
            skipBlank(false);
            if (at >= text.length() || "\n;|&".indexOf(text.charAt(at)) >= 0) break;
            if (take("2>&1") || take(">&2") || take("2>/dev/null")) continue;
            if (take("2>")) {
                skipBlank(false);
                word();
            } else if (take(">")) {
                append = take(">");
                skipBlank(false);
                output = word();
            } else {
                words.add(word());
            }
        }
        if (words.isEmpty()) throw new ShellException("a command is missing");
        return new Command(List.copyOf(words), output, append);
    }

    private String word() throws ShellException {
        var word = new StringBuilder();
        int start = at;
        while (at < text.length() && " \t\r\n;|&>".indexOf(text.charAt(at)) < 0) {
            char c = text.charAt(at);
            if (c == '\'') {
                word.append(quoted());
            } else if (c == '"') {
                doubleQuoted(word);
            } else if (c == '$') {
                dollar(word);
            } else if (c == '\\' && at + 1 < text.length()) {
                if (text.charAt(at + 1) != '\n') word.append(text.charAt(at + 1));
                at += 2;
            } else {
                word.append(c);
                at++;
            }
        }
        if (at == start) throw new ShellException("a word is missing");
        return word.toString();
    }

    private String quoted() throws ShellException {
        int end = text.indexOf('\'', at + 1);
        if (end < 0) throw new ShellException("a quote has no end");
        String inside = text.substring(at + 1, end);
        at = end + 1;
        return inside;
    }

    private void doubleQuoted(StringBuilder word) throws ShellException {
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c == '$') {
                dollar(word);
            } else if (c == '\\' && at + 1 < text.length() && "\\\"$\n".indexOf(text.charAt(at + 1)) >= 0) {
                if (text.charAt(at + 1) != '\n') word.append(text.charAt(at + 1));
                at += 2;
            } else {
                word.append(c);
                at++;
            }
        }
        if (at >= text.length()) throw new ShellException("a quote has no end");
        at++;
    }

    /// Where the two brackets stand that close `$((`.
    private int endOfArithmetic() throws ShellException {
        int depth = 0;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') depth++;
            if (c == ')' && depth == 0 && text.startsWith("))", i)) return i;
            if (c == ')') depth--;
        }
        throw new ShellException("$(( has no end");
    }

    private void dollar(StringBuilder word) throws ShellException {
        if (take("$((")) {
            int end = endOfArithmetic();
            word.append(Arithmetic.value(text.substring(at, end)));
            at = end + 2;
        } else if (take("${")) {
            int end = text.indexOf('}', at);
            if (end < 0) throw new ShellException("${ has no end");
            word.append('$').append(text, at, end);
            at = end + 1;
        } else if (text.startsWith("$(", at)) {
            throw new dev.sockeye.conformance.machine.Unsupported("the output of a command as a word, $(...)");
        } else {
            word.append(text.charAt(at++));
        }
    }
}
