package dev.sockeye.inspect.blame;

/// A thread of a native program, and what it waits for.
///
/// @param tid    its number, as `ps -L` and gdb have it
/// @param name   its name
/// @param call   what it is in, as a person would write it: `read()`, `epoll_wait(4)`; or `it runs`
/// @param onThis whether that is about the socket that was asked for
public record WaitingThread(int tid, String name, String call, boolean onThis) {

    /// `thread 814 (serve) waits in read() on this very socket`
    public String text() {
        String who = "thread " + tid + " (" + name + ") ";
        if (call.isEmpty()) return who + "runs";
        return who + "waits in " + call + (onThis ? " on this very socket" : "");
    }
}
