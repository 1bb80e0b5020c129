package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;

/// A connection whose handshake a [Listener] waits for: SYN_RCVD of a passive open (`struct request_sock`).
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class HalfOpen {

    private final FourTuple tuple;
    private final Handshake handshake;

    HalfOpen(FourTuple tuple, Handshake handshake) {
        this.tuple = tuple;
        this.handshake = handshake;
    }

    /// Which connection it is to be.
    public FourTuple tuple() {
        return tuple;
    }

    /// What has been agreed on so far.
    public Handshake handshake() {
        return handshake;
    }

    /// When the SYN-ACK is to be sent again, or the wait given up; nanoseconds.
    public long deadline() {
        throw new UnsupportedOperationException();
    }
}
