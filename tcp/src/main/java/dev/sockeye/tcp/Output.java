package dev.sockeye.tcp;

/// What to send next: a reset, an immediate ACK, what is lost, new data as windows and Nagle's rule allow
/// (`tcp_write_xmit`), or an acknowledgment that nothing else has carried. Events only say what is due; [#next]
/// makes the segments, one at a time.
final class Output {

    /// Bits of Nagle's state (`tp->nonagle`): off, corked, and "send this now whatever its size".
    static final int NAGLE_OFF = 1, NAGLE_CORK = 2, NAGLE_PUSH = 4;

    /// What a super-segment may carry at most (`sk_gso_max_size`), bytes; and of how many packets.
    static final int MAX_BURST = 65536 - 192 - 1;

    private static final int MAX_BURST_PACKETS = 65535;

    private final Connection c;
    private final SegmentWriter headers;
    private final Retransmitter again;
    final WindowValidation validation;

    /// A reset is due: one of ours, with everything the peer needs to believe it.
    private boolean reset;
    /// A reset that answers a segment: its number and, without an ACK to take it from, its acknowledgment.
    private boolean answer;
    /// An ACK that its half-open connection sends.
    private boolean requestAnswer;
    /// The SYN-ACK of a connection opened fast is due.
    private boolean synAck;

    private int answerSeq, answerAck, answerFlags, answerTrafficClass;

    /// Immediate acknowledgments that are due whatever else is.
    private int immediateAcks;
    private boolean lastAck;
    /// The first segment in flight is to go again, whatever the window; the last one, as a probe; the SYN, which
    /// acknowledges the peer's now.
    private boolean first, tailProbe, crossedSyn;
    /// What is lost is to go again, as far as the congestion window allows.
    private boolean lost;
    /// A window or keepalive probe is due; and one in front of it that tells of urgent data.
    private boolean probe, urgentProbe;

    private TcpMib probeCounter = TcpMib.TCPWinProbe;
    /// The probe is data.
    private boolean probeData;
    /// New data may go: with which Nagle bits.
    private boolean push;
    /// Whether the send buffer is to be looked at when all is sent that may be.
    private boolean checksSpace;

    private int pushNagle;
    /// The size of its segments, from the first on (`tcp_push_pending_frames`); 0: not known yet.
    private int pushMss;
    /// Only one segment.
    private boolean pushOne;

    private boolean pushProbe;
    private boolean frtoProbe;
    private int pushed;
    private boolean cwndLimited, windowLimited;
    /// What is sent again now is sent before the data is taken that came along with the acknowledgment: what was
    /// received before it, and whether there were gaps in it.
    private boolean beforeText;

    private int receivedBefore;
    private boolean gapsBefore;
    private int windowBefore;
    /// So is the FIN of a connection that was shut down before its handshake was over.
    private boolean finBeforeText;
    /// What is sent at [#asOfEvent] is sent as of this time.
    private long asOf;

    private long asOfEvent = -1;
    /// How often sending was begun (`tcp_write_xmit`, `tcp_xmit_retransmit_queue`).
    int transmissions;
    /// Whether it was seen if a probe for the path MTU is to go first.
    private boolean mtuProbed;

    /// One-shot Nagle override, of `TCP_NODELAY` and uncorking.
    private int nagleOnce;
    /// The end of the last segment that was smaller than the MSS: `snd_sml` (Minshall's variant of Nagle's rule).
    private int smallEnd;

    /// When data was last sent, nanoseconds: `lsndtime`.
    long lastSentAt;

    Output(Connection c) {
        this.c = c;
        headers = new SegmentWriter(c);
        again = new Retransmitter(c, headers);
        validation = new WindowValidation(c);
    }

    void start(int iss) {
        smallEnd = iss;
    }

    // ---------------------------------------------------------------- what is due

    /// `tcp_send_active_reset`
    void sendReset() {
        reset = true;
        c.context.count(TcpMib.OutRsts);
    }

