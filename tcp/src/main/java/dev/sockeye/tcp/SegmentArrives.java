package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import java.lang.foreign.ValueLayout;

/// SEGMENT ARRIVES, RFC 9293 3.10.7, for every state that a [Connection] can be in: one method for each check, in
/// the order of the RFC. CLOSED, LISTEN and TIME_WAIT have types of their own.
final class SegmentArrives {

    private final Connection c;
    /// Of the peer's last data; 0 at first, and always with IPv4.
    private int lastFlowLabel;

    /// How often our ACKs do not seem to reach the peer, so that they had better go another way.
    int rehashes;

    SegmentArrives(Connection c) {
        this.c = c;
    }

    /// @return whether it was one of this connection's: only then it is seen whether there is room to send more
    boolean onSegment(Segment seg, long now) {
        c.segmentsIn += Math.max(1, seg.packetPayload);
        if (seg.length > 0) c.dataSegmentsIn += Math.max(1, seg.packetPayload);
        if (c.state == TcpState.CLOSED) {
            if (!seg.rst()) c.output.answerWithReset(seg);
            return false;
        }
        if (c.state == TcpState.SYN_SENT) {
            if (c.isDeferred()) deferred(seg);
            else synSent(seg, now);
            return true;
        }
        if (c.state == TcpState.ESTABLISHED && c.prediction.matches(seg) && predicted(seg, now)) return true;
        PassiveFastOpen opening = c.fastOpen.passive;
        if (opening != null && !opening.passes(seg, now)) return false;
        // No ACK, no RST, no SYN: nothing to go by (RFC 9293 3.10.7.4, fifth check; Linux looks first).
        if ((seg.flags & (Segment.ACK | Segment.RST | Segment.SYN)) == 0) return false;
        if (!isAcceptable(seg, now)) return false;
        boolean established = c.state == TcpState.ESTABLISHED;
        if (!ack(seg, now) || c.state == TcpState.CLOSED) return false;
        if (established) measureRtt(seg, now);
        if (seg.sequenceLength() > 0) c.output.beforeText(now);
        urgent(seg);
        text(seg, now);
        return true;
    }

    // ---------------------------------------------------------------- header prediction

    /// An ACK, or the next data, and nothing else to be said of it.
    ///
    /// @return whether that was all; else it is the same segment with nothing to check
    private boolean predicted(Segment seg, long now) {
        if (seg.length == 0) {
            // Linux: also of an ACK that is too old; see docs/linux/challenge-ack.md
            c.timestamps.update(seg, now);
            c.ecn.onSegment(seg);
            predictedAck(seg, now);
            measureRtt(seg, now);
            return true;
        }
        if (seg.truesize() > c.memory.reserved()) return false;
        c.context.count(TcpMib.TCPHPHits);
        c.timestamps.update(seg, now);
        c.ecn.onSegment(seg);
        measureRtt(seg, now);
        appendText(seg, 0);
        onData(seg, now);
        if (seg.ack != c.sndUna) {
            predictedAck(seg, now);
        } else {
            c.sndWl1 = seg.seq;
        }
        c.ackSchedule.checkDue = true;
        c.raiseReadable();
        return true;
    }

    private void predictedAck(Segment seg, long now) {
        // RFC 5961 5.2, MUST-10
        if (c.acknowledgment.onAck(seg, true, now) == Acknowledgment.Outcome.TOO_OLD) challengeAck(now);
        c.output.pushFromAck();
    }

    // ---------------------------------------------------------------- 3.10.7.3 SYN-SENT

    /// Connecting waits for the first write, so that nothing was sent that a segment could acknowledge. Linux: see
    /// docs/linux/fast-open.md
    private void deferred(Segment seg) {
        if (seg.hasAck() && !seg.rst()) c.output.answerWithReset(seg);
    }

