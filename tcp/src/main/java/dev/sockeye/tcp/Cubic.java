package dev.sockeye.tcp;

/// CUBIC (RFC 9438) in the form of Linux's net/ipv4/tcp_cubic.c: fixed-point arithmetic in units of 1/1024 s, beta
/// 717/1024, C = 0.4, fast convergence, the Reno-friendly region, and [HyStart] to leave slow start before the queue
/// overflows.
final class Cubic implements CongestionControl {

    private static final int BETA_SCALE = 1024;
    private static final long NEVER = Long.MIN_VALUE;
    /// The unit of its clock, nanoseconds: a jiffy of Linux's usual 250 Hz. An answer holds for so long, so that small
    /// windows on short paths grow faster than by a finer clock; see docs/linux/congestion.md.
    private static final long JIFFY = 4_000_000;

    private static final int HZ = 250;
    /// How long an answer holds while the window does not change, jiffies.
    private static final int HOLD = HZ / 32;

    private final Connection c;
    private final CongestionWindow cwnd;
    private final CubicParameters parameters;
    private final HyStart hyStart;

    /// Multiplicative decrease, of 1024 (RFC 9438 4.6: 0.7).
    private final int beta;
    /// `C` in units of 1/(1024^3 s^3): 410 * 2^-40 is 0.4 with time in 1/1024 s.
    private final int cubeRate;

    private final long cubeFactor;
    /// Reno-friendly growth: 8 * (1024 + beta) / 3 / (1024 - beta).
    private final int friendlyScale;

    private int count;
    private int lastMax;
    private int lastWindow;
    private long lastTime = NEVER;
    private int originPoint;
    private int originTime; // K, 1/1024 s
    private int delayMin; // microseconds; 0: unknown
    private long epochStart = NEVER;
    private int ackCount;
    private int friendlyWindow;

    Cubic(Connection c) {
        this.c = c;
        cwnd = c.cwnd;
        parameters = c.context.sysctl.cubic();
        hyStart = new HyStart(c);
        beta = Math.clamp(parameters.beta, 1, BETA_SCALE - 1);
        cubeRate = Math.max(1, parameters.bic_scale * 10);
        cubeFactor = (1L << 40) / cubeRate;
        friendlyScale = 8 * (BETA_SCALE + beta) / 3 / (BETA_SCALE - beta);
    }

    @Override
    public String name() {
        return "cubic";
    }

    @Override
    public void init(long now) {
        reset();
        if (parameters.hystart != 0) hyStart.beginRound(now);
        else if (parameters.initial_ssthresh != 0) cwnd.ssthresh = parameters.initial_ssthresh;
    }

    private void reset() {
        count = lastMax = lastWindow = 0;
        lastTime = epochStart = NEVER;
        originPoint = originTime = delayMin = ackCount = friendlyWindow = 0;
        hyStart.found = false;
    }

    @Override
    public void onEvent(Event event, long now) {
        if (event != Event.TX_START) return;
        // RFC 9438 4.2, MUST-1: an idle time is taken out of the epoch, so that the window does not leap
        // after it.
        long idle = now / JIFFY - c.output.lastSentAt / JIFFY;
        if (epochStart != NEVER && idle > 0) epochStart = Math.min(epochStart + idle, now / JIFFY);
    }

    @Override
    public void onState(LossRecovery.State next, long now) {
        if (next != LossRecovery.State.LOSS) return;
        reset();
        hyStart.beginRound(now);
    }

    @Override
    public int ssthresh(long now) {
        epochStart = NEVER;
        // RFC 9438 4.7, fast convergence: give way to newcomers.
        boolean giveWay = cwnd.segments < lastMax && parameters.fast_convergence != 0;
        lastMax = giveWay ? (int) ((long) cwnd.segments * (BETA_SCALE + beta) / (2 * BETA_SCALE)) : cwnd.segments;
        return Math.max((int) ((long) cwnd.segments * beta / BETA_SCALE), 2);
    }

