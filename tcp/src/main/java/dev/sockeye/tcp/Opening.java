package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// How a connection begins (RFC 9293 3.5): what our SYN offers, what the peer's SYN makes of it, and what is set when
/// both are acknowledged, or with Fast Open before. [Teardown] is how it ends.
final class Opening {

    private static final int TIMESTAMP_OPTION = 12;

    private Opening() {}

    // ---------------------------------------------------------------- passive

    /// The handshake of a passive open is about to be completed: what it has agreed on.
    static void take(Connection c, Handshake shake, long now) {
        c.now = now;
        c.unaccepted = true;
        c.iss = shake.iss;
        c.sndUna = c.sndNxt = c.sndUp = c.send.writeSeq = c.iss + 1;
        c.cwnd.usageSeq = c.sndUna;
        c.output.start(c.sndUna);
        c.rcvNxt = c.copiedSeq = shake.irs + 1;
        c.sizes.peerMss = shake.peerMss;
        // Linux: TCP_MAXSEG set on the listener during the handshake counts for the connection, although the SYN-ACK
        // has said something else; see docs/linux/differential.md, "listener_maxseg"
        c.sizes.advertisedMss = shake.advertisedMss;
        c.sackPermitted = shake.sackPermitted;
        c.offersScaling = shake.receiveWindowScale >= 0;
        c.sendScale = Math.max(0, shake.sendWindowScale);
        c.ecn.take(shake);
        c.timestamps.offset = shake.tsOffset;
        if (shake.timestamps) agreeOnTimestamps(c, shake.tsRecent, shake.tsRecentAt);
        c.receive.initialize(c.sizes.advMss, c.offersScaling);
        c.receive.window = c.receive.threshold = shake.receiveWindow;
        c.receive.clamp = shake.windowClamp;
        c.receive.scale = Math.max(0, shake.receiveWindowScale);
        if (!c.offersScaling) c.receive.withoutScaling();
        c.receive.begin(c.rcvNxt);
        c.sndWnd = c.maxWindow = shake.peerWindow;
        c.sndWl1 = shake.irs;
        c.segmentsIn = 1; // the SYN
        c.acks.lastReceivedAt = now;
        c.lastAckReceivedAt = c.output.lastSentAt = now;
        if (shake.synAckSentAt >= 0 && shake.retransmits == 0) {
            long micros = (now - shake.synAckSentAt) / 1000;
            c.rtt.min.reset(Math.clamp(micros, 1, Integer.MAX_VALUE), now / Timers.MILLI);
            c.rtt.sample(micros, c.sndUna, c.sndNxt);
        }
        c.totalRetransmits = shake.retransmits;
        if (shake.synAckSentAt >= 0) c.synSentAt = shake.synAckSentAt;
        if (shake.timeouts > 0) {
            c.recovery.onSynAckTimeouts();
            c.timeouts.onSynAckTimeouts(shake.timeouts, c.synSentAt, now);
        }
        c.sizes.sync();
        c.context.count(TcpMib.PassiveOpens);
        // It was half-open since our SYN-ACK; a SYN cookie does not remember when that was.
        long halfOpenSince = shake.synAckSentAt >= 0 ? shake.synAckSentAt : now;
        c.journal.record(halfOpenSince, TcpState.LISTEN, TcpState.SYN_RCVD, Journal.Cause.SEGMENT, Segment.SYN);
        c.state = TcpState.SYN_RCVD;
    }

    // ---------------------------------------------------------------- active

    /// Numbers and state of an active open; beyond those of the connection that it follows, if any.
    static void begin(Connection c, long now, @Nullable TimeWait before) {
        c.now = now;
        c.iss = before != null ? before.nextIsn() : c.context.isn.next(c.tuple, now);
        if (before != null) c.timestamps.follow(before);
        c.sndUna = c.sndUp = c.iss;
        c.sndNxt = c.send.writeSeq = c.iss;
        c.cwnd.usageSeq = c.iss;
        c.output.start(c.iss);
        c.sizes.advertisedMss = c.sizes.advMss;
        c.setState(TcpState.SYN_SENT, Journal.Cause.CALL_CONNECT, 0);
    }

