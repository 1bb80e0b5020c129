package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// What must hold of a [Connection] after every call and every event, whatever a peer has sent: the sums that Linux
/// asserts with `tcp_verify_left_out` and its `WARN_ON`s, and some more. For tests and fuzzers; it costs time in
/// proportion to what is in flight, changes nothing, and is not called on the data path.
public final class SelfCheck {

    private final Connection c;
    private final long now;
    private @Nullable String broken;

    private SelfCheck(Connection c, long now) {
        this.c = c;
        this.now = now;
    }

    /// The first rule that does not hold, with the numbers; null if all do.
    public static @Nullable String of(Connection connection, long now) {
        var check = new SelfCheck(connection, now);
        if (connection.state == TcpState.CLOSED) {
            check.closed();
        } else {
            check.numbers();
            check.counts();
            check.timers();
            check.receiver();
        }
        return check.broken;
    }

    private void must(boolean holds, String rule, long a, long b) {
        if (!holds && broken == null) broken = rule + " (" + a + ", " + b + ") in " + c.state;
    }

    private void closed() {
        must(c.nextDeadline() == Timers.NEVER, "a closed connection has no timer", c.nextDeadline(), now);
        must(c.board.packetsOut == 0, "nothing is in flight when closed", c.board.packetsOut, 0);
        must(c.send.charged == 0, "nothing is charged for a closed connection's send queue", c.send.charged, 0);
        must(c.outOfOrder.isEmpty(), "nothing waits out of order when closed", c.outOfOrder.size(), 0);
        must(!c.orphan || c.receiveQueue.isEmpty(), "nobody will read it", c.receiveQueue.bytes(), 0);
    }

    /// The send sequence space.
    private void numbers() {
        must(Seq.leq(c.sndUna, c.sndNxt), "SND.UNA <= SND.NXT", c.sndUna, c.sndNxt);
        must(Seq.leq(c.sndNxt, c.send.writeSeq), "SND.NXT <= what was written", c.sndNxt, c.send.writeSeq);
        must(c.sizes.mss > 0, "the segment size is positive", c.sizes.mss, 0);
        must(c.cwnd.segments > 0, "the congestion window is positive", c.cwnd.segments, 0);
        must(c.cwnd.ssthresh >= 2, "ssthresh is 2 or more", c.cwnd.ssthresh, 2);
    }

    /// The scoreboard says what the queue says.
    private void counts() {
        Scoreboard board = c.board;
        TxQueue queue = c.send.inFlight;
        int packets = 0;
        int sacked = 0;
        int lost = 0;
        int retransmitted = 0;
        int end = c.sndUna;
        for (int i = 0; i < queue.size(); i++) {
            TxSegment segment = queue.get(i);
            if (i == 0) must(Seq.leq(segment.seq, end), "the first in flight is not acknowledged", segment.seq, end);
            else must(segment.seq == end, "no gap in the queue", segment.seq, end);
            end = segment.endSeq;
            packets += segment.packets;
            if (segment.is(TxSegment.SACKED)) sacked += segment.packets;
            if (segment.is(TxSegment.LOST)) lost += segment.packets;
            if (segment.is(TxSegment.RETRANSMITTED)) retransmitted += segment.packets;
        }
        must(end == c.sndNxt, "what is in flight ends at SND.NXT", end, c.sndNxt);
        must(board.packetsOut == packets, "packets out are those in the queue", board.packetsOut, packets);
        if (c.sackPermitted) must(board.sackedOut == sacked, "SACKed are those in the queue", board.sackedOut, sacked);
        must(board.sackedOut >= 0, "SACKed", board.sackedOut, 0);
        must(board.lostOut == lost, "lost are those in the queue", board.lostOut, lost);
        must(board.retransOut == retransmitted, "retransmitted are in the queue", board.retransOut, retransmitted);
        must(board.leftOut() <= board.packetsOut, "SACKed and lost are in flight", board.leftOut(), board.packetsOut);
        int charged = 0;
        for (int i = 0; i < queue.size(); i++)
            charged += SendQueue.overhead(queue.get(i)) + queue.get(i).length();
        for (int i = 0; i < c.send.unsent.size(); i++)
            charged += SendQueue.OVERHEAD + c.send.unsent.get(i).length();
        must(c.send.charged == charged, "what is charged for sending is what is queued", c.send.charged, charged);
    }

    private void timers() {
        long at = c.timers.retransmissionAt;
        must(c.board.packetsOut == 0 || at != Timers.NEVER, "a timer watches what is in flight", at, now);
        boolean waits = c.board.packetsOut == 0 && !c.send.unsent.isEmpty() && c.state.isSynchronized();
        must(!waits || at != Timers.NEVER, "a timer watches what waits for the window", at, now);
        must(c.nextDeadline() >= now, "no timer is overdue", c.nextDeadline(), now);
    }

    private void receiver() {
        if (!c.state.isSynchronized()) return;
        must(Seq.leq(c.copiedSeq, c.rcvNxt), "no more was read than was received", c.copiedSeq, c.rcvNxt);
        int fin = c.finReceived ? 1 : 0;
        must(
                c.rcvNxt - c.copiedSeq - fin >= c.receiveQueue.bytes(),
                "what is queued lies between what was read and RCV.NXT",
                c.receiveQueue.bytes(),
                c.rcvNxt - c.copiedSeq);
        must(c.receiveBuffer.charged() >= 0, "what is charged for receiving", c.receiveBuffer.charged(), 0);
        boolean empty = c.receiveQueue.isEmpty() && c.outOfOrder.isEmpty();
        must(
                !empty || c.receiveBuffer.charged() == 0,
                "nothing is charged for empty queues",
                c.receiveBuffer.charged(),
                0);
        int end = c.rcvNxt;
        for (int i = 0; i < c.outOfOrder.size(); i++) {
            RxSegment segment = c.outOfOrder.get(i);
            must(Seq.geq(segment.seq, end), "what is out of order is sorted, without overlap", segment.seq, end);
            must(Seq.gt(segment.endSeq, segment.seq), "and not empty", segment.seq, segment.endSeq);
            end = segment.endSeq;
        }
    }
}
