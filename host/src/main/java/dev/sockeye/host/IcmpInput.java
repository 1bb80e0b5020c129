package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Extensions;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Malformed;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;

/// ICMP messages that come in: echoes are answered; errors go to the socket whose packet they quote.
final class IcmpInput {

    private final Host host;
    private final Ipv6Extensions quotedExtensions = new Ipv6Extensions();

    IcmpInput(Host host) {
        this.host = host;
    }

    /// Takes the packet over.
    void receiveV4(Arrival arrival, Packet packet, long now) {
        Counters counters = host.counters();
        counters.inc(Mib.IcmpInMsgs);
        Malformed malformed = Icmpv4.validate(packet, arrival.transport);
        if (malformed != null) {
            if (malformed == Malformed.BAD_CHECKSUM) counters.inc(Mib.IcmpInCsumErrors);
            counters.inc(Mib.IcmpInErrors);
            packet.release(host.pages());
            return;
        }
        int type = Icmpv4.type(packet.memory(0), packet.offset(0) + arrival.transport);
        switch (type) {
            case Icmpv4.ECHO -> {
                counters.inc(Mib.IcmpInEchos);
                boolean ignored = arrival.isUnicast()
                        ? host.sysctl().ipv4().icmp_echo_ignore_all != 0
                        : host.sysctl().ipv4().icmp_echo_ignore_broadcasts != 0;
                if (!ignored) host.icmpOutput().echoReply(arrival, packet, now);
            }
            case Icmpv4.ECHO_REPLY -> counters.inc(Mib.IcmpInEchoReps);
            case Icmpv4.UNREACHABLE -> {
                counters.inc(Mib.IcmpInDestUnreachs);
                errorV4(arrival, packet, now);
            }
            case Icmpv4.TIME_EXCEEDED -> {
                counters.inc(Mib.IcmpInTimeExcds);
                errorV4(arrival, packet, now);
            }
            case Icmpv4.PARAMETER_PROBLEM -> {
                counters.inc(Mib.IcmpInParmProbs);
                errorV4(arrival, packet, now);
            }
            // RFC 9293 3.9.2.2, MUST-55
            case Icmpv4.SOURCE_QUENCH -> counters.inc(Mib.IcmpInSrcQuenchs); // RFC 6633: ignored
            case Icmpv4.REDIRECT -> counters.inc(Mib.IcmpInRedirects); // no link layer, no redirects
            default -> {} // RFC 1122 3.2.2: an unknown type is silently discarded
        }
        packet.release(host.pages());
    }

    private void errorV4(Arrival arrival, Packet packet, long now) {
        packet.pull(packet.length(), host.pages());
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + arrival.transport;
        int quoted = at + Icmpv4.LENGTH;
        int available = packet.length(0) - arrival.transport - Icmpv4.LENGTH;
        int type = Icmpv4.type(memory, at);
        int code = Icmpv4.code(memory, at);
        // Linux (icmp_unreach): what became of fragments is nobody's matter.
        if (type == Icmpv4.TIME_EXCEEDED && code == Icmpv4.REASSEMBLY_TIME_EXCEEDED) return;
        boolean sound = Ipv4Header.validateQuoted(memory, quoted, available) == null
                && !(type == Icmpv4.UNREACHABLE && code > 15)
                && arrival.isUnicast();
        if (!sound) {
            host.counters().inc(Mib.IcmpInErrors);
            return;
        }
        IpAddress local = Ipv4Header.source(memory, quoted);
        IpAddress remote = Ipv4Header.destination(memory, quoted);
        int header = Ipv4Header.headerLength(memory, quoted);
        boolean tooBig = type == Icmpv4.UNREACHABLE && code == Icmpv4.FRAGMENTATION_NEEDED;
        boolean first = Ipv4Header.fragmentOffset(memory, quoted) == 0;
        if (!first || !host.addresses().isLocal(local)) return;
        if (tooBig && host.sysctl().ipv4().ip_no_pmtu_disc == 2) return;
        int mtu = tooBig ? Icmpv4.mtu(memory, at) : -1;
        Errno errno = IcmpError.errnoV4(type, code);
        boolean hard = IcmpError.isHardV4(type, code);
        // Linux gives up a half-open connection only where nobody can be reached (tcp_v4_err).
        boolean unreachable =
                type != Icmpv4.UNREACHABLE || code == Icmpv4.NET_UNREACHABLE || code == Icmpv4.HOST_UNREACHABLE;
        int protocol = Ipv4Header.protocol(memory, quoted);
        var message = new IcmpMessage(arrival.source(), type, code, errno, hard, unreachable, mtu);
        deliver(protocol, memory, quoted + header, local, remote, message, now);
    }

