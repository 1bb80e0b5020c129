package dev.sockeye.tcp;

/// CUBIC (RFC 9438) in the form of Linux's net/ipv4/tcp_cubic.c: fixed-point arithmetic in units of 1/1024 s, beta
/// 717/1024, C = 0.4, fast convergence, the Reno-friendly region, and HyStart (Ha and Rhee 2008) to leave slow
/// start before the queue overflows.
final class Cubic implements CongestionControl {

    /// Multiplicative decrease, of 1024 (RFC 9438 4.6: 0.7).
    private static final int BETA = 717;

    private static final int BETA_SCALE = 1024;
    /// `C` in units of 1/(1024^3 s^3): 41 * 2^-40 is 0.4 with time in 1/1024 s.
    private static final int CUBE_RATE = 410;

    private static final long CUBE_FACTOR = (1L << 40) / CUBE_RATE;
    /// Reno-friendly growth: 8 * (1024 + beta) / 3 / (1024 - beta).
    private static final int FRIENDLY_SCALE = 8 * (BETA_SCALE + BETA) / 3 / (BETA_SCALE - BETA);

    private static final int HYSTART_LOW_WINDOW = 16;
    private static final int HYSTART_MIN_SAMPLES = 8;
    private static final int HYSTART_ACK_GAP_MICROS = 2000;
    private static final int HYSTART_DELAY_MIN = 4000;
    private static final int HYSTART_DELAY_MAX = 16000;
    private static final long NEVER = Long.MIN_VALUE;
    private static final long MILLI = 1_000_000;

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

    // HyStart
    private int roundEnd;
    private boolean found;
    private int samples;
    private long roundStart;
    private long lastAck;
    private int currentRtt;

    @Override
    public String name() {
        return "cubic";
    }

    private void reset() {
        count = lastMax = lastWindow = 0;
        lastTime = epochStart = NEVER;
        originPoint = originTime = delayMin = ackCount = friendlyWindow = 0;
        found = false;
    }

    @Override
    public void onTransmitStart(long now, long lastSentAt) {
        // An idle time is taken out of the epoch, so that the window does not leap after it.
        long idle = now / MILLI - lastSentAt / MILLI;
        if (epochStart != NEVER && idle > 0) epochStart = Math.min(epochStart + idle, now / MILLI);
    }

    @Override
    public void onTimeout() {
        reset();
        roundStart = 0;
        samples = 0;
        currentRtt = 0;
    }

    @Override
    public int ssthresh(CongestionWindow cwnd, long now) {
        epochStart = NEVER;
        // RFC 9438 4.7, fast convergence: give way to newcomers.
        if (cwnd.segments < lastMax) lastMax = cwnd.segments * (BETA_SCALE + BETA) / (2 * BETA_SCALE);
        else lastMax = cwnd.segments;
        return Math.max((int) ((long) cwnd.segments * BETA / BETA_SCALE), 2);
    }

    @Override
    public void onAck(CongestionWindow cwnd, int ackSeq, int acked, long now) {
        if (!cwnd.isLimited()) return;
        if (cwnd.inSlowStart()) {
            acked = cwnd.slowStart(acked);
            if (acked == 0) return;
        }
        update(cwnd.segments, acked, now / MILLI);
        cwnd.avoidCongestion(count, acked);
    }

    /// How many acknowledged segments make the window grow by one: RFC 9438 4.2 to 4.4.
    private void update(int window, int acked, long nowMillis) {
        ackCount += acked;
        if (lastWindow == window && lastTime != NEVER && nowMillis - lastTime <= 31) return;
        if (epochStart == NEVER || nowMillis != lastTime) {
            lastWindow = window;
            lastTime = nowMillis;
            if (epochStart == NEVER) beginEpoch(window, acked, nowMillis);
            cubic(window, nowMillis);
        }
        friendly(window);
    }

    /// The window that the cubic asks for one round trip from now, as segments to be acknowledged for each further
    /// one.
    private void cubic(int window, long nowMillis) {
        long t = ((nowMillis - epochStart + (delayMin + 999) / 1000) << 10) / 1000;
        long offset = Math.abs(t - originTime);
        long delta = offset * offset * offset * CUBE_RATE >> 40;
        long target = t < originTime ? originPoint - delta : originPoint + delta;
        count = target > window ? (int) (window / (target - window)) : 100 * window;
        // Linux starts carefully while no maximum is known.
        if (lastMax == 0 && count > 20) count = 20;
    }

    private void beginEpoch(int window, int acked, long nowMillis) {
        epochStart = nowMillis;
        ackCount = acked;
        friendlyWindow = window;
        if (lastMax <= window) {
            originTime = 0;
            originPoint = window;
        } else {
            originTime = cubeRoot(CUBE_FACTOR * (lastMax - window));
            originPoint = lastMax;
        }
    }

    /// RFC 9438 4.3: never slower than Reno would be.
    private void friendly(int window) {
        int delta = window * FRIENDLY_SCALE >> 3;
        while (delta > 0 && ackCount > delta) {
            ackCount -= delta;
            friendlyWindow++;
        }
        if (friendlyWindow > window) {
            int most = window / (friendlyWindow - window);
            if (count > most) count = most;
        }
        // No faster than one segment for two acknowledged.
        count = Math.max(count, 2);
    }

    static int cubeRoot(long a) {
        int root = (int) Math.cbrt((double) a);
        while ((long) (root + 1) * (root + 1) * (root + 1) <= a) root++;
        while ((long) root * root * root > a) root--;
        return root;
    }

    @Override
    public void onRtt(CongestionWindow cwnd, long rttMicros, int ackedPackets, long now) {
        if (rttMicros < 0) return;
        // Right after a reduction the queue is still there.
        if (epochStart != NEVER && now / MILLI - epochStart < 1000) return;
        int delay = (int) Math.max(1, rttMicros);
        if (delayMin == 0 || delayMin > delay) delayMin = delay;
        if (!found && cwnd.inSlowStart() && cwnd.segments >= HYSTART_LOW_WINDOW) hystart(cwnd, delay, now);
    }

    private void hystart(CongestionWindow cwnd, int delay, long now) {
        long micros = now / 1000;
        if (Seq.gt(cwnd.sndUna, roundEnd)) beginRound(cwnd, micros);
        // The ACK train: closely spaced ACKs that stretch over half a round trip fill the pipe.
        if (micros - lastAck <= HYSTART_ACK_GAP_MICROS) {
            lastAck = micros;
            if (micros - roundStart > delayMin >> 1) {
                leaveSlowStart(cwnd);
            }
        }
        // The delay: the round's first samples are longer than the shortest round trip by an eighth of it.
        if (currentRtt > delay) currentRtt = delay;
        if (samples < HYSTART_MIN_SAMPLES) {
            samples++;
        } else if (currentRtt > delayMin + Math.clamp(delayMin >> 3, HYSTART_DELAY_MIN, HYSTART_DELAY_MAX)) {
            leaveSlowStart(cwnd);
        }
    }

    /// The flight that was out when the last round began is acknowledged.
    private void beginRound(CongestionWindow cwnd, long micros) {
        roundStart = lastAck = micros;
        roundEnd = cwnd.sndNxt;
        currentRtt = Integer.MAX_VALUE;
        samples = 0;
    }

    private void leaveSlowStart(CongestionWindow cwnd) {
        found = true;
        cwnd.ssthresh = cwnd.segments;
    }
}
