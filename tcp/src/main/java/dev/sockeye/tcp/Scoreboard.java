package dev.sockeye.tcp;

/// What is known of the segments in flight: which were SACKed, which are deemed lost, which were sent again
/// (RFC 6675 3, with the counts of Linux's `struct tcp_sock`). [#onSack] takes in the SACK option of a
/// segment.
///
/// RFC 8985 4, MUST-3
final class Scoreboard {

    private final Connection c;

    /// Packets in flight or lost, not yet acknowledged; of them SACKed (or, without SACK, counted by duplicate
    /// ACKs), deemed lost, and retransmissions in flight.
    int packetsOut, sackedOut, lostOut, retransOut;

    /// The degree of reordering that the path has shown, packets; and how often it was seen.
    int reordering;

    int reorderingSeen;
    /// DSACKed packets so far.
    int dsackDups;

    /// The end of the highest SACKed range; valid while something is SACKed.
    private int highestSacked;
    /// Where a segment that is lost, and not sent again yet, may be found first; see [LossRecovery].
    int lostFrom;

    /// What the last option said: those ranges need no second look.
    private SackBlocks seen = SackBlocks.NONE;

    /// Bytes that the ACK at hand has delivered; packets that its SACK option reports, duplicates too.
    int deliveredBytes, sackDelivered;

    // The outcome of the option at hand.
    private int flags;
    /// The lowest never retransmitted segment that arrived after one above it.
    private int reorderedAt;
    /// When the first and the last of the newly SACKed, never retransmitted segments were sent; -1: none.
    long firstSackedSentAt, lastSackedSentAt;

    Scoreboard(Connection c) {
        this.c = c;
        reordering = c.context.sysctl.tcp_reordering;
    }

    /// Packets that are in the network, as far as is known ("pipe"). RFC 6675 4, MUST-2
    int inFlight() {
        return packetsOut - (sackedOut + lostOut) + retransOut;
    }

    int leftOut() {
        return sackedOut + lostOut;
    }

    /// The end of the highest SACKed range, or SND.UNA where nothing is SACKed.
    int highestSacked() {
        if (sackedOut == 0) return c.sndUna;
        if (c.sackPermitted) return highestSacked;
        // Linux: where the first segment begins, though a part of it is acknowledged.
        TxSegment first = c.send.inFlight.first();
        return first == null ? c.sndNxt : first.seq;
    }

    void beginAck() {
        deliveredBytes = sackDelivered = 0;
        firstSackedSentAt = lastSackedSentAt = -1;
        reorderedAt = c.sndNxt;
        flags = 0;
    }

    // ---------------------------------------------------------------- SACK

    /// Takes in the SACK option of an ACK. RFC 6675 5, MUST-9, MUST-14; RFC 5681 3.2, MUST-17: what was
    /// SACKed before counts no second time.
    ///
    /// @return flags of [Acknowledgment]
    int onSack(Segment seg, int priorSndUna, long now) {
        flags = 0;
        reorderedAt = c.sndNxt;
        if (sackedOut == 0) {
            highestSacked = c.sndUna;
            forgetSeen();
        }
        boolean duplicate = checkDsack(seg, priorSndUna);
        if (Seq.lt(seg.ack, priorSndUna - c.maxWindow)) return 0;
        if (packetsOut == 0) return flags;

        int duplicateLeft = duplicate ? seg.sackLeft[0] : 0;
        SackBlocks blocks = validBlocks(seg, duplicate, priorSndUna);
        // Linux: the duplicate first. If the first report of its arrival was lost it is not SACKed yet, and tells of
        // no reordering; see docs/linux/congestion.md.
        int duplicateAt = 0;
        while (duplicate && duplicateAt < blocks.size && blocks.left[duplicateAt] != duplicateLeft) duplicateAt++;
        boolean valid = duplicate && duplicateAt < blocks.size && blocks.right[duplicateAt] == seg.sackRight[0];
        if (valid) mark(blocks.left[duplicateAt], blocks.right[duplicateAt], blocks.left[duplicateAt], true, now);
        for (int i = 0; i < blocks.size; i++) {
            if (!valid || i != duplicateAt) markNew(blocks.left[i], blocks.right[i], now);
        }
        remember(blocks, duplicate, duplicateLeft);
        if (c.recovery.state() != LossRecovery.State.LOSS || c.recovery.isUndoPossible()) {
            checkReordering(reorderedAt, false);
        }
        return flags;
    }

