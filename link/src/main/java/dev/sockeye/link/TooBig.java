package dev.sockeye.link;

import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import dev.sockeye.wire.PagePool;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a router does with a packet that is longer than the next link takes: fragments of an IPv4 packet that allows
/// them, an ICMP error for any other. The router speaks with the destination's address, having none of its own.
final class TooBig {

    /// RFC 1812 4.3.2.3: as much of the packet as fits into 576 bytes.
    private static final int MAX_V4_ERROR = 576;

    private static final int HOPS = 64;

    private TooBig() {}

    /// The ICMP error about a packet; null where none may be sent.
    static @Nullable Packet answer(Packet packet, int mtu, PagePool pool) {
        Checksum.complete(packet);
        if (Ipv4Header.validate(packet) == null) return answerV4(packet, mtu, pool);
        return Ipv6Header.validate(packet) == null ? answerV6(packet, mtu, pool) : null;
    }

    private static @Nullable Packet answerV4(Packet packet, int mtu, PagePool pool) {
        MemorySegment from = packet.memory(0);
        long at = packet.offset(0);
        // RFC 1122 3.2.2, MUST NOT: no error about an ICMP error, nor about a fragment that is not the first.
        if (Ipv4Header.fragmentOffset(from, at) > 0 || isIcmpError(packet, from, at)) return null;
        int quoted = Math.min(packet.length(), MAX_V4_ERROR - Ipv4Header.MIN_LENGTH - Icmpv4.LENGTH);
        int length = Ipv4Header.MIN_LENGTH + Icmpv4.LENGTH + quoted;
        Packet error = pool.takePacket();
        Page page = pool.take(length);
        error.add(page, 0, length);
        MemorySegment to = page.memory();
        int source = Ipv4Header.destinationBits(from, at);
        int destination = Ipv4Header.sourceBits(from, at);
        Ipv4Header.write(to, 0, 0, length, 0, 0, HOPS, IpProtocol.ICMP, source, destination);
        Icmpv4.writeFragmentationNeeded(to, Ipv4Header.MIN_LENGTH, mtu);
        packet.copyTo(0, to, Ipv4Header.MIN_LENGTH + Icmpv4.LENGTH, quoted);
        Icmpv4.fillChecksum(error, Ipv4Header.MIN_LENGTH);
        return error;
    }

    private static boolean isIcmpError(Packet packet, MemorySegment from, long at) {
        int header = Ipv4Header.headerLength(from, at);
        return Ipv4Header.protocol(from, at) == IpProtocol.ICMP
                && packet.length(0) > header
                && Icmpv4.isError(Icmpv4.type(from, at + header));
    }

    private static @Nullable Packet answerV6(Packet packet, int mtu, PagePool pool) {
        MemorySegment from = packet.memory(0);
        long at = packet.offset(0);
        int header = Ipv6Header.LENGTH;
        // RFC 4443 2.4(e), MUST NOT
        if (Ipv6Header.nextHeader(from, at) == IpProtocol.ICMPV6
                && packet.length(0) > header
                && Icmpv6.isError(Icmpv6.type(from, at + header))) {
            return null;
        }
        int quoted = Math.min(packet.length(), Icmpv6.MAX_ERROR_PACKET - header - Icmpv6.LENGTH);
        int payload = Icmpv6.LENGTH + quoted;
        Packet error = pool.takePacket();
        Page page = pool.take(header + payload);
        error.add(page, 0, header + payload);
        MemorySegment to = page.memory();
        Ipv6Header.write(
                to,
                0,
                0,
                0,
                payload,
                IpProtocol.ICMPV6,
                HOPS,
                Ipv6Header.destination(from, at),
                Ipv6Header.source(from, at));
        Icmpv6.write(to, header, Icmpv6.PACKET_TOO_BIG, 0, mtu);
        packet.copyTo(0, to, header + Icmpv6.LENGTH, quoted);
        Icmpv6.fillChecksum(error, header, Ipv6Header.pseudoSum(to, 0, IpProtocol.ICMPV6, payload));
        return error;
    }

    /// Whether a router may cut the packet into fragments.
    static boolean mayFragment(Packet packet) {
        return Ipv4Header.validate(packet) == null && !Ipv4Header.dontFragment(packet.memory(0), packet.offset(0));
    }

    /// The fragment of a packet that [may be cut][#mayFragment] whose data begins at `done` of the packet's own.
    static Packet fragment(Packet packet, int done, int mtu, PagePool pool) {
        Checksum.complete(packet);
        MemorySegment from = packet.memory(0);
        long at = packet.offset(0);
        int header = Ipv4Header.headerLength(from, at);
        int left = packet.length() - header - done;
        int count = Math.min(left, (mtu - header) & ~7);
        Packet fragment = pool.takePacket();
        Page page = pool.take(header + count);
        fragment.add(page, 0, header + count);
        packet.copyTo(0, page.memory(), 0, header);
        packet.copyTo(header + done, page.memory(), header, count);
        boolean more = count < left || Ipv4Header.moreFragments(from, at);
        int offset = (Ipv4Header.fragmentOffset(from, at) + done) >>> 3;
        Ipv4Header.setFragment(page.memory(), 0, header + count, offset | (more ? Ipv4Header.MORE_FRAGMENTS : 0));
        return fragment;
    }

    /// Bytes of data in an IPv4 packet.
    static int dataLength(Packet packet) {
        return packet.length() - Ipv4Header.headerLength(packet.memory(0), packet.offset(0));
    }
}
