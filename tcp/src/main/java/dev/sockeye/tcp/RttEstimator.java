package dev.sockeye.tcp;

/// Round-trip time and retransmission timeout: RFC 6298 with Linux's refinements (`tcp_rtt_estimator`): the
/// variance is the largest mean deviation of a round trip and falls by a quarter each, so that a sudden jump
/// downwards does not raise the RTO, and never less than `tcp_rto_min_us`.
final class RttEstimator {

    /// RFC 6298 2.1, and what Linux falls back to after a SYN was retransmitted (RFC 6298 5.7); milliseconds.
    static final int INITIAL_RTO_MILLIS = 1000, FALLBACK_RTO_MILLIS = 3000;

    private final TcpSysctl sysctl;
    private final SocketOptions options;

    /// Eight times the smoothed round-trip time, microseconds; 0 before the first sample.
    int srttTimes8;
    /// Four times the mean deviation, and its largest of this round trip, microseconds.
    private int mdevTimes4, mdevMax;
    /// What stands for 4 * RTTVAR, microseconds.
    private int rttvar;
    /// The round trip ends when this is acknowledged.
    private int roundEnds;
    /// The retransmission timeout as it is now, backed off where it was; milliseconds, as Linux's jiffies at
    /// HZ=1000.
    int rtoMillis = INITIAL_RTO_MILLIS;

    /// The smallest round trip of the last `tcp_min_rtt_wlen` seconds.
    final WindowedMin min = new WindowedMin();

    /// The last sample, for pacing and RACK; microseconds.
    int latestMicros;

    RttEstimator(TcpSysctl sysctl, SocketOptions options) {
        this.sysctl = sysctl;
        this.options = options;
        mdevTimes4 = INITIAL_RTO_MILLIS * 1000;
    }

    boolean hasSample() {
        return srttTimes8 != 0;
    }

    int smoothedMicros() {
        return srttTimes8 >> 3;
    }

    int meanDeviationMicros() {
        return mdevTimes4 >> 2;
    }

    int mdevTimes4() {
        return mdevTimes4;
    }

    long rtoNanos() {
        return rtoMillis * 1_000_000L;
    }

    /// Takes a measurement. RFC 9293 3.8.1, MUST-18; RFC 6298 1, MUST-1
    void sample(long micros, int sndUna, int sndNxt) {
        int deviation = Math.clamp(micros, 1, Integer.MAX_VALUE >> 4);
        latestMicros = deviation;
        if (srttTimes8 == 0) {
            // RFC 6298 2.2, MUST-2
            srttTimes8 = deviation << 3;
            mdevTimes4 = deviation << 1;
            rttvar = mdevMax = Math.max(mdevTimes4, options.rtoMinMicros(sysctl));
            roundEnds = sndNxt;
        } else {
            // RFC 6298 2.3, MUST-3, MUST-4: the deviation is from what SRTT was before.
            deviation -= srttTimes8 >> 3;
            srttTimes8 += deviation;
            if (deviation < 0) {
                // A fall counts an eighth: Linux avoids the RTO's rise when the path has become shorter.
                deviation = -deviation - (mdevTimes4 >> 2);
                if (deviation > 0) deviation >>= 3;
            } else {
                deviation -= mdevTimes4 >> 2;
            }
            mdevTimes4 += deviation;
            if (mdevTimes4 > mdevMax) {
                mdevMax = mdevTimes4;
                if (mdevMax > rttvar) rttvar = mdevMax;
            }
            // RFC 6298 3, MUST-8: of each round trip the largest deviation counts.
            if (Seq.gt(sndUna, roundEnds)) {
                if (mdevMax < rttvar) rttvar -= (rttvar - mdevMax) >> 2;
                roundEnds = sndNxt;
                mdevMax = options.rtoMinMicros(sysctl);
            }
        }
        srttTimes8 = Math.max(1, srttTimes8);
        setRto();
    }

    /// The first data is about to go. A SYN is small: where earlier connections have seen longer round trips, the first
    /// timeout follows them. Only that one, for the next measurement counts.
    ///
    /// @param knownTimes8 eight times the round trip that is known, microseconds; 0: none is
    void seed(int knownTimes8) {
        if (knownTimes8 > srttTimes8) {
            int millis = knownTimes8 / 8000;
            rtoMillis = millis + Math.max(2 * millis, options.rtoMinMicros(sysctl) / 1000);
        } else if (!hasSample()) {
            // RFC 6298 5.7, MUST-12: no round trip could be measured.
            rtoMillis = FALLBACK_RTO_MILLIS;
        }
    }

    /// RFC 6298 2.3, MUST-5; RFC 6298 4, MUST-9: rounded up to the millisecond, and the variance is never
    /// less than `tcp_rto_min_us`. Undoes a backoff.
    void setRto() {
        long micros = (long) (srttTimes8 >> 3) + rttvar;
        rtoMillis = (int) Math.min((micros + 999) / 1000, options.rtoMaxMillis(sysctl));
    }

    /// RFC 6298 5.5, MUST-11; RFC 9293 3.8.2, MUST-19
    void backOff() {
        rtoMillis = (int) Math.min(2L * rtoMillis, options.rtoMaxMillis(sysctl));
    }
}
