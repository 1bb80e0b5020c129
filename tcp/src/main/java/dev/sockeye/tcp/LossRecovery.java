package dev.sockeye.tcp;

/// What follows from losses: the states of Linux's `tcp_fastretrans_alert`, with RACK (RFC 8985) to find losses,
/// PRR (RFC 6937) to reduce the window, F-RTO (RFC 5682) and undo by timestamps (RFC 3522) and DSACK (RFC 3708)
/// where a reduction proves needless.
final class LossRecovery {

    /// `tcpi_ca_state`
    enum State {
        /// Nothing unusual.
        OPEN,
        /// Duplicate ACKs or SACKs came: loss, or only reordering.
        DISORDER,
        /// The window is being reduced for another reason than loss: ECN, a lost tail that a probe repaired.
        CWR,
        /// Fast recovery.
        RECOVERY,
        /// After a retransmission timeout.
        LOSS
    }

    private final Connection c;
    private final Scoreboard board;
    private final CongestionWindow cwnd;
    final Rack rack = new Rack();

    private State state = State.OPEN;
    /// The end of what was in flight when the state was entered.
    private int highSeq;

    /// SND.UNA when the reduction began, while it can still be undone.
    private int undoMarker;

    private boolean undoable;
    /// Retransmissions that no DSACK has called needless yet; -1: none was made.
    private int undoRetransmits;
    /// When the first retransmission of this episode was made, nanoseconds; 0: none was.
    long firstRetransmitAt;

    /// The peer has thrown away what it had SACKed, and that is not repaired yet.
    private boolean reneged;

    /// F-RTO is finding out whether the timeout was spurious.
    private boolean frto;

    // PRR: packets delivered and sent since the reduction began.
    private int prrDelivered, prrOut;

    /// The end of a tail loss probe's segment, while its ACK is awaited; and whether the probe was a
    /// retransmission.
    private int probeEnd;

    private boolean probing;
    private boolean probeRetransmitted;

    LossRecovery(Connection c) {
        this.c = c;
        this.board = c.board;
        this.cwnd = c.cwnd;
    }

    State state() {
        return state;
    }

    int highSeq() {
        return highSeq;
    }

    int undoMarker() {
        return undoMarker;
    }

    boolean isUndoPossible() {
        return undoable;
    }

    boolean isReneged() {
        return reneged;
    }

    boolean isReducing() {
        return state == State.CWR || state == State.RECOVERY;
    }

    boolean isProbing() {
        return probing;
    }

    boolean isProbeEnd(int seq) {
        return probing && probeEnd == seq;
    }

    // ---------------------------------------------------------------- on an ACK

    /// An ACK is unusual, or comes in an unusual state.
    ///
    /// @param ackFlags of [Acknowledgment]; returned as they are afterwards
    int onDubiousAck(int priorSndUna, int duplicateAcks, int ackFlags, long now) {
        boolean advanced = (ackFlags & Acknowledgment.ADVANCED) != 0;
        if (board.packetsOut == 0) board.sackedOut = 0;
        if ((ackFlags & Acknowledgment.ECN_ECHO) != 0) cwnd.priorSsthresh = 0;
        if (advanced && (ackFlags & Acknowledgment.RENEGING) != 0) {
            onReneging(now);
            return ackFlags & ~Acknowledgment.SET_TIMER;
        }
        if (leave()) return ackFlags;

        switch (state) {
            case RECOVERY -> {
                return inRecovery(priorSndUna, duplicateAcks, advanced, ackFlags, now);
            }
            case LOSS -> {
                inLoss(duplicateAcks, ackFlags);
                // Linux: also where new segments are to tell, see docs/linux/differential.md, "frto_lost"
                ackFlags = findLosses(ackFlags, now);
                if (state != State.OPEN && (ackFlags & Acknowledgment.LOST_RETRANSMIT) == 0) return ackFlags;
            }
            default -> {}
        }
        return inOpen(duplicateAcks, advanced, ackFlags, now);
    }

