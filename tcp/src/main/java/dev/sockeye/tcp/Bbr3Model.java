package dev.sockeye.tcp;

/// What BBRv3 knows of the path (draft-ietf-ccwg-bbr 5.5): the bandwidth and the volume in flight that it has carried
/// over the last cycles ("long term"), and how far both are to be reduced since losses, or congestion marks, tell that
/// somebody else wants a share ("short term"). Volumes are packets, bandwidths a [Bandwidth].
final class Bbr3Model {

    static final int INFINITE = Integer.MAX_VALUE;
    static final long INFINITE_BANDWIDTH = Long.MAX_VALUE;

    /// More than 2 % lost in a round trip is too much: 5.3.1.3, `BBR.LossThresh`.
    private static final int LOSS_PERCENT = 2;
    /// `BBR.Beta`, 0.7, and `BBR.Headroom`, 0.15; of 100.
    private static final int BETA_PERCENT = 70, HEADROOM_PERCENT = 15;
    /// `BBR.MinPipeCwnd`
    static final int LEAST_WINDOW = 4;

    private final Connection c;

    // Rounds (5.5.1).
    private int roundEnd;
    boolean roundStart;
    int rounds;

    // The largest bandwidth of the last cycle of probing, and of this one (5.5.3 to 5.5.6).
    private long formerCycle, thisCycle;

    // Rounds of losses, and what was delivered in the latest (5.5.10.3).
    private int lossRoundEnd;
    boolean lossRoundStart;
    boolean lossInRound;
    private long latestBandwidth;
    int latestInFlight;

    long shortBandwidth = INFINITE_BANDWIDTH;
    int shortInFlight = INFINITE;
    int longInFlight = INFINITE;

    final Bbr3Ecn ecn;

    Bbr3Model(Connection c) {
        this.c = c;
        ecn = new Bbr3Ecn(c);
    }

    void init() {
        roundEnd = c.rate.delivered;
        roundStart = false;
        rounds = 0;
        formerCycle = thisCycle = 0;
        longInFlight = INFINITE;
        lossRoundEnd = c.rate.delivered;
        resetSignals();
        resetShortTerm();
        ecn.init();
    }

    /// The largest bandwidth of the last two cycles: `BBR.max_bw`.
    long maxBandwidth() {
        return Math.max(formerCycle, thisCycle);
    }

    /// That, as far as the short term allows: `BBR.bw`.
    long bandwidth() {
        return Math.min(maxBandwidth(), shortBandwidth);
    }

    /// The delivery rate of a sample, 0 where it has none.
    static long rate(RateSample sample) {
        return sample.interval > 0 && sample.delivered > 0 ? Bandwidth.of(sample.delivered, sample.interval) : 0;
    }

    // ---------------------------------------------------------------- rounds and signals

    /// A round begins: it ends when what is sent from now on is delivered.
    void startRound() {
        roundEnd = c.rate.delivered;
    }

    /// `BBRUpdateLatestDeliverySignals` and `BBRUpdateMaxBw`
    void update(RateSample sample) {
        lossRoundStart = false;
        roundStart = false;
        if (sample.delivered < 0 || sample.interval <= 0) return;
        long rate = rate(sample);
        latestBandwidth = Math.max(latestBandwidth, rate);
        latestInFlight = Math.max(latestInFlight, sample.delivered);
        if (sample.priorDelivered - lossRoundEnd >= 0) {
            lossRoundEnd = c.rate.delivered;
            lossRoundStart = true;
        }
        if (sample.priorDelivered - roundEnd >= 0) {
            startRound();
            rounds++;
            roundStart = true;
        }
        if (rate >= maxBandwidth() || !sample.appLimited) thisCycle = Math.max(thisCycle, rate);
        ecn.update(sample, roundStart);
    }

    /// `BBRAdvanceLatestDeliverySignals`
    void advance(RateSample sample) {
        if (!lossRoundStart) return;
        latestBandwidth = rate(sample);
        latestInFlight = Math.max(0, sample.delivered);
    }

    /// A cycle of probing is over: what was measured two cycles ago is forgotten. A cycle without a measurement does
    /// not count.
    void advanceCycle() {
        if (thisCycle == 0) return;
        formerCycle = thisCycle;
        thisCycle = 0;
    }

    void resetSignals() {
        lossInRound = false;
        ecn.inRound = false;
        latestBandwidth = 0;
        latestInFlight = 0;
    }

    void resetShortTerm() {
        shortBandwidth = INFINITE_BANDWIDTH;
        shortInFlight = INFINITE;
    }

    // ---------------------------------------------------------------- losses

    /// The first loss of a round: `BBRNoteLoss`.
    ///
    /// @return whether it is
    boolean noteLoss() {
        if (lossInRound) return false;
        lossRoundEnd = c.rate.delivered;
        lossInRound = true;
        return true;
    }

    /// `IsInflightTooHigh`: too much was lost of what was in flight.
    boolean isTooHigh(int lost, int inFlight) {
        return (long) lost * 100 > (long) inFlight * LOSS_PERCENT || (lost > 0 && !c.sackPermitted);
    }

    /// `BBRInflightAtLoss`: how much was in flight where the share of losses became too large, maybe within a burst.
    int inFlightAtLoss(TxSegment segment, int lost) {
        int before = segment.txInFlight - segment.packets;
        int lostBefore = lost - segment.packets;
        if (before < 0) return LEAST_WINDOW;
        int allowed = before * LOSS_PERCENT - lostBefore * 100;
        int prefix = allowed <= 0 ? 0 : allowed / (100 - LOSS_PERCENT);
        return before + prefix;
    }

    /// `BBRAdaptLowerBoundsFromCongestion`, at the end of a round with losses or marks, while not probing.
    void adaptShortTerm(int window) {
        int byMarks = INFINITE;
        if (ecn.inRound && ecn.isUsed()) {
            if (shortInFlight == INFINITE) shortInFlight = window;
            byMarks = ecn.reduced(shortInFlight);
        }
        if (lossInRound) {
            if (shortBandwidth == INFINITE_BANDWIDTH) shortBandwidth = maxBandwidth();
            if (shortInFlight == INFINITE) shortInFlight = window;
            shortBandwidth = Math.max(latestBandwidth, shortBandwidth / 100 * BETA_PERCENT);
            shortInFlight = Math.max(latestInFlight, percent(shortInFlight, BETA_PERCENT));
        }
        shortInFlight = Math.min(shortInFlight, byMarks);
    }

    /// What stays of a volume after one reduction.
    static int reduced(int packets) {
        return percent(packets, BETA_PERCENT);
    }

    private static int percent(int packets, int of100) {
        return (int) ((long) packets * of100 / 100);
    }

    /// `BBRInflightWithHeadroom`: the long-term volume less what is left to others.
    int withHeadroom() {
        if (longInFlight == INFINITE) return INFINITE;
        int headroom = Math.max(1, percent(longInFlight, HEADROOM_PERCENT));
        return Math.max(longInFlight - headroom, LEAST_WINDOW);
    }
}