    private void synSent(Segment seg, long now) {
        if (seg.hasAck()) {
            // RFC 5961 3.2, MUST-5: a reset too is to acknowledge our SYN.
            // First: the ACK bit.
            if (!Seq.gt(seg.ack, c.sndUna) || Seq.gt(seg.ack, c.sndNxt)) {
                // Linux: the answer belongs to another SYN, and ours is perhaps better sent again.
                if (c.timeouts.retransmits == 0) c.timeouts.start(now, Timeouts.LEAST_MILLIS);
                if (!seg.rst()) c.output.answerWithReset(seg);
                return;
            }
            // RFC 7323 3.2, MUST-17: the echo counts beside an ACK only.
            if (seg.timestamps
                    && seg.tsEcr != 0
                    && c.timestamps.offered
                    && !c.timestamps.isOurs(seg.tsEcr, c.synSentAt, now)) {
                c.context.count(TcpMib.PAWSActive);
                if (!seg.rst()) c.output.answerWithReset(seg);
                return;
            }
            // Second: the RST bit.
            if (seg.rst()) {
                reset(seg);
                return;
            }
            // Fourth: the SYN bit.
            if (!seg.syn()) return;
            synAck(seg, now);
            return;
        }
        if (seg.rst()) return;
        if (seg.syn()) crossedSyn(seg);
    }

    /// Our SYN is acknowledged by a SYN: the connection is established. Linux: data and FIN on a SYN-ACK are
    /// thrown away but for Fast Open, see docs/linux/open.md
    private void synAck(Segment seg, long now) {
        Opening.receivedSyn(c, seg, now);
        c.sndWl1 = seg.seq;
        c.acknowledgment.onAck(seg, false, now);
        c.sndWnd = seg.window;
        c.maxWindow = Math.max(c.maxWindow, seg.window);
        c.ecn.onSynAck(seg);
        if (c.sendScale == 0) c.prediction.on();
        else c.prediction.off();
        Opening.established(c, Segment.SYN | Segment.ACK, now);
        c.acks.lastReceivedAt = now;
        if (c.fastOpen.active != null && c.fastOpen.active.onSynAck(seg, now)) {
            c.output.pushPending();
            return;
        }
        if (c.acks.inPingPong() || c.isWritePending() || c.options.deferAcceptSeconds > 0) {
            c.ackSchedule.waitForData(now);
        } else {
            c.ecn.reflectNext();
            c.output.ackNow();
        }
        c.output.pushPending();
    }

    /// RFC 9293 3.5, MUST-10: both ends open at once (figure 7). RFC 9293 3.5, MUST-11: SYN_RCVD of an active open is
    /// a state of the connection, that of a passive one a [HalfOpen].
    private void crossedSyn(Segment seg) {
        Opening.receivedSyn(c, seg, c.now);
        c.sndWnd = seg.window;
        c.sndWl1 = seg.seq;
        c.maxWindow = c.sndWnd;
        c.sizes.sync();
        c.acks.rcvMss = c.sizes.initialReceived();
        c.ecn.onCrossedSyn(seg);
        c.setState(TcpState.SYN_RCVD, Journal.Cause.SEGMENT, seg.flags);
        c.output.answerCrossedSyn();
    }

    // ---------------------------------------------------------------- 3.10.7.4, first to fourth check

    /// PAWS, sequence number, RST, SYN. RFC 7323 5.3, MUST-26, MUST-27, MUST-28
    private boolean isAcceptable(Segment seg, long now) {
        // RFC 7323 3.2, MUST-19, MUST-20
        if (c.timestamps.agreed && seg.timestamps && isOldTimestamp(seg, now)) {
            // RFC 7323 5.2, MUST-24
            if (!seg.rst()) {
                if (seg.syn()) return challengeSyn(now);
                if (isPureAck(seg) && Seq.lt(seg.seq, c.rcvNxt)) {
                    // Linux: it was overtaken on its way, and is no reason for an answer.
                    c.context.count(TcpMib.PAWSOldAck);
                    return false;
                }
                c.context.count(TcpMib.PAWSEstab);
                if (!isRateLimited(seg, TcpMib.TCPACKSkippedPAWS, now)) sendDuplicateAck(seg);
                return false;
            }
        }
        // First: the sequence number.
        if (!isInWindow(seg)) {
            if (!seg.rst()) {
                if (seg.syn()) return challengeSyn(now);
                if (!Seq.lt(seg.endSeq(), c.receive.updatedAt)) c.context.count(TcpMib.BeyondWindow);
                if (!isRateLimited(seg, TcpMib.TCPACKSkippedSeq, now)) sendDuplicateAck(seg);
            } else if (isResetOfFin(seg)) {
                reset(seg);
            }
            // RFC 5961 3.2, MUST-4
            return false;
        }
        // Second: the RST bit. RFC 7323 5.2, MUST-25: its timestamp is not even looked at.
        if (seg.rst()) {
            // RFC 5961 3.2, MUST-1: exactly the expected number, or what a peer that has sent a FIN or
            // awaits a hole's filling would use. RFC 5961 4.2, MUST-8: so answers a peer that has closed.
            // RFC 9293 3.5.3, SHLD-2: with data or without.
            if (seg.seq == c.rcvNxt || isResetOfFin(seg) || isResetAtSack(seg)) reset(seg);
            // RFC 5961 3.2, MUST-2, MUST-3
            else onUnacceptableReset(now);
            return false;
        }
        // Third: security. Fourth: the SYN bit.
        // RFC 5961 4.2, MUST-6, MUST-7
        if (seg.syn()) {
            if (isCrossedSynAck(seg)) return true;
            c.ecn.onSynAgain(seg);
            challengeSyn(now);
            return false;
        }
        return true;
    }