    private void remember(SackBlocks blocks, boolean duplicate, int duplicateLeft) {
        forgetSeen();
        if (blocks.size == 0) return;
        if (seen == SackBlocks.NONE) seen = new SackBlocks();
        for (int i = 0; i < blocks.size; i++) {
            if (!duplicate || blocks.left[i] != duplicateLeft) seen.insert(blocks.left[i], blocks.right[i]);
        }
    }

    private void forgetSeen() {
        if (seen != SackBlocks.NONE) seen.size = 0;
    }

    /// The blocks that make sense, sorted.
    private SackBlocks validBlocks(Segment seg, boolean duplicate, int priorSndUna) {
        SackBlocks blocks = c.context.sackBlocks;
        blocks.size = 0;
        for (int i = 0; i < seg.sackBlocks; i++) {
            int from = seg.sackLeft[i];
            int to = seg.sackRight[i];
            boolean dsack = duplicate && i == 0;
            if (!isValid(dsack, from, to)) countInvalid(seg, dsack, to);
            else if (Seq.gt(to, priorSndUna)) blocks.insert(from, to);
        }
        return blocks;
    }

    private void countInvalid(Segment seg, boolean dsack, int to) {
        if (dsack) {
            boolean old = c.recovery.isUndoPossible();
            c.context.count(old ? TcpMib.TCPDSACKIgnoredOld : TcpMib.TCPDSACKIgnoredNoUndo);
        } else if (seg.ack == c.sndUna || Seq.gt(to, c.sndUna)) {
            // Linux: what an overtaken ACK tells of, and is acknowledged since, does not count.
            c.context.count(TcpMib.TCPSACKDiscard);
        }
    }

    /// A block lies in what is in flight; a DSACK may lie in what was not long ago.
    private boolean isValid(boolean dsack, int from, int to) {
        if (Seq.gt(to, c.sndNxt) || !Seq.lt(from, to)) return false;
        if (!Seq.lt(from, c.sndNxt)) return false;
        if (Seq.gt(from, c.sndUna)) return true;
        if (!dsack || !c.recovery.isUndoPossible()) return false;
        if (Seq.gt(to, c.sndUna)) return false;
        int marker = c.recovery.undoMarker();
        if (!Seq.lt(from, marker)) return true;
        if (!Seq.gt(to, marker)) return false;
        return !Seq.lt(from, to - c.maxWindow);
    }

    /// RFC 2883: is the first block a report of a duplicate?
    private boolean checkDsack(Segment seg, int priorSndUna) {
        int from = seg.sackLeft[0];
        int to = seg.sackRight[0];
        if (Seq.lt(from, seg.ack)) {
            c.context.count(TcpMib.TCPDSACKRecv);
        } else if (seg.sackBlocks > 1 && !Seq.gt(to, seg.sackRight[1]) && !Seq.lt(from, seg.sackLeft[1])) {
            c.context.count(TcpMib.TCPDSACKOfoRecv);
        } else {
            return false;
        }
        int packets = duplicatePackets(from, to);
        if (packets == 0) {
            c.context.count(TcpMib.TCPDSACKIgnoredDubious);
            return false;
        }
        c.context.counters.add(TcpMib.TCPDSACKRecvSegs, packets);
        if (!Seq.gt(to, priorSndUna)) c.recovery.onDuplicateReported(to, packets);
        return true;
    }