    /// What was in flight when the state began is acknowledged: it ends.
    ///
    /// @return whether the ACK needs nothing else
    private boolean leave() {
        if (state == State.OPEN) {
            firstRetransmitAt = 0;
            return false;
        }
        // RFC 6675 5, MUST-13
        if (Seq.lt(c.sndUna, highSeq)) return false;
        switch (state) {
            case CWR -> {
                // One segment more, so that our CWR has reached the peer (RFC 3168 6.1.2).
                if (c.sndUna != highSeq) {
                    endReduction();
                    setState(State.OPEN);
                }
            }
            case RECOVERY -> {
                if (!c.sackPermitted) board.resetDuplicateAcks();
                if (tryUndoRecovery()) return true;
                endReduction();
            }
            default -> {}
        }
        return false;
    }

    /// RFC 6675 5, MUST-12
    private int inRecovery(int priorSndUna, int duplicateAcks, boolean advanced, int ackFlags, long now) {
        if (!advanced) {
            if (!c.sackPermitted) board.addDuplicateAcks(duplicateAcks);
        } else if (tryUndoPartial(priorSndUna)) {
            return ackFlags;
        }
        if (tryUndoDsack()) tryToOpen(ackFlags, now);
        ackFlags = findLosses(ackFlags, now);
        if (state != State.RECOVERY) {
            if (board.lostOut == 0) return ackFlags;
            enterRecovery((ackFlags & Acknowledgment.ECN_ECHO) != 0, now);
        }
        c.output.retransmitLost();
        return ackFlags;
    }

    /// OPEN, DISORDER or CWR, or LOSS that was undone.
    private int inOpen(int duplicateAcks, boolean advanced, int ackFlags, long now) {
        if (!c.sackPermitted) {
            // RFC 6675 5, MUST-10
            if (advanced) board.resetDuplicateAcks();
            board.addDuplicateAcks(duplicateAcks);
        }
        if (state == State.OPEN || state == State.DISORDER) tryUndoDsack();
        ackFlags = findLosses(ackFlags, now);
        // RFC 5681 3.2, MUST-16: nothing is lost yet, and the window stays as it is.
        if (board.lostOut == 0) {
            tryToOpen(ackFlags, now);
            return ackFlags;
        }
        if (c.probing.onLoss(now)) return ackFlags;
        // RFC 5681 3.2, MUST-20
        enterRecovery((ackFlags & Acknowledgment.ECN_ECHO) != 0, now);
        c.output.retransmitLost();
        return ackFlags;
    }

    /// After a timeout: RFC 5682's decision whether it was spurious, then slow start through what was lost.
    private void inLoss(int duplicateAcks, int ackFlags) {
        boolean recovered = !Seq.lt(c.sndUna, highSeq);
        boolean advanced = (ackFlags & Acknowledgment.ADVANCED) != 0;
        if ((advanced || c.fastOpen.isHalfOpen()) && tryUndoLoss(false)) return;
        if (frto) {
            // RFC 5682 3, step 3b with SACK: something that was sent once has arrived.
            if ((ackFlags & Acknowledgment.ORIGINAL_SACKED) != 0 && tryUndoLoss(true)) return;
            if (Seq.gt(c.sndNxt, highSeq)) {
                if ((ackFlags & Acknowledgment.DATA_SACKED) != 0 || duplicateAcks > 0)
                    frto = false; // step 3a: a real loss
            } else if (advanced && !recovered) {
                highSeq = c.sndNxt;
                // Step 2b: two new segments will tell, if there are any.
                if (!c.send.unsent.isEmpty() && Seq.gt(c.windowEnd(), c.sndNxt)) {
                    c.output.probeWithNewData();
                    return;
                }
                frto = false;
            }
        }
        if (recovered) {
            tryUndoRecovery();
            return;
        }
        if (!c.sackPermitted) {
            if (Seq.gt(c.sndNxt, highSeq) && duplicateAcks > 0) board.addDuplicateAcks(duplicateAcks);
            else if (advanced) board.resetDuplicateAcks();
        }
        c.output.retransmitLost();
    }

