package dev.sockeye.conformance.shell;

import dev.sockeye.conformance.machine.Unsupported;
import dev.sockeye.conformance.shell.ShellTree.Literal;
import dev.sockeye.conformance.shell.ShellTree.Part;
import dev.sockeye.conformance.shell.ShellTree.Pipeline;
import dev.sockeye.conformance.shell.ShellTree.Word;
import java.util.ArrayList;
import java.util.List;

/// Reads the words of a shell's text: quotes, `$name`, `$(...)`, `$((...))`.
final class WordParser {

    private static final String ENDS_WORD = " \t\r\n;|&>)";

    private final String text;
    int at;

    /// Of the word that is being read: its parts, the text since the last, and whether anything of it was quoted.
    private List<Part> parts = new ArrayList<>();

    private StringBuilder literal = new StringBuilder();
    private boolean quoted;

    WordParser(String text, int at) {
        this.text = text;
        this.at = at;
    }

    // ---------------------------------------------------------------- looking ahead

    boolean atEnd() {
        return at >= text.length();
    }

    /// The next character; 0 at the end.
    char peek() {
        return atEnd() ? 0 : text.charAt(at);
    }

    boolean isAtAny(String characters) {
        return atEnd() || characters.indexOf(peek()) >= 0;
    }

    boolean startsWith(String what) {
        return text.startsWith(what, at);
    }

    boolean take(String what) {
        if (!startsWith(what)) return false;
        at += what.length();
        return true;
    }

    /// The next word as it is written.
    String peekWord() {
        int end = at;
        while (end < text.length() && ENDS_WORD.indexOf(text.charAt(end)) < 0) end++;
        return text.substring(at, end);
    }

    boolean takeWord(String word) {
        skipBlank(false);
        if (!peekWord().equals(word)) return false;
        at += word.length();
        return true;
    }

    /// Passes over `name=`.
    ///
    /// @return the name, or nothing if that does not stand here
    String takeAssigned() {
        int end = at;
        while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) end++;
        if (end == at || end >= text.length() || text.charAt(end) != '=' || Character.isDigit(peek())) return "";
        String name = text.substring(at, end);
        at = end + 1;
        return name;
    }

    /// Passes over blanks, continued lines and comments.
    void skipBlank(boolean lines) {
        while (!atEnd()) {
            char c = peek();
            if (c == ' ' || c == '\t' || c == '\r' || lines && c == '\n') at++;
            else if (startsWith("\\\n")) at += 2;
            else if (c == '#') while (!atEnd() && peek() != '\n') at++;
            else return;
        }
    }

    // ---------------------------------------------------------------- words

    Word word() throws ShellException {
        int start = at;
        Word word = wordOrNothing();
        if (at == start) throw new ShellException("a word is missing");
        return word;
    }

    Word wordOrNothing() throws ShellException {
        parts = new ArrayList<>();
        literal = new StringBuilder();
        quoted = false;
        while (!isAtAny(ENDS_WORD)) {
            char c = peek();
            if (c == '\'') {
                singleQuoted();
            } else if (c == '"') {
                doubleQuoted();
            } else if (c == '$') {
                dollar(false);
            } else if (c == '\\' && at + 1 < text.length()) {
                if (text.charAt(at + 1) != '\n') literal.append(text.charAt(at + 1));
                at += 2;
            } else {
                literal.append(c);
                at++;
            }
        }
        endLiteral();
        return new Word(List.copyOf(parts), quoted);
    }

    private void endLiteral() {
        if (!literal.isEmpty()) parts.add(new Literal(literal.toString()));
        literal.setLength(0);
    }

    private void singleQuoted() throws ShellException {
        int end = text.indexOf('\'', at + 1);
        if (end < 0) throw new ShellException("a quote has no end");
        literal.append(text, at + 1, end);
        at = end + 1;
        quoted = true;
    }

    private void doubleQuoted() throws ShellException {
        at++;
        quoted = true;
        while (!atEnd() && peek() != '"') {
            char c = peek();
            if (c == '$') {
                dollar(true);
            } else if (c == '\\' && at + 1 < text.length() && "\\\"$\n".indexOf(text.charAt(at + 1)) >= 0) {
                if (text.charAt(at + 1) != '\n') literal.append(text.charAt(at + 1));
                at += 2;
            } else {
                literal.append(c);
                at++;
            }
        }
        if (atEnd()) throw new ShellException("a quote has no end");
        at++;
    }

    private void dollar(boolean inQuotes) throws ShellException {
        if (take("$((")) {
            int end = endOfArithmetic();
            endLiteral();
            parts.add(new ShellTree.Sum(arithmetic(text.substring(at, end))));
            at = end + 2;
        } else if (take("$(")) {
            endLiteral();
            List<Pipeline> inner = new ArrayList<>();
            at = ShellParser.parseInner(text, at, inner) + 1;
            parts.add(new ShellTree.Output(List.copyOf(inner), inQuotes));
        } else if (take("${")) {
            int end = text.indexOf('}', at);
            if (end < 0) throw new ShellException("${ has no end");
            variable(text.substring(at, end), inQuotes);
            at = end + 1;
        } else {
            at++;
            int end = at;
            while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_'))
                end++;
            if (end == at && peek() == '?') end++;
            if (end == at) {
                literal.append('$');
                return;
            }
            variable(text.substring(at, end), inQuotes);
            at = end;
        }
    }

    private void variable(String name, boolean inQuotes) {
        if (!name.matches("\\w+|\\?")) throw new Unsupported("the shell's ${" + name + "}");
        endLiteral();
        parts.add(new ShellTree.Variable(name, inQuotes));
    }

    /// What stands in `$((...))`: text, in which names may stand without `$`.
    private static List<Part> arithmetic(String inside) throws ShellException {
        var inner = new WordParser("\"" + inside.replace("\"", "") + "\"", 0);
        return inner.word().parts();
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
}
