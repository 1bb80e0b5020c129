package dev.sockeye.tcp;

/// BBR, version 3 (draft-ietf-ccwg-bbr-05). As [Bbr] it models the path by bandwidth and round trip, but it minds
/// losses
/// (more than 2 % of a round trip is too much) and congestion marks, probes for bandwidth at a pace that leaves Reno
/// and
/// CUBIC a share, leaves headroom between probes, and probes the round trip every five seconds with half the
/// bandwidth-delay product in flight instead of four packets. Method names are the draft's, shortened.
///
/// Times are nanoseconds, or microseconds where named so; gains are in units of 1/256; volumes are packets.
final class Bbr3 implements ModelControl {

    /// The states of 5.1.1.
    enum State {
        STARTUP(277, 200),
        DRAIN(50, 200),
        PROBE_BW_DOWN(90, 200),
        PROBE_BW_CRUISE(100, 200),
        PROBE_BW_REFILL(100, 200),
        PROBE_BW_UP(125, 225),
        PROBE_RTT(100, 50);
        final int pacingGain, windowGain;

        State(int pacingPercent, int windowPercent) {
            pacingGain = pacingPercent * Bandwidth.GAIN_UNIT / 100;
            windowGain = windowPercent * Bandwidth.GAIN_UNIT / 100;
        }

        boolean isProbeBandwidth() {
            return this == PROBE_BW_DOWN || this == PROBE_BW_CRUISE || this == PROBE_BW_REFILL || this == PROBE_BW_UP;
        }

        /// Whether it accelerates, to see what the path can do (`BBRIsProbingBW`).
        boolean isAccelerating() {
            return this == STARTUP || this == PROBE_BW_REFILL || this == PROBE_BW_UP;
        }
    }

    /// What the ACKs that arrive tell about the last probe for bandwidth.
    private enum AckPhase {
        NONE,
        REFILLING,
        /// Packets are sent faster, and ACKs are of those before.
        PROBE_STARTING,
        /// ACKs are of those sent faster.
        PROBE_FEEDBACK,
        /// Packets are sent slower, and ACKs are still of those sent faster.
        PROBE_STOPPING
    }

    private static final long SECOND = 1000 * Timers.MILLI;
    private static final long PROBE_RTT_INTERVAL = 5 * SECOND;
    private static final long MIN_RTT_WINDOW = 10 * SECOND;
    private static final long PROBE_RTT_TIME = 200 * Timers.MILLI;
    /// 5.3.1.2: three rounds without a quarter more, 5.3.1.3: losses in six places of a round.
    private static final int FULL_ROUNDS = 3, FULL_LOSSES = 6;
    /// 5.3.2: a queue that does not drain in three rounds was another's.
    private static final int DRAIN_ROUNDS = 3;
    /// 5.3.3.5.2: no later than Reno would lose again after 63 rounds.
    private static final int MOST_PROBE_ROUNDS = 63;

    private static final int MOST_DOUBLINGS = 30;

    private final Connection c;
    private final CongestionWindow cwnd;
    private final Bbr3Model model;
    private final BbrPacing pacing;
    private final AckAggregation aggregation = new AckAggregation();

    private State state = State.STARTUP;
    private boolean initialized;

    // The round trip (5.3.4.3, 5.5.7); microseconds.
    private int minRtt = Integer.MAX_VALUE;
    private long minRttAt;
    private int probeRttMin = Integer.MAX_VALUE;
    private long probeRttMinAt;
    private boolean probeRttExpired;
    private long probeRttEnd;
    private boolean probeRttRoundDone;
    private boolean restarting;

    // Is the pipe full (5.3.1.2)?
    private long fullBandwidth;
    private int fullRounds;
    private boolean fullNow;
    private boolean fullReached;
    private int lossesInRound;
    private int drainRound;

    // Probing for bandwidth (5.3.3).
    private AckPhase ackPhase = AckPhase.NONE;
    private long cycleStart;
    private long probeWait;
    private int roundsSinceProbe;
    private int upRounds;
    private int upCount = Integer.MAX_VALUE;
    private int upAcks;
    /// Losses may be a probe's, and were not answered yet.
    private boolean probeSamples;

    // What was before a loss, in case it was none (5.5.11).
    private State undoState = State.STARTUP;
    private long undoShortBandwidth;
    private int undoShortInFlight, undoLongInFlight;
    private LossRecovery.State before = LossRecovery.State.OPEN;
    private int priorWindow;