    /// RFC 9293 3.5.2: a reset that answers a segment.
    void answerWithReset(Segment seg) {
        answer = true;
        answerTrafficClass = seg.trafficClass;
        if (seg.hasAck()) {
            answerSeq = seg.ack;
            answerAck = 0;
            answerFlags = Segment.RST;
        } else {
            answerSeq = 0;
            answerAck = seg.endSeq();
            answerFlags = Segment.RST | Segment.ACK;
        }
        c.context.count(TcpMib.OutRsts);
    }

    /// [PassiveFastOpen]'s ACK of a segment that does not fit. Linux: it counts as nobody's.
    void answerForRequest(Segment seg) {
        requestAnswer = true;
        answerTrafficClass = seg.trafficClass;
    }

    /// [PassiveFastOpen]'s SYN-ACK, for the first time or again.
    void sendSynAck() {
        synAck = true;
    }

    /// When all is sent that may be, the send buffer is looked at: whether it should be larger depends on what is in
    /// flight then (`tcp_data_snd_check`).
    void checkSpaceAfterwards() {
        checksSpace = true;
    }

    void ackNow() {
        // RFC 9293 3.10.7.4, MUST-58; RFC 5681 4.2, MUST-26: one, for however many reasons.
        immediateAcks = Math.max(immediateAcks, 1);
    }

    void retransmitFirst() {
        first = true;
    }

    void answerCrossedSyn() {
        crossedSyn = true;
    }

    void retransmitLost() {
        if (!lost) transmissions++;
        lost = true;
    }

    /// Data came along with the acknowledgment. Linux sends again first what that has shown to be lost, and takes the
    /// data then; see docs/linux/recovery.md
    void beforeText(long now) {
        boolean again = lost && !frtoProbe && c.board.lostOut > c.board.retransOut;
        again = again && c.cwnd.segments > c.board.inFlight() && !c.pacer.holds(now);
        if (!again && !finBeforeText) return;
        beforeText = true;
        receivedBefore = c.rcvNxt;
        gapsBefore = !c.sackList.isEmpty();
        windowBefore = c.receive.announce(c.rcvNxt, c.receiveBuffer.charged(), c.acks);
        c.ackSchedule.onAckSent();
        if (again) c.acks.onDataSent(now);
    }

    /// The FIN that the end of the handshake has made due goes before the data is taken that came along.
    void finBeforeText() {
        finBeforeText = true;
    }

    /// What is sent at this time bears that of `clock`.
    void sendAsOf(long clock, long now) {
        asOf = clock;
        asOfEvent = now;
    }

    /// The time that a segment bears which is sent now.
    long clock(long now) {
        return now == asOfEvent ? asOf : now;
    }

    boolean isBeforeText() {
        return beforeText;
    }

    /// The window that a segment tells which is sent now.
    int window() {
        if (beforeText) return windowBefore;
        return c.receive.announce(c.rcvNxt, c.receiveBuffer.charged(), c.acks);
    }

    /// What a segment that is sent now acknowledges.
    int received() {
        return beforeText ? receivedBefore : c.rcvNxt;
    }

    /// Whether it may carry SACK blocks.
    boolean tellsOfGaps() {
        return c.sackPermitted && (!beforeText || gapsBefore);
    }

    /// F-RTO's step 2b: two segments of new data instead of retransmissions.
    void probeWithNewData() {
        frtoProbe = true;
        push(NAGLE_OFF);
    }

    /// The pause after the last transmission is over: what it has held back may go, lost segments first
    /// (`tcp_tsq_write`).
    void onPauseOver() {
        if (!c.mayTransmit()) return;
        lost |= c.board.lostOut > c.board.retransOut && c.cwnd.segments > c.board.inFlight();
        if (!push) push(nagle());
    }

    private int nagle() {
        // RFC 9293 3.7.4, MUST-17
        return (c.options.noDelay ? NAGLE_OFF : 0) | (c.options.cork ? NAGLE_CORK : 0) | nagleOnce;
    }

