package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;

/// What happens when a timer runs out: retransmission and giving up (RFC 6298 5, RFC 9293 3.8.3), window probes
/// (3.8.6.1), keepalive (3.8.4), and the end of an orphan's FIN_WAIT2.
final class Timeouts {

    private static final long MILLI = Timers.MILLI;
    /// `TCP_RTO_MIN`, what the give-up times are computed from.
    private static final int RTO_MIN_MILLIS = 200;
    /// `TCP_THIN_LINEAR_RETRIES`
    private static final int THIN_RETRIES = 6;
    /// `TCP_TIMEOUT_MIN`, with HZ 1000.
    static final int LEAST_MILLIS = 2;
    /// `TCP_TIMEWAIT_LEN`
    static final long TIME_WAIT_NANOS = 60_000 * MILLI;

    private final Connection c;
    private final Timers timers;

    /// Timeouts in a row without an ACK that advanced: `icsk_retransmits`.
    int retransmits;
    /// How often the timeout was doubled: `icsk_backoff`.
    int backoff;
    /// Probes, of a closed window or of an idle connection, that were not answered: `icsk_probes_out`.
    int probes;

    private long probingSince = -1;
    private long lastProgressAt;

    /// For TCP_INFO: timeouts of all time, recoveries from them, milliseconds spent so.
    int totalTimeouts, totalTimeoutRecoveries;

    /// How often a timeout has made another way worth trying: `timeout_rehash`.
    int rehashes;

    private boolean adviseAgainstPath;

    private long timeoutSince = -1;
    private long totalTimeoutMillis;

    Timeouts(Connection c) {
        this.c = c;
        this.timers = c.timers;
    }

    /// SND.UNA has moved: counting starts anew.
    void onProgress(long now) {
        retransmits = 0;
        lastProgressAt = now;
    }

    /// Since when nothing but retransmissions has happened, nanoseconds; 0: it has not. RFC 9293 3.8.3 counts for
    /// the same segment. Linux counts from the first retransmission of the whole episode, and so gives up a
    /// connection that gets through a path with heavy loss very slowly.
    private long stalledSince() {
        long first = c.recovery.firstRetransmitAt;
        return first == 0 ? 0 : Math.max(first, lastProgressAt);
    }

    void onTimer(long now) {
        if (timers.delayedAckAt <= now) onDelayedAck();
        if (timers.compressedAckAt <= now) {
            timers.compressedAckAt = Timers.NEVER;
            c.ackSchedule.onCompressedAck();
        }
        if (timers.pacingAt <= now) {
            timers.pacingAt = Timers.NEVER;
            c.output.onPauseOver();
        }
        if (timers.retransmissionAt <= now) onRetransmission(now);
        if (timers.keepAliveAt <= now) onKeepAlive(now);
    }

    private void onDelayedAck() {
        timers.delayedAckAt = Timers.NEVER;
        if (!c.acks.scheduled) return;
        c.acks.onDelayExpired(c.rtt.rtoMillis);
        c.context.count(TcpMib.DelayedACKs);
        c.output.ackNow();
    }

    private void onRetransmission(long now) {
        Timers.Retransmission what = timers.retransmission;
        if (what == Timers.Retransmission.TIMEOUT) timers.stopRetransmission();
        switch (what) {
            case OFF -> {}
            case TIMEOUT -> onTimeout(now);
            case LOSS_PROBE -> c.output.sendTailProbe(now);
            case REORDER -> c.recovery.onReorderTimeout(now);
            case WINDOW_PROBE -> onWindowProbe(now);
        }
    }

    // ---------------------------------------------------------------- retransmission

    /// Sets the timer: a tail loss probe where one makes sense, else the timeout. RFC 6298 5, MUST-10
    void setTimer(long now) {
        if (c.fastOpen.isHalfOpen()) return;
        if (!c.recovery.scheduleProbe(true, now)) rearm(now);
    }

