package dev.sockeye.tcp;

/// How fast data is delivered, sampled at each ACK (draft-ietf-ccwg-bbr 4.1, as Linux's net/ipv4/tcp_rate.c): the
/// smaller of the rate at which it was sent and at which it was acknowledged, and whether the program was the limit.
final class DeliveryRate {

    /// Packets delivered so far, retransmissions counted once they are: `tp->delivered`; and those with CE.
    int delivered, deliveredCe;
    /// When that was last changed, and when the first packet of the sampled flight was sent; nanoseconds.
    long deliveredAt;

    private long firstSentAt;
    /// The program is the limit until so many are delivered; 0: it is not.
    int appLimitedUntil = -1;
    /// Packets deemed lost so far: `tp->lost`.
    int lost;

    /// Of the ACK at hand.
    final RateSample sample;

    // The best sample of the last round: what TCP_INFO shows.
    private int rateDelivered;
    private long rateIntervalMicros;
    private boolean rateAppLimited = true;

    DeliveryRate(RateSample sample) {
        this.sample = sample;
    }

    /// A segment is sent, for the first time or again.
    ///
    /// @param packetsOut not yet acknowledged, without it
    /// @param inFlight   in the network, with it
    void onSent(TxSegment segment, int packetsOut, int inFlight) {
        if (packetsOut == 0) firstSentAt = deliveredAt = segment.sentAt;
        segment.firstSentAt = firstSentAt;
        segment.deliveredAt = deliveredAt;
        segment.delivered = delivered;
        segment.deliveredCe = deliveredCe;
        segment.lost = lost;
        segment.txInFlight = inFlight;
        segment.appLimited = appLimitedUntil != 0;
    }

    /// An ACK is about to be processed.
    void beginSample(int inFlight) {
        sample.begin(inFlight);
    }

    /// A segment is (S)ACKed: the one sent last is the sample.
    void onDelivered(TxSegment segment, long now) {
        if (segment.deliveredAt == 0) return;
        RateSample s = sample;
        if (s.priorDelivered == 0 && s.priorDeliveredAt == 0
                || Rack.sentAfter(segment.sentAt, segment.endSeq, s.sentAt, s.endSeq)) {
            s.priorDelivered = segment.delivered;
            s.priorDeliveredCe = segment.deliveredCe;
            s.priorDeliveredAt = segment.deliveredAt;
            s.priorLost = segment.lost;
            s.txInFlight = segment.txInFlight;
            s.appLimited = segment.appLimited;
            s.retransmission = segment.is(TxSegment.RETRANSMITTED | TxSegment.EVER_RETRANSMITTED);
            s.sentAt = segment.sentAt;
            s.endSeq = segment.endSeq;
            s.sendInterval = (segment.sentAt - segment.firstSentAt) / 1000;
            firstSentAt = segment.sentAt;
        }
        // A segment SACKed is delivered once.
        if (segment.is(TxSegment.SACKED)) segment.deliveredAt = 0;
    }

    /// All of the ACK is processed: what it delivered, and what it showed lost.
    ///
    /// @param reneging the peer has taken back what it had SACKed: nothing follows from its ACKs
    void endSample(int newlyDelivered, int newlyLost, boolean reneging, int minRttMicros, long now) {
        if (appLimitedUntil != 0 && delivered - appLimitedUntil > 0) appLimitedUntil = 0;
        if (newlyDelivered > 0) deliveredAt = now;
        RateSample s = sample;
        s.acked = newlyDelivered;
        s.losses = newlyLost;
        if (s.priorDeliveredAt == 0 || reneging) {
            s.delivered = -1;
            s.interval = -1;
            return;
        }
        s.delivered = delivered - s.priorDelivered;
        s.deliveredCe = deliveredCe - s.priorDeliveredCe;
        long interval = Math.max(s.sendInterval, (now - s.priorDeliveredAt) / 1000);
        // A retransmission whose original was delivered seems too fast.
        if (interval < minRttMicros) {
            s.interval = -1;
            return;
        }
        s.interval = interval;
        boolean better = (long) s.delivered * rateIntervalMicros >= (long) rateDelivered * interval;
        if (!s.appLimited || better) {
            rateDelivered = s.delivered;
            rateIntervalMicros = interval;
            rateAppLimited = s.appLimited;
        }
    }

    /// The program has nothing to send while the window would let it.
    void onAppLimited(int packetsInFlight) {
        int until = delivered + packetsInFlight;
        appLimitedUntil = until == 0 ? 1 : until;
    }

    /// Bytes per second of the last good sample, 0 before one.
    long bytesPerSecond(int mss) {
        return rateIntervalMicros == 0 ? 0 : (long) rateDelivered * mss * 1_000_000 / rateIntervalMicros;
    }

    boolean isAppLimited() {
        return rateAppLimited;
    }
}
