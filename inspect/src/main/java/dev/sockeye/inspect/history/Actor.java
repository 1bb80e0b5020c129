package dev.sockeye.inspect.history;

import org.jspecify.annotations.Nullable;

/// Who made the call that moved a socket.
///
/// @param pid     the process
/// @param command its name, as `ps -o comm` has it; empty if it had ended before it could be asked
/// @param tid     the thread
/// @param thread  the thread's name
/// @param call    the system call, such as `close`, or `exit` where the process was ending; null if not
///     known
public record Actor(
        long pid,
        String command,
        long tid,
        String thread,
        @Nullable String call) {

    /// `java 812`, and the thread if it has a name of its own.
    public String name() {
        String process = command.isEmpty() ? "process " + pid : command + " " + pid;
        return thread.isEmpty() || thread.equals(command) ? process : process + " [" + thread + "]";
    }
}