    /// How many packets the peer has had twice; 0 where that cannot be.
    private int duplicatePackets(int from, int to) {
        int length = to - from;
        if (length <= 0 || Integer.compareUnsigned(length, c.maxWindow) > 0) return 0;
        int packets = 1;
        if (length > c.sizes.mss) packets = (length + c.sizes.mss - 1) / c.sizes.mss;
        else if (c.recovery.isProbeEnd(to)) flags |= Acknowledgment.DSACK_OF_PROBE;
        dsackDups += packets;
        if (dsackDups > c.totalRetransmits) return 0;
        if (reorderingSeen > 0 && (flags & Acknowledgment.DSACK_OF_PROBE) == 0) c.recovery.rack.dsackSeen = true;
        flags |= Acknowledgment.DSACKING;
        // A spurious retransmission was delivered, too.
        sackDelivered += packets;
        return packets;
    }

    /// Marks what of a block was not covered by the blocks of the last option.
    private void markNew(int from, int to, long now) {
        int at = from;
        int reached = from;
        for (int i = 0; i < seen.size && Seq.lt(at, to); i++) {
            if (!Seq.gt(seen.right[i], at) || !Seq.lt(seen.left[i], to)) continue;
            if (Seq.lt(at, seen.left[i])) reached = mark(from, seen.left[i], at, false, now);
            at = Seq.max(at, seen.right[i]);
        }
        if (!Seq.lt(at, to)) return;
        // Linux: where something above was SACKed, a segment that was looked at is not looked at again, though a block
        // of the last option lay in it; else all are. See docs/linux/recovery.md
        mark(from, to, Seq.lt(from, highestSacked()) ? Seq.max(at, reached) : from, false, now);
    }

    /// Marks what a block covers from the segment on in which `at` lies.
    ///
    /// @return where the first segment begins that was not looked at
    private int mark(int from, int to, int at, boolean dsack, long now) {
        TxQueue queue = c.send.inFlight;
        for (int i = queue.indexOf(at); i < queue.size(); i++) {
            TxSegment segment = queue.get(i);
            if (!Seq.lt(segment.seq, to)) return segment.seq;
            if (!isCovered(queue, i, from, to)) continue;
            markSacked(queue.get(i), dsack, now);
            boolean shifted = i > 0 && shift(queue.get(i - 1), queue.get(i));
            // A hole is filled: what is behind it is shifted, too.
            if (shifted && i + 1 < queue.size()) shift(queue.get(i), queue.get(i + 1));
        }
        return at;
    }

    private boolean shift(TxSegment to, TxSegment segment) {
        if (!isOnlySacked(to) || !isOnlySacked(segment) || to.endOfRecord) return false;
        if (to.packetLength() != segment.packetLength()) return false;
        c.send.shift(segment);
        return true;
    }

    /// Linux does not shift what is believed to be in flight once more.
    private static boolean isOnlySacked(TxSegment segment) {
        return segment.is(TxSegment.SACKED) && !segment.is(TxSegment.LOST | TxSegment.RETRANSMITTED);
    }

    /// Whether the segment at place `i` lies in the block, after it was cut at the block's edge where that is
    /// between two of its packets.
    private boolean isCovered(TxQueue queue, int i, int from, int to) {
        TxSegment segment = queue.get(i);
        boolean startsInside = !Seq.gt(from, segment.seq);
        if (startsInside && !Seq.lt(to, segment.endSeq)) return true;
        if (segment.packets <= 1) return false;
        int mss = segment.mss;
        int cut;
        if (startsInside) {
            cut = (to - segment.seq) / mss * mss;
            if (cut == 0) return false;
        } else {
            cut = (from - segment.seq + mss - 1) / mss * mss;
            if (cut >= segment.length()) return false;
        }
        boolean edge = i == 0 || i == queue.size() - 1;
        if (!edge && c.sendBuffer.isFragmented()) {
            c.context.count(TcpMib.TCPWqueueTooBig);
            return false;
        }
        split(i, cut, mss);
        return startsInside;
    }

