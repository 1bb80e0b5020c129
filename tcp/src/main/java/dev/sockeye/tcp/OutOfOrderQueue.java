package dev.sockeye.tcp;

import dev.sockeye.wire.Page;
import dev.sockeye.wire.Pages;
import org.jspecify.annotations.Nullable;

/// What has arrived ahead of a gap: slices sorted by sequence number, without overlap. Where two overlap the first
/// to come is kept.
final class OutOfOrderQueue {

    private final Pages pages;
    private @Nullable RxSegment[] slots = new RxSegment[4];
    private int size;
    private @Nullable RxSegment free;
    private int freeCount;

    /// What is charged against `SO_RCVBUF` for what is queued here, bytes.
    int charged;
    /// What of the last [#insert] had come before: a range for a DSACK; empty if `duplicateEnd == duplicateStart`.
    int duplicateStart, duplicateEnd;
    /// Whether it was copied behind what is before it; and how many older segments it has made superfluous.
    boolean coalesced;

    int covered;

    OutOfOrderQueue(Pages pages) {
        this.pages = pages;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /// Whether all there is has come in one segment, with a FIN.
    boolean isLoneFin() {
        return size == 1 && get(0).fin;
    }

    RxSegment get(int i) {
        RxSegment segment = slots[i];
        if (segment == null) throw new IndexOutOfBoundsException(i + " of " + size);
        return segment;
    }

    /// Keeps what of the segment is not there yet.
    ///
    /// @return whether anything of it was new
    boolean insert(Segment seg) {
        duplicateStart = duplicateEnd = covered = 0;
        int cost = seg.truesize();
        int room = seg.tailroom();
        int before = placeOf(seg.seq) - 1;
        RxSegment behind = before < 0 ? null : get(before);
        coalesced = behind != null && behind.isLast && behind.endSeq == seg.seq && seg.length <= behind.tailroom;
        if (behind != null && coalesced) {
            cost = behind.charge;
            room = behind.tailroom - seg.length;
            charged -= cost;
            behind.charge = 0;
            behind.isLast = false;
        }
        lastKept = null;
        int at = seg.seq;
        for (int i = 0; i < seg.slices(); i++) {
            boolean fin = seg.fin() && i == seg.slices() - 1;
            insert(at, seg.length(i), fin, seg.page(i), seg.offset(i));
            at += seg.length(i);
        }
        if (seg.fin() && seg.slices() == 0) insert(at, 0, true, null, 0);
        RxSegment last = lastKept;
        if (last == null) return false;
        uncharge(seg.seq, seg.endSeq());
        last.charge = cost;
        last.tailroom = room;
        last.isLast = true;
        charged += cost;
        return true;
    }

    /// Linux throws away the older segments that a new one covers whole. Here their bytes stay, and those of the new
    /// one go: what is charged is the same.
    private void uncharge(int seq, int endSeq) {
        for (int i = Math.max(0, placeOf(seq) - 1); i < size && Seq.lt(get(i).seq, endSeq); i++) {
            RxSegment old = get(i);
            if (!old.isLast || Seq.lt(old.seq, seq) || Seq.gt(old.endSeq, endSeq)) continue;
            charged -= old.charge;
            old.charge = 0;
            covered++;
        }
    }

    /// The last slice that was kept of the segment at hand.
    private @Nullable RxSegment lastKept;

    private void insert(int seq, int length, boolean fin, @Nullable Page page, int offset) {
        int endSeq = seq + length + (fin ? 1 : 0);
        int i = placeOf(seq);
        if (i > 0 && Seq.gt(get(i - 1).endSeq, seq)) {
            // The front is there already.
            int covered = Seq.min(get(i - 1).endSeq, endSeq);
            noteDuplicate(seq, covered);
            if (covered == endSeq) return;
            offset += covered - seq;
            seq = covered;
        }
        while (i < size && Seq.gt(endSeq, get(i).seq)) {
            RxSegment next = get(i);
            if (Seq.lt(seq, next.seq)) {
                add(i++, seq, next.seq, false, page, offset);
            }
            int covered = Seq.min(next.endSeq, endSeq);
            noteDuplicate(next.seq, covered);
            if (covered == endSeq) return;
            offset += covered - seq;
            seq = covered;
            i++;
        }
        add(i, seq, endSeq, fin, page, offset);
    }

    private void noteDuplicate(int start, int end) {
        if (duplicateStart == duplicateEnd) {
            duplicateStart = start;
            duplicateEnd = end;
        } else if (!Seq.gt(start, duplicateEnd) && !Seq.gt(duplicateStart, end)) {
            // One range is all that is told (tcp_dsack_extend): the first, and what touches it.
            duplicateStart = Seq.min(duplicateStart, start);
            duplicateEnd = Seq.max(duplicateEnd, end);
        }
    }

    /// The first place whose segment begins after `seq`.
    private int placeOf(int seq) {
        if (size == 0 || Seq.leq(get(size - 1).seq, seq)) return size;
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.leq(get(middle).seq, seq)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private void add(int i, int seq, int endSeq, boolean fin, @Nullable Page page, int offset) {
        RxSegment segment = take();
        segment.seq = seq;
        segment.endSeq = endSeq;
        segment.fin = fin;
        segment.offset = offset;
        segment.charge = segment.tailroom = 0;
        segment.isLast = false;
        lastKept = segment;
        if (segment.length() > 0 && page != null) {
            page.retain();
            segment.page = page;
        }
        if (size == slots.length) slots = java.util.Arrays.copyOf(slots, 2 * size);
        System.arraycopy(slots, i, slots, i + 1, size - i);
        slots[i] = segment;
        size++;
    }

    /// Moves what now follows `rcvNxt` to the receive queue.
    ///
    /// @return the number after what has been moved; [#finMoved] tells whether a FIN was at its end
    int moveTo(ReceiveQueue queue, int rcvNxt) {
        finMoved = false;
        coalescedOnMove = 0;
        duplicateStart = duplicateEnd = 0;
        int covered = rcvNxt;
        int moved = 0;
        while (moved < size && !finMoved && Seq.leq(get(moved).seq, rcvNxt)) {
            if (Seq.lt(get(moved).seq, covered)) noteDuplicate(get(moved).seq, Seq.min(get(moved).endSeq, covered));
            int end = endOfSegment(moved);
            RxSegment last = get(end - 1);
            charged -= last.charge;
            int count = last.endSeq - (last.fin ? 1 : 0) - rcvNxt;
            if (count > 0 && queue.begin(count, last.charge, last.tailroom)) coalescedOnMove++;
            while (moved < end) {
                RxSegment slice = get(moved++);
                rcvNxt = move(slice, queue, rcvNxt);
                if (slice.fin && rcvNxt == slice.endSeq - 1) {
                    finMoved = true;
                    rcvNxt++;
                }
                give(slice);
            }
        }
        removeFirst(moved);
        return rcvNxt;
    }

    private static int move(RxSegment slice, ReceiveQueue queue, int rcvNxt) {
        int length = slice.length();
        int old = rcvNxt - slice.seq;
        if (old >= length || slice.page == null) return rcvNxt;
        queue.append(slice.page, slice.offset + old, length - old);
        return rcvNxt + length - old;
    }

    /// The place after the last slice of the segment whose slice is at place `i`, as far as they follow each other.
    private int endOfSegment(int i) {
        while (!get(i).isLast && i + 1 < size && get(i + 1).seq == get(i).endSeq) i++;
        return i + 1;
    }

    boolean finMoved;

    /// How many of the segments moved were copied behind others.
    int coalescedOnMove;

    /// Throws away the segment that is furthest ahead, to make room.
    void dropLast() {
        do {
            RxSegment last = get(size - 1);
            charged -= last.charge;
            slots[--size] = null;
            give(last);
        } while (size > 0 && !get(size - 1).isLast);
    }

    /// The number after the last byte that is here.
    int endSeq() {
        return get(size - 1).endSeq;
    }

    void clear() {
        for (int i = 0; i < size; i++) give(get(i));
        removeFirst(size);
        charged = 0;
    }

    private void removeFirst(int count) {
        if (count == 0) return;
        System.arraycopy(slots, count, slots, 0, size - count);
        java.util.Arrays.fill(slots, size - count, size, null);
        size -= count;
    }

    private RxSegment take() {
        RxSegment segment = free;
        if (segment == null) return new RxSegment();
        free = segment.nextFree;
        segment.nextFree = null;
        freeCount--;
        return segment;
    }

    private void give(RxSegment segment) {
        if (segment.page != null) segment.page.release(pages);
        segment.page = null;
        if (freeCount >= 256) return;
        segment.nextFree = free;
        free = segment;
        freeCount++;
    }
}
