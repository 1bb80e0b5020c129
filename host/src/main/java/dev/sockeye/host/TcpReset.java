package dev.sockeye.host;

import dev.sockeye.tcp.Segment;

/// The reset that answers a segment for which there is no connection: RFC 9293 3.10.7.1.
final class TcpReset {

    private TcpReset() {}

    /// Fills in the answer to a segment.
    ///
    /// @return whether there is one: a reset is never answered
    static boolean answer(Segment seg, Segment reset) {
        // RFC 9293 3.10.7.1: "An incoming segment containing a RST is discarded."
        if (seg.rst()) return false;
        reset.clear();
        if (seg.hasAck()) {
            // "If the ACK bit is on, <SEQ=SEG.ACK><CTL=RST>"
            reset.flags = Segment.RST;
            reset.seq = seg.ack;
        } else {
            // "If the ACK bit is off, sequence number zero is used, <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>"
            reset.flags = Segment.RST | Segment.ACK;
            reset.ack = seg.endSeq();
        }
        return true;
    }
}
