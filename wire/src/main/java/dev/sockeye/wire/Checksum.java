package dev.sockeye.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words.
///
/// A *sum* here is 0 to 65535, folded, not inverted, and as a number in network order; a *checksum* is what stands in
/// a header, the sum inverted. Sums of neighbouring ranges are [added][#add(int, int)]; the second must be
/// [swapped][#swap(int)] where the first range has an odd length.
public final class Checksum {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    /// From so many bytes on vector code is faster.
    private static final int VECTORS_PAY = 64;

    private Checksum() {}

    /// The sum of a range of memory, a last odd byte being padded with a zero.
    ///
    /// @param length bytes, 0 or more
    public static int sum(MemorySegment memory, long at, int length) {
        long sum;
        if (length == Ipv4Header.MIN_LENGTH) sum = sumOf20(memory, at);
        else if (length < Long.BYTES) sum = sumOfFew(memory, at, length);
        else if (length < VECTORS_PAY) sum = sumShort(memory, at, length);
        else sum = sumLong(memory, at, length);
        int folded = fold(sum);
        // RFC 1071 2(B): the sum does not depend on the byte order, but for a swap at the end.
        return LITTLE_ENDIAN ? swap(folded) : folded;
    }

    /// Headers without options, which every packet has.
    private static long sumOf20(MemorySegment memory, long at) {
        return halves(memory.get(LONG, at))
                + halves(memory.get(LONG, at + 8))
                + (memory.get(INT, at + 16) & 0xffff_ffffL);
    }