    /// An ACK came: what it makes room for may go. Where nothing waits, nothing is learned of the window either.
    void pushFromAck() {
        if (!push && !c.send.unsent.isEmpty()) push(nagle());
    }

    /// The first segment that is queued may go, whatever Nagle's rule says (`tcp_push_one`).
    void pushOne() {
        push(NAGLE_PUSH);
        pushOne = true;
    }

    void push(int nagle) {
        transmissions++;
        push = true;
        pushOne = false;
        pushNagle = nagle;
        pushMss = 0;
        pushed = 0;
        cwndLimited = windowLimited = mtuProbed = false;
    }

    /// The program has written, or set `TCP_NODELAY` or cleared `TCP_CORK`.
    void pushPending() {
        push(nagle());
    }

    void pushOnce() {
        nagleOnce = NAGLE_PUSH;
        pushPending();
    }

    void onSegmentAppended() {
        nagleOnce = 0;
    }

    /// The last acknowledgment goes out although nothing is left of the connection.
    void keepAck() {
        lastAck = immediateAcks > 0;
    }

    void clear() {
        synAck = first = crossedSyn = tailProbe = lost = probe = urgentProbe = probeData = push = frtoProbe = false;
        beforeText = finBeforeText = false;
        immediateAcks = lastAck ? 1 : 0;
    }

    // ---------------------------------------------------------------- one after the other

    boolean next(Segment out, long now) {
        out.clear();
        int sndNxt = c.sndNxt;
        if (!make(out, now)) return false;
        Stamping stamping = c.stamping;
        if (stamping != null) stamping.transmit.onSent(out);
        // RFC 4022: but for what was sent before.
        boolean again = out.sequenceLength() > 0 && !Seq.gt(out.endSeq(), sndNxt) && c.fastOpen.passive == null;
        if (again) return true;
        int packets =
                out.packetPayload == 0 ? 1 : Math.max(1, (out.length + out.packetPayload - 1) / out.packetPayload);
        c.context.counters.add(TcpMib.OutSegs, packets);
        return true;
    }

    private boolean make(Segment out, long now) {
        if (answer) {
            answer = false;
            out.isAnswer = true;
            out.trafficClass = answerTrafficClass;
            out.flags = answerFlags;
            out.seq = answerSeq;
            out.ack = answerAck;
            return true;
        }
        if (requestAnswer) {
            requestAnswer = false;
            PassiveFastOpen opening = c.fastOpen.passive;
            if (opening != null) {
                opening.answer(out, now);
                out.isAnswer = true;
                out.trafficClass = answerTrafficClass;
                return true;
            }
        }
        if (reset) {
            reset = false;
            c.segmentsOut++;
            headers.header(out, Segment.RST | Segment.ACK, headers.acceptableSeq(), now);
            c.ecn.mark(out, false);
            return true;
        }
        if (c.state == TcpState.CLOSED && c.timeWait() == null && !lastAck) return false;
        if (synAck) {
            synAck = false;
            PassiveFastOpen opening = c.fastOpen.passive;
            if (opening != null) {
                opening.synAck(out, now);
                return true;
            }
        }
        if (beforeText) {
            if (again.nextLost(out, now)) return true;
            if (finBeforeText && push && newData(out, now)) return true;
            beforeText = finBeforeText = lost = false;
        }
        if (immediateAcks > 0) {
            immediateAcks--;
            lastAck = false;
            headers.ack(out, now);
            return true;
        }
        if (crossedSyn) {
            crossedSyn = false;
            again.answerCrossedSyn(out, now);
            return true;
        }
        if (first) {
            first = false;
            TxSegment segment = c.send.inFlight.first();
            if (segment != null && again.retransmit(out, 0, 1, now)) return true;
        }
        if (tailProbe && tailProbe(out, now)) return true;
        // RFC 6675 4, MUST-3, MUST-5, MUST-8: what is lost before what is new, if there is any.
        if (lost && !frtoProbe) {
            if (again.nextLost(out, now)) return true;
            lost = false;
        }
        if (probe) {
            c.context.count(probeCounter);
            if (urgentProbe) {
                urgentProbe = false;
                headers.probe(out, c.sndUna, now);
                return true;
            }
            probe = false;
            // RFC 9293 3.8.4, SHLD-12: one before what the peer expects, and no data; it answers with an ACK.
            headers.probe(out, c.sndUna - 1, now);
            return true;
        }
        if (probeData && probeWithData(out, now)) return true;
        if (push) {
            if (newData(out, now)) return true;
            if (push) endPush(now);
            if (lost && again.nextLost(out, now)) return true;
        }
        if (checksSpace) {
            checksSpace = false;
            if (c.sendBuffer.waiting) c.sendBuffer.check();
        }
        if (c.state == TcpState.CLOSED || !c.ackSchedule.isDue(now)) return false;
        headers.ack(out, now);
        return true;
    }

