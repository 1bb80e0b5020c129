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
        // Linux: the unit is the one of our own windows, see docs/linux/differential.md, "shrunk_window"
        if (!Seq.lt(end, c.sndNxt) || c.sndNxt - end < 1 << c.receive.scale) return c.sndNxt;
        return end;
    }

    void header(Segment out, int flags, int seq, long now) {
        out.flags = flags;
        out.seq = seq;
        // RFC 7323 3.2, MUST-15, MUST-18
        if (c.timestamps.agreed) {
            out.timestamps = true;
            out.tsVal = c.timestamps.now(c.output.clock(now));
            out.tsEcr = c.timestamps.recent;
        }
        if ((flags & Segment.ACK) != 0) {
            out.ack = c.output.received();
            boolean duplicate = c.sackList.hasDuplicate();
            if (c.output.tellsOfGaps()) c.sackList.writeTo(out, c.sizes.sackRoom());
            c.ecn.option.writeTo(out, duplicate, c);
        }
        out.window = c.output.window();
        if (out.window == 0) c.prediction.off();
        if ((flags & Segment.ACK) != 0) {
            if (!c.output.isBeforeText()) c.ackSchedule.onAckSent();
            c.lastAckSentAt = now;
        }
        urgent(out);
    }

    /// A probe: what the peer has acknowledged, without data. RFC 3168 6.1.6, MUST-18: without a mark or
    /// CWR.
    void probe(Segment out, int seq, long now) {
        header(out, Segment.ACK, seq, now);
        c.ecn.mark(out, false);
        c.segmentsOut++;
    }

    void ack(Segment out, long now) {
        header(out, Segment.ACK, acceptableSeq(), now);
        c.ecn.mark(out, false);
        c.segmentsOut++;
    }

    /// A SYN, with ACK where it answers one that crossed it. RFC 3168 6.1.1, MUST-13: without a mark.
    private void syn(Segment out, long now) {
        out.flags = Segment.SYN;
        out.seq = c.iss;
        if (c.state == TcpState.SYN_RCVD) {
            out.flags |= Segment.ACK;
            out.ack = c.rcvNxt;
        }
        // RFC 9293 3.7.1, MUST-14, SHLD-5, MAY-3: in every SYN; RFC 9293 3.2, MUST-65: and in no other
        // segment.
        out.mss = c.sizes.advertisedMss;
        out.sackPermitted = c.context.sysctl.tcp_sack != 0;
        // RFC 7323 2.3, MUST-4. Linux: a SYN that crosses ours is answered with the options of ours,
        // whatever it had.
        out.windowScale = c.synScale;
        if (c.synTimestamps) {
            out.timestamps = true;
            out.tsVal = c.timestamps.now(now);
            out.tsEcr = c.timestamps.recent;
        }
        if (c.state == TcpState.SYN_SENT) c.ecn.markSyn(out);
        else c.ecn.markCrossedSynAck(out);
        // RFC 7323 2.2, MUST-3
        out.window = Math.min(c.receive.window, 65535);
        if (c.fastOpen.active != null && c.state == TcpState.SYN_SENT) c.fastOpen.active.writeOption(out);
    }

    // ---------------------------------------------------------------- what is queued

    /// A segment of the queue, which goes now.
    void queued(Segment out, TxSegment segment, boolean again, long now) {
        if ((segment.flags & Segment.SYN) != 0) {
            syn(out, now);
        } else {
            // Linux: several packets at once push, so that the receiver's offload hands them on. This time only: cut,
            // and sent again as single packets, they do not.
            int push = segment.packets > 1 ? Segment.PSH : 0;
            header(out, Segment.ACK | segment.flags | push, segment.seq, now);
            c.send.payload(segment, out);
            if (out.length > c.sizes.mss || segment.packets > 1) out.packetPayload = segment.mss;
            c.ecn.mark(out, !again && out.length > 0);
        }
        long departure = c.pacer.departure(c.output.clock(now));
        // RFC 8985 4, MUST-4; RFC 8985 7.3, MUST-8: a probe's time is kept as well.
        segment.sentAt = departure;
        segment.sentBy = c.output.transmissions;
        c.segmentsOut += segment.packets;
        c.bytesSent += out.length;
        if (out.length > 0) onDataSent(segment.packets, now);
        c.pacer.onSent(out.length, departure);
        c.rate.onSent(segment, c.board.packetsOut, c.board.inFlight() + segment.packets);
        c.recovery.rack.onSent(segment);
    }

    /// Data goes, for the first time or again; a FIN alone is none (`tcp_event_data_sent`).
    private void onDataSent(int packets, long now) {
        c.dataSegmentsOut += packets;
        if (!c.output.isBeforeText()) c.acks.onDataSent(now);
        c.output.lastSentAt = now;
    }

    /// The data that goes with the SYN that `out` is (RFC 7413 4.2.1).
    void withSyn(Segment out, TxSegment syn, TxSegment data, long now) {
        c.send.payload(data, out);
        data.sentAt = syn.sentAt;
        data.sentBy = syn.sentBy;
        c.bytesSent += out.length;
        if (out.length > 0) onDataSent(1, now);
        c.rate.onSent(data, c.board.packetsOut, c.board.inFlight() + 1);
        c.recovery.rack.onSent(data);
    }

    /// Points to the byte behind the urgent data. RFC 9293 3.8.5, MUST-31, MUST-62. Linux: as near to it as a pointer
    /// of 16 bits can, unless so much is in flight that the peer has been pointed further already; see
    /// docs/linux/urgent.md
    private void urgent(Segment out) {
        int distance = c.sndUp - out.seq;
        if (c.sndUp == c.sndUna || distance <= 0) return;
        if (distance > 0xffff && !Seq.gt(out.seq + 0xffff, c.sndNxt)) return;
        out.flags |= Segment.URG;
        out.urgentPointer = Math.min(distance, 0xffff);
    }
}