    Bbr3(Connection c) {
        this.c = c;
        cwnd = c.cwnd;
        model = new Bbr3Model(c);
        pacing = new BbrPacing(c, State.STARTUP.pacingGain);
    }

    @Override
    public String name() {
        return "bbr3";
    }

    @Override
    public void init(long now) {
        initialized = true;
        cwnd.ssthresh = CongestionWindow.INFINITE_SSTHRESH;
        minRtt = probeRttMin = c.rtt.min.get() < 0 ? Integer.MAX_VALUE : c.rtt.min.get();
        minRttAt = probeRttMinAt = now;
        cycleStart = now;
        model.init();
        resetFull();
        aggregation.reset(now);
        pacing.init();
        state = State.STARTUP;
    }

    // ---------------------------------------------------------------- the hooks

    @Override
    public BbrPacing pacing() {
        return pacing;
    }

    /// `BBRUpdateOnACK`
    @Override
    public void control(RateSample sample, int ackFlags, long now) {
        if (!initialized) return;
        updateModelAndState(sample, now);
        long bandwidth = model.bandwidth();
        pacing.set(bandwidth, state.pacingGain, fullReached);
        setWindow(sample, bandwidth);
    }

    /// Recovery begins: the window may be wanted again.
    @Override
    public int ssthresh(long now) {
        saveWindow();
        saveState();
        return cwnd.ssthresh;
    }

    /// `BBRHandleSpuriousLossDetection`
    @Override
    public int undoWindow(long now) {
        model.lossInRound = false;
        resetFull();
        model.shortBandwidth = Math.max(model.shortBandwidth, undoShortBandwidth);
        model.shortInFlight = Math.max(model.shortInFlight, undoShortInFlight);
        model.longInFlight = Math.max(model.longInFlight, undoLongInFlight);
        if (state != State.PROBE_RTT && state != undoState) {
            if (undoState == State.STARTUP) {
                state = State.STARTUP;
                fullReached = false;
            } else if (undoState == State.PROBE_BW_UP) {
                startUp(0);
            }
        }
        return Math.max(cwnd.segments, priorWindow);
    }

    @Override
    public void onState(LossRecovery.State next, long now) {
        if (next != LossRecovery.State.LOSS || !initialized) return;
        before = LossRecovery.State.LOSS;
        // The short-term volume is taken from the window before it was cut to one packet.
        if (!state.isAccelerating() && model.shortInFlight == Bbr3Model.INFINITE) model.shortInFlight = priorWindow;
    }

    /// `BBRHandleLostPacket`: at which volume in flight did too much become lost?
    @Override
    public void onLost(TxSegment segment, long now) {
        if (!initialized) return;
        if (model.noteLoss()) saveState();
        if (!probeSamples || segment.txInFlight == 0) return;
        int lost = c.rate.lost - segment.lost;
        if (model.isTooHigh(lost, segment.txInFlight)) {
            tooHigh(model.inFlightAtLoss(segment, lost), segment.appLimited, now);
        }
    }

    /// `BBRHandleRestartFromIdle`
    @Override
    public void onEvent(Event event, long now) {
        if (event != Event.TX_START || c.rate.appLimitedUntil == 0 || !initialized) return;
        restarting = true;
        aggregation.beginEpoch(now);
        if (state.isProbeBandwidth()) pacing.set(model.bandwidth(), Bandwidth.GAIN_UNIT, fullReached);
        else if (state == State.PROBE_RTT) checkProbeRttDone(now);
    }

    @Override
    public CongestionInfo info() {
        return new CongestionInfo.Bbr(
                Bandwidth.bytesPerSecond(model.bandwidth(), c.sizes.mss), minRtt, state.pacingGain, state.windowGain);
    }

    State state() {
        return state;
    }

    // ---------------------------------------------------------------- 5.2.3

    private void updateModelAndState(RateSample sample, long now) {
        model.update(sample);
        if (model.roundStart) roundsSinceProbe++;
        if (model.lossRoundStart) {
            if (!state.isAccelerating()) model.adaptShortTerm(windowBeforeLoss());
        }
        if (sample.acked > 0 && sample.interval > 0) {
            aggregation.onAck(sample.acked, model.bandwidth(), model.roundStart, cwnd.segments, now);
        }
        checkFull(sample);
        checkStartupDone(sample);
        checkDrainDone(now);
        updateCycle(sample, now);
        updateMinRtt(sample, now);
        checkProbeRtt(sample, now);
        if (model.lossRoundStart) {
            model.lossInRound = false;
            model.ecn.inRound = false;
        }
        model.advance(sample);
    }