    @Override
    public int undoWindow(long now) {
        return Math.max(cwnd.segments, cwnd.prior);
    }

    @Override
    public void grow(int acked, long now) {
        // RFC 9438 4.6, MUST-5
        if (!cwnd.isLimited()) return;
        // RFC 9438 4.10, MUST-6
        if (cwnd.inSlowStart()) {
            acked = cwnd.slowStart(acked);
            if (acked == 0) return;
        }
        update(cwnd.segments, acked, now / JIFFY);
        cwnd.avoidCongestion(count, acked);
    }

    /// How many acknowledged segments make the window grow by one: RFC 9438 4.2 to 4.4.
    private void update(int window, int acked, long jiffies) {
        ackCount += acked;
        if (lastWindow == window && lastTime != NEVER && jiffies - lastTime <= HOLD) return;
        if (epochStart == NEVER || jiffies != lastTime) {
            lastWindow = window;
            lastTime = jiffies;
            if (epochStart == NEVER) beginEpoch(window, acked, jiffies);
            cubic(window, jiffies);
        }
        if (parameters.tcp_friendliness != 0) friendly(window);
        // No faster than one segment for two acknowledged.
        count = Math.max(count, 2);
    }

    /// The window that the cubic asks for one round trip from now, as segments to be acknowledged for each
    /// further one. RFC 9438 4.4, MUST-2; RFC 9438 4.5, MUST-3
    private void cubic(int window, long jiffies) {
        long t = ((jiffies - epochStart + (delayMin + JIFFY / 1000 - 1) / (JIFFY / 1000)) << 10) / HZ;
        long offset = Math.abs(t - originTime);
        long delta = offset * offset * offset * cubeRate >>> 40;
        long target = t < originTime ? originPoint - delta : originPoint + delta;
        count = target > window ? (int) (window / (target - window)) : 100 * window;
        // Linux starts carefully while no maximum is known.
        if (lastMax == 0 && count > 20) count = 20;
    }

    private void beginEpoch(int window, int acked, long jiffies) {
        epochStart = jiffies;
        ackCount = acked;
        friendlyWindow = window;
        if (lastMax <= window) {
            originTime = 0;
            originPoint = window;
        } else {
            originTime = cubeRoot(cubeFactor * (lastMax - window));
            originPoint = lastMax;
        }
    }

    /// RFC 9438 4.3: never slower than Reno would be.
    private void friendly(int window) {
        int delta = (int) ((long) window * friendlyScale >> 3);
        while (delta > 0 && ackCount > delta) {
            ackCount -= delta;
            friendlyWindow++;
        }
        if (friendlyWindow > window) {
            int most = window / (friendlyWindow - window);
            if (count > most) count = most;
        }
    }

    /// As coarse as Linux's: one step of Newton's method from the root of the leading bits, begun about 3 % too high,
    /// where a third is 341/1024. Up to 0.2 % off, which now and then lets the window grow an ACK earlier; see
    /// docs/linux/recovery.md.
    static int cubeRoot(long a) {
        if (a < 64) return (int) Math.round(Math.cbrt((double) a));
        int shift = (63 - Long.numberOfLeadingZeros(a)) / 3 - 1;
        int leading = (int) (a >> 3 * shift);
        long root = (long) (66 * Math.cbrt(leading + 0.5)) << shift >> 6;
        return (int) ((2 * root + a / (root * (root - 1))) * 341 >> 10);
    }

    @Override
    public void onPacketsAcked(int packets, long rttMicros, long now) {
        if (rttMicros < 0) return;
        // For a second after a reduction the queue is still there.
        if (epochStart != NEVER && now / JIFFY - epochStart < HZ) return;
        int delay = (int) Math.max(1, rttMicros);
        if (delayMin == 0 || delayMin > delay) delayMin = delay;
        if (!hyStart.found && cwnd.inSlowStart() && parameters.hystart != 0) hyStart.onRtt(delay, delayMin, now);
    }
}
