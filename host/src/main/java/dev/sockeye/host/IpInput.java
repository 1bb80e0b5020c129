package dev.sockeye.host;

import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Extensions;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Malformed;
import dev.sockeye.wire.Packet;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Packets that come in: looked over, counted, put together where they are fragments, and handed to their
/// protocol. What is not for this host is dropped, for it forwards nothing.
final class IpInput {

    private final Host host;
    private final Arrival arrival;
    private final Ipv6Extensions extensions = new Ipv6Extensions();

    IpInput(Host host, Interface lo) {
        this.host = host;
        this.arrival = new Arrival(lo);
    }

    /// Takes the packet over.
    ///
    /// @param own whether this host sent it to itself
    void receive(Interface in, Packet packet, boolean own, long now) {
        if (!in.isUp() || packet.length() == 0) {
            packet.release(host.pages());
            return;
        }
        arrival.in = in;
        if (Ipv4Header.version(packet.memory(0), packet.offset(0)) == 6) receiveV6(packet, own, now);
        else receiveV4(packet, own, now);
    }

    // ---------------------------------------------------------------- IPv4

    private void receiveV4(Packet packet, boolean own, long now) {
        Counters counters = host.counters();
        counters.inc(Mib.IpInReceives);
        counters.add(Mib.IpExtInOctets, packet.length());
        Malformed malformed = Ipv4Header.validate(packet);
        if (malformed != null) {
            countMalformedV4(malformed);
            packet.release(host.pages());
            return;
        }
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        packet.truncate(Ipv4Header.totalLength(memory, at), host.pages());
        Arrival arrival = this.arrival;
        arrival.v4 = true;
        arrival.setV4Addresses(Ipv4Header.sourceBits(memory, at), Ipv4Header.destinationBits(memory, at));
        arrival.trafficClass = Ipv4Header.tos(memory, at);
        countEcnV4(arrival.trafficClass & 3);
        Mib refused = refusalV4(memory, at, own);
        if (refused != null) {
            counters.inc(refused);
            packet.release(host.pages());
            return;
        }
        if (!Ipv4Header.isFragment(memory, at)) {
            deliverV4(packet, now);
            return;
        }
        Packet whole = host.reassembly().addV4(arrival, packet, now);
        if (whole != null) deliverV4(whole, now);
    }

    private void countMalformedV4(Malformed malformed) {
        if (malformed == Malformed.TRUNCATED) {
            host.counters().inc(Mib.IpExtInTruncatedPkts);
            return;
        }
        if (malformed == Malformed.BAD_CHECKSUM) host.counters().inc(Mib.IpExtInCsumErrors);
        host.counters().inc(Mib.IpInHdrErrors);
    }

    private void countEcnV4(int ecn) {
        host.counters()
                .inc(
                        switch (ecn) {
                            case 0 -> Mib.IpExtInNoECTPkts;
                            case 1 -> Mib.IpExtInECT1Pkts;
                            case 2 -> Mib.IpExtInECT0Pkts;
                            default -> Mib.IpExtInCEPkts;
                        });
    }

    /// Why a packet with a sound header is dropped all the same: the counter to count it in, or null.
    private @Nullable Mib refusalV4(MemorySegment memory, long at, boolean own) {
        arrival.kind = host.addresses().kindOf(arrival.destinationHigh, arrival.destinationLow, arrival.in);
        // RFC 1122 3.2.1.8 (c): Linux refuses source routes, accept_source_route being 0.
        if (Ipv4Header.headerLength(memory, at) > Ipv4Header.MIN_LENGTH && hasSourceRoute(memory, at)) {
            return Mib.IpInHdrErrors;
        }
        if (arrival.kind == LocalAddresses.Kind.OTHER) return Mib.IpInAddrErrors;
        if (!own && isMartian()) return Mib.IpInAddrErrors;
        return null;
    }

    /// RFC 1812 5.3.7 and Linux's `ip_route_input_slow`: a source that is a group, broadcast, loopback, nobody, or
    /// this host itself cannot have sent a packet that comes in from outside; nor is 127.0.0.0/8 reached from
    /// there. RFC 9293 3.9.2.3, MUST-63
    private boolean isMartian() {
        int source = (int) arrival.sourceLow;
        if (source >>> 28 == 0xe || source == -1) return true;
        if (source >>> 24 == 0) return !(source == 0 && arrival.kind != LocalAddresses.Kind.LOCAL);
        if (arrival.in.isLoopback()) return false;
        if (source >>> 24 == 127 || (int) arrival.destinationLow >>> 24 == 127) return true;
        return host.addresses().isLocal(arrival.sourceHigh, arrival.sourceLow);
    }

    private static boolean hasSourceRoute(MemorySegment memory, long at) {
        int length = Ipv4Header.headerLength(memory, at);
        for (int i = Ipv4Header.MIN_LENGTH; i < length; ) {
            int type = memory.get(ValueLayout.JAVA_BYTE, at + i) & 0xff;
            if (type == 0) return false;
            if (type == 131 || type == 137) return true;
            int size = type == 1 || i + 1 == length ? 1 : memory.get(ValueLayout.JAVA_BYTE, at + i + 1) & 0xff;
            i += Math.max(1, size);
        }
        return false;
    }

