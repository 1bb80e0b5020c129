package dev.sockeye.differential;

/// Something in a [Transcript].
sealed interface Event {

    /// When, nanoseconds since the program began.
    long at();

    /// A call, and what it returned.
    ///
    /// @param result 0, a count, or `-errno`
    /// @param detail what was read, as a checksum; 0 for nothing
    record Called(long at, Step.Call call, int result, int detail) implements Event {}

    /// Something has come from the peer.
    record Came(long at, Arrival arrival) implements Event {}

    /// The host has sent a segment.
    ///
    /// @param since when it had not been sent yet: the lab does not look all the time
    record Went(long at, Segment segment, long since) implements Event {}

    /// What was to be seen after a call or an arrival.
    record Looked(long at, Snapshot snapshot) implements Event {}
}