    void rearm(long now) {
        // Until our SYN-ACK is acknowledged the timer is its own.
        if (c.fastOpen.isHalfOpen()) return;
        if (c.board.packetsOut == 0) {
            timers.stopRetransmission();
            return;
        }
        long millis = c.rtt.rtoMillis;
        // The time that a probe or RACK has waited counts.
        if (timers.retransmission == Timers.Retransmission.LOSS_PROBE
                || timers.retransmission == Timers.Retransmission.REORDER) {
            millis = Math.max(remainingMillis(now), 1);
        }
        startAfterPause(now, millis);
    }

    /// The time that pacing makes the next transmission wait does not count.
    void startAfterPause(long now, long millis) {
        start(now, millis + c.pacer.delayMillis(now));
    }

    void start(long now, long millis) {
        millis = Math.min(millis, rtoMaxMillis());
        timers.setRetransmission(Timers.Retransmission.TIMEOUT, now + withinUserTimeout(millis, now) * MILLI);
    }

    /// The user timeout is kept to the millisecond: the last timeout is shortened to it.
    private long withinUserTimeout(long millis, long now) {
        int user = c.options.userTimeoutMillis;
        boolean opening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RCVD;
        // As what ends it counts, or the last timeouts would be of a millisecond, and many.
        boolean closed = c.sndWnd == 0 && !c.orphan;
        long since = opening ? c.synSentAt : closed ? c.recovery.firstRetransmitAt : stalledSince();
        if (user == 0 || since == 0) return millis;
        long remaining = user - (now - since) / MILLI;
        return remaining <= 0 ? 1 : Math.min(millis, remaining);
    }

    /// How long until the first segment in flight times out.
    long remainingMillis(long now) {
        TxSegment first = c.send.inFlight.first();
        if (first == null) return 0;
        long nanos = first.sentAt + c.rtt.rtoNanos() - now;
        return (nanos + MILLI - 1) / MILLI;
    }

    private void onTimeout(long now) {
        PassiveFastOpen opening = c.fastOpen.passive;
        if (opening != null) opening.onTimeout(now);
        else onSegmentTimeout(now);
    }

    private void onSegmentTimeout(long now) {
        if (c.board.packetsOut == 0) return;
        boolean opening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RCVD;
        if (c.sndWnd == 0 && !c.orphan && !opening) {
            onTimeoutInClosedWindow(now);
            return;
        }
        c.context.count(TcpMib.TCPTimeouts);
        if (c.orphan && !opening && isOutOfResources(now)) return;
        boolean expired = hasExpired(opening, now);
        detectBlackhole(expired, now);
        if (expired) {
            giveUp();
            return;
        }
        doubtPath(opening, now);
        if (retransmits == 0) countCause();
        c.recovery.enterLoss(now);
        onTimeoutCounted(now);
        c.output.retransmitFirst();
        backOff(now);
    }

    /// `tcp_update_rto_stats`
    private void onTimeoutCounted(long now) {
        // Linux: the first after an ACK that advanced, even where it did not end the recovery before it; see
        // docs/linux/differential.md, "rto_recoveries"
        if (retransmits == 0) {
            timeoutSince = now;
            totalTimeoutRecoveries++;
        }
        retransmits++;
        totalTimeouts++;
    }

    /// The SYN-ACK of a connection opened fast goes again.
    void onSynAckTimeout(long now) {
        onTimeoutCounted(now);
        if (c.recovery.firstRetransmitAt == 0) c.recovery.firstRetransmitAt = now;
    }

    /// The third timeout in a row, or the last before giving up: where Fast Open was used, a box on the way may
    /// swallow what follows it.
    private void detectBlackhole(boolean expired, long now) {
        if (!c.fastOpen.synDataAcked && (c.fastOpen.active == null || !c.fastOpen.active.wasUsed())) return;
        if (retransmits != 2 && (retransmits > 2 || !expired)) return;
        c.context.fastOpenPause.begin(now);
        c.context.count(TcpMib.TCPFastOpenActiveFail);
    }

    /// `tcp_write_err`
    void giveUp() {
        c.teardown.fail(
                c.softError != 0 ? c.softError : Errno.ETIMEDOUT.number(),
                TcpMib.TCPAbortOnTimeout,
                Journal.Cause.TIMER_RETRANSMIT);
    }