    /// What our SYN is to offer (`tcp_connect_init`).
    static void prepareSyn(Connection c, long now) {
        TcpSysctl sysctl = c.context.sysctl;
        c.offersScaling = sysctl.tcp_window_scaling != 0;
        c.timestamps.offered = c.options.offersTimestamps(sysctl);
        c.ecn.offer();
        if (c.timestamps.offered) c.sizes.headerLength += TIMESTAMP_OPTION;
        c.probing.begin(now);
        c.sizes.assumePeerMss(
                c.options.maxSegment > 0 ? c.options.maxSegment : SegmentSizes.unannounced(c.tuple.isV4()));
        // Linux: with the timestamps of a connection in TIME_WAIT that it follows the option takes its share; see
        // docs/linux/differential.md, "reuse_window"
        int share = c.timestamps.follows() ? c.sizes.headerLength - 20 : 0;
        c.receive.initialize(c.sizes.advMss - share, c.offersScaling);
        c.synScale = c.offersScaling ? c.receive.scale : -1;
        c.synTimestamps = c.timestamps.offered;
        c.synSentAt = now;
        c.lastAckReceivedAt = now;
        c.acks.rcvMss = c.sizes.initialReceived(c.sizes.earlierWindow);
        c.context.count(TcpMib.ActiveOpens);
    }

    // ---------------------------------------------------------------- both

    /// Both SYNs are acknowledged.
    static void established(Connection c, int flags, long now) {
        c.setState(TcpState.ESTABLISHED, Journal.Cause.SEGMENT, flags);
        if (c.timestamps.agreed) c.sizes.advMss -= TIMESTAMP_OPTION;
        if (c.fastOpen.isHalfOpen()) {
            c.fastOpen.established(now);
        } else {
            c.copiedSeq = c.rcvNxt;
            startTransfer(c, now);
            c.recovery.firstRetransmitAt = 0;
        }
        c.timeouts.retransmits = 0;
        c.raise(Readiness.OUT | Readiness.ANY);
    }

    /// Data may go (`tcp_init_transfer`): in ESTABLISHED, or with Fast Open before.
    static void startTransfer(Connection c, long now) {
        // Linux: of a connection that is opened fast; see docs/linux/differential.md, "fast_window"
        if (c.state == TcpState.SYN_RCVD) c.sizes.syncScaled();
        else c.sizes.sync();
        c.probing.begin(now);
        c.acks.rcvMss = c.sizes.initialReceived();
        c.output.lastSentAt = now;
        c.writer.start(c.sndNxt);
        c.context.metrics.apply(c, now);
        // The timeouts were spurious if what is acknowledged is the first SYN or SYN-ACK (`tcp_try_undo_spurious_syn`).
        if (c.timestamps.echoes(c.synSentAt)) c.recovery.onSpuriousSynTimeouts();
        // RFC 5681 3.1, MUST-9, MUST-10: one segment where the SYN was lost more than once. Linux: the
        // timeouts of one lost SYN cost nothing.
        c.cwnd.segments = c.totalRetransmits > 1 && c.recovery.isUndoPossible() ? 1 : CongestionWindow.INITIAL;
        c.cwnd.stamp = now;
        c.congestion.init(now);
        c.receive.established(c.copiedSeq, c.acks.rcvMss, c.sizes.advMss, now);
        c.sendBuffer.expand();
        c.timeouts.onKeepAliveOption(now);
    }

    /// The peer's SYN: its number, options and our answers to them.
    static void receivedSyn(Connection c, Segment seg, long now) {
        c.rcvNxt = c.copiedSeq = seg.seq + 1;
        c.receive.begin(c.rcvNxt);
        // RFC 9293 MUST-15: without the option it is what was assumed.
        if (seg.mss != 0)
            c.sizes.peerMss = c.options.maxSegment > 0 ? Math.min(seg.mss, c.options.maxSegment) : seg.mss;
        c.sackPermitted = seg.sackPermitted && c.context.sysctl.tcp_sack != 0;
        // RFC 7323 2.2, MUST-1; RFC 7323 2.3, MUST-5, MUST-7, MUST-11
        if (c.offersScaling && seg.windowScale >= 0) {
            c.sendScale = Math.min(seg.windowScale, ReceiveWindow.MAX_SCALE);
        } else {
            c.offersScaling = false;
            c.receive.withoutScaling();
        }
        c.sizes.headerLength = 20;
        if (c.timestamps.offered && seg.timestamps) agreeOnTimestamps(c, seg.tsVal, now);
        c.timestamps.offered = c.timestamps.agreed;
        c.sizes.sync();
    }

    private static void agreeOnTimestamps(Connection c, int recent, long at) {
        c.timestamps.agree(recent, at);
        c.sizes.headerLength = 20 + TIMESTAMP_OPTION;
    }
}
