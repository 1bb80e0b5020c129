package dev.sockeye.tcp;

/// The fifth check of RFC 9293 3.10.7.4, the ACK field: what an ACK takes out of the send queue, what it says
/// about round trip, window and losses, and how the congestion window answers (`tcp_ack`).
final class Acknowledgment {

    // What an ACK brought.
    /// It carries data.
    static final int DATA = 1;
    /// It changed the window.
    static final int WINDOW_UPDATE = 2;
    /// It acknowledged data, or a SYN.
    static final int DATA_ACKED = 4, SYN_ACKED = 8;
    /// It acknowledged what was retransmitted.
    static final int RETRANSMITTED_ACKED = 16;
    /// It SACKed something new; something that was sent only once.
    static final int DATA_SACKED = 32, ORIGINAL_SACKED = 64;
    static final int ECN_ECHO = 128;
    /// SND.UNA moved.
    static final int ADVANCED = 256;
    /// It reports duplicates; of a tail loss probe.
    static final int DSACKING = 512, DSACK_OF_PROBE = 1024;
    /// The first segment in flight was SACKed, yet is not acknowledged.
    static final int RENEGING = 2048;
    /// The retransmission timer is to start anew.
    static final int SET_TIMER = 4096;
    /// The receiver may have waited with it.
    static final int MAYBE_DELAYED = 8192;
    static final int LOST_RETRANSMIT = 16384;
    /// Its timestamp is newer than the last.
    static final int TIMESTAMP_PROGRESS = 32768;

    static final int ACKED = DATA_ACKED | SYN_ACKED;
    static final int NOT_DUPLICATE = DATA | WINDOW_UPDATE | ACKED;
    private static final int ALERT = DATA_SACKED | ECN_ECHO | DSACKING;

    /// What comes of the ACK field.
    enum Outcome {
        /// It acknowledges what was sent.
        GOOD,
        /// It is older than others: the segment is otherwise processed.
        OLD,
        /// It is too old (RFC 5961 5.2); of what was never sent.
        TOO_OLD,
        UNSENT
    }

    private final Connection c;

    Acknowledgment(Connection c) {
        this.c = c;
    }

    /// @param predicted by [HeaderPrediction]
    Outcome onAck(Segment seg, boolean predicted, long now) {
        int priorSndUna = c.sndUna;
        int flags = 0;
        c.rate.beginSample(c.board.inFlight());
        c.board.beginAck();
        if (Seq.lt(seg.ack, priorSndUna)) {
            // Linux: its timestamp counts all the same, see docs/linux/differential.md, "old_ack"
            if (predicted) c.timestamps.update(seg, now);
            // RFC 9293 3.10.7.4, MAY-12
            // RFC 5961 5.2, MUST-9: at most a window behind, and nothing that was not sent yet.
            long reach = Math.min(Integer.toUnsignedLong(c.maxWindow), c.bytesAcked);
            if (Seq.lt(seg.ack, priorSndUna - (int) reach)) return Outcome.TOO_OLD;
            onOldAck(seg, priorSndUna, now);
            return Outcome.OLD;
        }
        // RFC 9293 3.10.7.4: an ACK of something not yet sent.
        if (Seq.gt(seg.ack, c.sndNxt)) return Outcome.UNSENT;

        if (Seq.gt(seg.ack, priorSndUna)) {
            flags |= ADVANCED;
            c.timeouts.onProgress(now);
        }
        int priorFack = c.sackPermitted ? c.board.highestSacked() : c.sndUna;
        int priorPacketsOut = c.board.packetsOut;
        int priorDelivered = c.rate.delivered;
        int priorDeliveredCe = c.rate.deliveredCe;
        int priorLost = c.rate.lost;
        int priorSacked = c.board.sackedOut;

        if (c.timestamps.update(seg, now)) flags |= TIMESTAMP_PROGRESS;
        if (predicted && (flags & ADVANCED) != 0) {
            if (seg.length > 0) flags |= DATA;
            flags |= WINDOW_UPDATE;
            c.sndWl1 = seg.seq;
            advance(seg);
            c.context.count(TcpMib.TCPHPAcks);
        } else {
            if (seg.sequenceLength() > 0) flags |= DATA;
            else c.context.count(TcpMib.TCPPureAcks);
            flags |= updateWindow(seg, now);
        }
        if (c.sackPermitted && seg.sackBlocks > 0) {
            flags |= c.board.onSack(seg, priorSndUna, now);
            c.rate.delivered += c.board.sackDelivered;
        }
        if (c.ecn.isEcho(seg)) flags |= ECN_ECHO;

        c.softError = 0;
        c.timeouts.probes = 0;
        c.lastAckReceivedAt = now;
        if (priorPacketsOut == 0) {
            flags |= countMarks(seg, priorDelivered, flags);
            c.congestion.onAck(flags, now);
            if ((flags & DSACKING) != 0) {
                flags = c.recovery.onDubiousAck(priorSndUna, 0, flags, now);
                countDelivered(priorDelivered, priorDeliveredCe, flags);
            }
            c.timeouts.onWindowProbeAck(now);
            c.recovery.onProbeAck(seg.ack, flags, now);
            return Outcome.GOOD;
        }

        flags |= clean(priorFack, priorSndUna, priorSacked, flags, now);
        if ((c.context.sysctl.tcp_recovery & 2) == 0)
            c.recovery.rack.adaptWindow(c.rate.delivered, c.rate.sample.priorDelivered);
        flags |= countMarks(seg, priorDelivered, flags);
        c.congestion.onAck(flags, now);
        c.recovery.onProbeAck(seg.ack, flags, now);
        if (isDubious(flags)) {
            int duplicates = 0;
            if ((flags & (ADVANCED | NOT_DUPLICATE | DSACKING)) == 0) duplicates = Math.max(1, seg.packetPayload);
            flags = c.recovery.onDubiousAck(priorSndUna, duplicates, flags, now);
        }
        if ((flags & SET_TIMER) != 0) c.timeouts.setTimer(now);

        int delivered = countDelivered(priorDelivered, priorDeliveredCe, flags);
        int lost = c.rate.lost - priorLost;
        c.rate.sample.ackDelayed = (flags & MAYBE_DELAYED) != 0;
        c.rate.sample.ecnEcho = (flags & ECN_ECHO) != 0;
        c.rate.endSample(delivered, lost, c.recovery.isReneged(), Math.max(0, c.rtt.min.get()), now);
        control(delivered, lost, flags, now);
        return Outcome.GOOD;
    }

