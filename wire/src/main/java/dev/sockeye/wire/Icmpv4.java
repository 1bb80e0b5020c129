package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.i32;
import static dev.sockeye.wire.NetworkOrder.put32;
import static dev.sockeye.wire.NetworkOrder.u16;
import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// An ICMP message (RFC 792) where it lies: each accessor reads or writes at `at` in `memory`, the place of the
/// message's first byte. [#validate] first; behind it no accessor can fail.
///
/// An error quotes the packet that it is about from [#LENGTH] on: [Ipv4Header#validateQuoted] looks that over.
public final class Icmpv4 {

    /// Bytes in front of an echo's data, or of the packet that an error quotes.
    public static final int LENGTH = 8;

    /// Where the checksum stands.
    public static final int CHECKSUM_OFFSET = 2;

    /// Types.
    public static final int ECHO_REPLY = 0,
            UNREACHABLE = 3,
            SOURCE_QUENCH = 4,
            REDIRECT = 5,
            ECHO = 8,
            TIME_EXCEEDED = 11,
            PARAMETER_PROBLEM = 12;

    /// Codes of [#UNREACHABLE] (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1).
    public static final int NET_UNREACHABLE = 0,
            HOST_UNREACHABLE = 1,
            PROTOCOL_UNREACHABLE = 2,
            PORT_UNREACHABLE = 3,
            FRAGMENTATION_NEEDED = 4,
            SOURCE_ROUTE_FAILED = 5,
            ADMINISTRATIVELY_PROHIBITED = 13;

    /// Codes of [#TIME_EXCEEDED].
    public static final int TTL_EXCEEDED = 0, REASSEMBLY_TIME_EXCEEDED = 1;

    private Icmpv4() {}

    /// Looks over the ICMP message in an IP packet: length, and the checksum where the packet does not say that it is
    /// right.
    ///
    /// @param packet cut to the IP header's total length
    /// @param at     where the message begins in the packet
    /// @return why it is refused, or null
    public static @Nullable Malformed validate(Packet packet, int at) {
        if (packet.length(0) - at < LENGTH) return Malformed.SHORT_HEADER;
        if (packet.checksumState() != ChecksumState.IN_PACKET) return null;
        return Checksum.verify(packet, at, 0) ? null : Malformed.BAD_CHECKSUM;
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

    /// Whether messages of this type tell of an error, and so must never be answered with one (RFC 1122 3.2.2).
    public static boolean isError(int type) {
        return switch (type) {
            case UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }

    /// Of an echo: who asks.
    public static int identifier(MemorySegment memory, long at) {
        return u16(memory, at + 4);
    }

    /// Of an echo: which of the asker's questions it is.
    public static int sequence(MemorySegment memory, long at) {
        return u16(memory, at + 6);
    }

    /// Of [#FRAGMENTATION_NEEDED]: the MTU that the packet did not fit through, or 0 from a router that does not tell
    /// (RFC 1191 4).
    public static int mtu(MemorySegment memory, long at) {
        return u16(memory, at + 6);
    }

    /// Of a parameter problem: the byte of the quoted packet that is wrong.
    public static int pointer(MemorySegment memory, long at) {
        return u8(memory, at + 4);
    }

    /// Writes the first 8 bytes of an echo or its reply, with a checksum of zero.
    public static void writeEcho(MemorySegment memory, long at, int type, int identifier, int sequence) {
        write(memory, at, type, 0, identifier << 16 | (sequence & 0xffff));
    }

    /// Writes the first 8 bytes of "fragmentation needed", with a checksum of zero.
    public static void writeFragmentationNeeded(MemorySegment memory, long at, int mtu) {
        write(memory, at, UNREACHABLE, FRAGMENTATION_NEEDED, mtu & 0xffff);
    }

    /// Writes the first 8 bytes of a parameter problem, with a checksum of zero.
    ///
    /// @param pointer the byte of the quoted packet that is wrong
    public static void writeParameterProblem(MemorySegment memory, long at, int pointer) {
        write(memory, at, PARAMETER_PROBLEM, 0, pointer << 24);
    }

    /// Writes the first 8 bytes of any message, with a checksum of zero.
    ///
    /// @param rest the 32 bits behind the checksum, 0 for most errors
    public static void write(MemorySegment memory, long at, int type, int code, int rest) {
        put32(memory, at, type << 24 | (code & 0xff) << 16);
        put32(memory, at + 4, rest);
    }

    /// The 32 bits behind the checksum.
    public static int rest(MemorySegment memory, long at) {
        return i32(memory, at + 4);
    }

    /// Fills in the checksum of the message that begins at `at` in the packet and ends with it.
    public static void fillChecksum(Packet packet, int at) {
        Checksum.fill(packet, at, CHECKSUM_OFFSET, 0);
    }
}