    private boolean isOldTimestamp(Segment seg, long now) {
        int age = c.timestamps.recent - seg.tsVal;
        if (age <= 1 || c.timestamps.recent == 0 || c.timestamps.isRecentExpired(now)) return false;
        // A pure, duplicate ACK may have been overtaken on its way (tcp_disordered_ack).
        boolean duplicate = isPureAck(seg) && seg.seq == c.rcvNxt && seg.ack == c.sndUna;
        boolean harmless =
                duplicate && !c.mayUpdateWindow(seg, seg.window << c.sendScale) && age <= c.rtt.rtoMillis * 6 / 5;
        return !harmless;
    }

    private static boolean isPureAck(Segment seg) {
        return seg.hasAck() && seg.sequenceLength() == 0;
    }

    /// RFC 9293 3.4 in Linux's form: not all old, and it begins in the window; nor does its data end beyond, but for
    /// an empty queue: a FIN needs no room. RFC 9293 3.4, MUST-66: what carries nothing passes though the window is
    /// zero.
    private boolean isInWindow(Segment seg) {
        if (Seq.lt(seg.endSeq(), c.receive.updatedAt)) return false;
        int end = c.rcvNxt + c.receive.acceptable(c.rcvNxt);
        // Linux: see docs/linux/differential.md, "fin_at_edge"
        int endOfData = seg.fin() ? seg.endSeq() - 1 : seg.endSeq();
        return !Seq.gt(endOfData, end) || (!Seq.gt(seg.seq, end) && nothingIsQueued());
    }

    /// Linux: a FIN stands in the queue, too, until the program has read the end; see docs/linux/differential.md,
    /// "fin_queued"
    private boolean nothingIsQueued() {
        boolean end = c.finReceived && !c.orphan && c.reader.endOfStreamReadAt < 0;
        return c.receiveQueue.isEmpty() && !end;
    }

    /// The peer has forgotten us after it sent its FIN: its reset has the FIN's number.
    private boolean isResetOfFin(Segment seg) {
        if (seg.seq != c.rcvNxt - 1) return false;
        return c.state == TcpState.CLOSE_WAIT || c.state == TcpState.LAST_ACK || c.state == TcpState.CLOSING;
    }

    private boolean isResetAtSack(Segment seg) {
        return c.sackPermitted && c.sackList.size() > 0 && seg.seq == c.sackList.highest();
    }

    /// The answer to our SYN-ACK where both ends had sent a SYN.
    private boolean isCrossedSynAck(Segment seg) {
        return c.state == TcpState.SYN_RCVD
                && seg.hasAck()
                && seg.sequenceLength() == 1
                && seg.seq + 1 == c.rcvNxt
                && seg.ack == c.sndNxt;
    }

    private void reset(Segment seg) {
        switch (c.state) {
            case SYN_SENT -> c.teardown.failBySegment(Errno.ECONNREFUSED, seg);
            case CLOSE_WAIT -> c.teardown.failBySegment(Errno.EPIPE, seg);
            default -> c.teardown.failBySegment(Errno.ECONNRESET, seg);
        }
    }

