package dev.sockeye.wire;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a host does with an arriving packet as far as this floor goes: each validation in its turn, and behind one
/// that passes every accessor.
final class Border {

    private final Pages pages;
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final TcpOptions options = new TcpOptions();

    /// The sum of all that was read, so that reading is not optimised away.
    long sum;

    Border(Pages pages) {
        this.pages = pages;
    }

    /// Takes a packet in, cuts it to its length, and says why it is refused, or null.
    @Nullable
    Malformed arrive(Packet packet) {
        if (packet.slices() == 0) return Ipv4Header.validate(packet);
        boolean v6 = packet.length(0) > 0 && Ipv6Header.version(packet.memory(0), packet.offset(0)) == 6;
        return v6 ? arriveV6(packet) : arriveV4(packet);
    }

    private @Nullable Malformed arriveV4(Packet packet) {
        Malformed why = Ipv4Header.validate(packet);
        if (why != null) return why;
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0);
        readV4(memory, at);
        packet.truncate(Ipv4Header.totalLength(memory, at), pages);
        if (Ipv4Header.isFragment(memory, at)) return null;
        int header = Ipv4Header.headerLength(memory, at);
        int protocol = Ipv4Header.protocol(memory, at);
        int length = packet.length() - header;
        return transport(packet, header, protocol, Ipv4Header.pseudoSum(memory, at, protocol, length), false);
    }

    private void readV4(MemorySegment memory, int at) {
        sum += Ipv4Header.tos(memory, at) + Ipv4Header.ecn(memory, at) + Ipv4Header.identification(memory, at);
        sum += Ipv4Header.fragmentOffset(memory, at) + Ipv4Header.ttl(memory, at) + Ipv4Header.checksum(memory, at);
        sum += Ipv4Header.sourceBits(memory, at) + Ipv4Header.destinationBits(memory, at);
        sum += Ipv4Options.problem(memory, at);
        sum += Ipv4Options.asksForRoute(memory, at) ? 1 : 0;
    }

    private @Nullable Malformed arriveV6(Packet packet) {
        Malformed why = Ipv6Header.validate(packet);
        if (why != null) return why;
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0);
        packet.truncate(Ipv6Header.totalLength(memory, at), pages);
        sum += Ipv6Header.trafficClass(memory, at) + Ipv6Header.flowLabel(memory, at) + Ipv6Header.hopLimit(memory, at);
        sum += Ipv6Header.sourceLow(memory, at) + Ipv6Header.destinationHigh(memory, at);
        why = extensions.walk(packet);
        sum += extensions.problemCode() + extensions.problemPointer();
        if (why != null) return why;
        if (extensions.fragmentHeader() >= 0) readFragment(memory, at + extensions.fragmentHeader());
        if (extensions.isFragment()) return null;
        int header = extensions.length();
        int protocol = extensions.protocol();
        int pseudo = Ipv6Header.pseudoSum(memory, at, protocol, packet.length() - header);
        return transport(packet, header, protocol, pseudo, true);
    }

    private void readFragment(MemorySegment memory, int at) {
        sum += Ipv6Header.fragmentNextHeader(memory, at) + Ipv6Header.fragmentOffset(memory, at);
        sum += Ipv6Header.fragmentIdentification(memory, at) + (Ipv6Header.moreFragments(memory, at) ? 1 : 0);
    }

    private @Nullable Malformed transport(Packet packet, int at, int protocol, int pseudo, boolean v6) {
        return switch (protocol) {
            case IpProtocol.TCP -> tcp(packet, at, pseudo);
            case IpProtocol.UDP -> udp(packet, at, pseudo, v6);
            case IpProtocol.ICMP -> icmpv4(packet, at);
            case IpProtocol.ICMPV6 -> icmpv6(packet, at, pseudo);
            default -> null;
        };
    }

    private @Nullable Malformed tcp(Packet packet, int at, int pseudo) {
        Malformed why = TcpHeader.validate(packet, at, pseudo);
        if (why != null) return why;
        MemorySegment memory = packet.memory(0);
        int place = packet.offset(0) + at;
        sum += TcpHeader.ports(memory, place) + TcpHeader.sequence(memory, place) + TcpHeader.flags(memory, place);
        sum += TcpHeader.acknowledgment(memory, place) + TcpHeader.window(memory, place);
        sum += TcpHeader.urgentPointer(memory, place) + TcpHeader.checksum(memory, place);
        options.parse(memory, place);
        sum += options.present() + options.mss() + options.windowScale() + options.tsVal() + options.fastOpenLength();
        for (int i = 0; i < options.sackBlocks(); i++) sum += options.sackLeft(i) - options.sackRight(i);
        for (int i = 0; i < options.accEcnFields(); i++) sum += options.accEcnCounter(i);
        return null;
    }

    private @Nullable Malformed udp(Packet packet, int at, int pseudo, boolean v6) {
        Malformed why = UdpHeader.validate(packet, at, pseudo, v6);
        if (why != null) return why;
        MemorySegment memory = packet.memory(0);
        int place = packet.offset(0) + at;
        sum += UdpHeader.ports(memory, place) + UdpHeader.checksum(memory, place);
        packet.truncate(at + UdpHeader.length(memory, place), pages);
        return null;
    }

    private @Nullable Malformed icmpv4(Packet packet, int at) {
        Malformed why = Icmpv4.validate(packet, at);
        if (why != null) return why;
        MemorySegment memory = packet.memory(0);
        int place = packet.offset(0) + at;
        sum += Icmpv4.code(memory, place) + Icmpv4.identifier(memory, place) + Icmpv4.rest(memory, place);
        if (!Icmpv4.isError(Icmpv4.type(memory, place))) return null;
        int quote = place + Icmpv4.LENGTH;
        why = Ipv4Header.validateQuoted(memory, quote, packet.length(0) - at - Icmpv4.LENGTH);
        if (why != null) return why;
        readV4(memory, quote);
        int transport = quote + Ipv4Header.headerLength(memory, quote);
        sum += TcpHeader.ports(memory, transport) + TcpHeader.sequence(memory, transport);
        return null;
    }

    private @Nullable Malformed icmpv6(Packet packet, int at, int pseudo) {
        Malformed why = Icmpv6.validate(packet, at, pseudo);
        if (why != null) return why;
        MemorySegment memory = packet.memory(0);
        int place = packet.offset(0) + at;
        sum += Icmpv6.code(memory, place) + Icmpv6.sequence(memory, place) + Icmpv6.mtu(memory, place);
        if (!Icmpv6.isError(Icmpv6.type(memory, place))) return null;
        int quote = place + Icmpv6.LENGTH;
        int available = packet.length(0) - at - Icmpv6.LENGTH;
        why = Ipv6Header.validateQuoted(memory, quote, available);
        if (why != null) return why;
        why = extensions.walk(memory, quote, available);
        if (why != null || extensions.length() + 8 > available) return why;
        sum += TcpHeader.ports(memory, quote + extensions.length());
        return null;
    }
}