    /// RFC 9293 3.8.3, MUST-20, SHLD-10: at R1 IP is told. Linux: each timeout also sends what follows on another way,
    /// where there are several and they are chosen by flow (`sk_rethink_txhash`).
    private void doubtPath(boolean opening, long now) {
        boolean r1 = opening
                ? retransmits > 0
                : hasTimedOut(c.context.sysctl.tcp_retries1, RTO_MIN_MILLIS, stalledSince(), now);
        if (r1 && !opening) c.probing.onDoubtfulPath(now);
        if (r1) adviseAgainstPath = true;
        rehashes++;
        c.context.count(TcpMib.TcpTimeoutRehash);
    }

    /// Whether the path has become doubtful since the last call.
    boolean takeAdviceAgainstPath() {
        boolean advice = adviseAgainstPath;
        adviseAgainstPath = false;
        return advice;
    }

    /// The peer has shrunk its window to nothing: our retransmission is a window probe, and it may take as long as
    /// it will. RFC 9293 3.8.6, MUST-35, SHLD-17
    private void onTimeoutInClosedWindow(long now) {
        if (hasExpiredInClosedWindow(now)) {
            c.teardown.fail(Errno.ETIMEDOUT.number(), TcpMib.TCPAbortOnTimeout, Journal.Cause.TIMER_RETRANSMIT);
            return;
        }
        c.recovery.enterLoss(now);
        c.output.retransmitFirst();
        backOff(now);
    }

    /// RFC 6069: an ICMP error about the segment that is being sent again says that the path is broken, and that
    /// nothing
    /// is congested: the last doubling of the timeout is taken back, and what is due by then goes at once.
    void revertBackoff(int seq, long now) {
        TxSegment first = c.send.inFlight.first();
        if (seq != c.sndUna || retransmits == 0 || backoff == 0 || first == null) return;
        backoff--;
        if (c.rtt.hasSample()) c.rtt.setRto();
        else c.rtt.rtoMillis = RttEstimator.INITIAL_RTO_MILLIS;
        c.rtt.rtoMillis = (int) Math.min((long) c.rtt.rtoMillis << backoff, rtoMaxMillis());
        long remaining = remainingMillis(now);
        if (remaining > 0) start(now, remaining);
        else onTimeout(now);
    }

    /// Linux gives up after twice `tcp_rto_max_ms` without a word of the peer. A user timeout counts from the first
    /// retransmission, whatever the peer says (`tcp_rtx_probe0_timed_out`): else its last, short timeouts would
    /// never end.
    private boolean hasExpiredInClosedWindow(long now) {
        long stalled = (now - firstSentAt()) / MILLI;
        long most = 2L * rtoMaxMillis();
        int user = c.options.userTimeoutMillis;
        if (user != 0) {
            if (stalled > user) return true;
            most = Math.min(most, user);
        }
        long silent = (now - c.lastAckReceivedAt) / MILLI;
        return silent > most && stalled > most;
    }

    private long firstSentAt() {
        long first = c.recovery.firstRetransmitAt;
        TxSegment oldest = c.send.inFlight.first();
        return first != 0 || oldest == null ? first : oldest.sentAt;
    }

    private long rtoMaxMillis() {
        return c.options.rtoMaxMillis(c.context.sysctl);
    }

    private void backOff(long now) {
        if (isThin() && retransmits <= THIN_RETRIES) {
            backoff = 0;
            c.rtt.setRto();
            start(now, c.rtt.rtoMillis);
            return;
        }
        // Linux: the first SYNs go at equal distances, see docs/linux/open.md.
        if (c.state != TcpState.SYN_SENT || totalTimeouts > c.context.sysctl.tcp_syn_linear_timeouts) {
            backoff++;
            c.rtt.backOff();
        }
        start(now, c.rtt.rtoMillis);
    }

    /// `TCP_THIN_LINEAR_TIMEOUTS`: so few packets in flight that fast retransmission has no chance; the first timeouts
    /// are not doubled.
    private boolean isThin() {
        if (!c.options.thinLinearTimeouts && c.context.sysctl.tcp_thin_linear_timeouts == 0) return false;
        boolean initial = c.cwnd.ssthresh >= CongestionWindow.INFINITE_SSTHRESH;
        return c.state == TcpState.ESTABLISHED && c.board.packetsOut < 4 && !initial;
    }

