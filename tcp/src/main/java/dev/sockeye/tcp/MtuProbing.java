package dev.sockeye.tcp;

/// Packetization-layer path MTU discovery (RFC 4821; `tcp_mtu_probing`): the path's MTU is looked for between what is
/// known to pass and what may, by segments that are larger than the others. One that is lost is no sign of congestion.
/// With `tcp_mtu_probing` 1 only once timeouts have shown that the path swallows large packets, with 2 always. See
/// docs/linux/pmtu.md
final class MtuProbing {

    /// What became of an attempt.
    enum Outcome {
        /// This is not the time, and other segments may go.
        NONE,
        /// Room for a probe is about to be there: nothing else goes.
        WAIT,
        SENT
    }

    /// Segments of congestion window at least.
    private static final int LEAST_WINDOW = 11;

    private final Connection c;

    boolean enabled;
    /// Packets of this size pass; larger ones than that do not, or cannot be needed. Bytes.
    private int low, high;

    /// The packet that the probe in flight makes, bytes; 0 without one.
    private int size;
    /// The numbers of the probe.
    private int start, end;
    /// When the search last began, nanoseconds.
    private long begunAt;

    MtuProbing(Connection c) {
        this.c = c;
    }

    /// Our SYN is made, or the connection is established (`tcp_mtup_init`). The segment size follows when it is
    /// computed the next time: a passive open keeps what it has until a probe has passed.
    void begin(long now) {
        TcpSysctl sysctl = c.context.sysctl;
        enabled = sysctl.tcp_mtu_probing > 1;
        high = most();
        low = c.sizes.packet(sysctl.tcp_base_mss);
        size = 0;
        if (enabled) begunAt = now;
    }

    /// What the peer takes, as a packet without options.
    private int most() {
        return c.sizes.peerMss + 20 + c.sizes.ipHeader();
    }

    /// What of `payload` bytes is known to pass; the path takes no more than its MTU.
    int bound(int payload) {
        high = Math.min(high, c.sizes.pathMtu);
        return enabled ? Math.min(payload, c.sizes.payload(low)) : payload;
    }

    // ---------------------------------------------------------------- black holes

    /// Timeouts follow each other: large packets may be swallowed without a word (`tcp_mtu_probing()`).
    void onDoubtfulPath(long now) {
        TcpSysctl sysctl = c.context.sysctl;
        if (sysctl.tcp_mtu_probing == 0) return;
        if (!enabled) {
            enabled = true;
            begunAt = now;
        } else {
            int half = Math.min(c.sizes.payload(low) >> 1, sysctl.tcp_base_mss);
            half = Math.max(half, Math.max(sysctl.tcp_mtu_probe_floor, sysctl.tcp_min_snd_mss));
            low = c.sizes.packet(half);
        }
        c.sizes.sync();
    }

    // ---------------------------------------------------------------- probes

    /// Makes the first unsent segment a probe, if this is the time for one (`tcp_mtu_probe`).
    Outcome probe(long now) {
        // Variable headers would make its size uncertain.
        boolean quiet = enabled
                && size == 0
                && c.recovery.state() == LossRecovery.State.OPEN
                && c.cwnd.segments >= LEAST_WINDOW
                && c.sackList.isEmpty()
                && !c.sackList.hasDuplicate();
        if (!quiet) return Outcome.NONE;
        int payload = c.sizes.payload(high + low >> 1) - c.options.signatureBytes;
        if (payload > c.sizes.payload(high) || high - low < c.context.sysctl.tcp_probe_threshold) {
            searchAgain(now);
            return Outcome.NONE;
        }
        int needed = payload + (c.board.reordering + 1) * c.sizes.mss;
        if (c.send.writeSeq - c.sndNxt < needed) return Outcome.NONE;
        if (Integer.compareUnsigned(c.sndWnd, needed) < 0) return Outcome.NONE;
        if (Seq.gt(c.sndNxt + needed, c.windowEnd())) return Outcome.WAIT;
        int inFlight = c.board.inFlight();
        if (inFlight + 2 > c.cwnd.segments) return inFlight == 0 ? Outcome.NONE : Outcome.WAIT;
        if (!gather(payload)) return Outcome.NONE;
        TxSegment segment = c.send.unsent.get(0);
        // It counts for two.
        c.cwnd.segments--;
        size = c.sizes.packet(payload) + c.options.signatureBytes;
        start = segment.seq;
        end = segment.endSeq;
        return Outcome.SENT;
    }

    /// The path may have changed since the search ended (`tcp_mtu_check_reprobe`).
    private void searchAgain(long now) {
        long interval = c.context.sysctl.tcp_probe_interval * 1_000_000_000L;
        if (now - begunAt < interval) return;
        size = 0;
        high = most();
        low = c.sizes.packet(c.sizes.current()) + c.options.signatureBytes;
        begunAt = now;
    }

    /// Brings so many bytes into the first unsent segment.
    private boolean gather(int length) {
        TxQueue queue = c.send.unsent;
        int together = 0;
        for (int i = 0; together < length; i++) {
            TxSegment segment = queue.get(i);
            together += segment.length();
            if (together < length && segment.endOfRecord) return false;
        }
        TxSegment first = queue.get(0);
        if (c.send.reach(first.seq, length) < length) return false;
        while (first.length() < length) {
            TxSegment next = queue.get(1);
            int missing = length - first.length();
            if (next.length() <= missing) c.send.join(queue, 0);
            else c.send.borrow(first, next, missing);
        }
        if (first.length() > length) c.send.split(queue, 0, length, c.sizes.current());
        return true;
    }

    /// Something was sent again: whatever becomes of the probe, it says nothing.
    void onRetransmission() {
        size = 0;
    }

    /// Data was acknowledged (`tcp_mtup_probe_success`).
    void onAcked(long now) {
        if (size == 0 || Seq.gt(end, c.sndUna)) return;
        // The window is the same number of bytes, in larger segments.
        CongestionWindow cwnd = c.cwnd;
        long segments = (long) cwnd.segments * c.sizes.packet(c.sizes.mss) / size;
        cwnd.segments = (int) Math.max(1, segments);
        cwnd.counted = 0;
        cwnd.stamp = now;
        cwnd.ssthresh = cwnd.currentSsthresh(c.recovery.isReducing());
        low = size;
        size = 0;
        c.sizes.sync();
        c.context.count(TcpMib.TCPMTUPSuccess);
    }

    /// Something is lost. If it is the probe, and only that, the path does not take packets of its size.
    ///
    /// @return whether it was
    boolean onLoss(long now) {
        boolean mayBe =
                c.recovery.state() == LossRecovery.State.OPEN || c.recovery.state() == LossRecovery.State.DISORDER;
        if (!mayBe || size == 0 || c.sndUna != start) return false;
        high = size - 1;
        size = 0;
        c.context.count(TcpMib.TCPMTUPFail);
        c.cwnd.segments++;
        c.recovery.onSmallerMss(now);
        return true;
    }
}
