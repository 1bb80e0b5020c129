package dev.sockeye.inspect;

/// Who can still call `close()` on a socket.
public enum Holder {
    /// A program holds it.
    PROGRAM,
    /// It waits in a listener's queue; the program has not accepted it yet.
    ACCEPT_QUEUE,
    /// No program any more (an orphan, TIME_WAIT) or not yet (half-open).
    NOBODY
}
