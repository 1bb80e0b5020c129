package dev.sockeye.tcp;

/// BBR, version 1 (draft-cardwell-iccrg-bbr-congestion-control-00), in the form of Linux's net/ipv4/tcp_bbr.c. It
/// models
/// the path by its bandwidth, the largest delivery rate of ten rounds, and its round trip, the smallest of ten seconds,
/// and sends at that bandwidth, with twice the product of both in flight at most. Losses do not matter to it, but for
/// one round of packet conservation, and where a policer shows.
///
/// Times are nanoseconds, or microseconds where named so; gains are in units of 1/256.
final class Bbr implements ModelControl {

    private enum Mode {
        /// Doubles its rate each round until the bandwidth does not grow any more.
        STARTUP,
        /// Drains the queue which that has made.
        DRAIN,
        /// Cycles: a round trip a quarter faster, one a quarter slower, six at the estimated bandwidth.
        PROBE_BW,
        /// Four packets in flight for 200 ms: no queue of ours, so that the round trip shows.
        PROBE_RTT
    }

    /// 2/ln(2): the least gain by which the rate doubles each round.
    static final int HIGH_GAIN = Bandwidth.GAIN_UNIT * 2885 / 1000 + 1;

    private static final int DRAIN_GAIN = Bandwidth.GAIN_UNIT * 1000 / 2885;
    private static final int WINDOW_GAIN = Bandwidth.GAIN_UNIT * 2;
    private static final int[] CYCLE = {
        Bandwidth.GAIN_UNIT * 5 / 4,
        Bandwidth.GAIN_UNIT * 3 / 4,
        Bandwidth.GAIN_UNIT,
        Bandwidth.GAIN_UNIT,
        Bandwidth.GAIN_UNIT,
        Bandwidth.GAIN_UNIT,
        Bandwidth.GAIN_UNIT,
        Bandwidth.GAIN_UNIT
    };
    /// A cycle begins in any phase but that which drains.
    private static final int RANDOM_PHASES = 7;

    private static final int BANDWIDTH_ROUNDS = CYCLE.length + 2;
    private static final long MIN_RTT_WINDOW = 10_000 * Timers.MILLI;
    private static final long PROBE_RTT_TIME = 200 * Timers.MILLI;
    private static final int LEAST_WINDOW = 4;
    /// The path is full when in three rounds the bandwidth has not grown by a quarter.
    private static final int FULL_ROUNDS = 3;

    private final Connection c;
    private final CongestionWindow cwnd;
    private final BbrPacing pacing;
    private final PolicerDetector policer;
    private final AckAggregation aggregation = new AckAggregation();

    private Mode mode = Mode.STARTUP;
    private int pacingGain;
    private int windowGain;

    /// The largest delivery rate of the last ten rounds, a [Bandwidth].
    private final WindowedMax maxBandwidth = new WindowedMax();

    /// The smallest round trip, microseconds, and when it was seen.
    private int minRtt = Integer.MAX_VALUE;

    private long minRttAt;

    // Rounds: one ends when what was sent after it began is delivered.
    private int rounds;
    private int roundEnd;
    private boolean roundStart;

    private long fullBandwidth;
    private int fullRounds;
    private boolean full;

    private int phase;
    private long phaseStart;

    private long probeRttEnd;
    private boolean probeRttRoundDone;
    private boolean restarting;

    private LossRecovery.State before = LossRecovery.State.OPEN;
    private boolean conserving;
    /// The window before recovery, or before the round trip was probed.
    private int priorWindow;

    private boolean initialized;

    Bbr(Connection c) {
        this.c = c;
        cwnd = c.cwnd;
        pacing = new BbrPacing(c, HIGH_GAIN);
        policer = new PolicerDetector(c);
    }

    @Override
    public String name() {
        return "bbr";
    }

    @Override
    public void init(long now) {
        initialized = true;
        cwnd.ssthresh = CongestionWindow.INFINITE_SSTHRESH;
        roundEnd = c.rate.delivered;
        minRtt = c.rtt.min.get() < 0 ? Integer.MAX_VALUE : c.rtt.min.get();
        minRttAt = now;
        pacing.init();
        policer.reset();
        phaseStart = now;
        aggregation.reset(now);
        enterStartup();
    }

    // ---------------------------------------------------------------- the hooks

    @Override
    public BbrPacing pacing() {
        return pacing;
    }

    @Override
    public void control(RateSample sample, int ackFlags, long now) {
        if (!initialized) return;
        updateModel(sample, now);
        long bandwidth = bandwidth();
        pacing.set(bandwidth, pacingGain, full);
        setWindow(sample, bandwidth);
    }

    @Override
    public int ssthresh(long now) {
        saveWindow();
        return cwnd.ssthresh;
    }

    /// The losses were none: the path is probed anew.
    @Override
    public int undoWindow(long now) {
        fullBandwidth = 0;
        fullRounds = 0;
        policer.reset();
        return cwnd.segments;
    }