    /// After F-RTO's new segments: on with the retransmissions where none went out.
    void newDataProbeDone() {
        if (Seq.gt(c.sndNxt, highSeq)) return;
        frto = false;
        c.output.retransmitLost();
    }

    // ---------------------------------------------------------------- finding losses

    private int findLosses(int ackFlags, long now) {
        if (c.send.inFlight.isEmpty()) return ackFlags;
        // RFC 8985 4, MUST-2
        if (!c.sackPermitted) {
            markLostReno((ackFlags & Acknowledgment.ADVANCED) != 0);
            return ackFlags;
        }
        int before = board.retransOut;
        // RFC 8985 9.2, MUST-11. Linux: whatever tcp_recovery says, see docs/linux/recovery.md
        if (rackMarkLost(now)) ackFlags &= ~Acknowledgment.SET_TIMER;
        if (before > board.retransOut) ackFlags |= Acknowledgment.LOST_RETRANSMIT;
        return ackFlags;
    }

    /// RFC 6582: the third duplicate ACK, and in recovery each partial ACK, shows the first segment lost.
    /// RFC 6675 5, MUST-11
    private void markLostReno(boolean advanced) {
        boolean lost = state == State.RECOVERY ? advanced : board.sackedOut >= board.reordering;
        if (state == State.LOSS || !lost) return;
        TxSegment first = c.send.inFlight.get(0);
        if (first.is(TxSegment.LOST)) return;
        if (first.packets > 1) board.split(0, first.mss, first.mss);
        board.markLost(first);
    }

    /// RFC 8985 6.2 step 5.
    ///
    /// @return whether a timer was set for segments that may be merely late
    private boolean rackMarkLost(long now) {
        if (!rack.advanced) return false;
        rack.advanced = false;
        long wait = rackDetect(now);
        if (wait == 0) return false;
        // The timer's least granularity is 2 ms (TCP_TIMEOUT_MIN).
        long millis = (wait + 2000 + 999) / 1000;
        c.timers.setRetransmission(
                Timers.Retransmission.REORDER, now + Math.min(millis, c.rtt.rtoMillis) * Timers.MILLI);
        return true;
    }

    /// Marks what RACK deems lost.
    ///
    /// @return microseconds until the last of those that are not yet, 0 if there is none
    private long rackDetect(long now) {
        long window = rack.window(isFast(), c.rtt.min.get(), c.rtt.smoothedMicros());
        long wait = 0;
        TxSegment segment = rack.first();
        while (segment != null) {
            TxSegment next = segment.later;
            if (segment.is(TxSegment.LOST) && !segment.is(TxSegment.RETRANSMITTED)) {
                segment = next;
                continue;
            }
            if (!Rack.sentAfter(rack.sentAt, rack.endSeq, segment.sentAt, segment.endSeq)) break;
            long remaining = rack.remaining(segment, window, now);
            if (remaining <= 0) {
                board.markLost(segment);
                rack.remove(segment);
            } else {
                wait = Math.max(wait, remaining);
            }
            segment = next;
        }
        return wait;
    }

    /// No reordering was ever seen, and enough was SACKed, or recovery is under way: no need to wait.
    private boolean isFast() {
        if (board.reorderingSeen > 0) return false;
        if (state == State.RECOVERY || state == State.LOSS) return true;
        return board.sackedOut >= board.reordering && (c.context.sysctl.tcp_recovery & 4) == 0;
    }