    private void markSacked(TxSegment segment, boolean dsack, long now) {
        if (dsack && segment.is(TxSegment.RETRANSMITTED | TxSegment.EVER_RETRANSMITTED)) {
            c.recovery.onDuplicateReported(segment.endSeq, segment.packets);
            if (segment.is(TxSegment.SACKED)) reorderedAt = Seq.min(reorderedAt, segment.seq);
        }
        if (!Seq.gt(segment.endSeq, c.sndUna)) return;
        if (!segment.is(TxSegment.SACKED)) markNewlySacked(segment, now);
        // Its retransmission was needless.
        if (dsack && segment.is(TxSegment.RETRANSMITTED)) {
            segment.unmark(TxSegment.RETRANSMITTED);
            retransOut -= segment.packets;
        }
    }

    private void markNewlySacked(TxSegment segment, long now) {
        c.recovery.rack.onDelivered(segment, c.rtt.min.get(), now);
        if (segment.is(TxSegment.RETRANSMITTED)) {
            // If it is not deemed lost, the retransmission is believed to be still in flight.
            if (segment.is(TxSegment.LOST)) {
                segment.unmark(TxSegment.LOST | TxSegment.RETRANSMITTED);
                lostOut -= segment.packets;
                retransOut -= segment.packets;
            }
        } else {
            if (!segment.is(TxSegment.EVER_RETRANSMITTED)) noteOriginal(segment);
            if (segment.is(TxSegment.LOST)) {
                segment.unmark(TxSegment.LOST);
                lostOut -= segment.packets;
            }
        }
        segment.mark(TxSegment.SACKED);
        c.rate.onDelivered(segment, now);
        c.recovery.rack.remove(segment);
        flags |= Acknowledgment.DATA_SACKED;
        if (sackedOut == 0 || Seq.gt(segment.endSeq, highestSacked)) highestSacked = segment.endSeq;
        sackedOut += segment.packets;
        deliveredBytes += segment.endSeq - segment.seq;
        sackDelivered += segment.packets;
    }

    /// A segment that was sent once has arrived: its time is known, and if one above it came earlier, the path
    /// reorders.
    private void noteOriginal(TxSegment segment) {
        if (Seq.lt(segment.seq, highestSacked()) && Seq.lt(segment.seq, reorderedAt)) reorderedAt = segment.seq;
        if (!Seq.gt(segment.endSeq, c.recovery.highSeq())) flags |= Acknowledgment.ORIGINAL_SACKED;
        if (firstSackedSentAt < 0) firstSackedSentAt = segment.sentAt;
        lastSackedSentAt = segment.sentAt;
    }

    /// The path has reordered by the distance from `low` to the highest SACKed byte.
    void checkReordering(int low, boolean byTimestamp) {
        int high = highestSacked();
        if (!Seq.lt(low, high)) return;
        int distance = high - low;
        if (c.sizes.mss > 0 && distance > (long) reordering * c.sizes.mss) {
            reordering = Math.min((distance + c.sizes.mss - 1) / c.sizes.mss, c.context.sysctl.tcp_max_reordering);
        }
        reorderingSeen++;
        c.context.count(byTimestamp ? TcpMib.TCPTSReorder : TcpMib.TCPSACKReorder);
    }

    // ---------------------------------------------------------------- without SACK

    /// Duplicate ACKs stand for packets that have left the network (RFC 5681 3.2).
    void addDuplicateAcks(int count) {
        if (count == 0) return;
        int before = sackedOut;
        sackedOut += count;
        checkRenoReordering(0);
        if (sackedOut > before) c.rate.delivered += sackedOut - before;
    }

    /// `acked` packets were acknowledged: one filled the hole, the rest answer earlier duplicate ACKs.
    void removeDuplicateAcks(int acked) {
        if (acked > 0) {
            c.rate.delivered += Math.max(acked - sackedOut, 1);
            sackedOut = acked - 1 >= sackedOut ? 0 : sackedOut - (acked - 1);
        }
        checkRenoReordering(acked);
    }