    private void onUnacceptableReset(long now) {
        if (c.fastOpen.active != null) c.fastOpen.active.onUnacceptableReset(now);
        challengeAck(now);
    }

    // ---------------------------------------------------------------- challenge and duplicate ACKs

    private boolean challengeSyn(long now) {
        c.context.count(TcpMib.TCPSYNChallenge);
        // Linux: only there, see docs/linux/counters.md
        if (c.state == TcpState.ESTABLISHED) c.context.count(TcpMib.InErrs);
        challengeAck(now);
        return false;
    }

    /// RFC 5961 7: at most one in `tcp_invalid_ratelimit` milliseconds for each connection. Linux: and none so soon
    /// after the answer to an empty segment out of the window, see docs/linux/challenge-ack.md
    private void challengeAck(long now) {
        if (isTooSoon(now)) {
            c.context.count(TcpMib.TCPACKSkippedChallenge);
            c.ecn.reflectNothing();
            return;
        }
        if (!c.context.mayChallenge(now)) {
            c.ecn.reflectNothing();
            return;
        }
        c.context.count(TcpMib.TCPChallengeACK);
        c.output.ackNow();
    }

    /// Data is always answered: the peer waits for it.
    private boolean isRateLimited(Segment seg, TcpMib counter, long now) {
        if (seg.length > 0 || seg.fin()) return false;
        if (!isTooSoon(now)) return false;
        c.context.count(counter);
        return true;
    }

    /// Whether the last answer to a segment that does not fit is less than `tcp_invalid_ratelimit` ago; if not, there
    /// is one now.
    private boolean isTooSoon(long now) {
        long limit = c.context.sysctl.tcp_invalid_ratelimit * Timers.MILLI;
        if (c.lastOutOfWindowAckAt >= 0 && now - c.lastOutOfWindowAckAt < limit) return true;
        c.lastOutOfWindowAckAt = now;
        return false;
    }

    private void sendDuplicateAck(Segment seg) {
        if (seg.sequenceLength() > 0 && Seq.lt(seg.seq, c.rcvNxt)) {
            c.context.count(TcpMib.DelayedACKLost);
            c.acks.enterQuickMode(c.receive.window);
            if (c.sackPermitted && c.context.sysctl.tcp_dsack != 0) onRepeated(seg);
            noteDuplicate(seg.seq, Seq.min(seg.endSeq(), c.rcvNxt));
        }
        c.output.ackNow();
    }

    /// The peer sends again what has arrived: it has not seen our ACK.
    private void onRepeated(Segment seg) {
        if (c.recovery.state() != LossRecovery.State.LOSS && seg.flowLabel != lastFlowLabel) {
            // It has tried another way after a timeout: so do our ACKs (RFC 6437).
            rehashes++;
            c.context.count(TcpMib.TcpDuplicateDataRehash);
        }
        lastFlowLabel = seg.flowLabel;
        if (c.sackList.isLastDuplicate(seg.seq)) c.ecn.option.onRepeatedDuplicate(c);
    }

    /// RFC 2883: tell the sender what came twice.
    private void noteDuplicate(int from, int to) {
        if (countDuplicate(from)) c.sackList.setDuplicate(from, to);
    }

    private boolean countDuplicate(int from) {
        if (!c.sackPermitted || c.context.sysctl.tcp_dsack == 0) return false;
        c.context.count(Seq.lt(from, c.rcvNxt) ? TcpMib.TCPDSACKOldSent : TcpMib.TCPDSACKOfoSent);
        return true;
    }

    // ---------------------------------------------------------------- fifth check: the ACK field