    /// RACK's timer ran out.
    void onReorderTimeout(long now) {
        int inFlight = board.inFlight();
        int lost = c.rate.lost;
        rackDetect(now);
        if (board.inFlight() != inFlight) {
            if (state != State.RECOVERY) {
                enterRecovery(false, now);
                if (!c.congestion.takesControl()) reduce(1, c.rate.lost - lost, false);
            }
            c.output.retransmitLost();
        }
        if (c.timers.retransmission != Timers.Retransmission.TIMEOUT) c.timeouts.rearm(now);
    }

    // ---------------------------------------------------------------- entering

    private void setState(State next) {
        if (state == State.LOSS && next != State.LOSS) c.timeouts.onLossLeft(c.now);
        c.congestion.onState(next, c.now);
        state = next;
    }

    private void enterRecovery(boolean ecnEcho, long now) {
        c.context.count(c.sackPermitted ? TcpMib.TCPSackRecovery : TcpMib.TCPRenoRecovery);
        // Retransmissions of an earlier episode tell nothing of this one.
        if (!anyRetransmitted()) firstRetransmitAt = 0;
        cwnd.priorSsthresh = 0;
        initUndo();
        if (!isReducing()) {
            if (!ecnEcho) cwnd.priorSsthresh = cwnd.currentSsthresh(false);
            beginReduction(now);
        }
        setState(State.RECOVERY);
    }

    /// The window is to be reduced for another reason than loss. RFC 3168 5, MUST-1
    void enterCwr(long now) {
        cwnd.priorSsthresh = 0;
        if (state != State.OPEN && state != State.DISORDER) return;
        undoable = false;
        beginReduction(now);
        setState(State.CWR);
    }

    /// The retransmission timer ran out: everything in flight is deemed lost, and slow start begins anew.
    void enterLoss(long now) {
        boolean fresh = state != State.RECOVERY && state != State.LOSS;
        markLostAfterTimeout(now);
        boolean first = state == State.OPEN || state == State.DISORDER;
        if (first || !Seq.gt(highSeq, c.sndUna) || (state == State.LOSS && c.timeouts.retransmits == 0)) {
            cwnd.priorSsthresh = cwnd.currentSsthresh(isReducing());
            cwnd.prior = cwnd.segments;
            // RFC 5681 3.1, MUST-11, MUST-14
            cwnd.ssthresh = c.congestion.ssthresh(now);
            c.congestion.onEvent(CongestionControl.Event.LOSS, now);
            initUndo();
        }
        // RFC 5681 3.1, MUST-15: nothing else is in flight.
        cwnd.segments = board.inFlight() + 1;
        cwnd.counted = 0;
        cwnd.stamp = now;
        // So many duplicate ACKs and still a timeout: less reordering than was thought.
        if (first && board.sackedOut >= c.context.sysctl.tcp_reordering) {
            board.reordering = Math.min(board.reordering, c.context.sysctl.tcp_reordering);
        }
        // RFC 6675 5.1, MUST-18, MUST-19, MUST-20
        setState(State.LOSS);
        highSeq = c.sndNxt;
        probing = false;
        // RFC 3168 6.1.2, MUST: also where the window was reduced for another reason.
        c.ecn.queueCwr();
        frto = c.context.sysctl.tcp_frto != 0 && (fresh || c.timeouts.retransmits > 0);
    }

    private void markLostAfterTimeout(long now) {
        TxQueue queue = c.send.inFlight;
        TxSegment first = queue.first();
        boolean tookBack = first != null && first.is(TxSegment.SACKED);
        if (tookBack) {
            c.context.count(TcpMib.TCPSACKReneging);
            board.forgetSacks();
            reneged = true;
        } else if (!c.sackPermitted) {
            board.resetDuplicateAcks();
        }
        for (int i = 0; i < queue.size(); i++) {
            TxSegment segment = queue.get(i);
            // What was sent only just now is not lost yet.
            if (!tookBack && i > 0 && rack.remaining(segment, 0, now) > 0 && c.sackPermitted) continue;
            board.markLost(segment);
        }
    }

