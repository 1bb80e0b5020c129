package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;

/// A connection that a SYN with a Fast Open cookie has opened, until its handshake is complete (RFC 7413 4.2.2). In
/// SYN_RCVD, and in FIN_WAIT1 if the program has closed it, it reads, sends and closes as others do, while every
/// segment passes the checks of its [HalfOpen] first, and the retransmission timer is the SYN-ACK's.
final class PassiveFastOpen {

    private final Connection c;
    private final HalfOpen request;
    private final FastOpenServer server;

    /// A program has it.
    boolean accepted;

    PassiveFastOpen(Connection c, HalfOpen request) {
        this.c = c;
        this.request = request;
        this.server = request.listener().fastOpen;
    }

    /// The number of our SYN.
    int iss() {
        return request.handshake().iss;
    }

    /// Takes the data on the SYN, and has the SYN-ACK sent.
    void begin(Segment syn, long now) {
        c.fastOpen.takeSynData(syn, now);
        c.ecn.onSegment(syn);
        request.openFast(c.rcvNxt);
        c.receive.begin(c.rcvNxt);
        c.timers.setRetransmission(Timers.Retransmission.TIMEOUT, now + HalfOpen.INITIAL_TIMEOUT);
        c.output.sendSynAck();
    }

    /// Whether the connection may look at a segment; what may not be is answered.
    boolean passes(Segment seg, long now) {
        switch (request.check(seg, now)) {
            case COMPLETE -> {
                return true;
            }
            case SYN_ACK -> c.output.sendSynAck();
            case REPLY -> c.output.answerForRequest(seg);
            case RESET -> c.output.answerWithReset(seg);
            case GONE -> {
                c.fastOpen.finish(accepted);
                c.teardown.failBySegment(Errno.ECONNRESET, seg);
            }
            default -> {}
        }
        return false;
    }

    /// The SYN-ACK is due, for the first time or again.
    void synAck(Segment out, long now) {
        if (request.handshake().synAckSentAt >= 0) c.totalRetransmits++;
        request.synAck(out, now);
        out.mss = request.handshake().mssToAnnounce(c.options);
    }

    /// The ACK of what does not fit: the half-open connection's, as long as there is one.
    void answer(Segment out, long now) {
        request.composeAck(out, now);
        // Linux: behind what was sent already, see docs/linux/differential.md, "answer_number"
        out.seq = c.sndNxt;
    }

    /// The SYN-ACK was not acknowledged in time (`tcp_fastopen_synack_timer`). Until it is, nothing else is sent
    /// again.
    void onTimeout(long now) {
        int most = c.options.synCount > 0 ? c.options.synCount : c.context.sysctl.tcp_synack_retries + 1;
        c.context.count(TcpMib.TCPTimeouts);
        if (request.timeouts() >= most) {
            c.timeouts.giveUp();
            return;
        }
        if (c.timeouts.retransmits == 1) c.recovery.enterLoss(now);
        c.output.sendSynAck();
        c.timeouts.onSynAckTimeout(now);
        c.timers.setRetransmission(Timers.Retransmission.TIMEOUT, now + request.onFastOpenTimeout());
    }

    /// The round trip of our SYN-ACK, microseconds; -1 where it was sent again (RFC 6298 3).
    long synAckRttMicros(long now) {
        Handshake handshake = request.handshake();
        if (handshake.retransmits > 0 || handshake.synAckSentAt < 0) return -1;
        return (now - handshake.synAckSentAt) / 1000;
    }

    /// It is over, one way or the other: it counts no more against the listener's bound.
    ///
    /// @param reset whether a RST has ended it while a program had it
    void finish(boolean reset, long now) {
        server.onDone(reset, now);
    }
}
