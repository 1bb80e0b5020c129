package dev.sockeye.host;

import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/// ICMP messages that this host sends: echo replies, and errors about packets that it could not use.
final class IcmpOutput {

    /// RFC 1812 4.3.2.3: an ICMP error has at most 576 bytes altogether.
    private static final int MOST_V4 = 576;

    private final Host host;
    private final IcmpRateLimit limit;

    IcmpOutput(Host host, RandomGenerator random) {
        this.host = host;
        this.limit = new IcmpRateLimit(host.sysctl(), random);
    }

    /// Answers a packet with an error, unless the rules or the rate limit forbid it; the packet stays the
    /// caller's.
    ///
    /// @param rest the 32 bits behind the checksum: a pointer (IPv6's; IPv4's in its upper byte), an MTU, or 0
    void error(Arrival arrival, Packet about, int type, int code, int rest, long now) {
        if (!mayAnswer(arrival, about, type)) return;
        if (!isWithinLimits(arrival, type, code, now)) return;
        int header = IpOutput.headerLength(arrival.v4) + Icmpv4.LENGTH;
        int most = arrival.v4 ? MOST_V4 : Icmpv6.MAX_ERROR_PACKET;
        int quoted = Math.min(about.length(), most - header);
        Packet packet = host.pages().takePacket();
        Page page = host.pages().take(header + quoted);
        MemorySegment memory = page.memory();
        about.copyTo(0, memory, header, quoted);
        packet.add(page, 0, header + quoted);
        if (arrival.v4) Icmpv4.write(memory, Ipv4Header.MIN_LENGTH, type, code, rest);
        else Icmpv6.write(memory, IpOutput.headerLength(false), type, code, rest);
        countOut(arrival.v4, type);
        // RFC 1812 4.3.2.5: errors have precedence "internetwork control".
        int trafficClass = arrival.v4 ? arrival.trafficClass & 0x1e | 0xc0 : 0;
        IpAddress from = arrival.destination();
        IpAddress to = arrival.source();
        send(packet, from, to, trafficClass, now);
    }

    /// RFC 1122 3.2.2, RFC 4443 2.4 (e): never about an ICMP error, to or about a group or broadcast, nor about a
    /// fragment other than the first.
    private boolean mayAnswer(Arrival arrival, Packet about, int type) {
        boolean groupMayBe =
                !arrival.v4 && type == Icmpv6.PACKET_TOO_BIG || !arrival.v4 && type == Icmpv6.PARAMETER_PROBLEM;
        if (!arrival.isUnicast() && !(groupMayBe && arrival.kind == LocalAddresses.Kind.MULTICAST)) return false;
        if (LocalAddresses.isMulticast(arrival.sourceHigh, arrival.sourceLow)) return false;
        if (host.addresses().isBroadcast(arrival.source()) || arrival.source().isAny()) return false;
        MemorySegment memory = about.memory(0);
        long at = about.offset(0);
        if (arrival.v4 && Ipv4Header.fragmentOffset(memory, at) != 0) return false;
        int protocol = arrival.v4 ? Ipv4Header.protocol(memory, at) : arrival.protocol;
        boolean icmp = protocol == (arrival.v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6);
        int transport = arrival.v4 ? Ipv4Header.headerLength(memory, at) : arrival.transport;
        if (!icmp || about.length(0) <= transport) return true;
        int aboutType = Icmpv4.type(memory, at + transport);
        return arrival.v4 ? !Icmpv4.isError(aboutType) : !Icmpv6.isError(aboutType);
    }

    /// Linux: a type that `icmp_ratemask` names, and that is not for this very host.
    private boolean isWithinLimits(Arrival arrival, int type, int code, long now) {
        boolean masked = arrival.v4
                ? type < 32
                        && (host.sysctl().ipv4().icmp_ratemask >>> type & 1) != 0
                        && !(type == Icmpv4.UNREACHABLE && code == Icmpv4.FRAGMENTATION_NEEDED)
                : Icmpv6.isError(type) && type != Icmpv6.PACKET_TOO_BIG;
        if (!masked || host.addresses().isLocal(arrival.sourceHigh, arrival.sourceLow)) return true;
        if (!limit.allowsAny(now)) {
            if (arrival.v4) host.counters().inc(Mib.IcmpOutRateLimitGlobal);
            return false;
        }
        if (!limit.allows(arrival.sourceHigh, arrival.sourceLow, arrival.v4, now)) {
            host.counters().inc(arrival.v4 ? Mib.IcmpOutRateLimitHost : Mib.Icmp6OutRateLimitHost);
            return false;
        }
        return true;
    }

