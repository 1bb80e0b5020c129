package dev.sockeye.tcp;

import dev.sockeye.wire.Page;
import dev.sockeye.wire.Pages;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The bytes of a send queue, addressed by sequence number, in pages that segments in flight refer to. What the
/// program writes is copied here once; it is dropped from the front as the peer acknowledges it. Empty, it holds
/// no page.
final class PageChain {

    private static final int SMALL = 2048;

    private final Pages pages;
    private @Nullable Page[] page = new Page[2];
    private int[] start = new int[2]; // where in the page its first byte is
    private int[] end = new int[2]; // where in the page its last byte ends
    private int[] seq = new int[2]; // the sequence number of the byte at `start`
    private int head;
    private int size;
    private int bytes;

    PageChain(Pages pages) {
        this.pages = pages;
    }

    int bytes() {
        return bytes;
    }

    private int at(int i) {
        return head + i & page.length - 1;
    }

    private Page pageAt(int slot) {
        Page found = page[slot];
        if (found == null) throw new AssertionError("no page in slot " + slot);
        return found;
    }

    /// Appends bytes whose first has this sequence number; it follows the last one's.
    void append(MemorySegment from, long offset, int length, int firstSeq) {
        while (length > 0) {
            if (size == 0 || end[at(size - 1)] == pageAt(at(size - 1)).size()) addPage(length, firstSeq);
            int tail = at(size - 1);
            int part = Math.min(length, pageAt(tail).size() - end[tail]);
            MemorySegment.copy(from, offset, pageAt(tail).memory(), end[tail], part);
            end[tail] += part;
            bytes += part;
            offset += part;
            firstSeq += part;
            length -= part;
        }
    }

    /// Many small writes get larger and larger pages, so that one segment never needs many.
    private void addPage(int length, int firstSeq) {
        if (size == page.length) grow();
        int wanted = bytes < SMALL ? length : Math.max(length, Math.min(bytes, Pages.LARGEST));
        int slot = at(size++);
        page[slot] = pages.take(wanted);
        start[slot] = end[slot] = 0;
        seq[slot] = firstSeq;
    }

    /// Forgets all bytes before `upTo`.
    void dropBefore(int upTo) {
        while (size > 0) {
            int first = at(0);
            int length = end[first] - start[first];
            int acked = upTo - seq[first];
            if (acked <= 0) return;
            if (acked < length) {
                start[first] += acked;
                seq[first] = upTo;
                bytes -= acked;
                return;
            }
            bytes -= length;
            pageAt(first).release(pages);
            page[first] = null;
            head = head + 1 & page.length - 1;
            size--;
        }
    }

    /// Adds the bytes from `firstSeq` on to the payload of `out`: `length` of them, or as many as its slices can
    /// hold.
    void addTo(Segment out, int firstSeq, int length) {
        if (length == 0) return;
        int i = find(firstSeq);
        while (length > 0 && out.slices() < Segment.MAX_SLICES) {
            int slot = at(i++);
            int skip = firstSeq - seq[slot];
            int part = Math.min(length, end[slot] - start[slot] - skip);
            out.addPayload(pageAt(slot), start[slot] + skip, part);
            firstSeq += part;
            length -= part;
        }
    }

    /// How many of `length` bytes from `firstSeq` on fit into the slices of one segment.
    int reach(int firstSeq, int length) {
        int i = find(firstSeq);
        int reach = 0;
        for (int slices = 0; slices < Segment.MAX_SLICES && i < size && reach < length; slices++) {
            int slot = at(i++);
            reach += end[slot] - start[slot] - (firstSeq + reach - seq[slot]);
        }
        return Math.min(reach, length);
    }

    /// The place of the page that holds the byte with this number; most often it is the last or the first.
    private int find(int wanted) {
        int low = 0;
        int high = size - 1;
        if (Seq.geq(wanted, seq[at(high)])) return high;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Seq.leq(seq[at(middle)], wanted)) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    void clear() {
        for (int i = 0; i < size; i++) {
            pageAt(at(i)).release(pages);
            page[at(i)] = null;
        }
        head = size = bytes = 0;
    }

    private void grow() {
        int old = page.length;
        @Nullable Page[] morePages = new Page[2 * old];
        int[] moreStart = new int[2 * old];
        int[] moreEnd = new int[2 * old];
        int[] moreSeq = new int[2 * old];
        for (int i = 0; i < size; i++) {
            morePages[i] = page[at(i)];
            moreStart[i] = start[at(i)];
            moreEnd[i] = end[at(i)];
            moreSeq[i] = seq[at(i)];
        }
        page = morePages;
        start = moreStart;
        end = moreEnd;
        seq = moreSeq;
        head = 0;
    }
}
