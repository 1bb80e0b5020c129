package dev.sockeye.inspect;

import org.jspecify.annotations.Nullable;

/// Who holds a socket.
///
/// @param pid       the process
/// @param program   its name, as a person would call it; of a stranger's process, as `ps -o comm` has it
/// @param thread    the thread that opened the socket, null if not known
/// @param handle    what the program holds it by: a descriptor (`fd=7`) or a Java object; null when that is not known
/// @param container the container that the process runs in, by its name or the beginning of its id; null if in none
public record Owner(
        long pid,
        String program,
        @Nullable String thread,
        @Nullable String handle,
        @Nullable String container) {

    /// One that is in no container.
    public Owner(long pid, String program, @Nullable String thread, @Nullable String handle) {
        this(pid, program, thread, handle, null);
    }
}
