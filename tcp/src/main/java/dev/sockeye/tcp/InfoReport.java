package dev.sockeye.tcp;

/// Fills in `TCP_INFO` (`tcp_get_info`).
final class InfoReport {

    private InfoReport() {}

    static TcpInfo of(Connection c, BusyTime busy, long now) {
        int options = (c.timestamps.agreed ? TcpInfo.OPT_TIMESTAMPS : 0)
                | (c.sackPermitted ? TcpInfo.OPT_SACK : 0)
                | (c.offersScaling && c.state != TcpState.SYN_SENT ? TcpInfo.OPT_WSCALE : 0)
                | (c.ecn.isAgreed() ? TcpInfo.OPT_ECN : 0)
                | (c.ecn.seen ? TcpInfo.OPT_ECN_SEEN : 0)
                | (c.fastOpen.synDataAcked ? TcpInfo.OPT_SYN_DATA : 0)
                | (c.fastOpen.child ? TcpInfo.OPT_TFO_CHILD : 0);
        Scoreboard board = c.board;
        CongestionWindow cwnd = c.cwnd;
        Timeouts timeouts = c.timeouts;
        return new TcpInfo(
                c.state.number(),
                c.recovery.state().ordinal(),
                timeouts.retransmits,
                timeouts.probes,
                timeouts.backoff,
                options,
                c.sendScale,
                c.offersScaling && c.state != TcpState.SYN_SENT ? c.receive.scale : 0,
                c.rate.isAppLimited(),
                c.fastOpen.active == null ? 0 : c.fastOpen.active.clientFail,
                c.rtt.rtoMillis * 1000,
                Math.min(c.acks.delayMillis, c.options.delayedAckMaxMillis(c.context.sysctl)) * 1000,
                c.sizes.mss,
                c.acks.rcvMss,
                board.packetsOut,
                board.sackedOut,
                board.lostOut,
                board.retransOut,
                0,
                sinceMillis(c.output.lastSentAt, now),
                0,
                sinceMillis(c.acks.lastReceivedAt, now),
                sinceMillis(c.lastAckReceivedAt, now),
                c.pathMtu(),
                c.receive.threshold,
                c.rtt.smoothedMicros(),
                c.rtt.meanDeviationMicros(),
                cwnd.ssthresh,
                cwnd.segments,
                c.sizes.advMss,
                board.reordering,
                c.receive.rttMicros(),
                c.receive.spaceBytes(),
                c.totalRetransmits,
                c.pacer.rate == Pacer.UNLIMITED ? -1 : c.pacer.rate,
                c.pacer.most() == Pacer.UNLIMITED ? -1 : c.pacer.most(),
                c.bytesAcked,
                c.bytesReceived,
                c.segmentsOut,
                c.segmentsIn,
                Math.max(0, c.send.writeSeq - c.sndNxt),
                c.rtt.min.get(),
                c.dataSegmentsIn,
                c.dataSegmentsOut,
                c.rate.bytesPerSecond(c.sizes.mss),
                busy.micros(BusyTime.Reason.BUSY, now),
                busy.micros(BusyTime.Reason.RECEIVE_WINDOW, now),
                busy.micros(BusyTime.Reason.SEND_BUFFER, now),
                c.rate.delivered,
                c.rate.deliveredCe,
                c.bytesSent,
                c.bytesRetransmitted,
                board.dsackDups,
                board.reorderingSeen,
                c.outOfOrderPackets,
                c.sndWnd,
                c.receive.window,
                timeouts.rehashes,
                timeouts.totalTimeouts,
                timeouts.totalTimeoutRecoveries,
                timeouts.totalTimeoutMillis(now),
                c.ecn.received.ce,
                c.ecn.delivered.ect1Bytes,
                c.ecn.delivered.ect0Bytes,
                c.ecn.delivered.ceBytes,
                c.ecn.received.ect1Bytes,
                c.ecn.received.ect0Bytes,
                c.ecn.received.ceBytes,
                c.ecn.mode.ordinal(),
                c.ecn.failures.optionSeen,
                c.ecn.failures.bits);
    }

    private static int sinceMillis(long then, long now) {
        return (int) Math.min(Integer.MAX_VALUE, (now - then) / Timers.MILLI);
    }
}
