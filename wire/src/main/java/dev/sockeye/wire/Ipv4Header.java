package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.put16;
import static dev.sockeye.wire.NetworkOrder.put32;
import static dev.sockeye.wire.NetworkOrder.put8;
import static dev.sockeye.wire.NetworkOrder.u16;
import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The IPv4 header (RFC 791 3.1) where it lies: each accessor reads or writes at `at` in `memory`, the place of the
/// header's first byte. [#validate(Packet)] first; behind it no accessor can fail.
public final class Ipv4Header {

    /// Bytes of a header without options, and with as many as fit.
    public static final int MIN_LENGTH = 20, MAX_LENGTH = 60;

    /// The most bytes that a datagram can have.
    public static final int MAX_TOTAL_LENGTH = 65535;

    /// Flags of [#fragment], above the offset.
    public static final int DONT_FRAGMENT = 0x4000, MORE_FRAGMENTS = 0x2000;

    private static final int OFFSET_MASK = 0x1fff;

    private Ipv4Header() {}

    /// Looks a packet over that begins with an IPv4 header: version, lengths and header checksum, in Linux's order
    /// (`ip_rcv_core`). Bytes behind the total length are allowed, as links pad; [Packet#truncate] removes them.
    ///
    /// @return why it is refused, or null
    public static @Nullable Malformed validate(Packet packet) {
        if (packet.slices() == 0) return Malformed.SHORT_HEADER;
        return validate(packet.memory(0), packet.offset(0), packet.length(0), packet.length());
    }

    /// As [#validate(Packet)], for a packet at `at`.
    ///
    /// @param contiguous bytes of it that lie there in one piece
    /// @param available  bytes of it altogether
    public static @Nullable Malformed validate(MemorySegment memory, long at, int contiguous, int available) {
        Malformed shape = validateShape(memory, at, contiguous);
        if (shape != null) return shape;
        int headerLength = headerLength(memory, at);
        // RFC 1122 3.2.1.2, MUST: verify the header checksum and silently discard a datagram that has a bad one.
        if (Checksum.sum(memory, at, headerLength) != 0xffff) return Malformed.BAD_CHECKSUM;
        int totalLength = totalLength(memory, at);
        if (totalLength > available) return Malformed.TRUNCATED;
        return totalLength < headerLength ? Malformed.BAD_TOTAL_LENGTH : null;
    }

    /// Looks over the header that an ICMP error quotes: it must be whole, with 8 bytes behind it (RFC 792); its
    /// checksum and lengths may have changed on the way.
    ///
    /// @param available bytes that are quoted
    public static @Nullable Malformed validateQuoted(MemorySegment memory, long at, int available) {
        Malformed shape = validateShape(memory, at, available);
        if (shape != null) return shape;
        return available < headerLength(memory, at) + 8 ? Malformed.SHORT_QUOTE : null;
    }

    private static @Nullable Malformed validateShape(MemorySegment memory, long at, int contiguous) {
        if (contiguous < MIN_LENGTH) return Malformed.SHORT_HEADER;
        // RFC 1122 3.2.1.1, MUST: a datagram whose version number is not 4 is silently discarded.
        if (version(memory, at) != 4) return Malformed.BAD_VERSION;
        int headerLength = headerLength(memory, at);
        if (headerLength < MIN_LENGTH) return Malformed.BAD_HEADER_LENGTH;
        return headerLength > contiguous ? Malformed.SHORT_HEADER : null;
    }

    /// 4; also of a packet that is not IPv4 at all, its IP version.
    public static int version(MemorySegment memory, long at) {
        return u8(memory, at) >>> 4;
    }

    /// 20 to 60 bytes
    public static int headerLength(MemorySegment memory, long at) {
        return (u8(memory, at) & 0xf) << 2;
    }

    /// Type of service: the DSCP (RFC 2474) in the upper six bits, ECN (RFC 3168) in the lower two.
    public static int tos(MemorySegment memory, long at) {
        return u8(memory, at + 1);
    }

    /// 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168 5)
    public static int ecn(MemorySegment memory, long at) {
        return u8(memory, at + 1) & 3;
    }

    /// Bytes of header and data.
    public static int totalLength(MemorySegment memory, long at) {
        return u16(memory, at + 2);
    }

    /// The number that a datagram's fragments have in common.
    public static int identification(MemorySegment memory, long at) {
        return u16(memory, at + 4);
    }

    /// Flags and fragment offset as they stand there.
    public static int fragment(MemorySegment memory, long at) {
        return u16(memory, at + 6);
    }

    public static boolean dontFragment(MemorySegment memory, long at) {
        return (fragment(memory, at) & DONT_FRAGMENT) != 0;
    }

    public static boolean moreFragments(MemorySegment memory, long at) {
        return (fragment(memory, at) & MORE_FRAGMENTS) != 0;
    }