    /// The peer acknowledges less than it had SACKed: it has thrown data away. What it does next decides; wait
    /// half a round trip.
    private void onReneging(long now) {
        long delay = Math.max(c.rtt.smoothedMicros() / 2 * 1000L, 10 * Timers.MILLI);
        c.timers.setRetransmission(Timers.Retransmission.TIMEOUT, now + delay);
    }

    /// The path takes only smaller segments now: those in flight that are larger go again, cut, without a word to
    /// congestion control (`tcp_simple_retransmit`).
    void onSmallerMss(long now) {
        TxQueue queue = c.send.inFlight;
        for (int i = 0; i < queue.size(); i++) {
            TxSegment segment = queue.get(i);
            // A SYN with data is one packet, but two segments here: whatever their sizes, that was lost.
            boolean withSyn = c.fastOpen.hasSentSynData();
            boolean large = Math.min(segment.mss, segment.length()) > c.sizes.mss;
            if (segment.is(TxSegment.SACKED) || !large && !withSyn) continue;
            // It is cut when its turn comes, and counts as so many packets as it was until then.
            board.markLost(segment);
        }
        if (board.lostOut == 0) return;
        if (!c.sackPermitted) board.limitDuplicateAcks();
        retransmitWithoutCongestion();
    }

    /// The data on our SYN was not taken by the server: it goes again at once, which says nothing about the path.
    void onSynDataLost() {
        TxQueue queue = c.send.inFlight;
        for (int i = 0; i < queue.size(); i++) board.markLost(queue.get(i));
        retransmitWithoutCongestion();
    }

    /// The SYN-ACK of a connection opened fast is acknowledged: what its timeouts have begun ends, where nothing
    /// else is in flight.
    void onSynAckAcked() {
        if (state == State.LOSS && board.packetsOut == 0) tryUndoRecovery();
        if (!anyRetransmitted()) firstRetransmitAt = 0;
    }

    /// `tcp_non_congestion_loss_retransmit`
    private void retransmitWithoutCongestion() {
        if (state != State.LOSS) {
            highSeq = c.sndNxt;
            cwnd.ssthresh = cwnd.currentSsthresh(isReducing());
            cwnd.priorSsthresh = 0;
            undoable = false;
            setState(State.LOSS);
        }
        c.output.retransmitLost();
    }

    private void tryToOpen(int ackFlags, long now) {
        if (!anyRetransmitted()) firstRetransmitAt = 0;
        if ((ackFlags & Acknowledgment.ECN_ECHO) != 0) enterCwr(now);
        if (state != State.CWR) tryKeepOpen();
    }

    private void tryKeepOpen() {
        State next = board.leftOut() > 0 || anyRetransmitted() ? State.DISORDER : State.OPEN;
        if (state == next) return;
        setState(next);
        highSeq = c.sndNxt;
    }

    /// Whether a retransmission, or what was retransmitted, is still awaited.
    private boolean anyRetransmitted() {
        if (board.retransOut > 0) return true;
        TxSegment first = c.send.inFlight.first();
        return first != null && first.is(TxSegment.EVER_RETRANSMITTED);
    }

    // ---------------------------------------------------------------- the window

    /// RFC 5681 3.2, MUST-18; RFC 5681 4.3, MUST-27; RFC 9438 4.6, MUST-4
    private void beginReduction(long now) {
        highSeq = c.sndNxt;
        probing = false;
        cwnd.counted = 0;
        cwnd.prior = cwnd.segments;
        prrDelivered = prrOut = 0;
        // RFC 5681 3.2, MUST-19: by the window, to which what limited transmit has let out does not belong.
        cwnd.ssthresh = c.congestion.ssthresh(now);
        c.ecn.queueCwr();
    }

