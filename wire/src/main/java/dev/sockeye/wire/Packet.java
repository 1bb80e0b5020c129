package dev.sockeye.wire;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One IP packet on its way: a list of slices of [Page]s whose bytes, one after the other, are the packet. All
/// headers (IP with its options or extension headers, and the transport's) lie in the first slice, where a host made
/// the packet; a packet from a device is one slice.
///
/// Ownership is linear: whoever is handed a packet hands it on or releases it. The payload slices may be shared with
/// a sender's queue, so nobody but the maker writes to them.
public final class Packet {

    /// The most slices that a packet can have: headers, and 64 KiB in pages of 4 KiB on the average.
    public static final int MAX_SLICES = 18;

    final PagePool pool;
    private final @Nullable Page[] pages = new Page[MAX_SLICES];
    private final int[] offsets = new int[MAX_SLICES];
    private final int[] lengths = new int[MAX_SLICES];
    private int slices;
    private int length;
    private ChecksumState checksumState = ChecksumState.IN_PACKET;
    private int checksumStart;
    private int checksumOffset;
    private int segmentSize;
    private boolean out;

    /// The packet behind this one in the queue that holds both: for whoever owns the packet, so that a queue needs no
    /// nodes. Null where it is in none.
    public @Nullable Packet next;

    Packet(PagePool pool) {
        this.pool = pool;
    }

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
        return offsets[Objects.checkIndex(i, slices)];
    }

    /// How many bytes slice `i` has.
    public int length(int i) {
        return lengths[Objects.checkIndex(i, slices)];
    }

    /// The memory that slice `i` lies in, at [#offset(int)].
    public MemorySegment memory(int i) {
        return page(i).memory();
    }

    /// Appends a slice and takes over one hold on its page.
    ///
    /// @throws IndexOutOfBoundsException if the slice is not within the page, or the packet [is full][#isFull]; the
    ///     hold is then still the caller's
    public void add(Page page, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, page.size());
        pages[Objects.checkIndex(slices, MAX_SLICES)] = page;
        offsets[slices] = offset;
        lengths[slices] = length;
        slices++;
        this.length += length;
    }

    /// Whether no other slice can be added.
    public boolean isFull() {
        return slices == MAX_SLICES;
    }

    /// Forgets all bytes from `newLength` on, as the IP total length bounds what lies in a longer buffer.
    ///
    /// @param newLength 0 or more; a packet that is shorter stays as it is
    public void truncate(int newLength, Pages to) {
        if (newLength < 0) throw new IllegalArgumentException("a length of " + newLength);
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

    /// Sees to it that the first `count` bytes, or all if there are fewer, lie in the first slice, copying where they
    /// do not: for packets put together of fragments, whose headers may be cut anywhere.
    ///
    /// @param count at most [Pages#LARGEST]
    public void pull(int count, Pages pages) {
        count = Math.min(count, length);
        if (slices == 0 || lengths[0] >= count) return;
        Page front = pages.take(count);
        copyTo(0, front.memory(), 0, count);
        int gone = 0;
        int rest = count;
        while (gone < slices && rest >= lengths[gone]) {
            rest -= lengths[gone];
            drop(gone++, pages);
        }
        if (rest > 0) {
            offsets[gone] += rest;
            lengths[gone] -= rest;
        }
        // At least the first slice is gone, so that there is room for the new one in its place.
        int kept = slices - gone;
        System.arraycopy(this.pages, gone, this.pages, 1, kept);
        System.arraycopy(offsets, gone, offsets, 1, kept);
        System.arraycopy(lengths, gone, lengths, 1, kept);
        for (int i = 1 + kept; i < slices; i++) this.pages[i] = null;
        this.pages[0] = front;
        offsets[0] = 0;
        lengths[0] = count;
        slices = 1 + kept;
    }

    /// Ends this packet: releases its pages and gives it back.
    ///
    /// @throws IllegalStateException if it has ended already
    public void release(Pages to) {
        if (!out) throw new IllegalStateException("a packet is released twice");
        for (int i = 0; i < slices; i++) drop(i, to);
        slices = 0;
        length = 0;
        out = false;
        to.giveBack(this);
    }

    private void drop(int i, Pages to) {
        page(i).release(to);
        pages[i] = null;
    }

    /// A packet begins its life anew.
    void taken() {
        out = true;
        checksumState = ChecksumState.IN_PACKET;
        segmentSize = 0;
    }

    /// What is known of the checksum of the transport header.
    public ChecksumState checksumState() {
        return checksumState;
    }

    /// Says that the checksum stands in the packet or is known to be right; [#setChecksumPartial] says the third.
    public void setChecksumState(ChecksumState state) {
        checksumState = state;
    }

    /// Says that the checksum of the bytes from `start` to the packet's end is still to be computed, and to be put at
    /// `start + offset`, where the pseudo-header's sum stands ([Checksum#fillPartial]).
    public void setChecksumPartial(int start, int offset) {
        checksumState = ChecksumState.PARTIAL;
        checksumStart = start;
        checksumOffset = offset;
    }

    /// Where the bytes begin that a partial checksum is of, bytes from the packet's begin: where the transport header
    /// is (virtio's `csum_start`).
    public int checksumStart() {
        return checksumStart;
    }

    /// Where a partial checksum stands, bytes from [#checksumStart] (virtio's `csum_offset`).
    public int checksumOffset() {
        return checksumOffset;
    }

    /// Bytes of payload in each of the segments that this packet stands for, the last of which may have fewer; 0 for
    /// a packet that is what it is (virtio's `gso_size`).
    public int segmentSize() {
        return segmentSize;
    }

    /// Makes this packet stand for a train of segments of one TCP connection, `bytes` of payload in each.
    public void setSegmentSize(int bytes) {
        segmentSize = bytes;
    }

    /// Another packet with the same bytes, which shares the payload's pages and has a copy of the first slice, so
    /// that either's headers may be rewritten.
    public Packet duplicate(Pages from) {
        Packet copy = from.takePacket();
        for (int i = 0; i < slices; i++) {
            Page page = page(i);
            if (i == 0) {
                copy.append(page.memory(), offsets[0], lengths[0], from);
            } else {
                page.retain();
                copy.add(page, offsets[i], lengths[i]);
            }
        }
        copy.describeAs(this);
        return copy;
    }

    /// Another packet with the same bytes in pages of its own, each of which may be written to.
    public Packet copy(Pages from) {
        Packet copy = from.takePacket();
        Page page = null;
        int filled = 0;
        for (int i = 0; i < slices; i++) {
            for (int done = 0; done < lengths[i]; ) {
                if (page == null) page = from.take(length - copy.length);
                int part = Math.min(page.size() - filled, lengths[i] - done);
                MemorySegment.copy(memory(i), offsets[i] + done, page.memory(), filled, part);
                done += part;
                filled += part;
                if (filled == page.size() || copy.length + filled == length) {
                    copy.add(page, 0, filled);
                    page = null;
                    filled = 0;
                }
            }
        }
        copy.describeAs(this);
        return copy;
    }

    private void describeAs(Packet other) {
        checksumState = other.checksumState;
        checksumStart = other.checksumStart;
        checksumOffset = other.checksumOffset;
        segmentSize = other.segmentSize;
    }

    /// Appends a copy of bytes, in as many pages as they need.
    public void append(MemorySegment bytes, long offset, int count, Pages from) {
        for (int done = 0; done < count; ) {
            Page page = from.take(count - done);
            int part = Math.min(page.size(), count - done);
            MemorySegment.copy(bytes, offset + done, page.memory(), 0, part);
            add(page, 0, part);
            done += part;
        }
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
        packet.append(MemorySegment.ofArray(bytes), 0, bytes.length, from);
        return packet;
    }
}
