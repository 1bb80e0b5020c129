package dev.sockeye.differential;

import java.util.Map;

/// What a program can see of its sockets at a moment.
///
/// @param listener what `poll` says of the listener; -1 where there is none
/// @param socket   what `poll` says of the connection; -1 where there is none
/// @param values   of `TCP_INFO` and the queues, by name; empty without a connection
record Snapshot(int listener, int socket, Map<String, Long> values) {

    static final Snapshot NOTHING = new Snapshot(-1, -1, Map.of());
}
