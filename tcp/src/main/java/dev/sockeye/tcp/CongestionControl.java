package dev.sockeye.tcp;

/// How large the congestion window is to be (`struct tcp_congestion_ops`). Windows are in segments. [LossRecovery]
/// decides when there is congestion; an algorithm answers how far to fall, and how to grow when there is none.
interface CongestionControl {

    /// The name in `TCP_CONGESTION`.
    String name();

    /// The slow-start threshold after congestion (RFC 5681 3.1, equation 4).
    int ssthresh(CongestionWindow cwnd, long now);

    /// `acked` segments were acknowledged while the window was in use: grow it.
    void onAck(CongestionWindow cwnd, int ackSeq, int acked, long now);

    /// The window to return to when a reduction proves needless.
    default int undoWindow(CongestionWindow cwnd) {
        return Math.max(cwnd.segments, cwnd.prior);
    }

    /// A round-trip time was measured.
    default void onRtt(CongestionWindow cwnd, long rttMicros, int ackedPackets, long now) {}

    /// The connection begins to send again after it had nothing in flight.
    default void onTransmitStart(long now, long lastSentAt) {}

    /// A retransmission timeout.
    default void onTimeout() {}

    /// The algorithm of this name, or null.
    static @org.jspecify.annotations.Nullable CongestionControl named(String name) {
        return switch (name) {
            case "cubic" -> new Cubic();
            case "reno" -> new NewReno();
            default -> null;
        };
    }
}