    /// Where this fragment's data belongs in the datagram's, in bytes.
    public static int fragmentOffset(MemorySegment memory, long at) {
        return (fragment(memory, at) & OFFSET_MASK) << 3;
    }

    /// Whether this is a part of a datagram, not all of it.
    public static boolean isFragment(MemorySegment memory, long at) {
        return (fragment(memory, at) & (MORE_FRAGMENTS | OFFSET_MASK)) != 0;
    }

    /// Time to live, in hops.
    public static int ttl(MemorySegment memory, long at) {
        return u8(memory, at + 8);
    }

    /// One of [IpProtocol], or another.
    public static int protocol(MemorySegment memory, long at) {
        return u8(memory, at + 9);
    }

    public static int checksum(MemorySegment memory, long at) {
        return u16(memory, at + 10);
    }

    /// The source's 32 bits, as [IpAddress#v4Bits] has them.
    public static int sourceBits(MemorySegment memory, long at) {
        return NetworkOrder.i32(memory, at + 12);
    }

    /// The destination's 32 bits, as [IpAddress#v4Bits] has them.
    public static int destinationBits(MemorySegment memory, long at) {
        return NetworkOrder.i32(memory, at + 16);
    }

    /// The source as a new object.
    public static IpAddress source(MemorySegment memory, long at) {
        return IpAddress.v4(sourceBits(memory, at));
    }

    /// The destination as a new object.
    public static IpAddress destination(MemorySegment memory, long at) {
        return IpAddress.v4(destinationBits(memory, at));
    }

    /// The sum of the pseudo-header for the checksum of what this header carries.
    ///
    /// @param length of the transport's header and data, bytes
    public static int pseudoSum(MemorySegment memory, long at, int protocol, int length) {
        return Checksum.pseudoV4(sourceBits(memory, at), destinationBits(memory, at), protocol, length);
    }

    /// Writes a header without options, its checksum included.
    ///
    /// @param totalLength    of header and data, bytes
    /// @param fragment       flags and offset, as [#fragment] returns them
    /// @param source         32 bits, as [IpAddress#v4Bits] has them
    public static void write(
            MemorySegment memory,
            long at,
            int tos,
            int totalLength,
            int identification,
            int fragment,
            int ttl,
            int protocol,
            int source,
            int destination) {
        int first = 0x4500 << 16 | (tos & 0xff) << 16 | (totalLength & 0xffff);
        int second = identification << 16 | (fragment & 0xffff);
        int third = (ttl & 0xff) << 8 | (protocol & 0xff);
        int sum = Checksum.addWords(first, second, third, source, destination);
        put32(memory, at, first);
        put32(memory, at + 4, second);
        put32(memory, at + 8, third << 16 | Checksum.of(sum));
        put32(memory, at + 12, source);
        put32(memory, at + 16, destination);
    }

    /// Writes the checksum of a header whose other fields stand, options included.
    public static void fillChecksum(MemorySegment memory, long at) {
        put16(memory, at + 10, 0);
        put16(memory, at + 10, Checksum.of(Checksum.sum(memory, at, headerLength(memory, at))));
    }

    /// Changes the type of service, and the checksum with it; to 3 in the lower two bits to mark congestion.
    public static void setTos(MemorySegment memory, long at, int tos) {
        int before = u16(memory, at);
        put8(memory, at + 1, tos);
        put16(memory, at + 10, Checksum.update(checksum(memory, at), before, u16(memory, at)));
    }

    /// Changes the time to live, and the checksum with it (RFC 1141).
    public static void setTtl(MemorySegment memory, long at, int ttl) {
        int before = u16(memory, at + 8);
        put8(memory, at + 8, ttl);
        put16(memory, at + 10, Checksum.update(checksum(memory, at), before, u16(memory, at + 8)));
    }

    /// Changes the total length and the fragment field, and the checksum with them, as cutting into fragments does.
    public static void setFragment(MemorySegment memory, long at, int totalLength, int fragment) {
        int checksum = Checksum.update(checksum(memory, at), totalLength(memory, at), totalLength);
        checksum = Checksum.update(checksum, fragment(memory, at), fragment);
        put16(memory, at + 2, totalLength);
        put16(memory, at + 6, fragment);
        put16(memory, at + 10, checksum);
    }

    /// Changes the total length and the identification, and the checksum with them, as cutting a large segment does.
    public static void setLengthAndId(MemorySegment memory, long at, int totalLength, int identification) {
        int checksum = Checksum.update(checksum(memory, at), totalLength(memory, at), totalLength);
        checksum = Checksum.update(checksum, identification(memory, at), identification);
        put16(memory, at + 2, totalLength);
        put16(memory, at + 4, identification);
        put16(memory, at + 10, checksum);
    }
}