    private void countCause() {
        switch (c.recovery.state()) {
            case RECOVERY -> c.context.count(c.sackPermitted ? TcpMib.TCPSackRecoveryFail : TcpMib.TCPRenoRecoveryFail);
            case LOSS -> c.context.count(TcpMib.TCPLossFailures);
            case DISORDER -> c.context.count(c.sackPermitted ? TcpMib.TCPSackFailures : TcpMib.TCPRenoFailures);
            default -> {}
        }
    }

    /// Those of the SYN-ACK are the connection's.
    void onSynAckTimeouts(int count, long sentAt, long now) {
        totalTimeouts = count;
        totalTimeoutRecoveries = 1;
        totalTimeoutMillis = (now - sentAt) / MILLI;
    }

    /// A recovery from a timeout has ended.
    void onLossLeft(long now) {
        if (timeoutSince < 0) return;
        totalTimeoutMillis += (now - timeoutSince) / MILLI;
        timeoutSince = -1;
    }

    /// The time from a first timeout until it was recovered from, in all, the present one included; milliseconds.
    int totalTimeoutMillis(long now) {
        long present = timeoutSince < 0 ? 0 : (now - timeoutSince) / MILLI;
        return (int) (totalTimeoutMillis + present);
    }

    /// Has it gone on for too long? RFC 9293 3.8.3, MUST-20, MUST-22: R2, of SYNs too.
    private boolean hasExpired(boolean opening, long now) {
        TcpSysctl sysctl = c.context.sysctl;
        if (opening) {
            int most = c.options.synCount > 0 ? c.options.synCount : sysctl.tcp_syn_retries;
            if (c.state == TcpState.SYN_SENT) most += sysctl.tcp_syn_linear_timeouts;
            // Linux: by number, or by the time that so many doublings take, see docs/linux/open.md
            int doublings = c.options.synCount > 0 ? c.options.synCount : sysctl.tcp_syn_retries;
            return retransmits >= most || hasTimedOut(doublings, RttEstimator.INITIAL_RTO_MILLIS, c.synSentAt, now);
        }
        int retries = sysctl.tcp_retries2;
        if (c.orphan) {
            retries = orphanRetries(c.rtt.rtoMillis < rtoMaxMillis());
        }
        return hasTimedOut(retries, RTO_MIN_MILLIS, stalledSince(), now);
    }

    /// Whether this orphan, whose timer has run out, has to go because there are too many, or too little memory
    /// (`tcp_out_of_resources`).
    private boolean isOutOfResources(long now) {
        boolean alive = c.rtt.rtoMillis < c.context.sysctl.tcp_rto_max_ms;
        boolean tellPeer = alive || !hasTimedOut(orphanRetries(alive), RTO_MIN_MILLIS, stalledSince(), now);
        return isOutOfResources(tellPeer, now);
    }

    /// It counts for two where nothing was sent for long, or the peer is not to be told, and twice as much where an
    /// ICMP error was about it.
    private boolean isOutOfResources(boolean tellPeer, long now) {
        long silent = (now - c.output.lastSentAt) / MILLI;
        int weight = (silent > 2L * c.context.sysctl.tcp_rto_max_ms || !tellPeer ? 1 : 0) + (c.softError != 0 ? 1 : 0);
        boolean recent = silent <= TIME_WAIT_NANOS / MILLI;
        boolean closed = c.sndWnd == 0 && c.board.packetsOut == 0;
        return c.teardown.outOfResources(tellPeer || recent || closed, weight);
    }

    /// Whether as much time has passed since `since` as `boundary` doublings from `base` milliseconds on take, or
    /// as the user allows.
    private boolean hasTimedOut(int boundary, int base, long since, long now) {
        if (retransmits == 0 || since == 0) return false;
        // RFC 9293 3.8.3, MUST-21
        int user = c.options.userTimeoutMillis;
        return (now - since) / MILLI >= (user > 0 ? user : modelMillis(boundary, base));
    }

