package dev.sockeye.host;

import dev.sockeye.tcp.SipHash;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/// Packets that go out: an IP header in front, cut into fragments where the path takes less, and into the queue of
/// the interface, or back into this host.
///
/// Who makes a packet leaves room for the IP header at the begin of its first slice: [#headerLength].
final class IpOutput {

    /// How many counters IPv4's identification comes from, as of Linux's `ip_idents`: more give away less.
    private static final int IDENTIFIERS = 64;

    private final Host host;
    private final int[] identifiers = new int[IDENTIFIERS];
    private final long key0;
    private final long key1;

    IpOutput(Host host, RandomGenerator random) {
        this.host = host;
        this.key0 = random.nextLong();
        this.key1 = random.nextLong();
        for (int i = 0; i < IDENTIFIERS; i++) identifiers[i] = random.nextInt();
    }

    /// Bytes of the IP header that [#send] writes.
    static int headerLength(boolean v4) {
        return v4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    }

    /// Sends a packet whose transport header and data are complete behind the room for the IP header; takes it
    /// over.
    ///
    /// @param dontFragment  whether one that is too long is refused; else it goes in fragments
    /// @param mtu           of the path, bytes
    /// @return 0, or `-EMSGSIZE`
    int send(
            Packet packet,
            IpAddress source,
            IpAddress destination,
            int protocol,
            int trafficClass,
            int hopLimit,
            boolean dontFragment,
            Interface out,
            int mtu) {
        boolean v4 = destination.isV4();
        host.counters().inc(v4 ? Mib.IpOutRequests : Mib.Ip6OutRequests);
        boolean fits = packet.length() <= mtu;
        if (!fits && dontFragment || v4 && packet.length() > Ipv4Header.MAX_TOTAL_LENGTH) {
            host.counters().inc(v4 ? Mib.IpFragFails : Mib.Ip6FragFails);
            packet.release(host.pages());
            return Errno.EMSGSIZE.asResult();
        }
        if (v4) {
            boolean df = fits && host.sysctl().ipv4().ip_no_pmtu_disc == 0;
            int id = df ? 0 : nextIdentification(source, destination);
            writeV4(packet, source, destination, protocol, trafficClass, hopLimit, df, id);
        } else {
            writeV6(packet, source, destination, protocol, trafficClass, hopLimit);
        }
        if (fits) {
            transmit(packet, v4, out);
            return 0;
        }
        fragment(packet, source, destination, out, mtu);
        return 0;
    }

    /// Sends a complete IP packet in fragments; takes it over.
    void fragment(Packet packet, IpAddress source, IpAddress destination, Interface out, int mtu) {
        // The checksum is over the whole datagram: nobody can complete it from a fragment.
        Checksum.complete(packet);
        if (destination.isV4()) fragmentV4(packet, out, mtu);
        else fragmentV6(packet, source, destination, out, mtu);
    }

    /// Writes the IP header of a packet that this host keeps for itself.
    void writeHeader(
            Packet packet, IpAddress source, IpAddress destination, int protocol, int trafficClass, int hopLimit) {
        if (destination.isV4()) writeV4(packet, source, destination, protocol, trafficClass, hopLimit, true, 0);
        else writeV6(packet, source, destination, protocol, trafficClass, hopLimit);
    }

    private static void writeV4(
            Packet packet,
            IpAddress source,
            IpAddress destination,
            int protocol,
            int trafficClass,
            int hopLimit,
            boolean dontFragment,
            int id) {
        Ipv4Header.write(
                packet.memory(0),
                packet.offset(0),
                trafficClass,
                packet.length(),
                id,
                dontFragment ? Ipv4Header.DONT_FRAGMENT : 0,
                hopLimit,
                protocol,
                source.v4Bits(),
                destination.v4Bits());
    }

    private static void writeV6(
            Packet packet, IpAddress source, IpAddress destination, int protocol, int trafficClass, int hopLimit) {
        Ipv6Header.write(
                packet.memory(0),
                packet.offset(0),
                trafficClass,
                0,
                packet.length() - Ipv6Header.LENGTH,
                protocol,
                hopLimit,
                source,
                destination);
    }

