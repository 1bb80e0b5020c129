package dev.sockeye.wire;

import static dev.sockeye.wire.NetworkOrder.i64;
import static dev.sockeye.wire.NetworkOrder.u8;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The walk over IPv6's extension headers (RFC 8200 4) to what the packet carries. Mutable and reused; after a
/// [#walk] that returned null its getters tell where the transport's header begins. After one that returned a reason,
/// [#problemCode] and [#problemPointer] are what an ICMPv6 parameter problem would say (RFC 4443 3.4).
///
/// Hop-by-hop options, routing, destination options and the fragment header are walked; AH and ESP are protocols of
/// which this stack knows the number only. The walk ends at a fragment header, except at one that is of a whole
/// datagram (RFC 6946): behind it, in fragments, need not be headers at all.
public final class Ipv6Extensions {

    /// No parameter problem is to be sent: the packet is silently discarded.
    public static final int SILENT = -1;

    /// Extension headers in one packet at most; Linux has no limit but the packet's length.
    public static final int MAX_HEADERS = 16;

    /// Options in one header at most, padding not counted (Linux: `max_dst_opts_number`, `max_hbh_opts_number`).
    public static final int MAX_OPTIONS = 8;

    private static final int PAD1 = 0;
    private static final int PADN = 1;

    /// Linux: padding of more bytes than alignment can need, or of bytes other than 0, is a covert channel, and
    /// dropped.
    private static final int MAX_PADDING = 7;

    private int protocol;
    private int protocolField;
    private int length;
    private int fragmentHeader;
    private int problemCode;
    private int problemPointer;

    /// A walker that has not walked yet.
    public Ipv6Extensions() {}

    /// What the packet carries: one of [IpProtocol], or another; [IpProtocol#FRAGMENT] of a fragment.
    public int protocol() {
        return protocol;
    }

    /// Where the field stands that named the protocol, bytes from the IPv6 header's begin: the pointer of an ICMPv6
    /// "unrecognized next header".
    public int protocolField() {
        return protocolField;
    }

    /// Bytes of the IPv6 header and the extension headers: where the transport's header begins, or, of a fragment,
    /// its fragment header.
    public int length() {
        return length;
    }

    /// Where the fragment header is, bytes from the IPv6 header's begin, or -1 without one; also told of a fragment
    /// header of a whole datagram, which the walk goes past.
    public int fragmentHeader() {
        return fragmentHeader;
    }

    /// Whether the packet is a part of a datagram, not all of it.
    public boolean isFragment() {
        return protocol == IpProtocol.FRAGMENT;
    }

    /// The code of an ICMPv6 parameter problem that fits the reason for refusal, or [#SILENT].
    public int problemCode() {
        return problemCode;
    }

    /// The pointer of an ICMPv6 parameter problem: bytes from the IPv6 header's begin.
    public int problemPointer() {
        return problemPointer;
    }

    /// Walks the headers of a packet that [Ipv6Header#validate(Packet)] has let pass.
    ///
    /// @return why it is refused, or null
    public @Nullable Malformed walk(Packet packet) {
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        return walk(memory, at, Math.min(packet.length(0), Ipv6Header.totalLength(memory, at)));
    }