    /// Up to 7 bytes.
    private static long sumOfFew(MemorySegment memory, long at, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            boolean low = (i & 1) == 0 == LITTLE_ENDIAN;
            int octet = memory.get(ValueLayout.JAVA_BYTE, at + i) & 0xff;
            sum += low ? octet : octet << 8;
        }
        return sum;
    }

    private static long sumShort(MemorySegment memory, long at, int length) {
        long sum = sumRest(memory, at, length);
        int words = length >>> 3;
        for (int i = 0; i < words; i++) sum += halves(memory.get(LONG, at + ((long) i << 3)));
        return sum;
    }

    /// The same loop once more: C2 makes vector code of one that counts up to a plain bound (not of `i + 7 < n`), and
    /// unrolls it as far as it pays only where it has seen none but long ranges.
    private static long sumLong(MemorySegment memory, long at, int length) {
        long sum = sumRest(memory, at, length);
        int words = length >>> 3;
        for (int i = 0; i < words; i++) sum += halves(memory.get(LONG, at + ((long) i << 3)));
        return sum;
    }

    /// The last `length` modulo 8 bytes of 8 or more: out of the last whole word, with the bytes in front shifted
    /// out.
    private static long sumRest(MemorySegment memory, long at, int length) {
        int rest = length & 7;
        if (rest == 0) return 0;
        long word = memory.get(LONG, at + length - Long.BYTES);
        int others = Long.SIZE - 8 * rest;
        return halves(LITTLE_ENDIAN ? word >>> others : word << others);
    }

    /// The sum of the bytes of a packet from `from` to its end, across slices of any length.
    public static int sum(Packet packet, int from) {
        return sum(packet, from, packet.length() - from);
    }

    /// The sum of `count` bytes of a packet from `from` on, across slices of any length.
    public static int sum(Packet packet, int from, int count) {
        int sum = 0;
        boolean odd = false;
        for (int i = 0; i < packet.slices() && count > 0; i++) {
            int length = packet.length(i);
            if (from >= length) {
                from -= length;
                continue;
            }
            int here = Math.min(count, length - from);
            int part = sum(packet.memory(i), packet.offset(i) + from, here);
            sum += odd ? swap(part) : part;
            odd ^= (here & 1) != 0;
            count -= here;
            from = 0;
        }
        return fold(sum);
    }

    /// The sum of IPv4's pseudo-header (RFC 9293 3.1).
    ///
    /// @param length of the transport's header and data, bytes
    public static int pseudoV4(int source, int destination, int protocol, int length) {
        return fold((source & 0xffff_ffffL) + (destination & 0xffff_ffffL) + protocol + length);
    }

    /// The sum of IPv6's pseudo-header (RFC 8200 8.1).
    ///
    /// @param length of the transport's header and data, bytes
    public static int pseudoV6(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int protocol, int length) {
        long sum = halves(sourceHigh) + halves(sourceLow) + halves(destinationHigh) + halves(destinationLow);
        return fold(sum + protocol + length);
    }

    /// The sum of the pseudo-header between two addresses of one family.
    ///
    /// @param length of the transport's header and data, bytes
    public static int pseudo(IpAddress source, IpAddress destination, int protocol, int length) {
        return destination.isV4()
                ? pseudoV4(source.v4Bits(), destination.v4Bits(), protocol, length)
                : pseudoV6(source.high(), source.low(), destination.high(), destination.low(), protocol, length);
    }

    /// The checksum of bytes with this sum.
    public static int of(int sum) {
        return ~sum & 0xffff;
    }

    /// The sum of two ranges, the first of which has an even length.
    public static int add(int a, int b) {
        return fold(a + b);
    }

    /// What a sum is where its range begins at an odd place: with its two bytes exchanged (RFC 1071 2(B)).
    public static int swap(int sum) {
        return (sum & 0xff) << 8 | sum >>> 8;
    }

    /// Whether the bytes of a packet from `at` to its end, which include the checksum, agree with it.
    ///
    /// @param pseudo the pseudo-header's sum, 0 where the protocol has none
    public static boolean verify(Packet packet, int at, int pseudo) {
        return add(sum(packet, at), pseudo) == 0xffff;
    }

    /// Puts in the checksum of the bytes of a packet from `at` to its end.
    ///
    /// @param offset where the checksum stands, from `at`; it and the two bytes lie in the first slice
    /// @param pseudo the pseudo-header's sum, 0 where the protocol has none
    public static void fill(Packet packet, int at, int offset, int pseudo) {
        MemorySegment memory = packet.memory(0);
        int field = packet.offset(0) + at + offset;
        NetworkOrder.put16(memory, field, 0);
        NetworkOrder.put16(memory, field, of(add(sum(packet, at), pseudo)));
    }

    /// Leaves the checksum to whoever takes the packet on: the field holds the pseudo-header's sum, not inverted, and
    /// the packet says so ([ChecksumState#PARTIAL]; virtio's `VIRTIO_NET_HDR_F_NEEDS_CSUM`).
    public static void fillPartial(Packet packet, int at, int offset, int pseudo) {
        NetworkOrder.put16(packet.memory(0), packet.offset(0) + at + offset, pseudo);
        packet.setChecksumPartial(at, offset);
    }

    /// Computes the checksum that [#fillPartial] left open; does nothing to a packet whose checksum is complete.
    public static void complete(Packet packet) {
        if (packet.checksumState() != ChecksumState.PARTIAL) return;
        int at = packet.checksumStart();
        int field = packet.offset(0) + at + packet.checksumOffset();
        int checksum = of(sum(packet, at));
        // As Linux does for any protocol: a zero would mean "no checksum" to UDP, and all ones verify as well.
        NetworkOrder.put16(packet.memory(0), field, checksum == 0 ? 0xffff : checksum);
        packet.setChecksumState(ChecksumState.IN_PACKET);
    }

    /// The checksum after a 16-bit word at an even place has changed (RFC 1624, equation 3).
    public static int update(int checksum, int oldWord, int newWord) {
        return of(fold((~checksum & 0xffff) + (~oldWord & 0xffff) + (newWord & 0xffff)));
    }

    /// The checksum after a 32-bit word at an even place has changed.
    public static int update32(int checksum, int oldWord, int newWord) {
        return of(fold((~checksum & 0xffff) + (~oldWord & 0xffff_ffffL) + (newWord & 0xffff_ffffL)));
    }

    /// The sum of five 32-bit words: an IPv4 header that is still in registers.
    static int addWords(int a, int b, int c, int d, int e) {
        return fold(
                (a & 0xffff_ffffL) + (b & 0xffff_ffffL) + (c & 0xffff_ffffL) + (d & 0xffff_ffffL) + (e & 0xffff_ffffL));
    }

    private static long halves(long word) {
        return (word & 0xffff_ffffL) + (word >>> 32);
    }

    /// The carries added back in until none is left (RFC 1071 1).
    private static int fold(long sum) {
        sum = (sum & 0xffff_ffffL) + (sum >>> 32);
        sum = (sum & 0xffff) + (sum >>> 16 & 0xffff) + (sum >>> 32);
        int folded = (int) (sum & 0xffff) + (int) (sum >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }
}
