package dev.sockeye.tcp;

import dev.sockeye.wire.Page;
import dev.sockeye.wire.Pages;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What has arrived in order and was not read yet: slices of the pages that the segments came in, kept by
/// reference. A read copies from here to the program. Empty, it holds no page.
final class ReceiveQueue {

    /// Payload this short is copied together, so that a byte does not hold on to a whole page.
    static final int COPY_BREAK = 256;

    /// What is laid together goes into pieces of half a collapsed buffer, which fit a page.
    static final int PIECE = ReceiveWindow.COLLAPSED / 2;

    private final Pages pages;
    private final SocketMemory memory;
    private @Nullable Page[] page = new Page[2];
    private int[] offset = new int[2];
    private int[] length = new int[2];
    private int[] charge = new int[2];
    private int head;
    private int size;
    private int bytes;

    private int charged;

    // The segment that was begun last: what it is charged, which stands at its last slice and is given back with that;
    // what can be copied behind it at no cost; whether a slice of it is here.
    private int cost;
    private int tailroom;
    private boolean placed;

    ReceiveQueue(Pages pages, SocketMemory memory) {
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

    int bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return size == 0;
    }

    private int at(int i) {
        return head + i & page.length - 1;
    }

    private Page pageAt(int slot) {
        Page found = page[slot];
        if (found == null) throw new AssertionError("no page in slot " + slot);
        return found;
    }

    /// A segment begins, whose slices are to follow.
    ///
    /// @param count    bytes of payload
    /// @param truesize what it is charged, bytes
    /// @param room     how many bytes can be copied behind it
    /// @return whether it takes up what room the last one left, and costs nothing (`tcp_try_coalesce`)
    boolean begin(int count, int truesize, int room) {
        if (size > 0 && count <= tailroom) {
            tailroom -= count;
            return true;
        }
        beginApart(truesize, room);
        return false;
    }

    /// A segment begins whose front came before. Linux: it is not copied behind the last one, see
    /// docs/linux/differential.md, "repeated_front"
    void beginApart(int truesize, int room) {
        cost = truesize;
        charge(truesize);
        tailroom = room;
        placed = false;
    }

    /// Keeps `count` bytes of a page that is borrowed: the next slice of the segment that was begun.
    void append(Page from, int fromOffset, int count) {
        if (count == 0) return;
        bytes += count;
        if (placed && joinLast(from, fromOffset, count)) return;
        if (placed) charge[at(size - 1)] -= cost;
        if (count <= COPY_BREAK && from.size() > 2 * COPY_BREAK) {
            Page copy = pages.take(COPY_BREAK);
            MemorySegment.copy(from.memory(), fromOffset, copy.memory(), 0, count);
            add(copy, 0, count);
        } else {
            from.retain();
            add(from, fromOffset, count);
        }
        placed = true;
    }

    /// Bytes that follow the last slice's in the same page make it longer; a few bytes are copied behind it.
    private boolean joinLast(Page from, int fromOffset, int count) {
        int last = at(size - 1);
        int end = offset[last] + length[last];
        if (page[last] == from && end == fromOffset) {
            length[last] += count;
            return true;
        }
        Page into = pageAt(last);
        if (count > COPY_BREAK || into.size() > COPY_BREAK || into.size() - end < count || !into.isExclusive())
            return false;
        MemorySegment.copy(from.memory(), fromOffset, into.memory(), end, count);
        length[last] += count;
        return true;
    }

    private void add(Page held, int heldOffset, int count) {
        if (size == page.length) grow();
        int slot = at(size++);
        page[slot] = held;
        offset[slot] = heldOffset;
        length[slot] = count;
        charge[slot] = cost;
    }

    /// Bytes of the first segment that were not read yet, with what was copied behind it.
    int firstSegmentBytes() {
        int bytesOfFirst = 0;
        for (int i = 0; i < size; i++) {
            bytesOfFirst += length[at(i)];
            if (charge[at(i)] > 0) break;
        }
        return bytesOfFirst;
    }

