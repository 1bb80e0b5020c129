package dev.sockeye.inspect;

/// The queues of a listening socket, in connections.
///
/// @param waiting   established and waiting for `accept()`
/// @param limit     the most that may wait: the smaller of `listen()`'s argument and `somaxconn`
/// @param halfOpen  in SYN_RCVD: the SYN queue
/// @param overflows how many handshakes this listener turned away because its accept queue was full
public record Backlog(int waiting, int limit, int halfOpen, long overflows) {

    /// Whether the next handshake will be turned away: Linux admits one more than the limit.
    public boolean isFull() {
        return waiting > limit;
    }
}
