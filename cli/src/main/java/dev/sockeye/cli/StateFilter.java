package dev.sockeye.cli;

import dev.sockeye.inspect.StateNames;
import dev.sockeye.tcp.TcpState;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Which states `ss` shows: what its `-a`, `-l`, `state NAME` and `exclude NAME` select.
final class StateFilter {

    private static final Set<TcpState> ALL = EnumSet.allOf(TcpState.class);
    private static final Set<TcpState> NOT_CONNECTED = EnumSet.of(TcpState.LISTEN, TcpState.CLOSED);
    private static final Set<TcpState> BUCKETS = EnumSet.of(TcpState.SYN_RCVD, TcpState.TIME_WAIT);

    private StateFilter() {}

    /// What is shown where nothing is said of states: open connections, all, or listeners.
    static Set<TcpState> standard(boolean all, boolean listening) {
        if (all) return ALL;
        return listening ? NOT_CONNECTED : without(ALL, NOT_CONNECTED);
    }

    /// The filter that these words spell: `state NAME` and `exclude NAME`, as often as wanted.
    ///
    /// @throws IllegalArgumentException with a line for the user
    static Set<TcpState> parse(List<String> words, Set<TcpState> standard) {
        if (words.isEmpty()) return standard;
        EnumSet<TcpState> states = EnumSet.noneOf(TcpState.class);
        boolean anyIncluded = false;
        EnumSet<TcpState> excluded = EnumSet.noneOf(TcpState.class);
        for (int i = 0; i < words.size(); i += 2) {
            String word = words.get(i);
            if (!word.equals("state") && !word.equals("exclude")) {
                throw new IllegalArgumentException(
                        "'" + word + "' is not a filter: there are 'state NAME' and 'exclude NAME'");
            }
            if (i + 1 == words.size()) throw new IllegalArgumentException("'" + word + "' needs the name of a state");
            Set<TcpState> named = named(words.get(i + 1));
            if (word.equals("state")) {
                states.addAll(named);
                anyIncluded = true;
            } else {
                excluded.addAll(named);
            }
        }
        return without(anyIncluded ? states : ALL, excluded);
    }

    private static Set<TcpState> named(String name) {
        TcpState state = StateNames.find(name);
        if (state != null) return EnumSet.of(state);
        return switch (name) {
            case "all" -> ALL;
            case "connected" -> without(ALL, NOT_CONNECTED);
            case "synchronized" -> {
                EnumSet<TcpState> states = EnumSet.copyOf(without(ALL, NOT_CONNECTED));
                states.remove(TcpState.SYN_SENT);
                yield states;
            }
            case "bucket" -> BUCKETS;
            case "big" -> without(ALL, BUCKETS);
            default -> throw new IllegalArgumentException("there is no state '" + name + "'");
        };
    }

    private static Set<TcpState> without(Set<TcpState> states, Set<TcpState> excluded) {
        EnumSet<TcpState> rest = EnumSet.copyOf(states);
        rest.removeAll(excluded);
        return rest;
    }
}