    /// Returns whether the segment is processed further.
    private boolean ack(Segment seg, long now) {
        if (!seg.hasAck()) return false;
        if (c.state == TcpState.ESTABLISHED) c.ecn.onSegment(seg);
        Acknowledgment.Outcome outcome = c.acknowledgment.onAck(seg, false, now);
        // Linux: not where the ACK is an old one.
        if (outcome == Acknowledgment.Outcome.GOOD && c.ecn.onCwr(seg)) c.acks.now = true;
        if (c.state == TcpState.SYN_RCVD && outcome != Acknowledgment.Outcome.GOOD) {
            c.output.answerWithReset(seg);
            return false;
        }
        switch (outcome) {
            // RFC 5961 5.2, MUST-10. Linux: a challenge ACK for both, see docs/linux/challenge-ack.md
            case TOO_OLD, UNSENT -> {
                challengeAck(now);
                return false;
            }
            default -> {}
        }
        // What the ACK has made room for goes before an acknowledgment of our own.
        c.output.pushFromAck();
        return switch (c.state) {
            case SYN_RCVD -> synReceivedAck(seg, now);
            case FIN_WAIT1 -> finWait1Ack(seg, now);
            case CLOSING -> {
                if (isFinAcked()) {
                    c.teardown.enterTimeWait(TcpState.TIME_WAIT, Timeouts.TIME_WAIT_NANOS, now, Journal.Cause.SEGMENT);
                    yield false;
                }
                yield true;
            }
            case LAST_ACK -> {
                if (isFinAcked()) {
                    c.context.metrics.save(c, now);
                    c.teardown.done(Journal.Cause.SEGMENT);
                    yield false;
                }
                yield true;
            }
            default -> true;
        };
    }

    private boolean isFinAcked() {
        return c.sndUna == c.send.writeSeq;
    }

    private boolean synReceivedAck(Segment seg, long now) {
        // Our SYN-ACK was delivered; it stands in no queue.
        c.rate.delivered++;
        if (!c.rtt.hasSample()) c.acknowledgment.onSynAckAcked(c.fastOpen.synAckRttMicros(now), now);
        c.sndWnd = seg.window << c.sendScale;
        // Linux: a connection of a listener begins with its ACK, and knows nothing of the window of the SYN.
        if (c.unaccepted && c.fastOpen.passive == null) {
            c.maxWindow = c.sndWnd;
            c.sizes.sync();
        }
        c.sndWl1 = seg.seq;
        c.ecn.onLastOfHandshake(seg);
        Opening.established(c, seg.flags, now);
        c.prediction.on();
        if (!c.congestion.takesControl()) c.pacer.followWindow();
        if ((c.shutdown & Connection.SEND) != 0) {
            c.teardown.sendFin(now, Journal.Cause.CALL_SHUTDOWN);
            // Linux: see docs/linux/differential.md, "fin_before_text"
            if (seg.sequenceLength() > 0) c.output.finBeforeText();
        }
        return true;
    }

    private boolean finWait1Ack(Segment seg, long now) {
        if (c.fastOpen.isHalfOpen()) c.fastOpen.complete(now);
        if (!isFinAcked()) return true;
        c.setState(TcpState.FIN_WAIT2, Journal.Cause.SEGMENT, seg.flags);
        c.shutdown |= Connection.SEND;
        if (!c.orphan) {
            c.raise(Readiness.OUT | Readiness.ANY);
            return true;
        }
        boolean dataAfterClose = seg.sequenceLength() > 0 && Seq.gt(seg.seq + seg.length, c.rcvNxt);
        if (c.options.linger2Seconds < 0 || dataAfterClose) {
            c.context.count(TcpMib.TCPAbortOnData);
            c.output.answerWithReset(seg);
            c.teardown.done(Journal.Cause.SEGMENT);
            return false;
        }
        long wait = c.timeouts.finWait2Nanos();
        if (wait > Timeouts.TIME_WAIT_NANOS) {
            c.timeouts.waitForFin(now, wait - Timeouts.TIME_WAIT_NANOS);
        } else if (seg.fin()) {
            c.timeouts.waitForFin(now, wait);
        } else {
            c.teardown.enterTimeWait(TcpState.FIN_WAIT2, wait, now, Journal.Cause.SEGMENT);
            return false;
        }
        return true;
    }

    // ---------------------------------------------------------------- sixth check: URG

    private void urgent(Segment seg) {
        // RFC 9293 3.8.5, MUST-30
        if (seg.has(Segment.URG)) urgentPointer(seg);
        takeUrgentByte(seg);
    }

