package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.SocketSnapshot;

/// `comm = nginx`, `container = web*`: a name of the socket's is this, where `*` stands for anything and `?` for one
/// character.
public record TextCondition(Property property, boolean negated, String pattern) implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        return property.holds(socket, this::isMatchedBy) != negated;
    }

    private boolean isMatchedBy(String text) {
        int at = 0;
        int in = 0;
        int star = -1;
        int resume = 0;
        while (in < text.length()) {
            char wanted = at < pattern.length() ? pattern.charAt(at) : 0;
            if (wanted == '*') {
                star = at++;
                resume = in;
            } else if (at < pattern.length() && (wanted == '?' || wanted == text.charAt(in))) {
                at++;
                in++;
            } else if (star >= 0) {
                at = star + 1;
                in = ++resume;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') at++;
        return at == pattern.length();
    }

    @Override
    public String toString() {
        return property.filterName() + (negated ? " != " : " = ") + Words.quoted(pattern);
    }
}
