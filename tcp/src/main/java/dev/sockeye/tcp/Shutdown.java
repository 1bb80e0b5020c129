package dev.sockeye.tcp;

/// The `how` of `shutdown(2)`.
public enum Shutdown {
    READ(Connection.RECEIVE),
    WRITE(Connection.SEND),
    BOTH(Connection.RECEIVE | Connection.SEND);

    /// The directions that it ends, as bits.
    public final int directions;

    Shutdown(int directions) {
        this.directions = directions;
    }
}