    /// PRR (RFC 6937 3, with the slow-start bound of 6937bis while no further loss shows). RFC 5681 4.3,
    /// MUST-28
    void reduce(int delivered, int lost, boolean advanced) {
        if (delivered <= 0 || cwnd.prior == 0) return;
        int inFlight = board.inFlight();
        int delta = cwnd.ssthresh - inFlight;
        prrDelivered += delivered;
        int send;
        if (delta < 0) {
            long share = (long) cwnd.ssthresh * prrDelivered + cwnd.prior - 1;
            send = (int) (share / cwnd.prior) - prrOut;
        } else {
            send = Math.max(prrDelivered - prrOut, delivered);
            if (advanced && lost == 0) send++;
            send = Math.min(delta, send);
        }
        // The fast retransmission always goes.
        send = Math.max(send, prrOut == 0 ? 1 : 0);
        cwnd.segments = inFlight + send;
    }

    private void endReduction() {
        if (c.congestion.takesControl()) return;
        if (cwnd.ssthresh < CongestionWindow.INFINITE_SSTHRESH && (state == State.CWR || undoable)) {
            // RFC 5681 3.2, MUST-22; RFC 5681 4.3, MUST-29, MUST-30
            cwnd.segments = cwnd.ssthresh;
            cwnd.stamp = c.now;
        }
        c.congestion.onEvent(CongestionControl.Event.COMPLETE_CWR, c.now);
    }

    /// A SYN-ACK was waited for in vain: as if it was lost.
    void onSynAckTimeouts() {
        undoable = true;
        undoMarker = c.iss;
    }

    void onSpuriousSynTimeouts() {
        undoable = false;
    }

    /// So many packets went out while the window is being reduced.
    void onSentWhileReducing(int packets) {
        if (isReducing()) prrOut += packets;
    }

    // ---------------------------------------------------------------- undo

    private void initUndo() {
        undoable = true;
        undoMarker = c.sndUna;
        undoRetransmits = board.retransOut + (probing && probeRetransmitted ? 1 : 0);
        if (undoRetransmits == 0) undoRetransmits = -1;
    }

    /// A segment is sent again.
    void onRetransmitted(int packets, long now) {
        if (firstRetransmitAt == 0) firstRetransmitAt = now;
        if (undoRetransmits < 0) undoRetransmits = 0;
        undoRetransmits += packets;
    }

    /// A DSACK tells that a retransmission up to `endSeq` was needless.
    void onDuplicateReported(int endSeq, int packets) {
        if (undoable && undoRetransmits > 0 && Seq.gt(endSeq, undoMarker)) {
            undoRetransmits = Math.max(0, undoRetransmits - packets);
        }
    }

    private boolean mayUndo() {
        return undoable && (undoRetransmits == 0 || wasDelayed());
    }

    /// RFC 3522: the ACK echoes a timestamp from before the first retransmission, so the original had arrived.
    private boolean wasDelayed() {
        if (firstRetransmitAt != 0) return c.timestamps.echoesBefore(firstRetransmitAt);
        if (!c.sackPermitted && !Seq.lt(c.sndUna, highSeq)) return false;
        return c.state != TcpState.SYN_SENT;
    }

    private void undoReduction(boolean unmarkLosses) {
        if (unmarkLosses) board.clearLost();
        if (cwnd.priorSsthresh != 0) {
            cwnd.segments = c.congestion.undoWindow(c.now);
            if (cwnd.priorSsthresh > cwnd.ssthresh) {
                cwnd.ssthresh = cwnd.priorSsthresh;
                c.ecn.withdrawCwr();
            }
        }
        cwnd.stamp = c.now;
        undoable = false;
        rack.advanced = true;
    }

    private boolean tryUndoRecovery() {
        if (mayUndo()) {
            c.context.count(state == State.LOSS ? TcpMib.TCPLossUndo : TcpMib.TCPFullUndo);
            undoReduction(false);
        } else {
            rack.onRecoveryWithoutUndo();
        }
        if (holdsWithoutSack()) return true;
        setState(State.OPEN);
        reneged = false;
        return false;
    }