    /// RFC 1122 3.2.2.6, RFC 4443 4.2: the data of an echo goes back as it came; the packet stays the caller's.
    void echoReply(Arrival arrival, Packet echo, long now) {
        MemorySegment from = echo.memory(0);
        int at = echo.offset(0) + arrival.transport;
        int header = IpOutput.headerLength(arrival.v4);
        Packet packet = host.pages().takePacket();
        Page page = host.pages().take(header + Icmpv4.LENGTH);
        MemorySegment memory = page.memory();
        packet.add(page, 0, header + Icmpv4.LENGTH);
        int id = Icmpv4.identifier(from, at);
        int sequence = Icmpv4.sequence(from, at);
        if (arrival.v4) Icmpv4.writeEcho(memory, header, Icmpv4.ECHO_REPLY, id, sequence);
        else Icmpv6.writeEcho(memory, header, Icmpv6.ECHO_REPLY, id, sequence);
        shareData(echo, arrival.transport + Icmpv4.LENGTH, packet);
        IpAddress source = arrival.destination();
        if (!arrival.isUnicast()) {
            // RFC 1122 3.2.2.6: a reply to a group's echo comes from a unicast address.
            Path path = host.path(arrival.source(), null, now);
            source = path.source();
        }
        host.counters().inc(arrival.v4 ? Mib.IcmpOutEchoReps : Mib.Icmp6OutEchoReplies);
        send(packet, source, arrival.source(), arrival.trafficClass & ~3, now);
    }

    /// Appends what `from` has from `at` on, without copying; what does not fit into the list of slices is copied.
    private void shareData(Packet from, int at, Packet to) {
        if (from.slices() == Packet.MAX_SLICES) {
            Page page = host.pages().take(from.length() - at);
            from.copyTo(at, page.memory(), 0, from.length() - at);
            to.add(page, 0, from.length() - at);
            return;
        }
        for (int i = 0; i < from.slices(); i++) {
            int skip = Math.min(at, from.length(i));
            at -= skip;
            if (skip == from.length(i)) continue;
            from.page(i).retain();
            to.add(from.page(i), from.offset(i) + skip, from.length(i) - skip);
        }
    }

    private void send(Packet packet, IpAddress source, IpAddress destination, int trafficClass, long now) {
        boolean v4 = destination.isV4();
        host.counters().inc(v4 ? Mib.IcmpOutMsgs : Mib.Icmp6OutMsgs);
        Path path = host.path(destination, null, now);
        Errno error = path.error();
        if (error != null) {
            host.counters().inc(v4 ? Mib.IpOutNoRoutes : Mib.Ip6OutNoRoutes);
            packet.release(host.pages());
            return;
        }
        int header = IpOutput.headerLength(v4);
        if (v4) {
            Icmpv4.fillChecksum(packet, header);
        } else {
            int length = packet.length() - header;
            int pseudo = Checksum.pseudo(source, destination, IpProtocol.ICMPV6, length);
            Icmpv6.fillChecksum(packet, header, pseudo);
        }
        int protocol = v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        int hopLimit = host.defaultHopLimit(v4);
        host.ipOutput()
                .send(packet, source, destination, protocol, trafficClass, hopLimit, false, path.out(), path.mtu());
    }

    private void countOut(boolean v4, int type) {
        Counters counters = host.counters();
        if (v4) {
            switch (type) {
                case Icmpv4.UNREACHABLE -> counters.inc(Mib.IcmpOutDestUnreachs);
                case Icmpv4.TIME_EXCEEDED -> counters.inc(Mib.IcmpOutTimeExcds);
                case Icmpv4.PARAMETER_PROBLEM -> counters.inc(Mib.IcmpOutParmProbs);
                default -> {}
            }
        } else {
            switch (type) {
                case Icmpv6.UNREACHABLE -> counters.inc(Mib.Icmp6OutDestUnreachs);
                case Icmpv6.PACKET_TOO_BIG -> counters.inc(Mib.Icmp6OutPktTooBigs);
                case Icmpv6.TIME_EXCEEDED -> counters.inc(Mib.Icmp6OutTimeExcds);
                case Icmpv6.PARAMETER_PROBLEM -> counters.inc(Mib.Icmp6OutParmProblems);
                default -> {}
            }
        }
    }
}
