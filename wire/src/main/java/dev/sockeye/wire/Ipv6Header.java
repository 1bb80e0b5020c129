package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.i32;
import static dev.sockeye.wire.NetworkOrder.i64;
import static dev.sockeye.wire.NetworkOrder.put16;
import static dev.sockeye.wire.NetworkOrder.put32;
import static dev.sockeye.wire.NetworkOrder.put64;
import static dev.sockeye.wire.NetworkOrder.put8;
import static dev.sockeye.wire.NetworkOrder.u16;
import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The IPv6 header (RFC 8200 3) where it lies: each accessor reads or writes at `at` in `memory`, the place of the
/// header's first byte. [#validate(Packet)] first; behind it no accessor can fail. What stands between it and the
/// transport is [Ipv6Extensions]' matter.
public final class Ipv6Header {

    /// Bytes of the header.
    public static final int LENGTH = 40;

    /// Bytes of a fragment header (RFC 8200 4.5).
    public static final int FRAGMENT_LENGTH = 8;

    private Ipv6Header() {}

    /// Looks a packet over that begins with an IPv6 header: version and length. Bytes behind its payload are allowed,
    /// as links pad; [Packet#truncate] removes them. Jumbograms (RFC 2675) are not for links with an MTU below 64
    /// KiB.
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
        if (contiguous < LENGTH) return Malformed.SHORT_HEADER;
        if (version(memory, at) != 6) return Malformed.BAD_VERSION;
        return totalLength(memory, at) > available ? Malformed.TRUNCATED : null;
    }

    /// Looks over the header that an ICMPv6 error quotes: it must be whole.
    ///
    /// @param available bytes that are quoted
    public static @Nullable Malformed validateQuoted(MemorySegment memory, long at, int available) {
        if (available < LENGTH) return Malformed.SHORT_QUOTE;
        return version(memory, at) != 6 ? Malformed.BAD_VERSION : null;
    }

    /// 6; also of a packet that is not IPv6 at all, its IP version.
    public static int version(MemorySegment memory, long at) {
        return u8(memory, at) >>> 4;
    }

    /// The DSCP (RFC 2474) in the upper six bits, ECN (RFC 3168) in the lower two.
    public static int trafficClass(MemorySegment memory, long at) {
        return u16(memory, at) >>> 4 & 0xff;
    }

    /// 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168 5)
    public static int ecn(MemorySegment memory, long at) {
        return u8(memory, at + 1) >>> 4 & 3;
    }

    /// 20 bits
    public static int flowLabel(MemorySegment memory, long at) {
        return i32(memory, at) & 0xfffff;
    }

    /// Bytes behind this header, extension headers included.
    public static int payloadLength(MemorySegment memory, long at) {
        return u16(memory, at + 4);
    }

    /// Bytes of this header and all behind it.
    public static int totalLength(MemorySegment memory, long at) {
        return LENGTH + payloadLength(memory, at);
    }

    /// One of [IpProtocol], or another: of what follows at once, which may be an extension header.
    public static int nextHeader(MemorySegment memory, long at) {
        return u8(memory, at + 6);
    }

    public static int hopLimit(MemorySegment memory, long at) {
        return u8(memory, at + 7);
    }

    /// The source's first 64 bits, as [IpAddress#high] has them.
    public static long sourceHigh(MemorySegment memory, long at) {
        return i64(memory, at + 8);
    }

    /// The source's last 64 bits, as [IpAddress#low] has them.
    public static long sourceLow(MemorySegment memory, long at) {
        return i64(memory, at + 16);
    }

    /// The destination's first 64 bits, as [IpAddress#high] has them.
    public static long destinationHigh(MemorySegment memory, long at) {
        return i64(memory, at + 24);
    }

    /// The destination's last 64 bits, as [IpAddress#low] has them.
    public static long destinationLow(MemorySegment memory, long at) {
        return i64(memory, at + 32);
    }

    /// The source as a new object.
    public static IpAddress source(MemorySegment memory, long at) {
        return new IpAddress(sourceHigh(memory, at), sourceLow(memory, at));
    }

    /// The destination as a new object.
    public static IpAddress destination(MemorySegment memory, long at) {
        return new IpAddress(destinationHigh(memory, at), destinationLow(memory, at));
    }

    /// The sum of the pseudo-header for the checksum of what this header carries.
    ///
    /// @param length of the transport's header and data, bytes
    public static int pseudoSum(MemorySegment memory, long at, int protocol, int length) {
        return Checksum.pseudoV6(
                sourceHigh(memory, at),
                sourceLow(memory, at),
                destinationHigh(memory, at),
                destinationLow(memory, at),
                protocol,
                length);
    }

    /// Writes a header.
    ///
    /// @param flowLabel     20 bits
    /// @param payloadLength bytes behind this header, extension headers included
    /// @param nextHeader    of what follows at once
    public static void write(
            MemorySegment memory,
            long at,
            int trafficClass,
            int flowLabel,
            int payloadLength,
            int nextHeader,
            int hopLimit,
            IpAddress source,
            IpAddress destination) {
        put32(memory, at, 6 << 28 | (trafficClass & 0xff) << 20 | (flowLabel & 0xfffff));
        put32(memory, at + 4, payloadLength << 16 | (nextHeader & 0xff) << 8 | (hopLimit & 0xff));
        put64(memory, at + 8, source.high());
        put64(memory, at + 16, source.low());
        put64(memory, at + 24, destination.high());
        put64(memory, at + 32, destination.low());
    }

    public static void setTrafficClass(MemorySegment memory, long at, int trafficClass) {
        put16(memory, at, u16(memory, at) & 0xf00f | (trafficClass & 0xff) << 4);
    }

    public static void setPayloadLength(MemorySegment memory, long at, int payloadLength) {
        put16(memory, at + 4, payloadLength);
    }

    public static void setNextHeader(MemorySegment memory, long at, int nextHeader) {
        put8(memory, at + 6, nextHeader);
    }

    public static void setHopLimit(MemorySegment memory, long at, int hopLimit) {
        put8(memory, at + 7, hopLimit);
    }

    /// Of a fragment header at `at`: what the datagram's fragments carry.
    public static int fragmentNextHeader(MemorySegment memory, long at) {
        return u8(memory, at);
    }

    /// Of a fragment header at `at`: where this fragment's data belongs in the datagram's, in bytes.
    public static int fragmentOffset(MemorySegment memory, long at) {
        return u16(memory, at + 2) & 0xfff8;
    }

    /// Of a fragment header at `at`: whether it is not the last.
    public static boolean moreFragments(MemorySegment memory, long at) {
        return (u16(memory, at + 2) & 1) != 0;
    }

    /// Of a fragment header at `at`: the number that a datagram's fragments have in common.
    public static int fragmentIdentification(MemorySegment memory, long at) {
        return i32(memory, at + 4);
    }

    /// Writes a fragment header.
    ///
    /// @param offset of this fragment's data in the datagram's, bytes, a multiple of 8
    public static void writeFragment(
            MemorySegment memory, long at, int nextHeader, int offset, boolean more, int identification) {
        put32(memory, at, nextHeader << 24 | (offset & 0xfff8) | (more ? 1 : 0));
        put32(memory, at + 4, identification);
    }
}