    /// RFC 9293 3.8.5, MUST-32: the program is told of a pointer, and when it advances.
    private void urgentPointer(Segment seg) {
        // The pointer is one beyond the byte, unless tcp_stdurg is set.
        boolean beyond = seg.urgentPointer > 0 && c.context.sysctl.tcp_stdurg == 0;
        int mark = seg.seq + seg.urgentPointer - (beyond ? 1 : 0);
        boolean old = Seq.gt(c.copiedSeq, mark)
                || Seq.lt(mark, c.rcvNxt)
                || (c.urgent.pending && !Seq.gt(mark, c.urgent.seq));
        if (old) return;
        c.reader.passUrgentByte();
        if (c.urgent == UrgentData.NONE) c.urgent = new UrgentData();
        c.urgent.set(mark);
        c.prediction.off();
        c.raise(Readiness.PRI);
    }

    private void takeUrgentByte(Segment seg) {
        UrgentData urgent = c.urgent;
        if (!urgent.pending || urgent.arrived || urgent.taken) return;
        int at = urgent.seq - seg.seq;
        if (at < 0 || at >= seg.length) return;
        for (int i = 0; i < seg.slices(); i++) {
            if (at < seg.length(i)) {
                urgent.arrive(seg.page(i).memory().get(ValueLayout.JAVA_BYTE, seg.offset(i) + at));
                c.raise(Readiness.PRI);
                return;
            }
            at -= seg.length(i);
        }
    }

    // ---------------------------------------------------------------- seventh and eighth check: text and FIN

    private void text(Segment seg, long now) {
        // Linux: an acknowledgment that waits goes, if it may go at once, also without anything new to acknowledge; but
        // not where a header was predicted. See docs/linux/differential.md, "waiting_ack"
        c.ackSchedule.checkDue = true;
        switch (c.state) {
            case CLOSE_WAIT, CLOSING, LAST_ACK -> {
                // Nothing can follow a FIN; what it repeats is acknowledged again.
                if (!Seq.lt(seg.seq, c.rcvNxt) || isUnreadable(seg)) return;
            }
            case FIN_WAIT1, FIN_WAIT2 -> {
                if (isUnreadable(seg)) return;
            }
            default -> {}
        }
        if (seg.sequenceLength() == 0) return;
        // Linux: a duplicate that no ACK has told of yet is forgotten with the next data.
        c.sackList.forgetDuplicate();
        queue(seg, now);
    }

    /// RFC 9293 3.6.1, SHLD-3: data that nobody will ever read is answered with a reset. Linux: docs/linux/close.md;
    /// also what claims to follow a FIN, if it begins before it.
    private boolean isUnreadable(Segment seg) {
        boolean data = seg.sequenceLength() > 0 && Seq.gt(seg.seq + seg.length, c.rcvNxt);
        if (!data || (c.shutdown & Connection.RECEIVE) == 0) return false;
        c.context.count(TcpMib.TCPAbortOnData);
        reset(seg);
        c.output.answerWithReset(seg);
        return true;
    }

    private void queue(Segment seg, long now) {
        int window = c.receive.remaining(c.rcvNxt);
        if (seg.seq == c.rcvNxt) {
            if (window == 0 && seg.length > 0) {
                c.context.count(TcpMib.TCPZeroWindowDrop);
                outOfWindow();
                return;
            }
            inOrder(seg, now);
            return;
        }
        if (!Seq.gt(seg.endSeq(), c.rcvNxt)) {
            // All of it came before.
            c.context.count(TcpMib.DelayedACKLost);
            onRepeated(seg);
            noteDuplicate(seg.seq, seg.endSeq());
            outOfWindow();
            return;
        }
        if (!Seq.lt(seg.seq, c.rcvNxt + window)) {
            outOfWindow();
            return;
        }
        if (Seq.lt(seg.seq, c.rcvNxt)) {
            noteDuplicate(seg.seq, c.rcvNxt);
            if (window == 0) {
                c.context.count(TcpMib.TCPZeroWindowDrop);
                outOfWindow();
                return;
            }
            inOrder(seg, now);
            return;
        }
        outOfOrder(seg);
    }

    private void outOfWindow() {
        c.acks.enterQuickMode(c.receive.window);
        c.acks.schedule();
        c.ackSchedule.checkDue = true;
    }

