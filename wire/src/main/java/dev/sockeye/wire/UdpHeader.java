package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.put16;
import static dev.sockeye.wire.NetworkOrder.put32;
import static dev.sockeye.wire.NetworkOrder.u16;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The UDP header (RFC 768) where it lies: each accessor reads or writes at `at` in `memory`, the place of the
/// header's first byte. [#validate] first; behind it no accessor can fail.
public final class UdpHeader {

    /// Bytes of the header.
    public static final int LENGTH = 8;

    /// Where the checksum stands in the header.
    public static final int CHECKSUM_OFFSET = 6;

    private UdpHeader() {}

    /// Looks over the UDP datagram in an IP packet: lengths, and the checksum where the packet does not say that it
    /// is right. The datagram may be shorter than what IP carries ([#length]); the checksum is over the datagram
    /// only.
    ///
    /// @param at     where the UDP header begins in the packet
    /// @param pseudo the sum of the pseudo-header with a length of 0; the datagram's own is added here
    /// @param v6     whether IPv6 carries it, where a checksum is a must
    /// @return why it is refused, or null
    public static @Nullable Malformed validate(Packet packet, int at, int pseudo, boolean v6) {
        MemorySegment memory = packet.memory(0);
        int place = packet.offset(0) + at;
        Malformed shape = validateShape(memory, place, packet.length(0) - at, packet.length() - at);
        if (shape != null) return shape;
        if (packet.checksumState() != ChecksumState.IN_PACKET) return null;
        if (checksum(memory, place) == 0) return v6 ? Malformed.NO_CHECKSUM : null;
        int length = length(memory, place);
        int sum = Checksum.add(Checksum.sum(packet, at, length), Checksum.add(pseudo, length));
        return sum == 0xffff ? null : Malformed.BAD_CHECKSUM;
    }

    /// The lengths alone; what [#length] returns may be relied on behind it.
    ///
    /// @param contiguous bytes that lie at `at` in one piece
    /// @param available  bytes from `at` on altogether
    public static @Nullable Malformed validateShape(MemorySegment memory, long at, int contiguous, int available) {
        if (contiguous < LENGTH) return Malformed.SHORT_HEADER;
        int length = length(memory, at);
        if (length < LENGTH) return Malformed.BAD_TOTAL_LENGTH;
        return length > available ? Malformed.TRUNCATED : null;
    }

    public static int sourcePort(MemorySegment memory, long at) {
        return u16(memory, at);
    }

    public static int destinationPort(MemorySegment memory, long at) {
        return u16(memory, at + 2);
    }

    /// Both ports as the header has them: the source's in the upper 16 bits.
    public static int ports(MemorySegment memory, long at) {
        return NetworkOrder.i32(memory, at);
    }

    /// Bytes of header and data.
    public static int length(MemorySegment memory, long at) {
        return u16(memory, at + 4);
    }

    /// 0 means that there is none.
    public static int checksum(MemorySegment memory, long at) {
        return u16(memory, at + CHECKSUM_OFFSET);
    }

    /// Writes a header with no checksum, to be filled in once the data is behind it ([#fillChecksum]).
    ///
    /// @param length of header and data, bytes
    public static void write(MemorySegment memory, long at, int sourcePort, int destinationPort, int length) {
        put32(memory, at, sourcePort << 16 | (destinationPort & 0xffff));
        put32(memory, at + 4, length << 16);
    }

    /// Fills in the checksum of the datagram that begins at `at` in the packet and ends with it.
    ///
    /// @param pseudo the sum of the pseudo-header
    public static void fillChecksum(Packet packet, int at, int pseudo) {
        Checksum.fill(packet, at, CHECKSUM_OFFSET, pseudo);
        MemorySegment memory = packet.memory(0);
        int place = packet.offset(0) + at;
        // RFC 768: a checksum that comes out as zero is sent as all ones, for zero means that there is none.
        if (checksum(memory, place) == 0) put16(memory, place + CHECKSUM_OFFSET, 0xffff);
    }
}