    /// In recovery the window may be small for another reason than the path's.
    private int windowBeforeLoss() {
        return before.compareTo(LossRecovery.State.RECOVERY) < 0 ? cwnd.segments : Math.max(cwnd.segments, priorWindow);
    }

    // ---------------------------------------------------------------- startup and drain

    private void resetFull() {
        fullBandwidth = 0;
        fullRounds = 0;
        fullNow = false;
    }

    /// `BBRCheckFullBWReached`
    private void checkFull(RateSample sample) {
        if (fullNow || !model.roundStart || sample.appLimited) return;
        long rate = Bbr3Model.rate(sample);
        if (rate >= fullBandwidth * 5 / 4) {
            resetFull();
            fullBandwidth = rate;
            return;
        }
        fullNow = ++fullRounds >= FULL_ROUNDS;
        if (fullNow) fullReached = true;
    }

    private void checkStartupDone(RateSample sample) {
        if (state == State.STARTUP && !fullReached) checkStartupHighLoss(sample);
        if (state == State.STARTUP && fullReached) {
            state = State.DRAIN;
            drainRound = model.rounds;
        }
    }

    /// 5.3.1.3, and marks as well as losses.
    private void checkStartupHighLoss(RateSample sample) {
        if (sample.losses > 0) lossesInRound++;
        boolean losses = model.lossRoundStart
                && c.recovery.state() == LossRecovery.State.RECOVERY
                && (lossesInRound >= FULL_LOSSES || !c.sackPermitted)
                && model.isTooHigh(c.rate.lost - sample.priorLost, sample.txInFlight);
        if (losses || model.ecn.isFull()) {
            fullReached = true;
            int product = inFlight(model.maxBandwidth(), Bandwidth.GAIN_UNIT);
            model.longInFlight = Math.max(product, model.latestInFlight);
        }
        if (model.lossRoundStart) lossesInRound = 0;
    }

    private void checkDrainDone(long now) {
        if (state != State.DRAIN) return;
        boolean drained = atDeparture(now) <= inFlight(model.maxBandwidth(), Bandwidth.GAIN_UNIT);
        if (drained || model.rounds > drainRound + DRAIN_ROUNDS) startDown(now);
    }

    // ---------------------------------------------------------------- 5.3.3: probing for bandwidth

    private void startDown(long now) {
        model.resetSignals();
        upCount = Integer.MAX_VALUE;
        // Randomness keeps flows from probing together.
        roundsSinceProbe = c.context.random.nextInt(2);
        probeWait = 2 * SECOND + c.context.random.nextLong(SECOND);
        cycleStart = now;
        ackPhase = AckPhase.PROBE_STOPPING;
        model.startRound();
        state = State.PROBE_BW_DOWN;
    }

    private void startRefill() {
        model.resetShortTerm();
        upRounds = 0;
        upAcks = 0;
        ackPhase = AckPhase.REFILLING;
        model.startRound();
        state = State.PROBE_BW_REFILL;
    }

    private void startUp(long rate) {
        ackPhase = AckPhase.PROBE_STARTING;
        model.startRound();
        resetFull();
        fullBandwidth = rate;
        state = State.PROBE_BW_UP;
        raiseSlope();
    }

    /// `BBRUpdateProbeBWCyclePhase`
    private void updateCycle(RateSample sample, long now) {
        if (!fullReached) return;
        adaptLongTerm(sample, now);
        switch (state) {
            case PROBE_BW_DOWN -> {
                if (isTimeToProbe(now)) startRefill();
                else if (isTimeToCruise(now)) state = State.PROBE_BW_CRUISE;
            }
            case PROBE_BW_CRUISE -> {
                if (isTimeToProbe(now)) startRefill();
            }
            case PROBE_BW_REFILL -> {
                // After one round the pipe is full, and more becomes a queue.
                if (model.roundStart) {
                    probeSamples = true;
                    startUp(Bbr3Model.rate(sample));
                }
            }
            case PROBE_BW_UP -> {
                if (isTimeToGoDown(sample)) startDown(now);
            }
            default -> {}
        }
    }