    /// An old ACK may still carry news in its SACK blocks. Linux does not count what they report as delivered.
    private void onOldAck(Segment seg, int priorSndUna, long now) {
        if (!c.sackPermitted || seg.sackBlocks == 0) return;
        int flags = c.board.onSack(seg, priorSndUna, now);
        c.recovery.onDubiousAck(priorSndUna, 0, flags, now);
    }

    /// Accurate feedback: the ACE field and the option of an ACK that is not merely late.
    private int countMarks(Segment seg, int priorDelivered, int flags) {
        if (!c.ecn.isAccurate() || (flags & (ACKED | DATA_SACKED | TIMESTAMP_PROGRESS)) == 0) return 0;
        int packets = c.rate.delivered - priorDelivered;
        int marks = c.ecn.onAck(seg, packets, c.board.deliveredBytes, isOfHandshake(flags));
        return marks > 0 ? ECN_ECHO : 0;
    }

    private boolean isOfHandshake(int flags) {
        return (flags & SYN_ACKED) != 0 || c.state == TcpState.SYN_RCVD;
    }

    private int countDelivered(int priorDelivered, int priorDeliveredCe, int flags) {
        int delivered = c.rate.delivered - priorDelivered;
        if (c.ecn.mode == EcnMode.RFC3168 && (flags & ECN_ECHO) != 0) c.rate.deliveredCe += delivered;
        c.context.counters.add(TcpMib.TCPDelivered, delivered);
        c.context.counters.add(TcpMib.TCPDeliveredCE, c.rate.deliveredCe - priorDeliveredCe);
        return delivered;
    }

    private boolean isDubious(int flags) {
        return (flags & NOT_DUPLICATE) == 0 || (flags & ALERT) != 0 || c.recovery.state() != LossRecovery.State.OPEN;
    }

    // ---------------------------------------------------------------- window

    /// RFC 9293 3.10.7.4: SND.WND, SND.WL1 and SND.WL2; and SND.UNA.
    private int updateWindow(Segment seg, long now) {
        int flags = 0;
        // RFC 7323 2.3, MUST-8
        int window = seg.syn() ? seg.window : seg.window << c.sendScale;
        if (c.mayUpdateWindow(seg, window)) {
            flags |= WINDOW_UPDATE;
            c.sndWl1 = seg.seq;
            if (c.sndWnd != window) {
                // RFC 7323 2.4, MUST-12: also one that ends further left than the last.
                c.sndWnd = window;
                c.prediction.off();
                c.prediction.check();
                if (!c.send.unsent.isEmpty()) c.output.validation.restartAfterIdle(now);
                if (Integer.compareUnsigned(window, c.maxWindow) > 0) {
                    c.maxWindow = window;
                    c.sizes.sync();
                }
            }
        }
        advance(seg);
        return flags;
    }

