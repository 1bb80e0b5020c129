package dev.sockeye.host;

import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Malformed;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TransportAddress;
import dev.sockeye.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// UDP datagrams that come in, and the sockets they are for.
final class UdpInput {

    private final Host host;

    UdpInput(Host host) {
        this.host = host;
    }

    /// Takes the packet over.
    void receive(Arrival arrival, Packet packet, long now) {
        Malformed malformed = UdpHeader.validate(packet, arrival.transport, arrival.pseudoSum(0), !arrival.v4);
        if (malformed != null) {
            if (malformed == Malformed.BAD_CHECKSUM) count(arrival.v4, Mib.UdpInCsumErrors, Mib.Udp6InCsumErrors);
            count(arrival.v4, Mib.UdpInErrors, Mib.Udp6InErrors);
            packet.release(host.pages());
            return;
        }
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + arrival.transport;
        int sourcePort = UdpHeader.sourcePort(memory, at);
        int destinationPort = UdpHeader.destinationPort(memory, at);
        if (!arrival.isUnicast()) {
            receiveGroup(arrival, packet, sourcePort, destinationPort);
            return;
        }
        UdpEndpoint socket = find(arrival, sourcePort, destinationPort);
        if (socket != null) {
            socket.enqueue(arrival, packet, sourcePort);
            return;
        }
        count(arrival.v4, Mib.UdpNoPorts, Mib.Udp6NoPorts);
        // RFC 1122 4.1.3.1, SHOULD: port unreachable.
        if (arrival.v4) {
            host.icmpOutput().error(arrival, packet, Icmpv4.UNREACHABLE, Icmpv4.PORT_UNREACHABLE, 0, now);
        } else {
            host.icmpOutput().error(arrival, packet, Icmpv6.UNREACHABLE, Icmpv6.PORT_UNREACHABLE, 0, now);
        }
        packet.release(host.pages());
    }

    /// A datagram to a group or to all goes to each socket that wants it, and is never answered.
    private void receiveGroup(Arrival arrival, Packet packet, int sourcePort, int destinationPort) {
        PortBucket bucket = host.udpPorts().bucket(destinationPort);
        boolean taken = false;
        for (PortHolder each = bucket == null ? null : bucket.first; each != null; each = each.nextHolder) {
            if (!(each instanceof UdpEndpoint socket) || !socket.wantsGroup(arrival, sourcePort)) continue;
            taken = true;
            socket.enqueue(arrival, packet.duplicate(host.pages()), sourcePort);
        }
        if (!taken) count(arrival.v4, Mib.UdpIgnoredMulti, Mib.Udp6IgnoredMulti);
        packet.release(host.pages());
    }

    /// The socket that fits best: bound to the address rather than to the wildcard, then connected to the sender,
    /// then of IPv4 rather than of both families; of a `SO_REUSEPORT` group, the one that a hash of the flow
    /// selects.
    private @Nullable UdpEndpoint find(Arrival arrival, int sourcePort, int destinationPort) {
        PortBucket bucket = host.udpPorts().bucket(destinationPort);
        UdpEndpoint best = null;
        int bestScore = -1;
        int ties = 0;
        for (PortHolder each = bucket == null ? null : bucket.first; each != null; each = each.nextHolder) {
            if (!(each instanceof UdpEndpoint socket)) continue;
            int score = socket.score(arrival, sourcePort);
            if (score < 0 || score < bestScore) continue;
            if (score > bestScore) {
                best = socket;
                bestScore = score;
                ties = 1;
            } else if (socket.reusePort()) {
                ties++;
            }
        }
        if (best == null || bucket == null || ties == 1 || !best.reusePort()) return best;
        int choice = host.reusePortChoice(arrival, sourcePort, destinationPort, ties);
        for (PortHolder each = bucket.first; each != null; each = each.nextHolder) {
            if (!(each instanceof UdpEndpoint socket) || !socket.reusePort()) continue;
            if (socket.score(arrival, sourcePort) == bestScore && choice-- == 0) return socket;
        }
        return best;
    }

    /// An ICMP error about a datagram of ours.
    void onIcmpError(TransportAddress from, TransportAddress to, IcmpMessage message, long now) {
        var arrival = new Arrival(host.interfaces().getFirst());
        IpAddress local = from.ip();
        IpAddress remote = to.ip();
        arrival.v4 = remote.isV4();
        arrival.kind = LocalAddresses.Kind.LOCAL;
        arrival.sourceHigh = remote.high();
        arrival.sourceLow = remote.low();
        arrival.destinationHigh = local.high();
        arrival.destinationLow = local.low();
        PortBucket bucket = host.udpPorts().bucket(from.port());
        UdpEndpoint best = null;
        int bestScore = -1;
        for (PortHolder each = bucket == null ? null : bucket.first; each != null; each = each.nextHolder) {
            if (!(each instanceof UdpEndpoint socket)) continue;
            int score = socket.scoreAnyDevice(arrival, to.port());
            if (score > bestScore) {
                best = socket;
                bestScore = score;
            }
        }
        if (best == null) {
            host.counters().inc(arrival.v4 ? Mib.IcmpInErrors : Mib.Icmp6InErrors);
            return;
        }
        if (message.isTooBig()) host.learnPathMtu(remote, message.mtu(), now);
        best.onIcmpError(message.isTooBig(), message.errno(), message.hard());
    }

    private void count(boolean v4, Mib four, Mib six) {
        host.counters().inc(v4 ? four : six);
    }
}
