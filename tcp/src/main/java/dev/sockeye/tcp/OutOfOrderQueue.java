package dev.sockeye.tcp;

import dev.sockeye.wire.Page;
import dev.sockeye.wire.Pages;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What has arrived ahead of a gap: slices sorted by sequence number, without overlap. Where two overlap the first
/// to come is kept.
final class OutOfOrderQueue {

    private final Pages pages;
    private @Nullable RxSegment[] slots = new RxSegment[4];
    private int size;
    private @Nullable RxSegment free;
    private int freeCount;

    private final SocketMemory memory;
    private int charged;
    /// What of the last [#insert] had come before: a range for a DSACK; empty if `duplicateEnd == duplicateStart`.
    int duplicateStart, duplicateEnd;

    OutOfOrderQueue(Pages pages, SocketMemory memory) {
        this.pages = pages;
        this.memory = memory;
    }

    /// What is charged against `SO_RCVBUF` for what is queued here, bytes.
    int charged() {
        return charged;
    }

    private void charge(int cost) {
        charged += cost;
        memory.charge(cost);
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
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
        if (length > 0 && page != null) hold(segment, page, length);
        chargeFor(segment, i == 0 ? null : get(i - 1), length);
        if (size == slots.length) slots = java.util.Arrays.copyOf(slots, 2 * size);
        System.arraycopy(slots, i, slots, i + 1, size - i);
        slots[i] = segment;
        size++;
    }

    /// A few bytes are copied, so that they do not hold on to a whole page.
    private void hold(RxSegment segment, Page page, int length) {
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

    /// What fits into the buffer of the segment right before it costs nothing (`tcp_ooo_try_coalesce`).
    private void chargeFor(RxSegment segment, @Nullable RxSegment before, int length) {
        if (before != null && before.endSeq == segment.seq && !before.fin && length > 0 && length <= before.room) {
            segment.room = before.room - length;
            segment.cost = before.room = 0;
            coalesced++;
            return;
        }
        segment.cost = ReceiveWindow.truesize(length);
        segment.room = ReceiveWindow.tailRoom(segment.cost, length);
        charge(segment.cost);
    }

    private int coalesced;

    /// How many segments have found a place in the buffer of another since this was last asked.
    int takeCoalesced() {
        int taken = coalesced;
        coalesced = 0;
        return taken;
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
            int old = rcvNxt - segment.seq;
            if (old < length && segment.page != null) {
                boolean joins = segment.cost > 0 && queue.coalesces(length - old, segment.room);
                if (joins) coalesced++;
                queue.append(segment.page, segment.offset + old, length - old, joins ? 0 : segment.cost);
                rcvNxt += length - old;
            }
            charge(-segment.cost);
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

    /// Throws away what is furthest ahead, to make room.
    ///
    /// @return what was charged for it, bytes
    int dropLast() {
        RxSegment last = get(size - 1);
        int cost = last.cost;
        charge(-cost);
        slots[--size] = null;
        give(last);
        return cost;
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
            int cost = get(i).cost;
            while (end < size && get(end).seq == get(end - 1).endSeq && !get(end - 1).fin) cost += get(end++).cost;
            if (end - i > 1 || get(i).length() >= ReceiveWindow.COLLAPSED) {
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
        int buffers = 0;
        for (int i = from; i < end; i++) if (get(i).cost > 0) buffers++;
        int left = get(end - 1).endSeq - get(from).seq;
        int pieces = (left + ReceiveQueue.PIECE - 1) / ReceiveQueue.PIECE;
        if (pieces > end - from) return 0;
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
            // Two pieces are one of Linux's buffers.
            int buffer = Math.min(left, ReceiveWindow.COLLAPSED);
            int truesize = ReceiveWindow.collapsedTruesize(buffer);
            piece.cost = i % 2 == 0 ? truesize : 0;
            piece.room = i % 2 == 0 ? truesize - 256 - 320 - buffer : laid[i - 1].room;
            if (i % 2 == 1) laid[i - 1].room = 0;
            charge(piece.cost);
            left -= part;
        }
        replace(from, end, laid);
        return buffers;
    }

    /// The first segment that was charged for more than it is worth, with those that share its buffer.
    private int firstBloated(int from, int end, ReceiveWindow window) {
        for (int i = from; i < end; ) {
            int cost = get(i).cost;
            int payload = get(i).length();
            int next = i + 1;
            for (; next < end && get(next).cost == 0; next++)
                payload += get(next).length();
            if (window.fromSpace(cost) > payload) return i;
            i = next;
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
            charge(-get(i).cost);
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