    private void advance(Segment seg) {
        c.bytesAcked += seg.ack - c.sndUna;
        c.sndUna = seg.ack;
        if (c.zeroCopy != null) c.zeroCopy.onAcked();
        Stamping stamping = c.stamping;
        if (stamping != null) stamping.transmit.onAcked();
    }

    // ---------------------------------------------------------------- the queue

    /// Takes what is acknowledged out of the queue.
    private int clean(int priorFack, int priorSndUna, int priorSacked, int ackFlags, long now) {
        int flags = 0;
        int packetsAcked = 0;
        long firstSentAt = -1;
        long lastSentAt = -1;
        int reorderedAt = priorFack;
        boolean whole = true;
        TxQueue queue = c.send.inFlight;
        while (!queue.isEmpty()) {
            TxSegment segment = queue.get(0);
            int start = segment.seq;
            int acked = segment.packets;
            if (Seq.gt(segment.endSeq, c.sndUna)) {
                // Of several packets, some: the first bytes go, and what is left is cut anew from there.
                if (segment.packets == 1 || !Seq.gt(c.sndUna, start)) break;
                c.send.trimFirst(segment, c.sndUna);
                segment.setPackets(segment.mss);
                acked -= segment.packets;
                if (acked == 0) break;
                whole = false;
            }
            if (segment.is(TxSegment.RETRANSMITTED | TxSegment.EVER_RETRANSMITTED)) {
                if (segment.is(TxSegment.RETRANSMITTED)) c.board.retransOut -= acked;
                flags |= RETRANSMITTED_ACKED;
            } else if (!segment.is(TxSegment.SACKED)) {
                lastSentAt = segment.sentAt;
                if (firstSentAt < 0) firstSentAt = lastSentAt;
                if (Seq.lt(start, reorderedAt)) reorderedAt = start;
                if (!Seq.gt(segment.endSeq, c.recovery.highSeq())) flags |= ORIGINAL_SACKED;
            }
            if (!segment.is(TxSegment.SACKED)) {
                c.board.deliveredBytes += whole ? segment.endSeq - start : acked * segment.mss;
            }
            if (segment.is(TxSegment.SACKED)) {
                c.board.sackedOut -= acked;
            } else if (c.sackPermitted) {
                c.rate.delivered += acked;
                if (!isSpuriousRetransmission(segment)) c.recovery.rack.onDelivered(segment, c.rtt.min.get(), now);
            }
            if (segment.is(TxSegment.LOST)) c.board.lostOut -= acked;
            c.board.packetsOut -= acked;
            packetsAcked += acked;
            c.rate.onDelivered(segment, now);
            flags |= segment.flags == Segment.SYN ? SYN_ACKED : DATA_ACKED;
            if ((segment.flags & Segment.SYN) != 0) c.recovery.firstRetransmitAt = 0;
            if (!whole) break;
            c.recovery.rack.remove(segment);
            c.send.removeFirst();
        }
        // RFC 6675 4, MUST-1: what was only SACKed stays.
        c.send.releaseBefore(c.sndUna);
        if (queue.isEmpty()) c.busy.stop(BusyTime.Reason.BUSY, c.hasWork(), now);
        else if (queue.get(0).is(TxSegment.SACKED)) flags |= RENEGING;
        if (Seq.between(c.sndUp, priorSndUna, c.sndUna)) c.sndUp = c.sndUna;
        // Without SACK nothing tells an original from its retransmission.
        if (!c.sackPermitted && (flags & RETRANSMITTED_ACKED) != 0) flags &= ~ORIGINAL_SACKED;
        return flags
                | measure(
                        flags,
                        ackFlags,
                        packetsAcked,
                        whole,
                        firstSentAt,
                        lastSentAt,
                        reorderedAt,
                        priorFack,
                        priorSndUna,
                        priorSacked,
                        now);
    }

    /// The ACK echoes a timestamp from before the retransmission: the original was delivered.
    private boolean isSpuriousRetransmission(TxSegment segment) {
        return segment.is(TxSegment.EVER_RETRANSMITTED) && c.timestamps.echoesBefore(segment.sentAt);
    }