    @Override
    public void onEvent(Event event, long now) {
        if (event != Event.TX_START || c.rate.appLimitedUntil == 0 || !initialized) return;
        restarting = true;
        aggregation.beginEpoch(now);
        // From idle: at the estimated rate, whatever the phase is.
        if (mode == Mode.PROBE_BW) pacing.set(bandwidth(), Bandwidth.GAIN_UNIT, full);
        else if (mode == Mode.PROBE_RTT) endProbeRtt(now);
    }

    @Override
    public void onState(LossRecovery.State next, long now) {
        if (next != LossRecovery.State.LOSS || !initialized) return;
        before = LossRecovery.State.LOSS;
        fullBandwidth = 0;
        roundStart = true; // a timeout is as good as a round
        samplePolicer(1, false, true);
    }

    @Override
    public CongestionInfo info() {
        return new CongestionInfo.Bbr(
                Bandwidth.bytesPerSecond(bandwidth(), c.sizes.mss), minRtt, pacingGain, windowGain);
    }

    // ---------------------------------------------------------------- the model

    private long bandwidth() {
        return policer.inUse ? policer.bandwidth : maxBandwidth.get();
    }

    private void updateModel(RateSample sample, long now) {
        updateBandwidth(sample);
        if (sample.acked > 0 && sample.delivered >= 0 && sample.interval > 0) {
            aggregation.onAck(sample.acked, bandwidth(), roundStart, cwnd.segments, now);
        }
        if (mode == Mode.PROBE_BW && isPhaseOver(sample, now)) nextPhase();
        checkFull(sample);
        checkDrain(now);
        updateMinRtt(sample, now);
        chooseGains();
    }

    private void updateBandwidth(RateSample sample) {
        roundStart = false;
        if (sample.delivered < 0 || sample.interval <= 0) return;
        if (sample.priorDelivered - roundEnd >= 0) {
            roundEnd = c.rate.delivered;
            rounds++;
            roundStart = true;
            conserving = false;
        }
        samplePolicer(sample.losses, sample.appLimited, roundStart);
        // The smaller of the rates of sending and of acknowledging: the interval is the longer one.
        long rate = Bandwidth.of(sample.delivered, sample.interval);
        if (!sample.appLimited || rate >= maxBandwidth.get()) maxBandwidth.update(rate, rounds, BANDWIDTH_ROUNDS);
    }

    private void samplePolicer(int losses, boolean appLimited, boolean startsRound) {
        if (policer.inUse) {
            if (mode == Mode.PROBE_BW && policer.isHeldLongEnough(startsRound)) {
                policer.reset();
                enterProbeBandwidth();
            }
        } else if (policer.sample(losses, appLimited, startsRound)) {
            pacingGain = Bandwidth.GAIN_UNIT;
        }
    }

    private void checkFull(RateSample sample) {
        if (full || !roundStart || sample.appLimited) return;
        if (maxBandwidth.get() >= fullBandwidth * 5 / 4) {
            fullBandwidth = maxBandwidth.get();
            fullRounds = 0;
            return;
        }
        full = ++fullRounds >= FULL_ROUNDS;
    }

    private void updateMinRtt(RateSample sample, long now) {
        boolean expired = now > minRttAt + MIN_RTT_WINDOW;
        if (sample.rtt >= 0 && (sample.rtt < minRtt || (expired && !sample.ackDelayed))) {
            minRtt = (int) Math.min(sample.rtt, Integer.MAX_VALUE);
            minRttAt = now;
        }
        if (expired && !restarting && mode != Mode.PROBE_RTT) {
            mode = Mode.PROBE_RTT;
            saveWindow();
            probeRttEnd = 0;
        }
        if (mode == Mode.PROBE_RTT) probeRtt(now);
        if (sample.delivered > 0) restarting = false;
    }

    private void probeRtt(long now) {
        // That little is in flight tells nothing of the bandwidth.
        c.rate.onAppLimited(c.board.inFlight());
        if (probeRttEnd == 0) {
            if (c.board.inFlight() > LEAST_WINDOW) return;
            probeRttEnd = now + PROBE_RTT_TIME;
            probeRttRoundDone = false;
            roundEnd = c.rate.delivered;
            return;
        }
        if (roundStart) probeRttRoundDone = true;
        if (probeRttRoundDone) endProbeRtt(now);
    }

    private void endProbeRtt(long now) {
        if (probeRttEnd == 0 || now <= probeRttEnd) return;
        minRttAt = now;
        cwnd.segments = Math.max(cwnd.segments, priorWindow);
        if (full) enterProbeBandwidth();
        else enterStartup();
    }

    // ---------------------------------------------------------------- the modes

    private void enterStartup() {
        mode = Mode.STARTUP;
        chooseGains();
    }

    private void enterProbeBandwidth() {
        mode = Mode.PROBE_BW;
        phase = CYCLE.length - 1 - c.context.random.nextInt(RANDOM_PHASES);
        nextPhase();
        chooseGains();
    }

    private void nextPhase() {
        phase = phase + 1 & CYCLE.length - 1;
        phaseStart = c.rate.deliveredAt;
    }