    /// Takes the packet over.
    void receiveV6(Arrival arrival, Packet packet, long now) {
        Counters counters = host.counters();
        counters.inc(Mib.Icmp6InMsgs);
        int pseudo = arrival.pseudoSum(packet.length() - arrival.transport);
        Malformed malformed = Icmpv6.validate(packet, arrival.transport, pseudo);
        if (malformed != null) {
            if (malformed == Malformed.BAD_CHECKSUM) counters.inc(Mib.Icmp6InCsumErrors);
            counters.inc(Mib.Icmp6InErrors);
            packet.release(host.pages());
            return;
        }
        int type = Icmpv6.type(packet.memory(0), packet.offset(0) + arrival.transport);
        switch (type) {
            case Icmpv6.ECHO -> {
                counters.inc(Mib.Icmp6InEchos);
                if (host.sysctl().ipv6().echo_ignore_all == 0) host.icmpOutput().echoReply(arrival, packet, now);
            }
            case Icmpv6.ECHO_REPLY -> counters.inc(Mib.Icmp6InEchoReplies);
            case Icmpv6.UNREACHABLE -> {
                counters.inc(Mib.Icmp6InDestUnreachs);
                errorV6(arrival, packet, now);
            }
            case Icmpv6.PACKET_TOO_BIG -> {
                counters.inc(Mib.Icmp6InPktTooBigs);
                errorV6(arrival, packet, now);
            }
            case Icmpv6.TIME_EXCEEDED -> {
                counters.inc(Mib.Icmp6InTimeExcds);
                errorV6(arrival, packet, now);
            }
            case Icmpv6.PARAMETER_PROBLEM -> {
                counters.inc(Mib.Icmp6InParmProblems);
                errorV6(arrival, packet, now);
            }
            default -> {} // RFC 4443 2.4 (b): unknown informational messages are silently discarded
        }
        packet.release(host.pages());
    }

    private void errorV6(Arrival arrival, Packet packet, long now) {
        packet.pull(packet.length(), host.pages());
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + arrival.transport;
        int quoted = at + Icmpv6.LENGTH;
        int available = packet.length(0) - arrival.transport - Icmpv6.LENGTH;
        boolean sound = Ipv6Header.validateQuoted(memory, quoted, available) == null
                && quotedExtensions.walk(memory, quoted, available) == null
                && available >= quotedExtensions.length() + 8
                && arrival.isUnicast();
        if (!sound) {
            host.counters().inc(Mib.Icmp6InErrors);
            return;
        }
        IpAddress local = Ipv6Header.source(memory, quoted);
        IpAddress remote = Ipv6Header.destination(memory, quoted);
        if (!host.addresses().isLocal(local)) return;
        int type = Icmpv6.type(memory, at);
        int code = Icmpv6.code(memory, at);
        int mtu = type == Icmpv6.PACKET_TOO_BIG ? (int) Math.min(Icmpv6.mtu(memory, at) & 0xffff_ffffL, 65536) : -1;
        Errno errno = IcmpError.errnoV6(type, code);
        boolean hard = IcmpError.isHardV6(type, code);
        int transport = quoted + quotedExtensions.length();
        var message = new IcmpMessage(arrival.source(), type, code, errno, hard, hard, mtu);
        deliver(quotedExtensions.protocol(), memory, transport, local, remote, message, now);
    }

    private void deliver(
            int protocol,
            MemorySegment memory,
            long transport,
            IpAddress local,
            IpAddress remote,
            IcmpMessage message,
            long now) {
        if (protocol != IpProtocol.TCP && protocol != IpProtocol.UDP) return;
        // Both protocols begin with the two ports.
        var from = new TransportAddress(local, TcpHeader.sourcePort(memory, transport));
        var to = new TransportAddress(remote, TcpHeader.destinationPort(memory, transport));
        if (protocol == IpProtocol.UDP) {
            host.udpInput().onIcmpError(from, to, message, now);
            return;
        }
        int sequence = TcpHeader.sequence(memory, transport);
        host.tcpInput().onIcmpError(from, to, sequence, message, now);
    }
}
