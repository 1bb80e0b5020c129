package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What connections that have ended leave to the next ones between the same two addresses (`ip tcp_metrics`): round
/// trip, slow-start threshold, reordering. For an hour; the pair that was not used for longest goes when there are too
/// many. See docs/linux/metrics.md
public final class TcpMetrics {

    private static final int MOST = 8192;
    /// `TCP_METRICS_TIMEOUT`
    private static final long LIFETIME = 3_600_000_000_000L;

    private record Pair(IpAddress local, IpAddress remote) {}

    /// Of one pair of addresses; 0: not known.
    private static final class Known {
        /// Eight times the round trip, four times its deviation; microseconds.
        int rttTimes8, rttvarTimes4;
        int ssthresh, cwnd, reordering;
        /// When it was saved, nanoseconds.
        long savedAt;
    }

    private final TcpSysctl sysctl;
    private final Map<Pair, Known> entries = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Known> eldest) {
            return size() > MOST;
        }
    };

    TcpMetrics(TcpSysctl sysctl) {
        this.sysctl = sysctl;
    }

    /// `ip tcp_metrics flush`: forgets everything.
    public void flush() {
        entries.clear();
    }

    /// How many pairs of addresses are known.
    public int size() {
        return entries.size();
    }

    private static Pair pairOf(FourTuple tuple) {
        return new Pair(tuple.local().ip(), tuple.remote().ip());
    }

    private @Nullable Known find(FourTuple tuple, long now) {
        if (entries.isEmpty()) return null;
        Known known = entries.get(pairOf(tuple));
        if (known == null || now - known.savedAt <= LIFETIME) return known;
        entries.remove(pairOf(tuple));
        return null;
    }

    /// Whether a connection with this peer has been there not long ago: its SYN is no flood (`tcp_peer_is_proven`).
    boolean isProven(FourTuple tuple, long now) {
        Known known = find(tuple, now);
        return known != null && known.rttTimes8 != 0;
    }

    // ---------------------------------------------------------------- a connection begins

    /// Takes what is known into a connection that may send now (`tcp_init_metrics`).
    void apply(Connection c, long now) {
        c.cwnd.ssthresh = CongestionWindow.INFINITE_SSTHRESH;
        int rtt = 0;
        Known known = find(c.tuple, now);
        if (known != null) {
            boolean saved = sysctl.tcp_no_ssthresh_metrics_save == 0 && known.ssthresh != 0;
            if (saved) c.cwnd.ssthresh = Math.min(known.ssthresh, c.cwnd.clamp);
            if (known.reordering != 0) c.board.reordering = known.reordering;
            rtt = known.rttTimes8;
        }
        c.rtt.seed(rtt);
    }

    // ---------------------------------------------------------------- a connection ends

    /// Keeps what an orderly end leaves (`tcp_update_metrics`).
    void save(Connection c, long now) {
        if (sysctl.tcp_no_metrics_save != 0) return;
        Known known = find(c.tuple, now);
        if (c.timeouts.backoff != 0 || !c.rtt.hasSample()) {
            // It has not found out how long a round trip takes, and what was known was perhaps wrong.
            if (known != null) known.rttTimes8 = 0;
            return;
        }
        if (known == null) {
            known = new Known();
            entries.put(pairOf(c.tuple), known);
        }
        saveRtt(known, c.rtt);
        saveWindow(known, c);
        known.savedAt = now;
    }

    /// Too long is better than too short: a longer one counts at once, a shorter one by an eighth.
    private static void saveRtt(Known known, RttEstimator rtt) {
        int less = known.rttTimes8 - rtt.srttTimes8;
        known.rttTimes8 = less <= 0 ? rtt.srttTimes8 : known.rttTimes8 - (less >> 3);
        int deviation = Math.max(Math.abs(less) >> 1, rtt.mdevTimes4());
        if (deviation >= known.rttvarTimes4) known.rttvarTimes4 = deviation;
        else known.rttvarTimes4 -= (known.rttvarTimes4 - deviation) >> 2;
    }

    private void saveWindow(Known known, Connection c) {
        CongestionWindow cwnd = c.cwnd;
        boolean thresholds = sysctl.tcp_no_ssthresh_metrics_save == 0;
        if (cwnd.ssthresh >= CongestionWindow.INFINITE_SSTHRESH) {
            // The first slow start has not ended.
            if (thresholds && known.ssthresh != 0) known.ssthresh = Math.max(known.ssthresh, cwnd.segments >> 1);
            known.cwnd = Math.max(known.cwnd, cwnd.segments);
        } else if (!cwnd.inSlowStart() && c.recovery.state() == LossRecovery.State.OPEN) {
            if (thresholds) known.ssthresh = Math.max(cwnd.segments >> 1, cwnd.ssthresh);
            known.cwnd = known.cwnd + cwnd.segments >> 1;
        } else {
            // The window says nothing, and the threshold may be wrong.
            known.cwnd = known.cwnd + cwnd.ssthresh >> 1;
            if (thresholds && known.ssthresh != 0) known.ssthresh = Math.max(known.ssthresh, cwnd.ssthresh);
            int reordering = c.board.reordering;
            if (known.reordering < reordering && reordering != sysctl.tcp_reordering) known.reordering = reordering;
        }
    }

    /// What is known of a pair of addresses, as `ip tcp_metrics show` prints it; null if nothing is.
    public @Nullable String describe(IpAddress local, IpAddress remote) {
        Known known = entries.get(new Pair(local, remote));
        if (known == null) return null;
        var text = new StringBuilder(remote.toString());
        if (known.ssthresh != 0) text.append(" ssthresh ").append(known.ssthresh);
        if (known.cwnd != 0) text.append(" cwnd ").append(known.cwnd);
        if (known.reordering != 0) text.append(" reordering ").append(known.reordering);
        if (known.rttTimes8 != 0)
            text.append(" rtt ").append(known.rttTimes8 >> 3).append("us");
        if (known.rttvarTimes4 != 0)
            text.append(" rttvar ").append(known.rttvarTimes4 >> 2).append("us");
        return text.append(" source ").append(local).toString();
    }
}
