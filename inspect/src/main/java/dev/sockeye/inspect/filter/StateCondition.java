package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.SocketSnapshot;

/// `state NAME` within an expression: the socket is in one of these states.
public record StateCondition(StateSet states) implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        return states.contains(socket);
    }

    @Override
    public String toString() {
        String text = states.toString();
        return text.indexOf(' ', "state ".length()) < 0 ? text : "( " + text.replace(" state ", " or state ") + " )";
    }
}