    /// A whole datagram for this host. The address fields of [#arrival] are set.
    private void deliverV4(Packet packet, long now) {
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        arrival.protocol = Ipv4Header.protocol(memory, at);
        // RFC 9293 3.9.2, MUST-50: options are passed over.
        arrival.transport = Ipv4Header.headerLength(memory, at);
        arrival.hopLimit = Ipv4Header.ttl(memory, at);
        arrival.trafficClass = Ipv4Header.tos(memory, at);
        switch (arrival.protocol) {
            case IpProtocol.TCP -> host.tcpInput().receive(arrival, packet, now);
            case IpProtocol.UDP -> host.udpInput().receive(arrival, packet, now);
            case IpProtocol.ICMP -> host.icmpInput().receiveV4(arrival, packet, now);
            default -> {
                // RFC 1122 3.2.2.1: a destination host SHOULD send protocol unreachable.
                host.counters().inc(Mib.IpInUnknownProtos);
                host.icmpOutput().error(arrival, packet, Icmpv4.UNREACHABLE, Icmpv4.PROTOCOL_UNREACHABLE, 0, now);
                packet.release(host.pages());
                return;
            }
        }
        host.counters().inc(Mib.IpInDelivers);
    }

    // ---------------------------------------------------------------- IPv6

    private void receiveV6(Packet packet, boolean own, long now) {
        Counters counters = host.counters();
        counters.inc(Mib.Ip6InReceives);
        counters.add(Mib.Ip6InOctets, packet.length());
        Malformed malformed = Ipv6Header.validate(packet);
        if (malformed != null) {
            counters.inc(malformed == Malformed.TRUNCATED ? Mib.Ip6InTruncatedPkts : Mib.Ip6InHdrErrors);
            packet.release(host.pages());
            return;
        }
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        packet.truncate(Ipv6Header.totalLength(memory, at), host.pages());
        Arrival arrival = this.arrival;
        arrival.v4 = false;
        arrival.sourceHigh = Ipv6Header.sourceHigh(memory, at);
        arrival.sourceLow = Ipv6Header.sourceLow(memory, at);
        arrival.destinationHigh = Ipv6Header.destinationHigh(memory, at);
        arrival.destinationLow = Ipv6Header.destinationLow(memory, at);
        arrival.trafficClass = Ipv6Header.trafficClass(memory, at);
        countEcnV6(arrival.trafficClass & 3);
        Mib refused = refusalV6(own);
        if (refused != null) {
            counters.inc(refused);
            packet.release(host.pages());
            return;
        }
        deliverV6(packet, now);
    }

    private void countEcnV6(int ecn) {
        host.counters()
                .inc(
                        switch (ecn) {
                            case 0 -> Mib.Ip6InNoECTPkts;
                            case 1 -> Mib.Ip6InECT1Pkts;
                            case 2 -> Mib.Ip6InECT0Pkts;
                            default -> Mib.Ip6InCEPkts;
                        });
    }

    private @Nullable Mib refusalV6(boolean own) {
        Arrival arrival = this.arrival;
        arrival.kind = host.addresses().kindOf(arrival.destinationHigh, arrival.destinationLow, arrival.in);
        // RFC 4291 2.5.3, 2.7: no group sends, and loopback addresses stay in the host. Mapped IPv4 addresses are
        // not for the wire.
        // RFC 9293 3.9.2.3, MUST-63
        if (arrival.sourceHigh >>> 56 == 0xff) return Mib.Ip6InHdrErrors;
        boolean loopback = isV6Loopback(arrival.sourceHigh, arrival.sourceLow)
                || isV6Loopback(arrival.destinationHigh, arrival.destinationLow);
        if (loopback && !own && !arrival.in.isLoopback()) return Mib.Ip6InHdrErrors;
        if (LocalAddresses.isV4(arrival.sourceHigh, arrival.sourceLow)) return Mib.Ip6InHdrErrors;
        if (LocalAddresses.isV4(arrival.destinationHigh, arrival.destinationLow)) return Mib.Ip6InHdrErrors;
        return arrival.kind == LocalAddresses.Kind.OTHER ? Mib.Ip6InAddrErrors : null;
    }

    private static boolean isV6Loopback(long high, long low) {
        return high == 0 && low == 1;
    }

    /// A datagram for this host, or a fragment of one. The address fields of [#arrival] are set.
    private void deliverV6(Packet packet, long now) {
        Malformed malformed = extensions.walk(packet);
        if (malformed != null) {
            host.counters().inc(Mib.Ip6InHdrErrors);
            if (extensions.problemCode() != Ipv6Extensions.SILENT) {
                parameterProblem(packet, extensions.problemCode(), extensions.problemPointer(), now);
            }
            packet.release(host.pages());
            return;
        }
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        arrival.protocol = extensions.protocol();
        arrival.protocolField = extensions.protocolField();
        arrival.transport = extensions.length();
        arrival.hopLimit = Ipv6Header.hopLimit(memory, at);
        arrival.trafficClass = Ipv6Header.trafficClass(memory, at);
        switch (arrival.protocol) {
            case IpProtocol.TCP -> host.tcpInput().receive(arrival, packet, now);
            case IpProtocol.UDP -> host.udpInput().receive(arrival, packet, now);
            case IpProtocol.ICMPV6 -> host.icmpInput().receiveV6(arrival, packet, now);
            case IpProtocol.FRAGMENT -> {
                Packet whole = host.reassembly().addV6(arrival, packet, now);
                if (whole != null) deliverV6(whole, now);
                return;
            }
            case IpProtocol.NO_NEXT_HEADER -> packet.release(host.pages());
            default -> {
                host.counters().inc(Mib.Ip6InUnknownProtos);
                // RFC 8200 4: an unrecognized next header is answered with a parameter problem, code 1.
                parameterProblem(packet, Icmpv6.UNKNOWN_NEXT_HEADER, arrival.protocolField, now);
                packet.release(host.pages());
                return;
            }
        }
        host.counters().inc(Mib.Ip6InDelivers);
    }

    private void parameterProblem(Packet packet, int code, int pointer, long now) {
        host.icmpOutput().error(arrival, packet, Icmpv6.PARAMETER_PROBLEM, code, pointer, now);
    }
}
