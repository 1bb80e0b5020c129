package dev.sockeye.tcp;

/// How BBRv3 takes congestion marks, as Google's version of it does: in the way of DCTCP (RFC 8257 3.3), by the share
/// of
/// packets marked in each round, and only on paths of 5 ms at most, where marks are those of a data centre's switches.
/// It needs AccECN, which counts them; by classic ECN a single mark is said for a whole round. Shares are of 65536.
final class Bbr3Ecn {

    private static final int MOST_RTT_MICROS = 5000;
    private static final int GAIN_SHIFT = 4;
    private static final int UNIT = 1 << 16;
    /// Half of all packets marked is too much.
    private static final int THRESHOLD = UNIT / 2;
    /// Two such rounds end the startup.
    private static final int FULL_ROUNDS = 2;

    private final Connection c;

    /// Some packet of this round was marked.
    boolean inRound;

    private int alpha = UNIT;
    private int delivered;
    private int marked;
    private int highRounds;

    Bbr3Ecn(Connection c) {
        this.c = c;
    }

    void init() {
        alpha = UNIT;
        inRound = false;
        highRounds = 0;
        beginRound();
    }

    private void beginRound() {
        delivered = c.rate.delivered;
        marked = c.rate.deliveredCe;
    }

    boolean isUsed() {
        int minRtt = c.rtt.min.get();
        return c.ecn.isAccurate() && minRtt >= 0 && minRtt <= MOST_RTT_MICROS;
    }

    void update(RateSample sample, boolean roundStart) {
        if (sample.deliveredCe > 0) inRound = true;
        if (!roundStart) return;
        int all = c.rate.delivered - delivered;
        if (all <= 0) return;
        int share = (int) ((long) (c.rate.deliveredCe - marked) * UNIT / all);
        alpha = Math.min(UNIT, alpha - (alpha >> GAIN_SHIFT) + (share >> GAIN_SHIFT));
        highRounds = share >= THRESHOLD ? highRounds + 1 : 0;
        beginRound();
    }

    /// Marks show that the path is full: startup is over.
    boolean isFull() {
        return isUsed() && highRounds >= FULL_ROUNDS;
    }

    /// Too many of a sample's packets were marked.
    boolean isTooHigh(RateSample sample) {
        return sample.deliveredCe > 0
                && isUsed()
                && (long) sample.deliveredCe * UNIT >= (long) sample.delivered * THRESHOLD;
    }

    /// The volume to go back to: less by a third of the share of marks.
    int reduced(int packets) {
        return (int) ((long) packets * (UNIT - alpha / 3) / UNIT);
    }
}