    private boolean isPhaseOver(RateSample sample, long now) {
        boolean lasted = c.rate.deliveredAt - phaseStart > minRtt * 1000L;
        if (pacingGain == Bandwidth.GAIN_UNIT) return lasted;
        int inFlight = atDeparture(sample.priorInFlight, now);
        long bandwidth = maxBandwidth.get();
        if (pacingGain > Bandwidth.GAIN_UNIT) {
            // Until there is really more in flight, or losses show that there is no room for it.
            return lasted && (sample.losses > 0 || inFlight >= inFlight(bandwidth, pacingGain));
        }
        return lasted || inFlight <= inFlight(bandwidth, Bandwidth.GAIN_UNIT);
    }

    private void checkDrain(long now) {
        if (mode == Mode.STARTUP && full) {
            mode = Mode.DRAIN;
            cwnd.ssthresh = inFlight(maxBandwidth.get(), Bandwidth.GAIN_UNIT);
        }
        if (mode == Mode.DRAIN
                && atDeparture(c.board.inFlight(), now) <= inFlight(maxBandwidth.get(), Bandwidth.GAIN_UNIT)) {
            enterProbeBandwidth();
        }
    }

    private void chooseGains() {
        switch (mode) {
            case STARTUP -> setGains(HIGH_GAIN, HIGH_GAIN);
            case DRAIN -> setGains(DRAIN_GAIN, HIGH_GAIN);
            case PROBE_BW -> setGains(policer.inUse ? Bandwidth.GAIN_UNIT : CYCLE[phase], WINDOW_GAIN);
            case PROBE_RTT -> setGains(Bandwidth.GAIN_UNIT, Bandwidth.GAIN_UNIT);
        }
    }

    private void setGains(int ofPacing, int ofWindow) {
        pacingGain = ofPacing;
        windowGain = ofWindow;
    }

    // ---------------------------------------------------------------- the window

    private int product(long bandwidth, int gain) {
        // No round trip was measured: nothing is known.
        return minRtt == Integer.MAX_VALUE ? CongestionWindow.INITIAL : Bandwidth.product(bandwidth, minRtt, gain);
    }

    private int inFlight(long bandwidth, int gain) {
        return withQuanta(product(bandwidth, gain));
    }

    /// Room for what is in the hands of the two hosts: three bursts, an even number for a receiver that acknowledges
    /// each other one, and two more to probe for bandwidth where the product is small.
    private int withQuanta(int packets) {
        packets += 3 * pacing.burst();
        packets = packets + 1 & ~1;
        if (mode == Mode.PROBE_BW && phase == 0) packets += 2;
        return packets;
    }

    /// What will be in flight when the next packet departs, if that is not now.
    private int atDeparture(int inFlight, long now) {
        if (pacingGain > Bandwidth.GAIN_UNIT) inFlight += pacing.burst();
        long delivered = Bandwidth.packets(bandwidth(), c.pacer.pauseMicros(now));
        return delivered >= inFlight ? 0 : inFlight - (int) delivered;
    }

    private void saveWindow() {
        if (before.compareTo(LossRecovery.State.RECOVERY) < 0 && mode != Mode.PROBE_RTT) priorWindow = cwnd.segments;
        else priorWindow = Math.max(priorWindow, cwnd.segments);
    }

    private void setWindow(RateSample sample, long bandwidth) {
        int window = cwnd.segments;
        if (sample.acked > 0) {
            window = recoverOrRestore(sample);
            if (!conserving) window = grown(window, sample.acked, bandwidth);
        }
        window = Math.min(window, cwnd.clamp);
        cwnd.segments = mode == Mode.PROBE_RTT ? Math.min(window, LEAST_WINDOW) : window;
    }

    private int grown(int window, int acked, long bandwidth) {
        int target = product(bandwidth, windowGain);
        if (full) target += aggregation.packets(bandwidth);
        target = withQuanta(target);
        if (full) window = Math.min(window + acked, target);
        else if (window < target || c.rate.delivered < CongestionWindow.INITIAL) window += acked;
        return Math.max(window, LEAST_WINDOW);
    }

    /// In the first round of recovery no more is sent than is delivered; after it the window may double each round; at
    /// its end it is what it was.
    private int recoverOrRestore(RateSample sample) {
        LossRecovery.State state = c.recovery.state();
        int window = cwnd.segments;
        if (sample.losses > 0) window = Math.max(window - sample.losses, 1);
        boolean wasRecovering = before.compareTo(LossRecovery.State.RECOVERY) >= 0;
        if (state == LossRecovery.State.RECOVERY && before != LossRecovery.State.RECOVERY) {
            conserving = true;
            roundEnd = c.rate.delivered;
            window = c.board.inFlight() + sample.acked;
        } else if (wasRecovering && state.compareTo(LossRecovery.State.RECOVERY) < 0) {
            window = Math.max(window, priorWindow);
            conserving = false;
        }
        before = state;
        return conserving ? Math.max(window, c.board.inFlight() + sample.acked) : window;
    }
}
