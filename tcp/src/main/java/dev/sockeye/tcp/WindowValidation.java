package dev.sockeye.tcp;

/// Keeps the congestion window to what is used of it: RFC 7661 in Linux's form, and RFC 5681 4.1 after an idle time.
final class WindowValidation {

    private final Connection c;

    WindowValidation(Connection c) {
        this.c = c;
    }

    /// RFC 7661 in Linux's form: a window that is not used does not grow, and decays.
    void onSent(boolean limited, long now) {
        CongestionWindow cwnd = c.cwnd;
        int packetsOut = c.board.packetsOut;
        if (!Seq.lt(c.sndUna, cwnd.usageSeq) || limited || (!cwnd.limited && packetsOut > cwnd.maxPacketsOut)) {
            cwnd.limited = limited;
            cwnd.maxPacketsOut = packetsOut;
            cwnd.usageSeq = c.sndNxt;
        }
        if (cwnd.isLimited()) {
            cwnd.used = 0;
            cwnd.stamp = now;
            return;
        }
        // All is sent, the window has room, and the program waits: it is the buffer that is too small.
        if (c.sendBuffer.waiting && c.send.unsent.isEmpty()) c.busy.start(BusyTime.Reason.SEND_BUFFER, now);
        cwnd.used = Math.max(cwnd.used, packetsOut);
        if (c.context.sysctl.tcp_slow_start_after_idle == 0 || c.congestion.takesControl()) return;
        if (now - cwnd.stamp < c.rtt.rtoNanos()) return;
        if (c.recovery.state() == LossRecovery.State.OPEN && !c.sendBuffer.waiting) {
            int used = Math.max(cwnd.used, CongestionWindow.INITIAL);
            if (used < cwnd.segments) {
                cwnd.ssthresh = cwnd.currentSsthresh(false);
                cwnd.segments = (cwnd.segments + used) >> 1;
            }
            cwnd.used = 0;
        }
        cwnd.stamp = now;
    }

    /// RFC 5681 4.1: after an idle time the window is halved for each RTO of it, down to the initial one.
    void restartAfterIdle(long now) {
        if (c.context.sysctl.tcp_slow_start_after_idle == 0 || c.board.packetsOut > 0) return;
        if (c.congestion.takesControl()) return;
        long idle = now - c.output.lastSentAt;
        long rto = c.rtt.rtoNanos();
        if (idle <= rto) return;
        CongestionWindow cwnd = c.cwnd;
        c.congestion.onEvent(CongestionControl.Event.CWND_RESTART, now);
        cwnd.ssthresh = cwnd.currentSsthresh(c.recovery.isReducing());
        int least = Math.min(CongestionWindow.INITIAL, cwnd.segments);
        int window = cwnd.segments;
        while ((idle -= rto) > 0 && window > least) window >>= 1;
        cwnd.segments = Math.max(window, least);
        cwnd.stamp = now;
        cwnd.used = 0;
    }
}