    private boolean isTimeToProbe(long now) {
        if (now > cycleStart + probeWait) return true;
        // As often as Reno would fill a path of this size, for coexistence with it.
        return roundsSinceProbe >= Math.min(target(), MOST_PROBE_ROUNDS);
    }

    /// `BBRTargetInflight`
    private int target() {
        return Math.min(inFlight(model.bandwidth(), Bandwidth.GAIN_UNIT), cwnd.segments);
    }

    private boolean isTimeToCruise(long now) {
        int inFlight = atDeparture(now);
        return inFlight <= model.withHeadroom() && inFlight <= inFlight(model.maxBandwidth(), Bandwidth.GAIN_UNIT);
    }

    private boolean isTimeToGoDown(RateSample sample) {
        if (cwnd.limited && cwnd.segments >= model.longInFlight) {
            // The volume is the limit, and not the bandwidth: nothing is known of that yet.
            resetFull();
            fullBandwidth = Bbr3Model.rate(sample);
            return false;
        }
        return fullNow;
    }

    /// `BBRAdaptLongTermModel`
    private void adaptLongTerm(RateSample sample, long now) {
        if (ackPhase == AckPhase.PROBE_STARTING && model.roundStart) ackPhase = AckPhase.PROBE_FEEDBACK;
        if (ackPhase == AckPhase.PROBE_STOPPING && model.roundStart) {
            probeSamples = false;
            ackPhase = AckPhase.NONE;
            if (state.isProbeBandwidth() && !sample.appLimited) model.advanceCycle();
        }
        int lost = c.rate.lost - sample.priorLost;
        boolean known = sample.priorDeliveredAt != 0;
        if (known && (model.isTooHigh(lost, sample.txInFlight) || model.ecn.isTooHigh(sample))) {
            if (probeSamples) tooHigh(sample.txInFlight, sample.appLimited, now);
            return;
        }
        if (model.longInFlight == Bbr3Model.INFINITE) return;
        if (sample.txInFlight > model.longInFlight) model.longInFlight = sample.txInFlight;
        if (state == State.PROBE_BW_UP) raiseLongInFlight(sample);
    }

    /// `BBRHandleInflightTooHigh`: once a probe.
    private void tooHigh(int inFlight, boolean appLimited, long now) {
        probeSamples = false;
        if (!appLimited) model.longInFlight = Math.max(inFlight, Bbr3Model.reduced(target()));
        if (state == State.PROBE_BW_UP) startDown(now);
    }

    /// `BBRRaiseInflightLongtermSlope`: by 1, 2, 4, ... packets a round.
    private void raiseSlope() {
        int growth = 1 << upRounds;
        upRounds = Math.min(upRounds + 1, MOST_DOUBLINGS);
        upCount = Math.max(cwnd.segments / growth, 1);
    }

    /// `BBRProbeInflightLongtermUpward`
    private void raiseLongInFlight(RateSample sample) {
        if (!cwnd.limited || cwnd.segments < model.longInFlight) return;
        upAcks += sample.acked;
        if (upAcks >= upCount) {
            int delta = upAcks / upCount;
            upAcks -= delta * upCount;
            model.longInFlight += delta;
        }
        if (model.roundStart) raiseSlope();
    }

    // ---------------------------------------------------------------- 5.3.4: the round trip

    private void updateMinRtt(RateSample sample, long now) {
        probeRttExpired = now > probeRttMinAt + PROBE_RTT_INTERVAL;
        boolean usable = sample.rtt >= 0 && (!probeRttExpired || !sample.ackDelayed || sample.rtt < probeRttMin);
        if (usable && (sample.rtt < probeRttMin || probeRttExpired)) {
            probeRttMin = (int) Math.min(sample.rtt, Integer.MAX_VALUE);
            probeRttMinAt = now;
        }
        if (probeRttMin < minRtt || now > minRttAt + MIN_RTT_WINDOW) {
            minRtt = probeRttMin;
            minRttAt = probeRttMinAt;
        }
    }

    private void checkProbeRtt(RateSample sample, long now) {
        if (state != State.PROBE_RTT && probeRttExpired && !restarting) {
            saveWindow();
            state = State.PROBE_RTT;
            probeRttEnd = 0;
            ackPhase = AckPhase.PROBE_STOPPING;
            model.startRound();
        }
        if (state == State.PROBE_RTT) handleProbeRtt(now);
        if (sample.delivered > 0) restarting = false;
    }