    // ---------------------------------------------------------------- transmission

    /// Sends the first unsent segment.
    private void transmit(Segment out, TxSegment segment, int mss, long now) {
        if (c.board.inFlight() == 0) c.congestion.onEvent(CongestionControl.Event.TX_START, now);
        boolean idle = c.board.packetsOut == 0;
        headers.queued(out, segment, false, now);
        c.send.moveToFlight();
        c.sndNxt = segment.endSeq;
        c.board.packetsOut += segment.packets;
        if (segment.length() < segment.packets * mss) smallEnd = segment.endSeq;
        if ((segment.flags & Segment.SYN) == 0) c.context.counters.add(TcpMib.TCPOrigDataSent, segment.packets);
        // Linux: a SYN is not work of the program's.
        if (idle && (segment.flags & Segment.SYN) == 0) c.busy.start(BusyTime.Reason.BUSY, now);
        if (idle || c.timers.retransmission == Timers.Retransmission.LOSS_PROBE) c.timeouts.rearm(now);
        pushed += segment.packets;
        // What is sent counts no longer as unsent (TCP_NOTSENT_LOWAT).
        if (c.sendBuffer.waiting) c.sendBuffer.check();
    }

    /// What goes with the SYN is a segment of its own in the queue.
    private void transmitWithSyn(Segment out, TxSegment syn, long now) {
        TxSegment data = c.send.unsent.first();
        if (data == null) return;
        headers.withSyn(out, syn, data, now);
        data.setPackets(c.sizes.mss);
        c.send.moveToFlight();
        c.sndNxt = data.endSeq;
        c.board.packetsOut += data.packets;
        c.context.count(TcpMib.TCPOrigDataSent);
    }

    /// The SYN of an active open.
    void sendSyn() {
        push(NAGLE_OFF);
    }

    // ---------------------------------------------------------------- new data

