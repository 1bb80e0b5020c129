package dev.sockeye.inspect.filter;

import org.jspecify.annotations.Nullable;

/// A filter's text, read from left to right, word by word. Signs are words of their own, with blanks around them or
/// not.
final class Words {

    private static final String SIGNS = "()&|!<>=";
    /// What ends a value, in which other signs may stand: a control group's path, say.
    private static final String VALUE_ENDS = ")&|";

    private final String text;
    private int at;
    private int previous;

    Words(String text) {
        this.text = text;
        skipBlanks();
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    boolean atEnd() {
        return at == text.length();
    }

    /// The next word, which stays; empty at the end.
    String peek() {
        return text.substring(at, endOfWord());
    }

    /// Takes the next word.
    String next() {
        return take(endOfWord());
    }

    /// Takes the next word if it is one of these, in small letters or not.
    boolean takeIf(String... words) {
        String next = peek();
        for (String word : words) {
            if (!word.equalsIgnoreCase(next)) continue;
            next();
            return true;
        }
        return false;
    }

    /// Takes a value: up to a blank, a closing parenthesis or `&` or `|`, or what quotes enclose; null if there is
    /// none.
    @Nullable
    String value() {
        if (atEnd()) return null;
        char quote = text.charAt(at);
        if (quote == '"' || quote == '\'') {
            int end = text.indexOf(quote, at + 1);
            if (end < 0) throw new FilterException("the quote that opens at " + place() + " is not closed");
            String value = text.substring(at + 1, end);
            take(end + 1);
            return value;
        }
        int end = at;
        while (end < text.length() && !endsValue(text.charAt(end))) end++;
        return end == at ? null : take(end);
    }

    private static boolean endsValue(char character) {
        return Character.isWhitespace(character) || VALUE_ENDS.indexOf(character) >= 0;
    }

    private String take(int end) {
        String word = text.substring(at, end);
        previous = at;
        at = end;
        skipBlanks();
        return word;
    }

    private int endOfWord() {
        if (atEnd()) return at;
        char first = text.charAt(at);
        if (SIGNS.indexOf(first) >= 0) {
            char second = at + 1 < text.length() ? text.charAt(at + 1) : 0;
            boolean two = switch (first) {
                case '&', '|' -> second == first;
                case '<', '>', '=', '!' -> second == '=';
                default -> false;
            };
            return two ? at + 2 : at + 1;
        }
        int end = at;
        while (end < text.length()
                && !Character.isWhitespace(text.charAt(end))
                && SIGNS.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /// Goes back to where [#mark] said.
    void reset(int mark) {
        at = mark;
    }

    int mark() {
        return at;
    }

    /// The next word and where it stands, for whoever is told that it is wrong.
    String place() {
        return atEnd() ? "the end" : "'" + shown() + "' (" + position(at) + ")";
    }

    /// Where the word that was taken last stands.
    String placeOfLast() {
        return position(previous);
    }

    private String shown() {
        int end = at;
        while (end < text.length() && !endsValue(text.charAt(end))) end++;
        return text.substring(at, Math.max(end, endOfWord()));
    }

    private String position(int index) {
        int word = 1;
        boolean blank = false;
        for (int i = 0; i < index; i++) {
            boolean isBlank = Character.isWhitespace(text.charAt(i));
            if (blank && !isBlank) word++;
            blank = isBlank;
        }
        if (index > 0 && blank) word++;
        return "word " + word + " of the filter";
    }

    /// A value as it can be read again.
    static String quoted(String value) {
        boolean plain = !value.isEmpty();
        for (int i = 0; i < value.length() && plain; i++) {
            char c = value.charAt(i);
            plain = !endsValue(c) && c != '(' && c != '"' && c != '\'' && (i > 0 || "=<>!".indexOf(c) < 0);
        }
        if (plain) return value;
        return value.indexOf('"') < 0 ? '"' + value + '"' : "'" + value + "'";
    }
}
