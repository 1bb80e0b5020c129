package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.SocketSnapshot;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A whole filter: states, and a condition on the sockets that are in them.
///
/// @param states     which are wanted
/// @param expression null for all that are in these states
public record SocketFilter(StateSet states, @Nullable Filter expression) implements Predicate<SocketSnapshot> {

    /// Every socket in these states.
    public static SocketFilter of(StateSet states) {
        return new SocketFilter(states, null);
    }

    /// The filter that this text spells, with the names of this machine.
    ///
    /// @param standard the states that are meant where none is named
    /// @throws FilterException with a line for the user that says what is wrong, and where
    public static SocketFilter parse(String text, StateSet standard) {
        return parse(text, standard, new SystemLookups());
    }

    /// The filter that this text spells, with names that others look up.
    public static SocketFilter parse(String text, StateSet standard, Lookups lookups) {
        return FilterParser.parse(lookups, text, standard);
    }

    @Override
    public boolean test(SocketSnapshot socket) {
        return states.contains(socket) && (expression == null || expression.matches(socket));
    }

    /// What of it the kernel can decide.
    ///
    /// @param marksToo whether it will: only for who has `CAP_NET_ADMIN`
    public Pushdown pushdown(boolean marksToo) {
        return Pushdown.of(expression, marksToo);
    }

    @Override
    public String toString() {
        return expression == null ? states.toString() : states + " " + expression;
    }
}