    /// Round trip (RFC 6298 3, Karn's rule) and what hangs on it.
    private int measure(
            int flags,
            int ackFlags,
            int packetsAcked,
            boolean whole,
            long firstSentAt,
            long lastSentAt,
            int reorderedAt,
            int priorFack,
            int priorSndUna,
            int priorSacked,
            long now) {
        int more = 0;
        long seqRtt = -1;
        long latestRtt = -1;
        boolean retransmitted = (flags & RETRANSMITTED_ACKED) != 0;
        // RFC 9293 3.8.1, MUST-18; RFC 6298 3, MUST-6, MUST-7: Karn's algorithm.
        if (firstSentAt >= 0 && !retransmitted) {
            seqRtt = (now - firstSentAt) / 1000;
            latestRtt = (now - lastSentAt) / 1000;
            boolean lone = packetsAcked == 1 && whole && priorSacked == 0 && c.sndUna - priorSndUna < c.sizes.mss;
            if (lone
                    && c.rate.sample.priorDelivered + 1 == c.rate.delivered
                    && (ackFlags & (ALERT | SYN_ACKED)) == 0
                    && (flags & SYN_ACKED) == 0) {
                more |= MAYBE_DELAYED;
            }
        }
        long sackRtt = -1;
        if (c.board.firstSackedSentAt >= 0) {
            sackRtt = (now - c.board.firstSackedSentAt) / 1000;
            latestRtt = (now - c.board.lastSackedSentAt) / 1000;
        }
        boolean acked = (flags & ACKED) != 0;
        if (seqRtt < 0) seqRtt = sackRtt;
        if (seqRtt < 0 && acked) {
            // RFC 7323 4.1: a timestamp measures what Karn's rule forbids.
            seqRtt = latestRtt = c.timestamps.echoedRttMicros(now);
        }
        c.rate.sample.rtt = latestRtt;
        boolean updated = false;
        if (seqRtt >= 0) {
            if ((more & MAYBE_DELAYED) == 0 || latestRtt <= c.rtt.min.get()) updateMin(latestRtt, now);
            c.rtt.sample(seqRtt, c.sndUna, c.sndNxt);
            c.timeouts.backoff = 0;
            updated = true;
        }
        if (acked) {
            more |= SET_TIMER;
            c.probing.onAcked(now);
            if (!c.sackPermitted) {
                c.board.removeDuplicateAcks(packetsAcked);
            } else if (Seq.lt(reorderedAt, priorFack)) {
                c.board.checkReordering(reorderedAt, false);
            }
        } else if (updated && sackRtt >= 0 && !c.send.inFlight.isEmpty()) {
            // Measured from what was sent after the first in flight: waiting longer would be endless.
            if (sackRtt > (now - c.send.inFlight.get(0).sentAt) / 1000) more |= SET_TIMER;
        }
        c.congestion.onPacketsAcked(packetsAcked, latestRtt, now);
        return more;
    }

    /// The round trip of our SYN-ACK, which stands in no queue.
    ///
    /// @param micros -1 where it was sent again (Karn's rule, RFC 6298 3): a timestamp may tell all the same
    void onSynAckAcked(long micros, long now) {
        if (micros < 0) micros = c.timestamps.echoedRttMicros(now);
        if (micros < 0) return;
        updateMin(micros, now);
        c.rtt.sample(micros, c.sndUna, c.sndNxt);
        c.timeouts.backoff = 0;
    }

    private void updateMin(long micros, long now) {
        long window = c.context.sysctl.tcp_min_rtt_wlen * 1000L;
        c.rtt.min.update(Math.clamp(micros, 1, Integer.MAX_VALUE), now / Timers.MILLI, window);
    }

    // ---------------------------------------------------------------- congestion control

    /// `tcp_cong_control`
    private void control(int delivered, int lost, int flags, long now) {
        if (c.congestion.takesControl()) {
            c.congestion.control(c.rate.sample, flags, now);
            return;
        }
        if (c.recovery.isReducing()) {
            c.recovery.reduce(delivered, lost, (flags & ADVANCED) != 0);
        } else if (mayGrow(flags)) {
            c.congestion.grow(delivered, now);
            c.cwnd.stamp = now;
        }
        c.pacer.followWindow();
    }

    /// The window grows with what is delivered; where the path reorders, also while segments are missing.
    private boolean mayGrow(int flags) {
        int forward = DATA_SACKED | DATA_ACKED | SYN_ACKED;
        if (c.board.reordering > c.context.sysctl.tcp_reordering) return (flags & forward) != 0;
        return (flags & DATA_ACKED) != 0;
    }
}