    private boolean tryUndoDsack() {
        if (!undoable || undoRetransmits != 0) return false;
        rack.onDsackUndo();
        undoReduction(false);
        c.context.count(TcpMib.TCPDSACKUndo);
        return true;
    }

    private boolean tryUndoLoss(boolean byFrto) {
        if (!byFrto && !mayUndo()) return false;
        undoReduction(true);
        c.context.count(TcpMib.TCPLossUndo);
        if (byFrto) c.context.count(TcpMib.TCPSpuriousRTOs);
        c.timeouts.retransmits = 0;
        if (holdsWithoutSack()) return true;
        if (byFrto || c.sackPermitted) {
            setState(State.OPEN);
            reneged = false;
        }
        return true;
    }

    private boolean tryUndoPartial(int priorSndUna) {
        if (!undoable || !wasDelayed()) return false;
        board.checkReordering(priorSndUna, true);
        if (board.retransOut > 0) return true;
        if (!anyRetransmitted()) firstRetransmitAt = 0;
        undoReduction(true);
        c.context.count(TcpMib.TCPPartialUndo);
        tryKeepOpen();
        return false;
    }

    /// RFC 6582 3.2: without SACK, recovery is held until something above `highSeq` is acknowledged, lest
    /// duplicate ACKs that are still on their way start another.
    private boolean holdsWithoutSack() {
        if (c.sndUna != highSeq || c.sackPermitted) return false;
        if (!anyRetransmitted()) firstRetransmitAt = 0;
        return true;
    }

    // ---------------------------------------------------------------- tail loss probe

    /// RFC 8985 7.2: two round trips without an ACK, and the last segment goes out again to provoke one.
    ///
    /// @param advancing the retransmission timer starts anew
    /// @return whether a probe is scheduled instead of the timeout
    boolean scheduleProbe(boolean advancing, long now) {
        int early = c.context.sysctl.tcp_early_retrans;
        if ((early != 3 && early != 4) || board.packetsOut == 0 || !c.sackPermitted) return false;
        if (state != State.OPEN && state != State.CWR) return false;
        if (c.fastOpen.isHalfOpen()) return false;
        long millis = RttEstimator.INITIAL_RTO_MILLIS;
        if (c.rtt.hasSample()) {
            long micros = c.rtt.srttTimes8 >> 2;
            // A lone segment's ACK may be delayed.
            micros += board.packetsOut == 1 ? c.options.rtoMinMicros(c.context.sysctl) : 2000;
            millis = (micros + 999) / 1000;
        }
        long untilTimeout = advancing ? c.rtt.rtoMillis : c.timeouts.remainingMillis(now);
        if (untilTimeout > 0) millis = Math.min(millis, untilTimeout);
        millis += c.pacer.delayMillis(now);
        c.timers.setRetransmission(Timers.Retransmission.LOSS_PROBE, now + millis * Timers.MILLI);
        return true;
    }

    /// A probe went out.
    void onProbeSent(boolean retransmission) {
        probing = true;
        probeRetransmitted = retransmission;
        probeEnd = c.sndNxt;
        c.context.count(TcpMib.TCPLossProbes);
    }

    /// RFC 8985 7.4.2, MUST-10: was the probe a repair, and so the sign of a loss?
    void onProbeAck(int ack, int ackFlags, long now) {
        if (!probing || Seq.lt(ack, probeEnd)) return;
        if (!probeRetransmitted || (ackFlags & Acknowledgment.DSACK_OF_PROBE) != 0) {
            probing = false;
        } else if (Seq.gt(ack, probeEnd)) {
            beginReduction(now);
            setState(State.CWR);
            endReduction();
            tryKeepOpen();
            c.context.count(TcpMib.TCPLossProbeRecovery);
        } else if ((ackFlags & (Acknowledgment.ADVANCED | Acknowledgment.NOT_DUPLICATE | Acknowledgment.DATA_SACKED))
                == 0) {
            probing = false;
        }
    }
}