    /// The sum of so many timeouts that begin at `base` milliseconds and double up to `tcp_rto_max_ms`.
    private long modelMillis(int boundary, int base) {
        long most = rtoMaxMillis();
        int doublings = 63 - Long.numberOfLeadingZeros(Math.max(1, most / base));
        if (boundary <= doublings) return ((2L << boundary) - 1) * base;
        return ((2L << doublings) - 1) * base + (boundary - doublings) * most;
    }

    /// Linux: an orphan that still sends gets eight tries, one that is known to fail none (`tcp_orphan_retries`).
    private int orphanRetries(boolean alive) {
        int retries = c.context.sysctl.tcp_orphan_retries;
        if (c.softError != 0 && !alive) retries = 0;
        return retries == 0 && alive ? 8 : retries;
    }

    // ---------------------------------------------------------------- window probes

    /// There is something to send, nothing in flight, and no window: probe it.
    /// RFC 9293 3.8.6.1, MUST-36, SHLD-29: after the retransmission timeout.
    void startWindowProbe(long now) {
        if (c.board.packetsOut > 0 || timers.retransmission != Timers.Retransmission.OFF) return;
        setWindowProbe(now, Math.max(c.rtt.rtoMillis, RTO_MIN_MILLIS));
    }

    private void setWindowProbe(long now, long millis) {
        int user = c.options.userTimeoutMillis;
        if (user != 0 && probingSince >= 0) {
            millis = Math.min(millis, Math.max(1, user - (now - probingSince) / MILLI));
        }
        timers.setRetransmission(Timers.Retransmission.WINDOW_PROBE, now + millis * MILLI);
    }

    /// RFC 9293 3.8.6.1, SHLD-30: twice as long each time.
    private long windowProbeMillis() {
        long base = Math.max(c.rtt.rtoMillis, RTO_MIN_MILLIS);
        return Math.min(base << Math.min(backoff, 30), rtoMaxMillis());
    }

    private void onWindowProbe(long now) {
        timers.stopRetransmission();
        if (c.board.packetsOut > 0 || c.send.unsent.isEmpty()) {
            probes = 0;
            probingSince = -1;
            return;
        }
        int user = c.options.userTimeoutMillis;
        if (probingSince < 0) {
            probingSince = now;
        } else if (user != 0 && (now - probingSince) / MILLI >= user) {
            giveUp();
            return;
        }
        int most = c.context.sysctl.tcp_retries2;
        if (c.orphan) {
            boolean alive = windowProbeMillis() < rtoMaxMillis();
            most = orphanRetries(alive);
            if (!alive && backoff >= most) {
                giveUp();
                return;
            }
            if (isOutOfResources(true, now)) return;
        }
        // RFC 9293 3.8.6.1, MUST-37: every answer sets the count to 0.
        if (probes >= most) {
            giveUp();
            return;
        }
        if (c.output.probeWindow(TcpMib.TCPWinProbe)) {
            // Data goes out: its retransmission timer takes over.
            probes = 0;
            backoff = 0;
            probingSince = -1;
            return;
        }
        probes++;
        if (backoff < c.context.sysctl.tcp_retries2) backoff++;
        setWindowProbe(now, windowProbeMillis());
    }

    /// An ACK came while nothing was in flight: the window may have opened.
    void onWindowProbeAck(long now) {
        TxSegment first = c.send.unsent.first();
        if (first == null) return;
        if (!Seq.gt(first.endSeq, c.windowEnd())) {
            backoff = 0;
            probingSince = -1;
            if (timers.retransmission == Timers.Retransmission.WINDOW_PROBE) timers.stopRetransmission();
        } else {
            setWindowProbe(now, windowProbeMillis());
        }
    }

    // ---------------------------------------------------------------- keepalive

    private long keepIdleMillis() {
        // RFC 9293 3.8.4, MUST-27
        int seconds = c.options.keepIdleSeconds;
        return 1000L * (seconds > 0 ? seconds : c.context.sysctl.tcp_keepalive_time);
    }

