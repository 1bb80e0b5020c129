package dev.sockeye.tcp;

/// Sends again what is lost: the segments that [LossRecovery] has marked, the first in flight after a timeout, and the
/// last one as a probe (`tcp_xmit_retransmit_queue`, `tcp_retransmit_skb`).
final class Retransmitter {

    private final Connection c;
    private final SegmentWriter headers;

    Retransmitter(Connection c, SegmentWriter headers) {
        this.c = c;
        this.headers = headers;
    }

    /// The next segment that is lost and not sent again yet, if the congestion window has room.
    /// RFC 6675 4, MUST-3, MUST-4; RFC 6675 5, MUST-15
    boolean nextLost(Segment out, long now) {
        Scoreboard board = c.board;
        if (board.retransOut >= board.lostOut) return false;
        int room = c.cwnd.segments - board.inFlight();
        // RFC 8985 9.3, MUST-12
        if (room <= 0 || c.pacer.holds(now)) return false;
        TxQueue queue = c.send.inFlight;
        for (int i = queue.indexOf(board.lostFrom); i < queue.size(); i++) {
            TxSegment segment = queue.get(i);
            board.lostFrom = segment.seq;
            if (!segment.is(TxSegment.LOST) || segment.is(TxSegment.SACKED | TxSegment.RETRANSMITTED)) continue;
            if (!retransmit(out, i, Math.min(room, c.output.burstPackets(c.sizes.current())), now)) return false;
            boolean slowStart = c.recovery.state() == LossRecovery.State.LOSS;
            c.context.counters.add(slowStart ? TcpMib.TCPSlowStartRetrans : TcpMib.TCPFastRetrans, segment.packets);
            c.recovery.onSentWhileReducing(segment.packets);
            if (i == 0 && c.timers.retransmission != Timers.Retransmission.REORDER)
                c.timeouts.startAfterPause(now, c.rtt.rtoMillis);
            return true;
        }
        return false;
    }

    /// Sends a segment again, at most so many packets of it.
    boolean retransmit(Segment out, int i, int packets, long now) {
        TxSegment segment = c.send.inFlight.get(i);
        if (!transmitAgain(out, i, packets, now)) {
            // Linux: counted although the window did not permit it, see docs/linux/recovery.md
            c.recovery.onRetransmitted(segment.packets, segment.sentAt);
            return false;
        }
        if (segment.is(TxSegment.RETRANSMITTED)) c.board.retransOut -= segment.packets;
        // RFC 6675 5, MUST-16
        segment.mark(TxSegment.RETRANSMITTED);
        c.board.retransOut += segment.packets;
        c.recovery.onRetransmitted(segment.packets, c.output.clock(now));
        return true;
    }

    /// Our SYN once more, which acknowledges the peer's now: no retransmission (`tcp_send_synack`).
    void answerCrossedSyn(Segment out, long now) {
        headers.queued(out, c.send.inFlight.get(0), true, now);
    }

    boolean transmitAgain(Segment out, int i, int packets, long now) {
        TxSegment segment = c.send.inFlight.get(i);
        int mss = c.sizes.current();
        c.probing.onRetransmission();
        if (Seq.lt(segment.seq, c.sndUna)) {
            // The peer has acknowledged a part of it, whose bytes are gone: the rest goes again.
            c.send.trimFirst(segment, c.sndUna);
            c.board.resize(segment, segment.mss);
        }
        int room = c.windowEnd() - segment.seq;
        if (room <= 0) {
            // RFC 9293 3.8.6, MAY-7: the window was shrunk, and the first segment goes all the same, as a probe.
            if (segment.seq != c.sndUna) return false;
            room = mss;
        }
        if (segment.mss > mss && segment.length() > mss) c.board.resize(segment, mss);
        int length = mss * packets;
        // RFC 9293 3.8.6, MUST-34, SHLD-16
        if (length > room) length = room < mss ? room : room - room % mss;
        if (segment.packets > 1) length = c.output.reachable(segment, Math.min(length, segment.length()), mss);
        if (segment.length() > length) c.board.split(i, length, mss);
        else joinSmall(i, Math.min(mss, room));
        c.context.counters.add(TcpMib.RetransSegs, segment.packets);
        if ((segment.flags & Segment.SYN) != 0) c.context.count(TcpMib.TCPSynRetrans);
        c.totalRetransmits += segment.packets;
        segment.mark(TxSegment.EVER_RETRANSMITTED);
        headers.queued(out, segment, true, now);
        c.bytesRetransmitted += out.length;
        return true;
    }

    /// Small segments go again as one, as far as they fit (`tcp_retrans_collapse`).
    private void joinSmall(int i, int most) {
        if (c.context.sysctl.tcp_retrans_collapse == 0) return;
        TxSegment segment = c.send.inFlight.get(i);
        if (segment.packets > 1 || (segment.flags & Segment.SYN) != 0) return;
        // Linux: not even with a FIN, see docs/linux/differential.md, "full_retransmission"
        if (segment.length() >= most) return;
        while (i + 1 < c.send.inFlight.size() && !segment.endOfRecord) {
            TxSegment next = c.send.inFlight.get(i + 1);
            if (next.packets > 1 || next.is(TxSegment.SACKED) || segment.length() + next.length() > most) return;
            if (c.send.reach(segment.seq, segment.length() + next.length()) < segment.length() + next.length()) return;
            c.board.join(i);
        }
    }
}
