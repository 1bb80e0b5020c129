package dev.sockeye.tcp;

/// RFC 5681 with the recovery of RFC 6582: halve on congestion, one segment a round trip otherwise.
final class NewReno implements CongestionControl {

    private final CongestionWindow cwnd;

    NewReno(CongestionWindow cwnd) {
        this.cwnd = cwnd;
    }

    @Override
    public String name() {
        return "reno";
    }

    @Override
    public int ssthresh(long now) {
        return Math.max(cwnd.segments >> 1, 2);
    }

    @Override
    public void grow(int acked, long now) {
        cwnd.growAsReno(acked);
    }

    @Override
    public int undoWindow(long now) {
        return Math.max(cwnd.segments, cwnd.prior);
    }
}
