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
        duplicateStart = duplicateEnd = 0;
        boolean kept = false;
        int at = seg.seq;
        for (int i = 0; i < seg.slices(); i++) {
            boolean fin = seg.fin() && i == seg.slices() - 1;
            kept |= insert(at, seg.length(i), fin, seg.page(i), seg.offset(i));
            at += seg.length(i);
        }
        if (seg.fin() && seg.slices() == 0) kept |= insert(at, 0, true, null, 0);
        return kept;
    }

    private boolean insert(int seq, int length, boolean fin, @Nullable Page page, int offset) {
        int endSeq = seq + length + (fin ? 1 : 0);
        int i = placeOf(seq);
        if (i > 0 && Seq.gt(get(i - 1).endSeq, seq)) {
            // The front is there already.
            int covered = Seq.min(get(i - 1).endSeq, endSeq);
            noteDuplicate(seq, covered);
            if (covered == endSeq) return false;
            offset += covered - seq;
            seq = covered;
        }
        boolean kept = false;
        while (i < size && Seq.gt(endSeq, get(i).seq)) {
            RxSegment next = get(i);
            if (Seq.lt(seq, next.seq)) {
                add(i++, seq, next.seq, false, page, offset);
                kept = true;
            }
            int covered = Seq.min(next.endSeq, endSeq);
            noteDuplicate(next.seq, covered);
            if (covered == endSeq) return kept;
            offset += covered - seq;
            seq = covered;
            i++;
        }
        add(i, seq, endSeq, fin, page, offset);
        return true;
    }

    private void noteDuplicate(int start, int end) {
        if (duplicateStart == duplicateEnd) {
            duplicateStart = start;
            duplicateEnd = end;
        } else {
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
        int length = segment.length();
        if (length > 0 && page != null) {
            page.retain();
            segment.page = page;
        }
        if (size == slots.length) slots = java.util.Arrays.copyOf(slots, 2 * size);
        System.arraycopy(slots, i, slots, i + 1, size - i);
        slots[i] = segment;
        size++;
        charged += ReceiveWindow.truesize(length);
    }

    /// Moves what now follows `rcvNxt` to the receive queue.
    ///
    /// @return the number after what has been moved; [#finMoved] tells whether a FIN was at its end
    int moveTo(ReceiveQueue queue, int rcvNxt) {
        finMoved = false;
        int moved = 0;
        while (moved < size && !finMoved && Seq.leq(get(moved).seq, rcvNxt)) {
            RxSegment segment = get(moved++);
            int length = segment.length();
            int cost = ReceiveWindow.truesize(length);
            charged -= cost;
            int old = rcvNxt - segment.seq;
            if (old < length && segment.page != null) {
                queue.append(segment.page, segment.offset + old, length - old, cost);
                rcvNxt += length - old;
            }
            if (segment.fin && rcvNxt == segment.endSeq - 1) {
                finMoved = true;
                rcvNxt++;
            }
            give(segment);
        }
        removeFirst(moved);
        return rcvNxt;
    }

    boolean finMoved;

    /// Throws away what is furthest ahead, to make room; at least one segment.
    void dropLast() {
        RxSegment last = get(size - 1);
        charged -= ReceiveWindow.truesize(last.length());
        slots[--size] = null;
        give(last);
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
