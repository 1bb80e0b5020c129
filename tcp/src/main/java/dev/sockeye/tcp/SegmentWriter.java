package dev.sockeye.tcp;

/// Writes the headers of the segments that [Output] has chosen: numbers, flags, window and options, and the marks of
/// ECN.
final class SegmentWriter {

    private final Connection c;

    SegmentWriter(Connection c) {
        this.c = c;
    }

    /// The number of a segment without data: what the peer can accept (`tcp_acceptable_seq`).
    int acceptableSeq() {
        int end = c.windowEnd();
        if (!Seq.lt(end, c.sndNxt) || c.sndNxt - end < 1 << c.sendScale) return c.sndNxt;
        return end;
    }

    void header(Segment out, int flags, int seq, long now) {
        out.flags = flags;
        out.seq = seq;
        if (c.timestamps.agreed) {
            out.timestamps = true;
            out.tsVal = c.timestamps.now(now);
            out.tsEcr = c.timestamps.recent;
        }
        if ((flags & Segment.ACK) != 0) {
            out.ack = c.rcvNxt;
            if (c.sackPermitted && (flags & Segment.RST) == 0) c.sackList.writeTo(out, c.sizes.sackRoom());
        }
        out.window = c.receive.announce(c.rcvNxt, c.receiveBuffer.charged(), c.acks);
        if ((flags & Segment.ACK) != 0) {
            c.ackSchedule.onAckSent();
            c.lastAckSentAt = now;
        }
    }

    void ack(Segment out, long now) {
        header(out, Segment.ACK, acceptableSeq(), now);
        c.ecn.mark(out, false);
        c.segmentsOut++;
    }

    /// A SYN, with ACK where it answers one that crossed it.
    private void syn(Segment out, long now) {
        out.flags = Segment.SYN;
        out.seq = c.iss;
        if (c.state == TcpState.SYN_RCVD) {
            out.flags |= Segment.ACK;
            out.ack = c.rcvNxt;
        }
        out.mss = c.sizes.advertisedMss;
        out.sackPermitted = c.context.sysctl.tcp_sack != 0;
        // Linux: a SYN that crosses ours is answered with the options of ours, whatever it had.
        out.windowScale = c.synScale;
        if (c.synTimestamps) {
            out.timestamps = true;
            out.tsVal = c.timestamps.now(now);
            out.tsEcr = c.timestamps.recent;
        }
        if (c.offersEcn && c.state == TcpState.SYN_SENT && c.timeouts.retransmits < 1)
            out.flags |= Segment.ECE | Segment.CWR;
        out.window = Math.min(c.receive.window, 65535);
    }

    // ---------------------------------------------------------------- what is queued

    /// A segment of the queue, which goes now.
    void queued(Segment out, TxSegment segment, boolean again, long now) {
        if ((segment.flags & Segment.SYN) != 0) {
            syn(out, now);
        } else {
            header(out, Segment.ACK | segment.flags, segment.seq, now);
            c.send.payload(segment, out);
            if (out.length > c.sizes.mss || segment.packets > 1) out.packetPayload = segment.mss;
            if (Seq.lt(segment.seq, c.sndUp)) urgent(out, segment);
            c.ecn.mark(out, !again && out.length > 0);
        }
        segment.sentAt = now;
        c.rate.onSent(segment, c.board.packetsOut, now);
        c.recovery.rack.onSent(segment);
        c.segmentsOut += segment.packets;
        c.bytesSent += out.length;
        if (out.length > 0) c.dataSegmentsOut += segment.packets;
    }

    /// RFC 9293 3.8.5, with Linux's reading of where urgent data ends (`tcp_stdurg`).
    private void urgent(Segment out, TxSegment segment) {
        int distance = c.sndUp - segment.seq;
        if (distance <= 0) return;
        out.flags |= Segment.URG;
        out.urgentPointer = Math.min(distance, 0xffff);
    }
}