    private boolean newData(Segment out, long now) {
        TxSegment segment = c.send.unsent.first();
        if (segment == null || segment.endSeq == segment.seq) return false;
        if ((segment.flags & Segment.SYN) != 0) {
            segment.setPackets(c.sizes.mss);
            transmit(out, segment, c.sizes.mss, now);
            if (c.fastOpen.active != null && c.fastOpen.active.isPaired()) transmitWithSyn(out, segment, now);
            return true;
        }
        boolean enough = (pushProbe || pushOne) && pushed > 0;
        if (!c.mayTransmit() || enough || c.pacer.holds(now)) return false;
        if (!mtuProbed && !pushOne && !pushProbe) {
            mtuProbed = true;
            MtuProbing.Outcome outcome = c.probing.probe(now);
            if (outcome == MtuProbing.Outcome.WAIT) push = false;
            if (outcome == MtuProbing.Outcome.SENT) sendMtuProbe(out, now);
            if (outcome != MtuProbing.Outcome.NONE) return push;
        }
        if (pushMss == 0) pushMss = c.sizes.current();
        int mss = pushMss;
        int burst = burstPackets(mss);
        int quota = windowQuota();
        if (quota == 0) {
            if (!pushProbe) {
                cwndLimited = true;
                return false;
            }
            quota = 1;
        }
        quota = Math.min(quota, burst);
        fillUp(segment, (long) quota * mss - segment.length());
        segment.setPackets(mss);
        // RFC 9293 3.8.6, SHLD-15
        if (!fitsWindow(segment, mss)) {
            windowLimited = true;
            return false;
        }
        boolean isLast = c.send.unsent.size() == 1;
        if (segment.packets == 1) {
            if (!nagleAllows(segment, mss, isLast ? pushNagle : NAGLE_PUSH)) return false;
        } else if (!pushProbe && !pushOne && shouldDefer(segment, burst, isLast, now)) {
            return false;
        }
        int limit = mss;
        if (segment.packets > 1 && !isUrgent()) limit = splitPoint(segment, mss, quota, isLast);
        limit = reachable(segment, Math.min(limit, segment.length()), mss);
        if (segment.length() > limit) c.send.split(c.send.unsent, 0, limit, mss);
        transmit(out, segment, mss, now);
        return true;
    }

    /// The first unsent segment goes as one packet, whatever the segment size.
    private void sendMtuProbe(Segment out, long now) {
        TxSegment segment = c.send.unsent.get(0);
        segment.setPackets(segment.length());
        transmit(out, segment, segment.length(), now);
    }

    /// A short segment borrows from those behind it, as far as it may go now (`tcp_grow_skb`).
    private void fillUp(TxSegment segment, long missing) {
        if (missing <= 0 || segment.endOfRecord || c.send.unsent.size() < 2) return;
        TxSegment next = c.send.unsent.get(1);
        if (next.length() == 0) return;
        if (next.length() <= missing) c.send.join(c.send.unsent, 0);
        else c.send.borrow(segment, next, (int) missing);
    }

    /// As much as the slices of one segment can hold, in whole packets where it is more than one.
    int reachable(TxSegment segment, int length, int mss) {
        int reach = c.send.reach(segment.seq, length);
        return reach < length && reach > mss ? reach - reach % mss : reach;
    }

    private boolean isUrgent() {
        return c.sndUp != c.sndUna && Seq.gt(c.sndUp, c.sndUna);
    }

    /// Packets that the congestion window has room for: half of it at a time, so that ACKs keep coming.
    /// RFC 5681 2, MUST-1; RFC 5681 3, MUST-3
    private int windowQuota() {
        int inFlight = c.board.inFlight();
        int window = c.cwnd.segments;
        if (inFlight >= window) return 0;
        return Math.min(Math.max(window >> 1, 1), window - inFlight);
    }

    /// How many packets one transmission may be: about a millisecond's worth, 64 KiB at most (`tcp_tso_autosize`).
    int burstPackets(int mss) {
        // Linux: a socket with keys has no segmentation offload.
        if (c.options.signatureBytes > 0) return 1;
        long bytes = c.pacer.rate >> 10;
        int shift = Math.max(0, c.rtt.min.get()) >> c.context.sysctl.tcp_tso_rtt_log;
        if (c.rtt.min.get() >= 0 && shift < 32) bytes += MAX_BURST >> shift;
        bytes = Math.min(bytes, MAX_BURST);
        int least = c.congestion.minTsoSegments(c.context.sysctl.tcp_min_tso_segs);
        return Math.min(Math.max((int) (bytes / mss), least), MAX_BURST_PACKETS);
    }

    /// How many bytes one segment of the queue is to hold: whole packets, half the peer's window at most
    /// (`tcp_send_mss`).
    int sizeGoal(int mss) {
        if (c.options.signatureBytes > 0) return mss;
        int most = c.sizes.boundToHalfWindow(MAX_BURST);
        return Math.max(mss, most - most % mss);
    }

