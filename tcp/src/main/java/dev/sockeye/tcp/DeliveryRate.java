package dev.sockeye.tcp;

/// How fast data is delivered, sampled at each ACK (draft-cheng-iccrg-delivery-rate-estimation, as Linux's
/// net/ipv4/tcp_rate.c): the smaller of the rate at which it was sent and at which it was acknowledged, and
/// whether the program was the limit.
final class DeliveryRate {

    /// Packets delivered so far, retransmissions counted once they are: `tp->delivered`; and those with CE.
    int delivered, deliveredCe;
    /// When that was last changed, and when the first packet of the sampled flight was sent; nanoseconds.
    private long deliveredAt, firstSentAt;
    /// The program is the limit until so many are delivered; 0: it is not.
    int appLimitedUntil;
    /// Packets deemed lost so far: `tp->lost`.
    int lost;

    // The sample of the ACK at hand.
    /// `delivered` when the most recently sent packet of those just acknowledged was sent; 0 where there is none.
    int priorDelivered;

    private long priorDeliveredAt;
    private boolean sampleAppLimited;
    private long sendInterval;
    private long sampledSentAt;
    private int sampledEndSeq;
    /// The round trip of the sample, microseconds, -1 without one.
    long rttMicros;

    // The best sample of the last round: what TCP_INFO shows.
    private int rateDelivered;
    private long rateIntervalMicros;
    private boolean rateAppLimited;

    /// A segment is sent, for the first time or again.
    void onSent(TxSegment segment, int packetsOut, long now) {
        if (packetsOut == 0) firstSentAt = deliveredAt = now;
        segment.firstSentAt = firstSentAt;
        segment.deliveredAt = deliveredAt;
        segment.delivered = delivered;
        segment.appLimited = appLimitedUntil != 0;
    }

    /// An ACK is about to be processed.
    void beginSample() {
        priorDelivered = 0;
        priorDeliveredAt = 0;
        sampledSentAt = -1;
        rttMicros = -1;
    }

    /// A segment is (S)ACKed: the one sent last is the sample.
    void onDelivered(TxSegment segment, long now) {
        if (segment.deliveredAt == 0) return;
        if (priorDelivered == 0 && priorDeliveredAt == 0
                || Rack.sentAfter(segment.sentAt, segment.endSeq, sampledSentAt, sampledEndSeq)) {
            priorDelivered = segment.delivered;
            priorDeliveredAt = segment.deliveredAt;
            sampleAppLimited = segment.appLimited;
            sampledSentAt = segment.sentAt;
            sampledEndSeq = segment.endSeq;
            sendInterval = segment.sentAt - segment.firstSentAt;
            firstSentAt = segment.sentAt;
        }
        // A segment SACKed is delivered once.
        if (segment.is(TxSegment.SACKED)) segment.deliveredAt = 0;
    }

    /// All of the ACK is processed: `newlyDelivered` packets.
    void endSample(int newlyDelivered, int minRttMicros, long now) {
        if (appLimitedUntil != 0 && delivered - appLimitedUntil > 0) appLimitedUntil = 0;
        if (newlyDelivered > 0) deliveredAt = now;
        if (priorDeliveredAt == 0) return;
        int deliveredOver = delivered - priorDelivered;
        long interval = Math.max(sendInterval, now - priorDeliveredAt) / 1000;
        if (interval < minRttMicros) return;
        boolean better = (long) deliveredOver * rateIntervalMicros >= (long) rateDelivered * interval;
        if (!sampleAppLimited || better) {
            rateDelivered = deliveredOver;
            rateIntervalMicros = interval;
            rateAppLimited = sampleAppLimited;
        }
    }

    /// The program has nothing to send while the window would let it.
    void onAppLimited(int packetsInFlight) {
        appLimitedUntil = Math.max(delivered + packetsInFlight, 1);
    }

    /// Bytes per second of the last good sample, 0 before one.
    long bytesPerSecond(int mss) {
        return rateIntervalMicros == 0 ? 0 : (long) rateDelivered * mss * 1_000_000 / rateIntervalMicros;
    }

    boolean isAppLimited() {
        return rateAppLimited;
    }
}
