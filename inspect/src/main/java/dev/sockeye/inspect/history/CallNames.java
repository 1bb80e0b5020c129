package dev.sockeye.inspect.history;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The names of the system calls that move a socket, by their numbers on this machine (asm/unistd.h).
final class CallNames {

    private static final Map<Long, String> AMD64 = Map.ofEntries(
            Map.entry(1L, "write"),
            Map.entry(3L, "close"),
            Map.entry(20L, "writev"),
            Map.entry(33L, "dup2"),
            Map.entry(42L, "connect"),
            Map.entry(44L, "sendto"),
            Map.entry(46L, "sendmsg"),
            Map.entry(48L, "shutdown"),
            Map.entry(50L, "listen"),
            Map.entry(59L, "execve"),
            Map.entry(60L, "exit"),
            Map.entry(231L, "exit"),
            Map.entry(292L, "dup3"));

    private static final Map<Long, String> GENERIC = Map.ofEntries(
            Map.entry(24L, "dup3"),
            Map.entry(57L, "close"),
            Map.entry(64L, "write"),
            Map.entry(66L, "writev"),
            Map.entry(93L, "exit"),
            Map.entry(94L, "exit"),
            Map.entry(201L, "listen"),
            Map.entry(203L, "connect"),
            Map.entry(206L, "sendto"),
            Map.entry(210L, "shutdown"),
            Map.entry(211L, "sendmsg"),
            Map.entry(221L, "execve"));

    private static final Map<Long, String> NAMES = names();

    private CallNames() {}

    private static Map<Long, String> names() {
        var names = new HashMap<>(System.getProperty("os.arch").equals("amd64") ? AMD64 : GENERIC);
        names.put(426L, "io_uring_enter");
        names.put(436L, "close_range");
        return Map.copyOf(names);
    }

    /// Null if it is another.
    static @Nullable String of(long number) {
        return NAMES.get(number);
    }
}
