package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// An algorithm of congestion control: the hooks of Linux's `struct tcp_congestion_ops`. One belongs to one
/// connection; it sets the connection's [CongestionWindow], and its [Pacer] if it likes. [LossRecovery] decides when
/// there is congestion; an algorithm answers how far to fall, and how to grow when there is none, or
/// ([#takesControl]) decides all of it from what each ACK tells of the path.
interface CongestionControl {

    /// What happens to a connection besides ACKs and losses (`enum tcp_ca_event`).
    enum Event {
        /// It begins to send while nothing is in flight.
        TX_START,
        /// Its window was reduced after an idle time.
        CWND_RESTART,
        /// A reduction of the window is complete.
        COMPLETE_CWR,
        /// The retransmission timer has run out.
        LOSS,
        /// A packet came without a CE mark; with one: for those that answer marks as DCTCP does.
        ECN_NO_CE,
        ECN_IS_CE
    }

    /// The name in `TCP_CONGESTION`.
    String name();

    /// The connection is established, or has been given this algorithm while it was (`init`).
    default void init(long now) {}

    /// The slow-start threshold after congestion (`ssthresh`; RFC 5681 3.1, equation 4), segments.
    int ssthresh(long now);

    /// `acked` packets were delivered while the window was not being reduced: grow it (`cong_avoid`).
    void grow(int acked, long now);

    /// Whether [#control] sets the window at each ACK; then [#grow] is not asked, and no window is reduced otherwise.
    default boolean takesControl() {
        return false;
    }

    /// An ACK was processed: set the window and the pacing rate (`cong_control`).
    ///
    /// @param ackFlags of [Acknowledgment]
    default void control(RateSample sample, int ackFlags, long now) {}

    /// An ACK begins to be processed (`in_ack_event`).
    ///
    /// @param ackFlags of [Acknowledgment]
    default void onAck(int ackFlags, long now) {}

    /// Packets were acknowledged (`pkts_acked`).
    ///
    /// @param rttMicros the round trip of the one sent last, microseconds; -1 if it is not known
    default void onPacketsAcked(int packets, long rttMicros, long now) {}

    /// A segment is deemed lost; it knows what was in flight when it was sent.
    default void onLost(TxSegment segment, long now) {}

    /// Recovery is about to enter this state (`set_state`).
    default void onState(LossRecovery.State next, long now) {}

    /// Something happened (`cwnd_event`).
    default void onEvent(Event event, long now) {}

    /// The window to return to when a reduction proves needless (`undo_cwnd`), segments.
    int undoWindow(long now);

    /// The least packets that one transmission carries, if there is so much to send (`min_tso_segs`).
    ///
    /// @param otherwise `tcp_min_tso_segs`
    default int minTsoSegments(int otherwise) {
        return otherwise;
    }

    /// How many times the window the send buffer is to hold (`sndbuf_expand`).
    default int sendBufferFactor() {
        return 2;
    }

    /// Whether it cannot do without ECN (`TCP_CONG_NEEDS_ECN`).
    default boolean needsEcn() {
        return false;
    }

    /// What `TCP_CC_INFO` tells; null where the algorithm tells nothing.
    default @Nullable CongestionInfo info() {
        return null;
    }
}
