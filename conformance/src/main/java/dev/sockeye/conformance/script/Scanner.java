package dev.sockeye.conformance.script;

/// Reads a script's text character by character. What a piece means depends on where it stands (`.5` is a
/// time, and flags of a segment), so that the parsers ask for what they expect.
final class Scanner {

    private static final long NANOS = 1_000_000_000;

    private final String text;
    private int at;
    private int line = 1;

    Scanner(String text) {
        this.text = text;
    }

    int line() {
        return line;
    }

    ScriptException error(String message) {
        return new ScriptException(line, message);
    }

    /// What comes next, for a message.
    String shown() {
        if (at >= text.length()) return "the end of the script";
        int end = at;
        while (end < text.length() && end < at + 20 && !Character.isWhitespace(text.charAt(end))) end++;
        return "'" + text.substring(at, Math.max(end, at + 1)) + "'";
    }

    ScriptException expected(String what) {
        return error("expected " + what + ", found " + shown());
    }

    // ---------------------------------------------------------------- characters

    boolean atEnd() {
        return at >= text.length();
    }

    /// The next character; 0 at the end.
    char peek() {
        return peek(0);
    }

    char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
    }

    boolean looksAt(String what) {
        return text.startsWith(what, at);
    }

    char next() {
        char c = text.charAt(at++);
        if (c == '\n') line++;
        return c;
    }

    void skip(int count) {
        for (int i = 0; i < count; i++) next();
    }

    /// Passes over white space and comments.
    Scanner skipSpace() throws ScriptException {
        while (!atEnd()) {
            if (Character.isWhitespace(peek())) next();
            else if (looksAt("//")) while (!atEnd() && peek() != '\n') next();
            else if (looksAt("/*")) skipComment();
            else break;
        }
        return this;
    }

    private void skipComment() throws ScriptException {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) throw error("the comment has no end");
        skip(end + 2 - at);
    }

    // ---------------------------------------------------------------- pieces

    /// Takes these characters, if they come next.
    boolean take(String what) throws ScriptException {
        skipSpace();
        if (!looksAt(what)) return false;
        skip(what.length());
        return true;
    }

    void require(String what) throws ScriptException {
        if (!take(what)) throw expected("'" + what + "'");
    }

    static boolean isWordStart(char c) {
        return Character.isLetter(c) || c == '_';
    }

    static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    /// Whether this word comes next, whole.
    boolean looksAtWord(String word) throws ScriptException {
        skipSpace();
        return looksAt(word) && !isWordPart(peek(word.length()));
    }

    boolean takeWord(String word) throws ScriptException {
        if (!looksAtWord(word)) return false;
        skip(word.length());
        return true;
    }

    void requireWord(String word) throws ScriptException {
        if (!takeWord(word)) throw expected("'" + word + "'");
    }

    /// A name, which may begin with a digit: also a cookie in hexadecimal.
    String word(String what) throws ScriptException {
        skipSpace();
        int start = at;
        while (isWordPart(peek())) next();
        if (at == start) throw expected(what);
        return text.substring(start, at);
    }

    /// All up to white space.
    String run(String what) throws ScriptException {
        skipSpace();
        int start = at;
        while (!atEnd() && !Character.isWhitespace(peek())) next();
        if (at == start) throw expected(what);
        return text.substring(start, at);
    }

    /// All up to `end`, which is passed over.
    String until(String end, String what) throws ScriptException {
        int to = text.indexOf(end, at);
        if (to < 0) throw error(what + " has no end: there is no " + end);
        String taken = text.substring(at, to);
        skip(to + end.length() - at);
        return taken;
    }

    boolean looksAtDigit() throws ScriptException {
        skipSpace();
        return Character.isDigit(peek());
    }

    /// A number, decimal or hexadecimal.
    long integer(String what) throws ScriptException {
        skipSpace();
        boolean negative = peek() == '-' && Character.isDigit(peek(1));
        if (negative) next();
        boolean hexadecimal = looksAt("0x") || looksAt("0X");
        if (hexadecimal) skip(2);
        int start = at;
        while (Character.digit(peek(), hexadecimal ? 16 : 10) >= 0) next();
        if (at == start) throw expected(what);
        try {
            String digits = text.substring(start, at);
            long value = hexadecimal ? Long.parseUnsignedLong(digits, 16) : Long.parseLong(digits);
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            throw error("the number is too large");
        }
    }

    /// A number that is within bounds.
    long integer(String what, long least, long most) throws ScriptException {
        int where = line;
        long value = integer(what);
        if (value < least || value > most) {
            throw new ScriptException(where, what + " is " + least + " to " + most + ", not " + value);
        }
        return value;
    }

    /// Seconds with up to nine decimals, in nanoseconds.
    long seconds() throws ScriptException {
        skipSpace();
        int start = at;
        long whole = 0;
        while (Character.isDigit(peek())) {
            whole = whole * 10 + (next() - '0');
            if (whole > 1_000_000_000) throw error("the time is too large");
        }
        long fraction = 0;
        if (peek() == '.' && Character.isDigit(peek(1))) {
            next();
            long unit = NANOS;
            while (Character.isDigit(peek())) {
                unit /= 10;
                fraction += unit * (next() - '0');
            }
        }
        if (at == start) throw expected("a time in seconds");
        return whole * NANOS + fraction;
    }
}
