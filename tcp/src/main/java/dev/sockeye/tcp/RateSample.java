package dev.sockeye.tcp;

/// What one ACK tells about the path (`struct rate_sample`): filled in by [DeliveryRate], one for a host, used
/// again at each ACK. Counts are packets, times microseconds unless said otherwise.
final class RateSample {

    // Of the most recently sent packet among those that were just acknowledged, as of its sending.
    /// [DeliveryRate#delivered] and [DeliveryRate#deliveredCe].
    int priorDelivered, priorDeliveredCe;

    /// When that was last counted up, nanoseconds; 0: nothing was acknowledged.
    long priorDeliveredAt;

    /// [DeliveryRate#lost]
    int priorLost;
    /// What was in flight with it.
    int txInFlight;
    /// The program was the limit.
    boolean appLimited;
    /// It was a retransmission.
    boolean retransmission;

    // Its time, and number, to find the most recent one.
    long sentAt;
    int endSeq;

    /// Packets delivered over [#interval]; -1: there is no sample.
    int delivered;

    int deliveredCe;
    /// The longer of what sending those packets and acknowledging them took; -1: it cannot be told.
    long interval;

    long sendInterval;

    /// The round trip of the packet sent last, -1 if it is not known.
    long rtt;

    /// Packets deemed lost, and delivered, by this ACK.
    int losses, acked;
    /// What was in flight before it.
    int priorInFlight;
    /// The receiver may have waited with it.
    boolean ackDelayed;
    /// It echoes a congestion mark.
    boolean ecnEcho;

    void begin(int inFlight) {
        priorDelivered = priorDeliveredCe = priorLost = txInFlight = 0;
        priorDeliveredAt = 0;
        appLimited = retransmission = ackDelayed = ecnEcho = false;
        sentAt = -1;
        delivered = deliveredCe = losses = acked = 0;
        interval = sendInterval = 0;
        rtt = -1;
        priorInFlight = inFlight;
    }
}
