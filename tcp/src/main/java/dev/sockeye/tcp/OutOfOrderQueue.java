package dev.sockeye.tcp;

import dev.sockeye.wire.Page;
import dev.sockeye.wire.Pages;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What has arrived ahead of a gap: slices sorted by sequence number, without overlap. Where two overlap the first
/// to come is kept.
final class OutOfOrderQueue {

    private static final @Nullable RxSegment[] NONE = new RxSegment[0];

    private final Pages pages;
    private @Nullable RxSegment[] slots = NONE;
    private int size;
    private @Nullable RxSegment free;
    private int freeCount;

    private final SocketMemory memory;
    private int charged;
    /// What of the last [#insert] had come before: a range for a DSACK; empty if `duplicateEnd == duplicateStart`.
    int duplicateStart, duplicateEnd;
    /// Whether it was copied behind what is before it; and how many older segments it has made superfluous.
    boolean coalesced;

    int covered;

    OutOfOrderQueue(Pages pages, SocketMemory memory) {
        this.pages = pages;
        this.memory = memory;
    }

    /// What is charged against `SO_RCVBUF` for what is queued here, bytes.
    int charged() {
        return charged;
    }

    private void charge(int more) {
        charged += more;
        memory.charge(more);
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
        duplicateInFront = false;
        int cost = seg.truesize();
        int room = seg.tailroom();
        int before = placeOf(seg.seq) - 1;
        RxSegment behind = before < 0 ? null : get(before);
        coalesced = behind != null && behind.isLast && behind.endSeq == seg.seq && seg.length <= behind.tailroom;
        if (behind != null && coalesced) {
            cost = behind.charge;
            room = behind.tailroom - seg.length;
            charge(-cost);
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
        if (behind != null && coalesced) {
            // Linux: then nobody looks at what follows, see docs/linux/differential.md, "coalesced"
            duplicateStart = duplicateEnd = 0;
            duplicateInFront = false;
            if (last == null) last = behind;
        } else {
            if (last == null) return false;
            uncharge(seg.seq, seg.endSeq());
        }
        last.charge = cost;
        last.tailroom = room;
        last.isLast = true;
        charge(cost);
        return true;
    }

    /// Linux throws away the older segments that a new one covers whole. Here their bytes stay, and those of the new
    /// one go: what is charged is the same.
    private void uncharge(int seq, int endSeq) {
        for (int i = Math.max(0, placeOf(seq) - 1); i < size && Seq.lt(get(i).seq, endSeq); i++) {
            RxSegment old = get(i);
            if (!old.isLast || Seq.lt(old.seq, seq) || Seq.gt(old.endSeq, endSeq)) continue;
            charge(-old.charge);
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
            if (duplicateStart == duplicateEnd) duplicateInFront = covered == endSeq || Seq.lt(get(i - 1).seq, seq);
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
        if (segment.length() > 0 && page != null) hold(segment, page);
        if (size == slots.length) slots = Arrays.copyOf(slots, Math.max(4, 2 * size));
        System.arraycopy(slots, i, slots, i + 1, size - i);
        slots[i] = segment;
        size++;
    }

    /// A few bytes are copied, so that they do not hold on to a whole page.
    private void hold(RxSegment segment, Page page) {
        int length = segment.length();
        if (length > ReceiveQueue.COPY_BREAK || page.size() <= ReceiveQueue.COPY_BREAK) {
            page.retain();
            segment.page = page;
            return;
        }
        Page copy = pages.take(length);
        MemorySegment.copy(page.memory(), segment.offset, copy.memory(), 0, length);
        segment.page = copy;
        segment.offset = 0;
    }

    /// Moves what now follows `rcvNxt` to the receive queue.
    ///
    /// @return the number after what has been moved; [#finMoved] tells whether a FIN was at its end
    int moveTo(ReceiveQueue queue, int rcvNxt) {
        finMoved = false;
        coalescedOnMove = 0;
        duplicateStart = duplicateEnd = 0;
        duplicateInFront = false;
        int covered = rcvNxt;
        int moved = 0;
        while (moved < size && !finMoved && Seq.leq(get(moved).seq, rcvNxt)) {
            if (Seq.lt(get(moved).seq, covered)) noteDuplicate(get(moved).seq, Seq.min(get(moved).endSeq, covered));
            int end = endOfSegment(moved);
            RxSegment last = get(end - 1);
            int count = last.endSeq - (last.fin ? 1 : 0) - rcvNxt;
            if (count > 0 && Seq.lt(get(moved).seq, rcvNxt)) queue.beginApart(last.charge, last.tailroom);
            else if (count > 0 && queue.begin(count, last.charge, last.tailroom)) coalescedOnMove++;
            charge(-last.charge);
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

    /// What was there already of the last segment inserted was its front, or all of it.
    boolean duplicateInFront;

    boolean finMoved;

    /// How many of the segments moved were copied behind others.
    int coalescedOnMove;

    /// Throws away the segment that is furthest ahead, to make room.
    ///
    /// @return what was charged for it, bytes
    int dropLast() {
        int freed = 0;
        do {
            RxSegment last = get(size - 1);
            freed += last.charge;
            slots[--size] = null;
            give(last);
        } while (size > 0 && !get(size - 1).isLast);
        charge(-freed);
        return freed;
    }

    /// Lays together what follows without a gap and was charged for more than it is worth
    /// (`tcp_collapse_ofo_queue`). Segments that stand alone and are small are left alone: an attacker can make
    /// many, and it would be for nothing.
    ///
    /// @param tiny how much of those is passed over before it ends, bytes charged
    /// @return how many segments were laid together
    int collapse(ReceiveWindow window, int tiny) {
        int collapsed = 0;
        for (int i = 0; i < size; ) {
            int end = i + 1;
            int buffers = get(i).isLast ? 1 : 0;
            int cost = get(i).charge;
            while (end < size && get(end).seq == get(end - 1).endSeq && !get(end - 1).fin) {
                if (get(end).isLast) buffers++;
                cost += get(end++).charge;
            }
            if (buffers > 1 || get(end - 1).endSeq - get(i).seq >= ReceiveWindow.COLLAPSED) {
                int before = size;
                collapsed += collapse(i, end, window);
                end += size - before;
            } else {
                tiny -= cost;
                if (tiny < 0) break;
            }
            i = end;
        }
        return collapsed;
    }

    /// The segments from `from` to before `end` follow each other.
    private int collapse(int from, int end, ReceiveWindow window) {
        from = firstBloated(from, end, window);
        if (end > from && get(end - 1).fin) end--;
        if (end - from < 2) return 0;
        int left = get(end - 1).endSeq - get(from).seq;
        int pieces = (left + ReceiveQueue.PIECE - 1) / ReceiveQueue.PIECE;
        if (pieces > end - from) return 0;
        int buffers = 0;
        for (int i = from; i < end; i++) if (get(i).charge > 0) buffers++;
        var laid = new RxSegment[pieces];
        int source = from;
        int used = 0;
        int seq = get(from).seq;
        for (int i = 0; i < pieces; i++) {
            int part = Math.min(left, ReceiveQueue.PIECE);
            RxSegment piece = take();
            laid[i] = piece;
            Page page = pages.take(part);
            for (int filled = 0; filled < part; ) {
                RxSegment segment = get(source);
                int some = Math.min(part - filled, segment.length() - used);
                copy(segment, used, page, filled, some);
                filled += some;
                used += some;
                if (used < segment.length()) continue;
                source++;
                used = 0;
            }
            piece.page = page;
            piece.offset = 0;
            piece.fin = false;
            piece.seq = seq;
            seq += part;
            piece.endSeq = seq;
            charge(layBuffer(laid, i, left));
            left -= part;
        }
        replace(from, end, laid);
        return buffers;
    }

    /// Two pieces are one of Linux's buffers, which is charged at the last.
    ///
    /// @param left bytes from this piece on
    /// @return what the buffer that begins with this piece costs; 0 where it is the second
    private static int layBuffer(RxSegment[] laid, int i, int left) {
        RxSegment piece = laid[i];
        piece.isLast = true;
        if (i % 2 == 1) {
            RxSegment first = laid[i - 1];
            piece.charge = first.charge;
            piece.tailroom = first.tailroom;
            first.charge = first.tailroom = 0;
            first.isLast = false;
            return 0;
        }
        int payload = Math.min(left, ReceiveWindow.COLLAPSED);
        piece.charge = ReceiveWindow.collapsedTruesize(payload);
        piece.tailroom = ReceiveWindow.collapsedTailroom(payload);
        return piece.charge;
    }

    /// The first slice of the first segment that was charged for more than it is worth.
    private int firstBloated(int from, int end, ReceiveWindow window) {
        int start = from;
        int payload = 0;
        for (int i = from; i < end; i++) {
            payload += get(i).length();
            if (!get(i).isLast) continue;
            if (window.fromSpace(get(i).charge) > payload) return start;
            start = i + 1;
            payload = 0;
        }
        return end;
    }

    private static void copy(RxSegment from, int at, Page to, int toOffset, int count) {
        Page page = from.page;
        if (page == null) throw new AssertionError("payload without a page");
        MemorySegment.copy(page.memory(), from.offset + at, to.memory(), toOffset, count);
    }

    private void replace(int from, int end, RxSegment[] by) {
        for (int i = from; i < end; i++) {
            charge(-get(i).charge);
            give(get(i));
        }
        System.arraycopy(by, 0, slots, from, by.length);
        int kept = size - end;
        System.arraycopy(slots, end, slots, from + by.length, kept);
        java.util.Arrays.fill(slots, from + by.length + kept, size, null);
        size = from + by.length + kept;
    }

    /// The number after the last byte that is here.
    int endSeq() {
        return get(size - 1).endSeq;
    }

    void clear() {
        for (int i = 0; i < size; i++) give(get(i));
        removeFirst(size);
        charge(-charged);
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
