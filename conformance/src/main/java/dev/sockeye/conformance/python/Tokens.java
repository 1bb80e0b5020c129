package dev.sockeye.conformance.python;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Cuts a block of Python into tokens, with its indentation as tokens of its own.
final class Tokens {

    private static final List<String> OPERATORS = List.of(
            "**=", "//=", "<<=", ">>=", "==", "!=", "<=", ">=", "<<", ">>", "**", "//", "+=", "-=", "*=", "/=", "%=",
            "&=", "|=", "^=", "<>", "+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">", "(", ")", "[", "]", ",", ":",
            ";", "=", ".");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private final Deque<Integer> indents = new ArrayDeque<>(List.of(0));
    private int at;
    private int line = 1;
    private int depth;

    private Tokens(String text) {
        this.text = text;
    }

    static List<Token> of(String text) throws PythonException {
        var lexer = new Tokens(dedented(text));
        lexer.run();
        return lexer.tokens;
    }

    /// A block may be indented as a whole, or begin behind its bracket: its least indented line is at the
    /// margin.
    private static String dedented(String text) {
        String[] lines = text.split("\n", -1);
        int margin = Integer.MAX_VALUE;
        for (int i = 1; i < lines.length; i++) {
            String stripped = lines[i].strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) continue;
            margin =
                    Math.min(margin, lines[i].length() - lines[i].stripLeading().length());
        }
        lines[0] = lines[0].stripLeading();
        // What hangs on a first line that stands behind the bracket is indented as it is.
        if (lines[0].stripTrailing().endsWith(":")) margin = 0;
        for (int i = 1; i < lines.length; i++) {
            lines[i] = lines[i].substring(Math.min(margin, lines[i].length()));
        }
        return String.join("\n", lines);
    }

    private PythonException error(String message) {
        return new PythonException(PythonException.Kind.ERROR, line, message);
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void run() throws PythonException {
        boolean freshLine = true;
        while (at < text.length()) {
            if (freshLine && depth == 0) {
                if (!beginLine()) continue;
                freshLine = false;
            }
            char c = text.charAt(at);
            if (c == '\n') {
                endLine();
                freshLine = true;
            } else if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
                at += 2;
                line++;
            } else if (c == '#') {
                while (at < text.length() && text.charAt(at) != '\n') at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                token(c);
            }
        }
        if (depth > 0) throw error("a bracket is not closed");
        add(Token.Kind.NEWLINE, "");
        while (indents.size() > 1) {
            indents.pop();
            add(Token.Kind.DEDENT, "");
        }
        add(Token.Kind.END, "");
    }

    /// Measures the indentation.
    ///
    /// @return whether there is anything on this line
    private boolean beginLine() throws PythonException {
        int start = at;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) at++;
        if (at >= text.length()) return false;
        char c = text.charAt(at);
        if (c == '#' || c == '\n' || c == '\r') {
            while (at < text.length() && text.charAt(at) != '\n') at++;
            at++;
            line++;
            return false;
        }
        int indent = at - start;
        if (indent > indents.getFirst()) {
            indents.push(indent);
            add(Token.Kind.INDENT, "");
        }
        while (indent < indents.getFirst()) {
            indents.pop();
            add(Token.Kind.DEDENT, "");
        }
        if (indent != indents.getFirst()) throw error("the indentation fits no line above");
        return true;
    }

    private void endLine() {
        if (depth == 0) add(Token.Kind.NEWLINE, "");
        at++;
        line++;
    }

    private void token(char c) throws PythonException {
        if (Character.isLetter(c) || c == '_') {
            add(Token.Kind.NAME, takeWhileWord());
        } else if (Character.isDigit(c)
                || c == '.' && at + 1 < text.length() && Character.isDigit(text.charAt(at + 1))) {
            add(Token.Kind.NUMBER, number());
        } else if (c == '"' || c == '\'') {
            add(Token.Kind.STRING, string(c));
        } else {
            operator();
        }
    }

    private String takeWhileWord() {
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) at++;
        return text.substring(start, at);
    }

    private String number() {
        int start = at;
        takeWhileWord();
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            takeWhileWord();
        }
        return text.substring(start, at).replace("_", "");
    }

    private String string(char quote) throws PythonException {
        var value = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (c == '\n') throw error("the string has no end");
            if (c == '\\' && at < text.length()) {
                char escaped = text.charAt(at++);
                c = escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
            }
            value.append(c);
        }
        if (at >= text.length()) throw error("the string has no end");
        at++;
        return value.toString();
    }

    private void operator() throws PythonException {
        for (String each : OPERATORS) {
            if (!text.startsWith(each, at)) continue;
            if ("([".contains(each)) depth++;
            if (")]".contains(each)) depth = Math.max(0, depth - 1);
            add(Token.Kind.OPERATOR, each);
            at += each.length();
            return;
        }
        throw error("'" + text.charAt(at) + "' is not Python");
    }
}