    private long keepIntervalMillis() {
        int seconds = c.options.keepIntervalSeconds;
        return 1000L * (seconds > 0 ? seconds : c.context.sysctl.tcp_keepalive_intvl);
    }

    /// `SO_KEEPALIVE` was set or cleared, or the connection has been established with it.
    void onKeepAliveOption(long now) {
        if (c.state == TcpState.CLOSED || c.state == TcpState.SYN_SENT || (c.orphan && c.state == TcpState.FIN_WAIT2))
            return;
        // RFC 9293 3.8.4, MAY-5, MUST-24
        if (!c.options.keepAlive) timers.keepAliveAt = Timers.NEVER;
        else if (timers.keepAliveAt == Timers.NEVER) timers.keepAliveAt = now + keepIdleMillis() * MILLI;
    }

    /// `TCP_KEEPIDLE` was set while the timer runs: it counts from the last sign of life.
    void onKeepIdleOption(long now) {
        if (!c.options.keepAlive || timers.keepAliveAt == Timers.NEVER) return;
        long elapsed = now - lastHeard();
        timers.keepAliveAt = now + Math.max(0, keepIdleMillis() * MILLI - elapsed);
    }

    private long lastHeard() {
        return Math.max(c.acks.lastReceivedAt, c.lastAckReceivedAt);
    }

    /// The orphan waits in FIN_WAIT2 until then for the peer's FIN.
    void waitForFin(long now, long nanos) {
        timers.keepAliveAt = now + nanos;
    }

    private void onKeepAlive(long now) {
        timers.keepAliveAt = Timers.NEVER;
        if (c.state == TcpState.FIN_WAIT2 && c.orphan) {
            onFinWait2Timeout(now);
            return;
        }
        if (!c.options.keepAlive || c.state == TcpState.CLOSED || c.state == TcpState.SYN_SENT) return;
        long idle = keepIdleMillis() * MILLI;
        long next;
        // RFC 9293 3.8.4, MUST-26
        if (c.board.packetsOut > 0 || !c.send.unsent.isEmpty()) {
            next = idle; // the retransmission timer watches
        } else {
            long elapsed = now - lastHeard();
            if (elapsed >= idle) {
                if (isDead(elapsed)) {
                    c.output.sendReset();
                    c.teardown.fail(
                            c.softError != 0 ? c.softError : Errno.ETIMEDOUT.number(),
                            TcpMib.TCPAbortOnTimeout,
                            Journal.Cause.TIMER_KEEPALIVE);
                    return;
                }
                c.output.probeWindow(TcpMib.TCPKeepAlive);
                probes++;
                next = keepIntervalMillis() * MILLI;
            } else {
                next = idle - elapsed;
            }
        }
        timers.keepAliveAt = now + next;
    }

    private boolean isDead(long elapsed) {
        int user = c.options.userTimeoutMillis;
        if (user != 0) return elapsed / MILLI >= user && probes > 0;
        // RFC 9293 3.8.4, MUST-29
        int most = c.options.keepCount > 0 ? c.options.keepCount : c.context.sysctl.tcp_keepalive_probes;
        return probes >= most;
    }

    /// How long an orphan stays in FIN_WAIT2 (`tcp_fin_time`), nanoseconds: never shorter than a retransmitted FIN
    /// of the peer needs.
    long finWait2Nanos() {
        long millis =
                1000L * (c.options.linger2Seconds > 0 ? c.options.linger2Seconds : c.context.sysctl.tcp_fin_timeout);
        long rto = c.rtt.rtoMillis;
        long least = (rto << 2) - (rto >> 1);
        return Math.max(millis, least) * MILLI;
    }

    private void onFinWait2Timeout(long now) {
        if (c.options.linger2Seconds >= 0) {
            long rest = finWait2Nanos() - TIME_WAIT_NANOS;
            if (rest > 0) {
                c.teardown.enterTimeWait(TcpState.FIN_WAIT2, rest, now, Journal.Cause.TIMER_FIN_WAIT2);
                return;
            }
        }
        c.output.sendReset();
        c.teardown.done(Journal.Cause.TIMER_FIN_WAIT2);
    }
}
