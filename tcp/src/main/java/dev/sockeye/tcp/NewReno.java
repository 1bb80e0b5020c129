package dev.sockeye.tcp;

/// RFC 5681 with the recovery of RFC 6582: halve on congestion, one segment a round trip otherwise.
final class NewReno implements CongestionControl {

    @Override
    public String name() {
        return "reno";
    }

    @Override
    public int ssthresh(CongestionWindow cwnd, long now) {
        return Math.max(cwnd.segments >> 1, 2);
    }

    @Override
    public void onAck(CongestionWindow cwnd, int ackSeq, int acked, long now) {
        if (!cwnd.isLimited()) return;
        // RFC 9293 3.8.2, MUST-19
        if (cwnd.inSlowStart()) {
            acked = cwnd.slowStart(acked);
            if (acked == 0) return;
        }
        cwnd.avoidCongestion(cwnd.segments, acked);
    }
}