    /// The next bytes, perhaps after some that came before.
    private void inOrder(Segment seg, long now) {
        if (!c.receiveBuffer.admits(seg.seq, seg.truesize())) {
            c.acks.now = c.acks.noMemory = true;
            c.acks.schedule();
            c.ackSchedule.checkDue = true;
            if (!c.receiveQueue.isEmpty() && seg.length > 0) {
                c.context.count(TcpMib.TCPRcvQDrop);
                return;
            }
        }
        int skip = c.rcvNxt - seg.seq;
        appendText(seg, skip);
        boolean fin = seg.fin();
        if (seg.length > 0) onData(seg, now);
        if (fin) {
            // A FIN alone takes no room behind what waits to be read.
            if (seg.length == 0 && !c.receiveQueue.isEmpty()) c.context.count(TcpMib.TCPRcvCoalesce);
            c.rcvNxt++;
            c.bytesReceived++; // Linux counts sequence numbers
            fin(seg, now);
        }
        if (!c.outOfOrder.isEmpty()) fillGap(seg, now);
        c.sackList.removeBefore(c.rcvNxt);
        c.prediction.check();
        c.ackSchedule.checkDue = true;
        c.raiseReadable();
    }

    private void noteArrival(Segment seg, int skip) {
        Stamping stamping = c.stamping;
        if (stamping != null) stamping.onArrived(seg.seq + skip, seg.seq + seg.length);
    }

    private void appendText(Segment seg, int skip) {
        int count = seg.length - skip;
        if (count <= 0) return;
        noteArrival(seg, skip);
        if (skip > 0) c.receiveQueue.beginApart(seg.truesize(), seg.tailroom());
        else if (c.receiveQueue.begin(count, seg.truesize(), seg.tailroom())) c.context.count(TcpMib.TCPRcvCoalesce);
        for (int i = 0; i < seg.slices(); i++) {
            int length = seg.length(i);
            if (skip >= length) {
                skip -= length;
                continue;
            }
            c.receiveQueue.append(seg.page(i), seg.offset(i) + skip, length - skip);
            skip = 0;
        }
        c.rcvNxt += count;
        c.bytesReceived += count;
    }

    /// What came with a SYN, and is next in order.
    void takeSynData(Segment seg, long now) {
        c.segmentsIn = 1;
        if (seg.length > 0) c.dataSegmentsIn++;
        appendText(seg, 0);
        if (seg.fin()) {
            c.rcvNxt++;
            fin(seg, now);
        }
        c.raiseReadable();
    }

    /// Bookkeeping for a data segment in order (`tcp_event_data_recv`).
    private void onData(Segment seg, long now) {
        measureSegment(seg);
        c.receive.measureRtt(c.rcvNxt, now);
        c.acks.onDataReceived(c.receive.window, c.rtt.rtoMillis, now);
        lastFlowLabel = seg.flowLabel;
        c.ecn.onData(seg);
        if (seg.length >= 128) growWindow(seg, seg.truesize(), c.receiveBuffer.charged());
    }

    /// `tcp_rcv_rtt_measure_ts`
    private void measureRtt(Segment seg, long now) {
        if (!c.timestamps.agreed || !seg.timestamps) return;
        boolean full = seg.sequenceLength() >= c.acks.rcvMss;
        c.receive.measureRtt(seg.tsEcr, c.timestamps.now(now), full, c.rcvNxt == c.copiedSeq);
    }

    /// `tcp_grow_window`; in need of memory the window is kept small instead.
    private void growWindow(Segment seg, int truesize, int charged) {
        if (c.memory.isUnderPressure()) c.receive.moderate(c.sizes.advMss);
        else c.receive.grow(seg.length, truesize, charged, c.sizes.advMss, c.acks);
    }

    private void measureSegment(Segment seg) {
        int header = c.sizes.usualOptions() + 20 + (seg.sackBlocks > 0 ? 4 + 8 * seg.sackBlocks : 0);
        if (c.acks.measure(seg, header, c.sizes.usualOptions() + 20, c.sizes.advMss)) {
            c.receive.learnRatio(seg.length, seg.truesize());
        }
    }