    /// RFC 9293 3.8.6.2.1, MUST-38: a whole segment, or all that is left of what was written. RFC 5681 2,
    /// MUST-1; RFC 7323 2.4, MUST-14
    private boolean fitsWindow(TxSegment segment, int mss) {
        int end = segment.length() > mss ? segment.seq + mss : segment.endSeq;
        return !Seq.gt(end, c.windowEnd());
    }

    /// RFC 9293 3.7.4, SHLD-7: a small segment waits while another is in flight; Minshall: while a small one is.
    private boolean nagleAllows(TxSegment segment, int mss, int nagle) {
        if ((nagle & NAGLE_PUSH) != 0 || isUrgent() || (segment.flags & Segment.FIN) != 0) return true;
        return !holdsBack(segment.length() < mss, nagle);
    }

    private boolean holdsBack(boolean partial, int nagle) {
        if (!partial) return false;
        if ((nagle & NAGLE_CORK) != 0) return true;
        boolean smallInFlight = Seq.gt(smallEnd, c.sndUna) && !Seq.gt(smallEnd, c.sndNxt);
        return nagle == 0 && c.board.packetsOut > 0 && smallInFlight;
    }

    /// Where to cut: at the windows' ends, and before a small rest that Nagle's rule holds back.
    private int splitPoint(TxSegment segment, int mss, int quota, boolean isLast) {
        int window = c.windowEnd() - segment.seq;
        long most = (long) mss * quota;
        if (most <= window && !isLast) return (int) most;
        int needed = Math.min(segment.length(), window);
        if (most <= needed) return (int) most;
        int partial = needed % mss;
        return holdsBack(partial != 0, pushNagle) ? needed - partial : needed;
    }

    /// A burst that will be larger in a moment waits for the next ACK, if that is due soon
    /// (`tcp_tso_should_defer`).
    private boolean shouldDefer(TxSegment segment, int burst, boolean isLast, long now) {
        if (c.recovery.state() == LossRecovery.State.RECOVERY || c.recovery.state() == LossRecovery.State.LOSS)
            return false;
        if (now - lastSentAt >= Timers.MILLI) return false;
        TxSegment oldest = c.send.inFlight.first();
        if (oldest == null) return false;
        int sendWindow = c.windowEnd() - segment.seq;
        long room = (long) (c.cwnd.segments - c.board.inFlight()) * c.sizes.mss;
        long limit = Math.min(sendWindow, room);
        if (limit >= (long) burst * c.sizes.mss) return false;
        if (!isLast && limit >= segment.length()) return false;
        int divisor = c.context.sysctl.tcp_tso_win_divisor;
        if (divisor > 0) {
            long share = Math.min(Integer.toUnsignedLong(c.sndWnd), (long) c.cwnd.segments * c.sizes.mss) / divisor;
            if (limit >= share) return false;
        } else if (limit > 3L * c.sizes.mss) {
            return false;
        }
        long srtt = c.rtt.smoothedMicros() * 1000L;
        long untilAck = oldest.sentAt + srtt - now;
        if (untilAck > Math.min(srtt >> 1, Timers.MILLI)) return false;
        if (room < sendWindow) {
            if (room <= segment.length()) {
                cwndLimited = true;
                return true;
            }
        } else if (sendWindow <= segment.length()) {
            windowLimited = true;
            return true;
        }
        return (segment.flags & Segment.FIN) == 0 && !segment.endOfRecord;
    }

