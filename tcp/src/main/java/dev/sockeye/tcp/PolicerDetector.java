package dev.sockeye.tcp;

/// BBR's "long-term" bandwidth: where a token-bucket policer lets bursts through and then drops, the largest delivery
/// rate tells the bucket's rate of filling only between losses. Two intervals in a row of four rounds or more, each
/// bounded by losses and with a fifth of the packets lost, that show about the same rate, show a policer: its rate is
/// used for the next 48 rounds.
final class PolicerDetector {

    private static final int LEAST_ROUNDS = 4;
    private static final int MOST_ROUNDS = 4 * LEAST_ROUNDS;
    private static final int HOLD_ROUNDS = 48;
    /// Of 256: a fifth is lost.
    private static final int LOSS_THRESHOLD = 50;
    /// Two rates are the same if they differ by an eighth, or by 4 kbit/s.
    private static final int SAME_RATIO = 8;

    private static final long SAME_BYTES = 4000 / 8;

    private final Connection c;

    /// The policer's rate is in use.
    boolean inUse;
    /// A [Bandwidth]; 0: not known.
    long bandwidth;

    private boolean sampling;
    private int rounds;
    // The state at the beginning of the interval.
    private int delivered;
    private int lost;
    private long millis;

    PolicerDetector(Connection c) {
        this.c = c;
    }

    void reset() {
        bandwidth = 0;
        inUse = false;
        sampling = false;
        beginInterval();
    }

    private void beginInterval() {
        delivered = c.rate.delivered;
        lost = c.rate.lost;
        millis = c.rate.deliveredAt / Timers.MILLI;
        rounds = 0;
    }

    /// Counts the rounds in which the policer's rate is used.
    ///
    /// @return whether it is time to look what the path can do now
    boolean isHeldLongEnough(boolean roundStart) {
        return roundStart && ++rounds >= HOLD_ROUNDS;
    }

    /// An ACK came, or a timeout.
    ///
    /// @return whether a policer has been found just now
    boolean sample(int losses, boolean appLimited, boolean roundStart) {
        if (!sampling) {
            // Wait for the first loss: then the bucket is empty.
            if (losses == 0) return false;
            beginInterval();
            sampling = true;
        }
        if (appLimited) {
            reset();
            return false;
        }
        if (roundStart) rounds++;
        if (rounds < LEAST_ROUNDS) return false;
        if (rounds > MOST_ROUNDS) {
            reset();
            return false;
        }
        // The interval ends with a loss: again the bucket is empty.
        if (losses == 0) return false;
        int newlyLost = c.rate.lost - lost;
        int newlyDelivered = c.rate.delivered - delivered;
        if (newlyDelivered == 0 || ((long) newlyLost << 8) < (long) LOSS_THRESHOLD * newlyDelivered) return false;
        long elapsed = c.rate.deliveredAt / Timers.MILLI - millis;
        if (elapsed < 1) return false;
        return endInterval(Bandwidth.of(newlyDelivered, elapsed * 1000));
    }

    private boolean endInterval(long rate) {
        if (bandwidth != 0 && isAbout(rate)) {
            bandwidth = (rate + bandwidth) >> 1;
            inUse = true;
            rounds = 0;
            return true;
        }
        bandwidth = rate;
        beginInterval();
        return false;
    }

    private boolean isAbout(long rate) {
        long difference = Math.abs(rate - bandwidth);
        return difference * SAME_RATIO <= bandwidth
                || Bandwidth.pacingRate(difference, c.sizes.mss, Bandwidth.GAIN_UNIT) <= SAME_BYTES;
    }
}
