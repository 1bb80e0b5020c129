package dev.sockeye.tcp;

/// When to acknowledge (RFC 9293 3.8.6.3, RFC 5681 4.2; Linux's `icsk_ack`): at once while the sender is in slow
/// start, every second full segment, what fills a gap; otherwise after a delay that follows the sender's rhythm,
/// hoping for data to carry it.
final class AckPolicy {

    private static final int MAX_QUICK = 16;
    /// `TCP_ATO_MIN`, `TCP_DELACK_MIN` and `TCP_DELACK_MAX`, milliseconds.
    /// RFC 9293 3.8.6.3, MUST-40; RFC 5681 4.2, MUST-23, MUST-24
    static final int MIN_MILLIS = 40, MAX_MILLIS = 200;

    private static final long MILLI = 1_000_000;

    private final TcpSysctl sysctl;

    /// An estimate of the segment size that the peer uses: `rcv_mss`, bytes.
    int rcvMss = 536;

    private int lastSegmentSize;
    /// Acknowledgments still to be sent without delay.
    int quick;
    /// The delay, milliseconds; 0 before the first data.
    int delayMillis;

    /// How often data went out soon after data came in; from `tcp_pingpong_thresh` on the session is interactive.
    private int pingPong;
    /// When data last came, nanoseconds.
    long lastReceivedAt;

    /// An acknowledgment is owed.
    boolean scheduled;
    /// It is owed at once.
    boolean now;
    /// A segment was dropped for want of memory: the acknowledgment closes the window (`ICSK_ACK_NOMEM`).
    boolean noMemory;
    /// Segments with PSH, or short ones, came once; twice: reading the last byte acknowledges them.
    boolean pushed, pushedTwice;
    /// `TCP_QUICKACK` is set, for good.
    boolean alwaysQuick;

    AckPolicy(TcpSysctl sysctl) {
        this.sysctl = sysctl;
    }

    void schedule() {
        scheduled = true;
    }

    boolean inPingPong() {
        return pingPong >= sysctl.tcp_pingpong_thresh;
    }

    void enterPingPong() {
        pingPong = sysctl.tcp_pingpong_thresh;
    }

    void exitPingPong() {
        pingPong = 0;
    }

    /// Data goes out soon after data came in: an interactive session, where data will carry the acknowledgments.
    void onDataSent(long at) {
        if (at / MILLI - lastReceivedAt / MILLI < delayMillis) pingPong = Math.min(255, pingPong + 1);
    }

    boolean isQuick() {
        return alwaysQuick || (quick > 0 && !inPingPong());
    }

    /// The next acknowledgments go out at once: half a window's worth of them, 16 at most.
    void beQuick(int receiveWindow) {
        beQuick(receiveWindow, MAX_QUICK);
    }

    private void beQuick(int receiveWindow, int most) {
        int count = receiveWindow / (2 * rcvMss);
        if (count == 0) count = 2;
        quick = Math.max(quick, Math.min(count, most));
    }

    void enterQuickMode(int receiveWindow) {
        enterQuickMode(receiveWindow, MAX_QUICK);
    }

    /// The next acknowledgments, at most so many, go out at once, and later ones wait no longer than usual.
    void enterQuickMode(int receiveWindow, int most) {
        beQuick(receiveWindow, most);
        exitPingPong();
        delayMillis = MIN_MILLIS;
    }

    /// Data has been queued in order.
    void onDataReceived(int receiveWindow, int rtoMillis, long at) {
        scheduled = true;
        if (delayMillis == 0) {
            beQuick(receiveWindow);
            delayMillis = MIN_MILLIS;
        } else {
            long gap = at / MILLI - lastReceivedAt / MILLI;
            if (gap <= MIN_MILLIS / 2) {
                delayMillis = (delayMillis >> 1) + MIN_MILLIS / 2;
            } else if (gap < delayMillis) {
                delayMillis = Math.min((delayMillis >> 1) + (int) gap, rtoMillis);
            } else if (gap > rtoMillis) {
                // So long a pause: the sender may be in slow start again.
                beQuick(receiveWindow);
            }
        }
        lastReceivedAt = at;
    }

    /// How long to wait, milliseconds.
    int delay(int srttMillis, boolean hasRtt, int mostMillis) {
        int delay = delayMillis;
        if (delay > MIN_MILLIS) {
            int most = inPingPong() || pushed ? MAX_MILLIS : 500;
            if (hasRtt) most = Math.min(most, Math.max(srttMillis, MIN_MILLIS));
            delay = Math.min(delay, most);
        }
        return Math.min(delay, mostMillis);
    }

    /// The delay ran out before anything carried the acknowledgment.
    void onDelayExpired(int rtoMillis) {
        if (inPingPong()) {
            exitPingPong();
            delayMillis = MIN_MILLIS;
        } else {
            delayMillis = Math.min(delayMillis << 1, rtoMillis);
        }
    }

    /// A segment with an acknowledgment went out. Of those that were to go at once it is one if it tells of something
    /// new (`tcp_dec_quickack_mode`), and not an answer to what does not fit.
    void onAckSent() {
        if (scheduled && quick > 0 && --quick == 0) delayMillis = MIN_MILLIS;
        scheduled = now = noMemory = pushed = pushedTwice = false;
    }

    /// Learns the peer's segment size from a segment (`tcp_measure_rcv_mss`).
    ///
    /// @param headerLength of this segment's TCP header; `usualHeader` without SACK blocks
    /// @return whether the size is a new one, for [ReceiveWindow#learnRatio]
    boolean measure(Segment seg, int headerLength, int usualHeader, int advMss) {
        int last = lastSegmentSize;
        lastSegmentSize = 0;
        int length = seg.packetPayload > 1 ? (seg.length + seg.packetPayload - 1) / seg.packetPayload : seg.length;
        if (length >= rcvMss) {
            boolean changed = length != rcvMss;
            rcvMss = Math.min(length, advMss);
            if (seg.has(Segment.PSH)) pushed = true;
            return changed;
        }
        int whole = length + headerLength;
        boolean pushing = seg.has(Segment.PSH | Segment.FIN | Segment.URG | Segment.SYN);
        if (whole >= 536 + 20 || (whole >= 88 + 20 && !pushing)) {
            lastSegmentSize = whole - usualHeader;
            if (lastSegmentSize == last) {
                rcvMss = lastSegmentSize;
                return false;
            }
        }
        pushedTwice |= pushed;
        pushed = true;
        return false;
    }
}