    /// Walks the headers of a packet at `at`, such as one quoted in an ICMPv6 error.
    ///
    /// @param available bytes that lie there in one piece and belong to it, at least [Ipv6Header#LENGTH]
    public @Nullable Malformed walk(MemorySegment memory, long at, int available) {
        begin(Ipv6Header.nextHeader(memory, at));
        for (int headers = 0; ; headers++) {
            switch (protocol) {
                case IpProtocol.HOP_BY_HOP -> {
                    // RFC 8200 4.1: only immediately after the IPv6 header; elsewhere it is an unknown protocol.
                    if (length != Ipv6Header.LENGTH) return refuse(Malformed.MISPLACED_HEADER, 1, protocolField);
                }
                case IpProtocol.ROUTING, IpProtocol.DESTINATION_OPTIONS, IpProtocol.FRAGMENT -> {}
                default -> {
                    return null;
                }
            }
            if (headers == MAX_HEADERS) return refuse(Malformed.TOO_MANY_HEADERS, SILENT, 0);
            if (available < length + 8) return refuse(Malformed.SHORT_HEADER, SILENT, 0);
            if (protocol == IpProtocol.FRAGMENT) {
                fragmentHeader = length;
                if (isPart(memory, at + length)) return null;
                advance(memory, at, 8);
                continue;
            }
            int size = u8(memory, at + length + 1) + 1 << 3;
            if (available < length + size) return refuse(Malformed.SHORT_HEADER, SILENT, 0);
            Malformed inside = protocol == IpProtocol.ROUTING
                    ? checkRouting(memory, at)
                    : checkOptions(memory, at, length + 2, length + size);
            if (inside != null) return inside;
            advance(memory, at, size);
        }
    }

    private void begin(int nextHeader) {
        protocol = nextHeader;
        protocolField = 6;
        length = Ipv6Header.LENGTH;
        fragmentHeader = -1;
        problemCode = SILENT;
        problemPointer = 0;
    }

    private void advance(MemorySegment memory, long at, int size) {
        protocol = u8(memory, at + length);
        protocolField = length;
        length += size;
    }

    private static boolean isPart(MemorySegment memory, long at) {
        return Ipv6Header.fragmentOffset(memory, at) != 0 || Ipv6Header.moreFragments(memory, at);
    }

    private Malformed refuse(Malformed why, int code, int pointer) {
        problemCode = code;
        problemPointer = pointer;
        return why;
    }

    /// RFC 8200 4.4: a routing header with no segments left is passed over; with some left, and of an unknown type,
    /// it is answered with a parameter problem that points at the type. Type 0 is unknown on purpose (RFC 5095).
    private @Nullable Malformed checkRouting(MemorySegment memory, long at) {
        int segmentsLeft = u8(memory, at + length + 3);
        return segmentsLeft == 0 ? null : refuse(Malformed.UNKNOWN_ROUTING, 0, length + 2);
    }

    /// The options of a hop-by-hop or destination options header, from `from` to `end` (RFC 8200 4.2).
    private @Nullable Malformed checkOptions(MemorySegment memory, long at, int from, int end) {
        int padding = 0;
        int options = 0;
        while (from < end) {
            int type = u8(memory, at + from);
            int size = type == PAD1 ? 1 : from + 1 < end ? u8(memory, at + from + 1) + 2 : 2;
            if (from + size > end) return refuse(Malformed.BAD_OPTION, SILENT, 0);
            if (type == PAD1 || type == PADN) {
                padding += size;
                if (padding > MAX_PADDING || !isZero(memory, at + from + 2, at + from + size)) {
                    return refuse(Malformed.BAD_OPTION, SILENT, 0);
                }
            } else {
                padding = 0;
                if (++options > MAX_OPTIONS) return refuse(Malformed.TOO_MANY_HEADERS, SILENT, 0);
                if (type >>> 6 != 0) return refuseOption(memory, at, from, type);
            }
            from += size;
        }
        return null;
    }

    private static boolean isZero(MemorySegment memory, long from, long end) {
        for (long at = from; at < end; at++) {
            if (u8(memory, at) != 0) return false;
        }
        return true;
    }

    /// RFC 8200 4.2: the two highest bits of an unknown option's type say what is to be done about it.
    private Malformed refuseOption(MemorySegment memory, long at, int offset, int type) {
        boolean multicast = i64(memory, at + 24) >>> 56 == 0xff;
        boolean answer = type >>> 6 == 2 || type >>> 6 == 3 && !multicast;
        return refuse(Malformed.UNKNOWN_OPTION, answer ? 2 : SILENT, offset);
    }
}