    /// Copies up to `count` bytes to the program and, unless it only peeks, lets go of them.
    ///
    /// @param skip bytes to leave out at the front; with `peek` only
    /// @param to   null to throw the bytes away
    int read(@Nullable MemorySegment to, long toOffset, int count, int skip, boolean peek) {
        int copied = 0;
        int i = 0;
        while (copied < count && i < size) {
            int slot = at(peek ? i : 0);
            if (skip >= length[slot]) {
                skip -= length[slot];
                i++;
                continue;
            }
            int part = Math.min(count - copied, length[slot] - skip);
            if (to != null) MemorySegment.copy(pageAt(slot).memory(), offset[slot] + skip, to, toOffset + copied, part);
            copied += part;
            if (peek) {
                i++;
                skip = 0;
            } else {
                consume(slot, part);
            }
        }
        return copied;
    }

    private void consume(int slot, int count) {
        bytes -= count;
        if (count < length[slot]) {
            offset[slot] += count;
            length[slot] -= count;
            return;
        }
        charge(-charge[slot]);
        pageAt(slot).release(pages);
        page[slot] = null;
        head = head + 1 & page.length - 1;
        size--;
    }

    void clear() {
        for (int i = 0; i < size; i++) {
            pageAt(at(i)).release(pages);
            page[at(i)] = null;
        }
        head = size = bytes = 0;
        charge(-charged);
    }

    /// Lays together what was charged for more than it is worth, from the first such segment on
    /// (`tcp_collapse`).
    ///
    /// @return how many segments that were
    int collapse(ReceiveWindow window) {
        int from = firstBloated(window);
        int end = size;
        int left = 0;
        int buffers = 0;
        int before = 0;
        for (int i = from; i < end; i++) {
            left += length[at(i)];
            before += charge[at(i)];
            if (charge[at(i)] > 0) buffers++;
        }
        int source = from;
        int used = 0;
        // Two pieces are one of Linux's buffers, which is charged at the last.
        for (boolean first = true; left > 0; first = !first) {
            int part = Math.min(left, PIECE);
            if (first) startCollapsed(Math.min(left, ReceiveWindow.COLLAPSED));
            Page piece = pages.take(part);
            for (int filled = 0; filled < part; ) {
                int slot = at(source);
                int some = Math.min(part - filled, length[slot] - used);
                MemorySegment.copy(pageAt(slot).memory(), offset[slot] + used, piece.memory(), filled, some);
                filled += some;
                used += some;
                if (used < length[slot]) continue;
                source++;
                used = 0;
            }
            if (!first) charge[at(size - 1)] = 0;
            add(piece, 0, part);
            left -= part;
        }
        remove(from, end);
        charge(-before);
        return buffers;
    }

    /// A buffer of what is laid together begins.
    private void startCollapsed(int payload) {
        cost = ReceiveWindow.collapsedTruesize(payload);
        tailroom = ReceiveWindow.collapsedTailroom(payload);
        placed = true;
        charge(cost);
    }

    /// Takes out the slots from `from` to before `end`, which are copied.
    private void remove(int from, int end) {
        for (int i = from; i < end; i++) pageAt(at(i)).release(pages);
        int kept = size - end;
        for (int i = 0; i < kept; i++) {
            int to = at(from + i);
            int slot = at(end + i);
            page[to] = page[slot];
            offset[to] = offset[slot];
            length[to] = length[slot];
            charge[to] = charge[slot];
        }
        for (int i = from + kept; i < size; i++) page[at(i)] = null;
        size = from + kept;
    }

    private int firstBloated(ReceiveWindow window) {
        int start = 0;
        int payload = 0;
        for (int i = 0; i < size; i++) {
            payload += length[at(i)];
            if (charge[at(i)] == 0) continue;
            if (window.fromSpace(charge[at(i)]) > payload) return start;
            start = i + 1;
            payload = 0;
        }
        return size;
    }

    private void grow() {
        int old = page.length;
        @Nullable Page[] morePages = new Page[2 * old];
        int[] moreOffset = new int[2 * old];
        int[] moreLength = new int[2 * old];
        int[] moreCharge = new int[2 * old];
        for (int i = 0; i < size; i++) {
            morePages[i] = page[at(i)];
            moreOffset[i] = offset[at(i)];
            moreLength[i] = length[at(i)];
            moreCharge[i] = charge[at(i)];
        }
        page = morePages;
        offset = moreOffset;
        length = moreLength;
        charge = moreCharge;
        head = 0;
    }
}