    /// A complete IP packet goes out, or comes straight back in; takes it over.
    void transmit(Packet packet, boolean v4, Interface out) {
        if (!out.isUp()) {
            host.counters().inc(v4 ? Mib.IpOutDiscards : Mib.Ip6OutDiscards);
            packet.release(host.pages());
            return;
        }
        host.counters().inc(v4 ? Mib.IpOutTransmits : Mib.Ip6OutTransmits);
        host.counters().add(v4 ? Mib.IpExtOutOctets : Mib.Ip6OutOctets, packet.length());
        if (out.isLoopback()) {
            host.loopback().add(packet, out);
            return;
        }
        if (!out.checksumOffload()) Checksum.complete(packet);
        host.transmitQueue().add(packet, out);
    }

    /// A copy of a packet for this host's own members of the group that it is sent to.
    void loopBack(Packet packet, Interface out) {
        host.loopback().add(packet, out);
    }

    /// RFC 6864 4: unique among the datagrams of one source, destination and protocol that may be in fragments.
    private int nextIdentification(IpAddress source, IpAddress destination) {
        long hash = SipHash.hash(key0, key1, source.low(), destination.low());
        return ++identifiers[(int) hash & IDENTIFIERS - 1] & 0xffff;
    }

    /// RFC 791 3.2, an example fragmentation procedure.
    private void fragmentV4(Packet packet, Interface out, int mtu) {
        int payload = packet.length() - Ipv4Header.MIN_LENGTH;
        int most = mtu - Ipv4Header.MIN_LENGTH & ~7;
        for (int offset = 0; offset < payload; offset += most) {
            int count = Math.min(most, payload - offset);
            boolean more = offset + count < payload;
            Packet fragment = host.pages().takePacket();
            Page page = host.pages().take(Ipv4Header.MIN_LENGTH + count);
            MemorySegment memory = page.memory();
            packet.copyTo(0, memory, 0, Ipv4Header.MIN_LENGTH);
            packet.copyTo(Ipv4Header.MIN_LENGTH + offset, memory, Ipv4Header.MIN_LENGTH, count);
            fragment.add(page, 0, Ipv4Header.MIN_LENGTH + count);
            int field = offset >> 3 | (more ? Ipv4Header.MORE_FRAGMENTS : 0);
            Ipv4Header.setFragment(memory, 0, fragment.length(), field);
            host.counters().inc(Mib.IpFragCreates);
            transmit(fragment, true, out);
        }
        host.counters().inc(Mib.IpFragOKs);
        packet.release(host.pages());
    }

    /// RFC 8200 4.5: only the source fragments.
    private void fragmentV6(Packet packet, IpAddress source, IpAddress destination, Interface out, int mtu) {
        int payload = packet.length() - Ipv6Header.LENGTH;
        int header = Ipv6Header.LENGTH + Ipv6Header.FRAGMENT_LENGTH;
        int most = mtu - header & ~7;
        int id = (int) SipHash.hash(key0, key1, source.low() ^ source.high(), destination.low() ^ destination.high())
                + nextIdentification(source, destination);
        int next = Ipv6Header.nextHeader(packet.memory(0), packet.offset(0));
        for (int offset = 0; offset < payload; offset += most) {
            int count = Math.min(most, payload - offset);
            boolean more = offset + count < payload;
            Packet fragment = host.pages().takePacket();
            Page page = host.pages().take(header + count);
            MemorySegment memory = page.memory();
            packet.copyTo(0, memory, 0, Ipv6Header.LENGTH);
            packet.copyTo(Ipv6Header.LENGTH + offset, memory, header, count);
            fragment.add(page, 0, header + count);
            Ipv6Header.setNextHeader(memory, 0, IpProtocol.FRAGMENT);
            Ipv6Header.setPayloadLength(memory, 0, fragment.length() - Ipv6Header.LENGTH);
            Ipv6Header.writeFragment(memory, Ipv6Header.LENGTH, next, offset, more, id);
            host.counters().inc(Mib.Ip6FragCreates);
            transmit(fragment, false, out);
        }
        host.counters().inc(Mib.Ip6FragOKs);
        packet.release(host.pages());
    }
}