    private void endPush(long now) {
        push = false;
        boolean wasProbe = pushProbe;
        pushProbe = pushOne = false;
        // Without anything to send nobody has found out whether the window would have had room.
        boolean nothing = pushed == 0 && c.send.unsent.isEmpty();
        if ((nothing && !frtoProbe) || !c.mayTransmit()) return;
        if (windowLimited) c.busy.start(BusyTime.Reason.RECEIVE_WINDOW, now);
        else c.busy.stop(BusyTime.Reason.RECEIVE_WINDOW, c.hasWork(), now);
        cwndLimited |= c.board.inFlight() >= c.cwnd.segments;
        if (pushed > 0 || cwndLimited) validation.onSent(cwndLimited, now);
        if (pushed > 0) {
            c.recovery.onSentWhileReducing(pushed);
            if (!wasProbe) c.recovery.scheduleProbe(false, now);
        } else if (c.board.packetsOut == 0 && !c.send.unsent.isEmpty()) {
            // RFC 9293 3.9.1.2, MUST-60: what is held back goes when the timer rings.
            c.timeouts.startWindowProbe(now);
        }
        if (wasProbe) endTailProbe(pushed > 0, false, now);
        if (frtoProbe) {
            frtoProbe = false;
            c.recovery.newDataProbeDone();
        }
    }

    // ---------------------------------------------------------------- probes

    /// RFC 8985 7.3: new data if there is any that fits, else the last segment again. RFC 8985 7.3, MUST-5,
    /// MUST-6, MUST-7: but only one at a time.
    void sendTailProbe(long now) {
        if (c.recovery.isProbing()) {
            c.timeouts.rearm(now);
            return;
        }
        TxSegment unsent = c.send.unsent.first();
        if (unsent != null && unsent.endSeq != unsent.seq && fitsWindow(unsent, c.sizes.current())) {
            push(NAGLE_OFF);
            pushProbe = true;
        } else {
            tailProbe = true;
        }
    }

    private boolean tailProbe(Segment out, long now) {
        tailProbe = false;
        int i = c.send.inFlight.size() - 1;
        if (i < 0) return false;
        TxSegment last = c.send.inFlight.get(i);
        // Linux: the packets are counted in the size that they had, and measured in the one that they have now; see
        // docs/linux/differential.md, "probe_size"
        int mss = c.sizes.current();
        int before = (last.packets - 1) * mss;
        if (before > 0 && last.length() > before) {
            c.board.split(i, before, mss);
            i++;
        }
        boolean sent = again.transmitAgain(out, i, 1, now);
        endTailProbe(sent, true, now);
        return sent;
    }

    private void endTailProbe(boolean sent, boolean again, long now) {
        if (sent) {
            c.recovery.onProbeSent(again);
            c.timers.stopRetransmission();
        }
        // RFC 8985 7.3, MUST-9
        c.timeouts.rearm(now);
    }

    /// A probe of a closed window or of an idle peer (`tcp_write_wakeup`): data, if the window has room for any of
    /// it, else an ACK of old.
    ///
    /// @return whether data goes
    boolean probeWindow(TcpMib counter) {
        TxSegment segment = c.send.unsent.first();
        if (segment != null && Seq.lt(segment.seq, c.windowEnd())) {
            probeData = true;
            return true;
        }
        probe = true;
        probeCounter = counter;
        // Linux: a closed window does not hold back the news of urgent data, see docs/linux/urgent.md
        urgentProbe = Seq.between(c.sndUp, c.sndUna + 1, c.sndUna + 0xffff);
        return false;
    }

    /// Data as a window probe goes out regardless of Nagle's rule and the congestion window.
    private boolean probeWithData(Segment out, long now) {
        probeData = false;
        TxSegment segment = c.send.unsent.first();
        if (segment == null || !Seq.lt(segment.seq, c.windowEnd())) return false;
        int mss = c.sizes.current();
        int room = Math.min(c.windowEnd() - segment.seq, mss);
        segment.flags |= Segment.PSH;
        if (room < segment.length()) {
            c.send.split(c.send.unsent, 0, room, mss);
            segment.flags |= Segment.PSH;
        }
        segment.setPackets(mss);
        // Linux: Nagle's rule does not mind it, see docs/linux/windows.md
        int small = smallEnd;
        c.writer.onProbed(segment.endSeq);
        transmit(out, segment, mss, now);
        smallEnd = small;
        return true;
    }
}
