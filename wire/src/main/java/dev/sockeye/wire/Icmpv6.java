package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.i32;
import static dev.sockeye.wire.NetworkOrder.put32;
import static dev.sockeye.wire.NetworkOrder.u16;
import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// An ICMPv6 message (RFC 4443) where it lies: each accessor reads or writes at `at` in `memory`, the place of the
/// message's first byte. [#validate] first; behind it no accessor can fail.
///
/// An error quotes the packet that it is about from [#LENGTH] on: [Ipv6Header#validateQuoted] looks that over, and
/// [Ipv6Extensions#walk(MemorySegment, long, int)] finds the transport in it.
public final class Icmpv6 {

    /// Bytes in front of an echo's data, or of the packet that an error quotes. RFC 4443 2.1 has messages of 4 bytes;
    /// no type in use is so short, and Linux drops what is.
    public static final int LENGTH = 8;

    /// Where the checksum stands.
    public static final int CHECKSUM_OFFSET = 2;

    /// The most bytes of an error's whole packet: it quotes as much as fits (RFC 4443 2.4 c).
    public static final int MAX_ERROR_PACKET = 1280;

    /// Types.
    public static final int UNREACHABLE = 1,
            PACKET_TOO_BIG = 2,
            TIME_EXCEEDED = 3,
            PARAMETER_PROBLEM = 4,
            ECHO = 128,
            ECHO_REPLY = 129,
            ROUTER_SOLICITATION = 133,
            ROUTER_ADVERTISEMENT = 134,
            NEIGHBOR_SOLICITATION = 135,
            NEIGHBOR_ADVERTISEMENT = 136;

    /// Codes of [#UNREACHABLE].
    public static final int NO_ROUTE = 0,
            ADMINISTRATIVELY_PROHIBITED = 1,
            BEYOND_SCOPE = 2,
            ADDRESS_UNREACHABLE = 3,
            PORT_UNREACHABLE = 4,
            POLICY_FAIL = 5,
            REJECT_ROUTE = 6;

    /// Codes of [#TIME_EXCEEDED].
    public static final int HOP_LIMIT_EXCEEDED = 0, REASSEMBLY_TIME_EXCEEDED = 1;

    /// Codes of [#PARAMETER_PROBLEM].
    public static final int ERRONEOUS_HEADER = 0, UNKNOWN_NEXT_HEADER = 1, UNKNOWN_OPTION = 2, INCOMPLETE_CHAIN = 3;

    private Icmpv6() {}

    /// Looks over the ICMPv6 message in an IPv6 packet: length, and the checksum where the packet does not say that
    /// it is right.
    ///
    /// @param packet cut to the IPv6 header's total length
    /// @param at     where the message begins in the packet
    /// @param pseudo the sum of the pseudo-header ([Ipv6Header#pseudoSum])
    /// @return why it is refused, or null
    public static @Nullable Malformed validate(Packet packet, int at, int pseudo) {
        if (packet.length(0) - at < LENGTH) return Malformed.SHORT_HEADER;
        if (packet.checksumState() != ChecksumState.IN_PACKET) return null;
        return Checksum.verify(packet, at, pseudo) ? null : Malformed.BAD_CHECKSUM;
    }

    public static int type(MemorySegment memory, long at) {
        return u8(memory, at);
    }

    public static int code(MemorySegment memory, long at) {
        return u8(memory, at + 1);
    }

    public static int checksum(MemorySegment memory, long at) {
        return u16(memory, at + CHECKSUM_OFFSET);
    }

    /// Whether messages of this type tell of an error, and so must never be answered with one: those with the highest
    /// bit clear (RFC 4443 2.1).
    public static boolean isError(int type) {
        return type < 128;
    }

    /// Of an echo: who asks.
    public static int identifier(MemorySegment memory, long at) {
        return u16(memory, at + 4);
    }

    /// Of an echo: which of the asker's questions it is.
    public static int sequence(MemorySegment memory, long at) {
        return u16(memory, at + 6);
    }

    /// Of "packet too big": the MTU that the packet did not fit through; as an unsigned number.
    public static int mtu(MemorySegment memory, long at) {
        return i32(memory, at + 4);
    }

    /// Of a parameter problem: the byte of the quoted packet that is wrong; as an unsigned number.
    public static int pointer(MemorySegment memory, long at) {
        return i32(memory, at + 4);
    }

    /// Writes the first 8 bytes of an echo or its reply, with a checksum of zero.
    public static void writeEcho(MemorySegment memory, long at, int type, int identifier, int sequence) {
        write(memory, at, type, 0, identifier << 16 | (sequence & 0xffff));
    }

    /// Writes the first 8 bytes of any message, with a checksum of zero.
    ///
    /// @param rest the 32 bits behind the checksum: an MTU, a pointer, or 0
    public static void write(MemorySegment memory, long at, int type, int code, int rest) {
        put32(memory, at, type << 24 | (code & 0xff) << 16);
        put32(memory, at + 4, rest);
    }

    /// Fills in the checksum of the message that begins at `at` in the packet and ends with it.
    ///
    /// @param pseudo the sum of the pseudo-header
    public static void fillChecksum(Packet packet, int at, int pseudo) {
        Checksum.fill(packet, at, CHECKSUM_OFFSET, pseudo);
    }
}
