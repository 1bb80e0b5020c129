package dev.sockeye.inspect;

import org.jspecify.annotations.Nullable;

/// Who holds a socket.
///
/// @param pid     the process
/// @param program its name, as a person would call it
/// @param thread  the thread that opened the socket, null if not known
/// @param handle  what the program holds it by: a descriptor (`fd=7`) or a Java object; null when that is not known
public record Owner(
        long pid,
        String program,
        @Nullable String thread,
        @Nullable String handle) {}
