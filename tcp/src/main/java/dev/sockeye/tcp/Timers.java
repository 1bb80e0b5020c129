package dev.sockeye.tcp;

/// The timers of a connection: when each runs out, nanoseconds of the host's clock, [#NEVER] while it is off. The
/// host is told of the earliest only.
final class Timers {

    static final long NEVER = Long.MAX_VALUE;
    static final long MILLI = 1_000_000;

    /// What the retransmission timer is set for: it is one timer, as in Linux, so that at most one of these is
    /// awaited.
    enum Retransmission {
        /// Nothing.
        OFF,
        /// The retransmission timeout (RFC 6298).
        TIMEOUT,
        /// A tail loss probe (RFC 8985 7).
        LOSS_PROBE,
        /// RACK waits whether a segment is merely late (RFC 8985 6.2 step 5).
        REORDER,
        /// The peer's window is closed: probe it (RFC 9293 3.8.6.1).
        WINDOW_PROBE
    }

    Retransmission retransmission = Retransmission.OFF;
    long retransmissionAt = NEVER;
    /// An acknowledgment is delayed until then.
    long delayedAckAt = NEVER;
    /// Acknowledgments of data beyond a gap are held together until then.
    long compressedAckAt = NEVER;
    /// Transmissions are held back until then (see [Pacer]).
    long pacingAt = NEVER;
    /// Keepalive, or in FIN_WAIT2 of an orphan the end of waiting.
    long keepAliveAt = NEVER;

    void setRetransmission(Retransmission what, long at) {
        retransmission = what;
        retransmissionAt = at;
    }

    void stopRetransmission() {
        setRetransmission(Retransmission.OFF, NEVER);
    }

    long next() {
        long first = Math.min(Math.min(retransmissionAt, delayedAckAt), Math.min(compressedAckAt, keepAliveAt));
        return Math.min(first, pacingAt);
    }

    void stopAll() {
        stopRetransmission();
        delayedAckAt = compressedAckAt = keepAliveAt = pacingAt = NEVER;
    }

    /// What the retransmission timer is set for, as `ss -o` names it: `on`, `persist`, or empty.
    String name() {
        return switch (retransmission) {
            case TIMEOUT, LOSS_PROBE, REORDER -> "on";
            case WINDOW_PROBE -> "persist";
            case OFF -> keepAliveAt != NEVER ? "keepalive" : "";
        };
    }
}
