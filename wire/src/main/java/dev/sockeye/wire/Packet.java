package dev.sockeye.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// One IP packet on its way: a list of slices of [Page]s whose bytes, one after the other, are the packet. All headers
/// (IP with its options or extension headers, and the transport's) lie in the first slice, where a host made the
/// packet;
/// a packet from a device is one slice.
///
/// Ownership is linear: whoever is handed a packet hands it on or releases it. The payload slices may be shared with a
/// sender's queue, so nobody but the maker writes to them.
public final class Packet {

    /// The most slices that a packet can have: headers, and 64 KiB in pages of 4 KiB on the average.
    public static final int MAX_SLICES = 18;

    private final @Nullable Page[] pages = new Page[MAX_SLICES];
    private final int[] offsets = new int[MAX_SLICES];
    private final int[] lengths = new int[MAX_SLICES];
    private int slices;
    private int length;

    /// The packet behind this one in the queue that holds both: for whoever owns the packet, so that a queue needs no
    /// nodes. Null where it is in none.
    public @Nullable Packet next;

    Packet() {}

    /// Bytes in the whole packet.
    public int length() {
        return length;
    }

    /// How many slices it has.
    public int slices() {
        return slices;
    }

    /// The page of slice `i`.
    public Page page(int i) {
        Page page = pages[i];
        if (page == null) throw new IndexOutOfBoundsException("slice " + i + " of " + slices);
        return page;
    }

    /// Where slice `i` begins in its page.
    public int offset(int i) {
        return offsets[i];
    }

    /// How many bytes slice `i` has.
    public int length(int i) {
        return lengths[i];
    }

    /// The memory that slice `i` lies in, at [#offset(int)].
    public MemorySegment memory(int i) {
        return page(i).memory();
    }

    /// Appends a slice and takes over one hold on its page.
    public void add(Page page, int offset, int length) {
        if (offset < 0 || length < 0 || offset + length > page.size()) {
            throw new IndexOutOfBoundsException(offset + " + " + length + " in a page of " + page.size());
        }
        pages[slices] = page;
        offsets[slices] = offset;
        lengths[slices] = length;
        slices++;
        this.length += length;
    }

    /// Whether another slice can be added.
    public boolean isFull() {
        return slices == MAX_SLICES;
    }

    /// Forgets all bytes from `newLength` on, as the IP total length bounds what lies in a longer buffer.
    public void truncate(int newLength, Pages to) {
        while (length > newLength) {
            int last = slices - 1;
            int surplus = length - newLength;
            if (lengths[last] > surplus) {
                lengths[last] -= surplus;
                length = newLength;
            } else {
                length -= lengths[last];
                drop(last, to);
                slices = last;
            }
        }
    }

    /// Ends this packet: releases its pages and gives it back.
    public void release(Pages to) {
        for (int i = 0; i < slices; i++) drop(i, to);
        slices = 0;
        length = 0;
        to.giveBack(this);
    }

    private void drop(int i, Pages to) {
        page(i).release(to);
        pages[i] = null;
    }

    /// Another packet with the same bytes, which shares the payload's pages and has a copy of the first slice, so that
    /// either's headers may be rewritten.
    public Packet duplicate(Pages from) {
        Packet copy = from.takePacket();
        for (int i = 0; i < slices; i++) {
            Page page = page(i);
            if (i == 0 && slices > 1) {
                Page header = from.take(lengths[0]);
                MemorySegment.copy(page.memory(), offsets[0], header.memory(), 0, lengths[0]);
                copy.add(header, 0, lengths[0]);
            } else {
                page.retain();
                copy.add(page, offsets[i], lengths[i]);
            }
        }
        return copy;
    }

    /// Copies bytes `from` to `from + count` of the packet to `to`.
    public void copyTo(int from, MemorySegment to, long toOffset, int count) {
        for (int i = 0; i < slices && count > 0; i++) {
            if (from >= lengths[i]) {
                from -= lengths[i];
                continue;
            }
            int part = Math.min(count, lengths[i] - from);
            MemorySegment.copy(memory(i), offsets[i] + from, to, toOffset, part);
            toOffset += part;
            count -= part;
            from = 0;
        }
        if (count > 0) throw new IndexOutOfBoundsException(count + " bytes past the end of the packet");
    }

    /// The whole packet in an array of its own: for tests, captures and diagnosis.
    public byte[] toBytes() {
        byte[] bytes = new byte[length];
        copyTo(0, MemorySegment.ofArray(bytes), 0, length);
        return bytes;
    }

    /// A packet with these bytes: for tests and devices without pages.
    public static Packet of(byte[] bytes, Pages from) {
        Packet packet = from.takePacket();
        for (int at = 0; at < bytes.length; ) {
            Page page = from.take(bytes.length - at);
            int part = Math.min(page.size(), bytes.length - at);
            MemorySegment.copy(bytes, at, page.memory(), ValueLayout.JAVA_BYTE, 0, part);
            packet.add(page, 0, part);
            at += part;
        }
        return packet;
    }
}