    void resetDuplicateAcks() {
        sackedOut = 0;
    }

    /// No more duplicate ACKs are counted than there are segments that may have caused them.
    ///
    /// @return whether there were more
    boolean limitDuplicateAcks() {
        int holes = Math.min(Math.max(lostOut, 1), packetsOut);
        if (sackedOut + holes <= packetsOut) return false;
        sackedOut = packetsOut - holes;
        return true;
    }

    private void checkRenoReordering(int addend) {
        if (!limitDuplicateAcks()) return;
        reordering = Math.min(packetsOut + addend, c.context.sysctl.tcp_max_reordering);
        reorderingSeen++;
        c.context.count(TcpMib.TCPRenoReorder);
    }

    // ---------------------------------------------------------------- losses

    /// Deems a segment lost; if it was sent again already, that was lost too.
    void markLost(TxSegment segment) {
        if (segment.is(TxSegment.SACKED)) return;
        if (lostOut == 0 || Seq.lt(segment.seq, lostFrom)) lostFrom = segment.seq;
        if (segment.is(TxSegment.LOST)) {
            if (!segment.is(TxSegment.RETRANSMITTED)) return;
            segment.unmark(TxSegment.RETRANSMITTED);
            retransOut -= segment.packets;
            c.context.counters.add(TcpMib.TCPLostRetransmit, segment.packets);
        } else {
            segment.mark(TxSegment.LOST);
            lostOut += segment.packets;
        }
        c.rate.lost += segment.packets;
        c.congestion.onLost(segment, c.now);
    }

    /// Nothing is deemed lost any more.
    void clearLost() {
        TxQueue queue = c.send.inFlight;
        for (int i = 0; i < queue.size(); i++) queue.get(i).unmark(TxSegment.LOST);
        lostOut = 0;
    }

    /// The peer has thrown away what it had SACKed. What Linux has shifted together goes again together.
    void forgetSacks() {
        TxQueue queue = c.send.inFlight;
        for (int i = 0; i < queue.size(); i++) {
            while (i + 1 < queue.size() && queue.get(i + 1).is(TxSegment.SHIFTED)) c.send.joinShifted(i);
            queue.get(i).unmark(TxSegment.SACKED);
        }
        sackedOut = 0;
        forgetSeen();
    }

    /// Nothing is in flight any more. Linux: what was known of it stays, for `TCP_INFO`; see docs/linux/recovery.md
    void clear() {
        packetsOut = 0;
        forgetSeen();
    }

    // ---------------------------------------------------------------- segments cut and joined

    /// Cuts a segment in flight, and keeps the counts right.
    void split(int i, int length, int size) {
        TxSegment segment = c.send.inFlight.get(i);
        int before = segment.packets;
        TxSegment rest = c.send.split(c.send.inFlight, i, length, size);
        c.recovery.rack.onSplit(segment, rest);
        adjustCounts(segment, segment.packets + rest.packets - before);
    }

    /// Joins a segment in flight with the one behind it, and keeps the counts right.
    void join(int i) {
        TxSegment next = c.send.inFlight.get(i + 1);
        c.recovery.rack.remove(next);
        adjustCounts(next, -next.packets);
        if (!c.sackPermitted) sackedOut = Math.max(0, sackedOut - next.packets);
        c.send.join(c.send.inFlight, i);
    }

    /// A segment in flight is now cut into packets of another size.
    void resize(TxSegment segment, int size) {
        int before = segment.packets;
        segment.setPackets(size);
        adjustCounts(segment, segment.packets - before);
    }

    private void adjustCounts(TxSegment segment, int more) {
        packetsOut += more;
        if (segment.is(TxSegment.SACKED)) sackedOut += more;
        if (segment.is(TxSegment.RETRANSMITTED)) retransOut += more;
        if (segment.is(TxSegment.LOST)) lostOut += more;
    }
}
