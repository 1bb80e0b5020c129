package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.i32;
import static dev.sockeye.wire.NetworkOrder.put16;
import static dev.sockeye.wire.NetworkOrder.put32;
import static dev.sockeye.wire.NetworkOrder.u16;
import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The TCP header (RFC 9293 3.1) where it lies: each accessor reads or writes at `at` in `memory`, the place of the
/// header's first byte. [#validate] first; behind it no accessor can fail. The options are [TcpOptions]' matter.
public final class TcpHeader {

    /// Bytes of a header without options, and with as many as fit.
    public static final int MIN_LENGTH = 20, MAX_LENGTH = 60;

    /// Bytes of options at most.
    public static final int MAX_OPTIONS_LENGTH = MAX_LENGTH - MIN_LENGTH;

    /// Where the checksum stands in the header, as a device's checksum offload wants to know it.
    public static final int CHECKSUM_OFFSET = 16;

    /// Bits of [#flags]; AE is RFC 9768's name for the former NS.
    public static final int FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128, AE = 256;

    private static final int FLAGS_MASK = 0x1ff;

    private TcpHeader() {}

    /// Looks over the TCP segment in an IP packet: lengths, and the checksum where the packet does not say that it is
    /// right.
    ///
    /// @param packet cut to the IP header's total length
    /// @param at     where the TCP header begins in the packet
    /// @param pseudo the sum of the pseudo-header ([Ipv4Header#pseudoSum], [Ipv6Header#pseudoSum])
    /// @return why it is refused, or null
    public static @Nullable Malformed validate(Packet packet, int at, int pseudo) {
        Malformed shape = validateShape(packet.memory(0), packet.offset(0) + at, packet.length(0) - at);
        if (shape != null) return shape;
        if (packet.checksumState() != ChecksumState.IN_PACKET) return null;
        // RFC 9293 3.1, MUST-3: the receiver checks the checksum.
        return Checksum.verify(packet, at, pseudo) ? null : Malformed.BAD_CHECKSUM;
    }

    /// As [#validate], without the checksum.
    ///
    /// @param contiguous bytes that lie at `at` in one piece
    public static @Nullable Malformed validateShape(MemorySegment memory, long at, int contiguous) {
        if (contiguous < MIN_LENGTH) return Malformed.SHORT_HEADER;
        int headerLength = headerLength(memory, at);
        if (headerLength < MIN_LENGTH) return Malformed.BAD_HEADER_LENGTH;
        return headerLength > contiguous ? Malformed.SHORT_HEADER : null;
    }

    public static int sourcePort(MemorySegment memory, long at) {
        return u16(memory, at);
    }

    public static int destinationPort(MemorySegment memory, long at) {
        return u16(memory, at + 2);
    }

    /// Both ports as the header has them: the source's in the upper 16 bits.
    public static int ports(MemorySegment memory, long at) {
        return i32(memory, at);
    }

    public static int sequence(MemorySegment memory, long at) {
        return i32(memory, at + 4);
    }

    /// The acknowledgment number, as it stands there even without the ACK flag.
    public static int acknowledgment(MemorySegment memory, long at) {
        return i32(memory, at + 8);
    }

    /// 20 to 60 bytes
    public static int headerLength(MemorySegment memory, long at) {
        return u8(memory, at + 12) >>> 4 << 2;
    }

    /// The nine bits from [#FIN] to [#AE].
    public static int flags(MemorySegment memory, long at) {
        return u16(memory, at + 12) & FLAGS_MASK;
    }

    /// The window as it stands there, not scaled.
    /// RFC 9293 3.1, MUST-1: without a sign.
    public static int window(MemorySegment memory, long at) {
        return u16(memory, at + 14);
    }

    public static int checksum(MemorySegment memory, long at) {
        return u16(memory, at + CHECKSUM_OFFSET);
    }

    public static int urgentPointer(MemorySegment memory, long at) {
        return u16(memory, at + 18);
    }

    /// Writes a header with a checksum of zero, to be filled in once the payload is behind it ([#fillChecksum]).
    ///
    /// @param optionsLength bytes of options that stand, or will, behind this header: 0 to 40, a multiple of 4
    /// @param window        as it goes on the wire, 16 bits
    public static void write(
            MemorySegment memory,
            long at,
            int sourcePort,
            int destinationPort,
            int sequence,
            int acknowledgment,
            int optionsLength,
            int flags,
            int window,
            int urgentPointer) {
        put32(memory, at, sourcePort << 16 | (destinationPort & 0xffff));
        put32(memory, at + 4, sequence);
        put32(memory, at + 8, acknowledgment);
        int lengthAndFlags = MIN_LENGTH + optionsLength >> 2 << 12 | (flags & FLAGS_MASK);
        put32(memory, at + 12, lengthAndFlags << 16 | (window & 0xffff));
        put32(memory, at + 16, urgentPointer & 0xffff);
    }

    public static void setSequence(MemorySegment memory, long at, int sequence) {
        put32(memory, at + 4, sequence);
    }

    public static void setFlags(MemorySegment memory, long at, int flags) {
        put16(memory, at + 12, u16(memory, at + 12) & ~FLAGS_MASK | (flags & FLAGS_MASK));
    }

    /// Fills in the checksum of the segment that begins at `at` in the packet and ends with it.
    ///
    /// @param pseudo the sum of the pseudo-header
    public static void fillChecksum(Packet packet, int at, int pseudo) {
        Checksum.fill(packet, at, CHECKSUM_OFFSET, pseudo);
    }
}