    /// What waited for the gap to be filled is in order now.
    private void fillGap(Segment seg, long now) {
        int before = c.rcvNxt;
        // RFC 9293 3.10.7.4, MUST-59: all of it, and then one acknowledgment.
        c.rcvNxt = c.outOfOrder.moveTo(c.receiveQueue, c.rcvNxt);
        c.context.counters.add(TcpMib.TCPRcvCoalesce, c.outOfOrder.coalescedOnMove);
        noteQueuedTwice();
        // RFC 5681 4.2: at once when the gap is filled.
        if (c.outOfOrder.isEmpty()) c.acks.now = true;
        if (c.rcvNxt == before) return;
        c.bytesReceived += c.rcvNxt - before;
        if (c.outOfOrder.finMoved) fin(seg, now);
    }

    private void outOfOrder(Segment seg) {
        c.ecn.onData(seg);
        c.ackSchedule.checkDue = true;
        if (!c.receiveBuffer.admits(seg.seq, seg.truesize())) {
            c.context.count(TcpMib.TCPOFODrop);
            c.raise(Readiness.IN);
            return;
        }
        c.prediction.off();
        noteArrival(seg, 0);
        measureSegment(seg);
        c.acks.schedule();
        c.outOfOrderPackets += Math.max(1, seg.packetPayload);
        c.context.count(TcpMib.TCPOFOQueue);
        // RFC 9293 3.10.7.4, SHLD-31
        int charged = c.receiveBuffer.charged();
        boolean kept = c.outOfOrder.insert(seg);
        if (c.outOfOrder.coalesced) c.context.count(TcpMib.TCPRcvCoalesce);
        c.context.counters.add(TcpMib.TCPOFOMerge, c.outOfOrder.covered);
        noteQueuedTwice();
        // RFC 2018 4: the first block is the one that the segment at hand lies in, new or not.
        if (c.sackPermitted) c.sackList.add(seg.seq, seg.endSeq());
        if (!kept) {
            c.context.count(TcpMib.TCPOFOMerge);
            growBuffer();
            return;
        }
        if (c.sackPermitted) {
            // Linux: a FIN alone that is joined to the data before it takes no memory; see docs/linux/windows.md
            boolean free = c.outOfOrder.coalesced && seg.length == 0;
            growWindow(seg, free ? 0 : seg.truesize(), charged);
        }
        growBuffer();
    }

    /// Linux: not while nobody would read, see docs/linux/windows.md
    private void growBuffer() {
        if (!c.orphan && !c.unaccepted) c.receive.onOutOfOrder(c.outOfOrderBytes());
    }

    /// What the out-of-order queue has found to be there already.
    private void noteQueuedTwice() {
        int from = c.outOfOrder.duplicateStart;
        int to = c.outOfOrder.duplicateEnd;
        if (from == to) return;
        // What only makes a report longer counts no second time.
        boolean longer = c.sackList.hasDuplicate() && !c.outOfOrder.duplicateInFront;
        if (!longer && !countDuplicate(from)) return;
        if (c.outOfOrder.duplicateInFront) c.sackList.setDuplicate(from, to);
        else c.sackList.extendDuplicate(from, to);
    }

    /// Eighth: the FIN bit.
    private void fin(Segment seg, long now) {
        c.acks.schedule();
        c.ackSchedule.checkDue = true;
        c.shutdown |= Connection.RECEIVE;
        c.finReceived = true;
        switch (c.state) {
            case SYN_RCVD, ESTABLISHED -> {
                c.setState(TcpState.CLOSE_WAIT, Journal.Cause.SEGMENT, seg.flags);
                c.acks.enterPingPong();
            }
            // Linux: what lies beyond the FIN is reported once more.
            case FIN_WAIT1 -> {
                c.sackList.clearAfterNext();
                c.output.ackNow();
                c.setState(TcpState.CLOSING, Journal.Cause.SEGMENT, seg.flags);
            }
            case FIN_WAIT2 -> {
                c.sackList.clearAfterNext();
                c.output.ackNow();
                // TIME_WAIT has the window that this acknowledgment is going to tell.
                c.receive.announce(c.rcvNxt, c.receiveBuffer.charged(), c.acks);
                c.teardown.enterTimeWait(TcpState.TIME_WAIT, Timeouts.TIME_WAIT_NANOS, now, Journal.Cause.SEGMENT);
            }
            default -> {}
        }
        c.outOfOrder.clear();
        if (c.state == TcpState.CLOSE_WAIT) c.sackList.clear();
        c.raise(Readiness.IN | Readiness.RDHUP | Readiness.ANY);
    }
}