    private void handleProbeRtt(long now) {
        // That little is in flight tells nothing of the bandwidth.
        c.rate.onAppLimited(c.board.inFlight());
        if (probeRttEnd == 0) {
            if (c.board.inFlight() > probeRttWindow()) return;
            probeRttEnd = now + PROBE_RTT_TIME;
            probeRttRoundDone = false;
            model.startRound();
            return;
        }
        if (model.roundStart) probeRttRoundDone = true;
        if (probeRttRoundDone) checkProbeRttDone(now);
    }

    private void checkProbeRttDone(long now) {
        if (probeRttEnd == 0 || now <= probeRttEnd) return;
        probeRttMinAt = now;
        restoreWindow();
        model.resetShortTerm();
        if (fullReached) {
            startDown(now);
            state = State.PROBE_BW_CRUISE;
        } else {
            state = State.STARTUP;
        }
    }

    private int probeRttWindow() {
        return Math.max(product(model.bandwidth(), State.PROBE_RTT.windowGain), Bbr3Model.LEAST_WINDOW);
    }

    // ---------------------------------------------------------------- 5.6.4: the window

    private int product(long bandwidth, int gain) {
        return minRtt == Integer.MAX_VALUE ? CongestionWindow.INITIAL : Bandwidth.product(bandwidth, minRtt, gain);
    }

    private int inFlight(long bandwidth, int gain) {
        return withQuanta(product(bandwidth, gain));
    }

    /// `BBRQuantizationBudget`: three bursts at least, one in each host and one on the way.
    private int withQuanta(int packets) {
        packets = Math.max(packets, 3 * pacing.burst());
        packets = Math.max(packets, Bbr3Model.LEAST_WINDOW);
        if (state == State.PROBE_BW_UP) packets += 2;
        return packets;
    }

    /// What will be in flight when the next packet departs, if that is not now.
    private int atDeparture(long now) {
        int inFlight = c.board.inFlight();
        long delivered = Bandwidth.packets(model.bandwidth(), c.pacer.pauseMicros(now));
        return delivered >= inFlight ? 0 : inFlight - (int) delivered;
    }

    private void setWindow(RateSample sample, long bandwidth) {
        LossRecovery.State recovery = c.recovery.state();
        boolean recovered = before.compareTo(LossRecovery.State.RECOVERY) >= 0
                && recovery.compareTo(LossRecovery.State.RECOVERY) < 0;
        before = recovery;
        if (recovered) restoreWindow();
        if (sample.acked > 0) {
            int most = product(bandwidth, state.windowGain) + aggregation.packets(bandwidth);
            most = withQuanta(most);
            int window = cwnd.segments;
            if (fullReached) window = Math.min(window + sample.acked, most);
            else if (window < most || c.rate.delivered < CongestionWindow.INITIAL) window += sample.acked;
            cwnd.segments = Math.max(window, Bbr3Model.LEAST_WINDOW);
        }
        if (state == State.PROBE_RTT) cwnd.segments = Math.min(cwnd.segments, probeRttWindow());
        boundWindow();
        cwnd.segments = Math.min(cwnd.segments, cwnd.clamp);
    }

    /// `BBRBoundCwndForModel`
    private void boundWindow() {
        int most = Bbr3Model.INFINITE;
        if (state == State.PROBE_RTT || state == State.PROBE_BW_CRUISE) most = model.withHeadroom();
        else if (state.isProbeBandwidth()) most = model.longInFlight;
        most = Math.min(most, model.shortInFlight);
        most = Math.max(most, Bbr3Model.LEAST_WINDOW);
        cwnd.segments = Math.min(cwnd.segments, most);
    }

    private void saveWindow() {
        boolean undisturbed = before.compareTo(LossRecovery.State.RECOVERY) < 0 && state != State.PROBE_RTT;
        priorWindow = undisturbed ? cwnd.segments : Math.max(priorWindow, cwnd.segments);
    }

    private void restoreWindow() {
        cwnd.segments = Math.max(cwnd.segments, priorWindow);
    }

    /// `BBRSaveStateUponLoss`
    private void saveState() {
        undoState = state;
        undoShortBandwidth = model.shortBandwidth;
        undoShortInFlight = model.shortInFlight;
        undoLongInFlight = model.longInFlight;
    }
}
