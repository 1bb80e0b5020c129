package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Segment;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Extensions;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The other end of one connection, played by the test: it says what it sends and what it must receive, in
/// packetdrill's
/// notation.
///
/// Sequence numbers are relative: its own to its initial one, the host's to that of the last SYN it saw of the
/// host, but for the 0 of a reset without ACK; TSval of the host and TSecr of the peer are relative to the first
/// TSval it saw. Payload is letters from `a` on by relative sequence number.
final class Peer {

    /// Wraps soon as a signed number.
    private static final int ISN = 0x7fff_fff0;

    private final Rig rig;
    private final TransportAddress own;
    private final TransportAddress host;
    private int hostIsn;
    private boolean stampSeen;
    private int hostStamp;
    int isn = ISN;

    /// The ECN field of what it sends.
    int ecn;

    Peer(Rig rig, TransportAddress own, TransportAddress host) {
        this.rig = rig;
        this.own = own;
        this.host = host;
    }

    /// Sends a segment such as `S 0 win 65535 <mss 1460>` or `P. 1:6(5) ack 1 win 512`.
    Peer sends(String text) {
        rig.receive(packet(text));
        return this;
    }

    /// The same in a packet with this ECN field.
    Peer sends(int mark, String text) {
        ecn = mark;
        sends(text);
        ecn = 0;
        return this;
    }

    /// The packet that [#sends] would send.
    byte[] packet(String text) {
        Segment seg = SegmentReader.read(text);
        if (seg.hasAck()) seg.ack += hostIsn;
        if (seg.timestamps && seg.tsEcr != 0) seg.tsEcr += hostStamp;
        seg.seq += isn;
        return bytes(seg);
    }

    /// As [#sends], echoing the host's first TSval as the last one that came.
    Peer sendsEchoing(String text, int tsVal) {
        rig.receive(packetEchoing(text, tsVal));
        return this;
    }

    /// The packet that [#sendsEchoing] would send.
    byte[] packetEchoing(String text, int tsVal) {
        Segment seg = SegmentReader.read(text);
        seg.ack += hostIsn;
        seg.timestamps = true;
        seg.tsVal = tsVal;
        seg.tsEcr = hostStamp;
        seg.seq += isn;
        return bytes(seg);
    }

    /// As [#sends], echoing the host's first TSval where there are timestamps.
    Peer sendsEchoing(String text, boolean timestamps) {
        if (!timestamps) return sends(text);
        Segment seg = SegmentReader.read(text);
        return sendsEchoing(text, seg.tsVal);
    }

    /// The next packet of the host is this segment, its sequence number relative to the host's last SYN but one.
    Peer receivesAbsolute(String text) {
        int before = hostIsn;
        byte[] packet = rig.poll();
        Segment seg = packet == null ? null : parse(packet);
        String seen = "nothing";
        if (packet != null && seg != null) {
            seg.seq -= before;
            seg.ack -= isn;
            seen = seg.toString();
            hostIsn = seg.seq + before;
        }
        assertThat(seen).isEqualTo(text);
        return this;
    }

    /// A segment as bytes; its numbers are absolute.
    byte[] bytes(Segment seg) {
        var options = new TcpOptions();
        if (seg.mss != 0) options.mss(seg.mss);
        if (seg.windowScale >= 0) options.windowScale(seg.windowScale);
        if (seg.sackPermitted) options.sackPermitted();
        if (seg.timestamps) options.timestamps(seg.tsVal, seg.tsEcr);
        for (int i = 0; i < seg.sackBlocks; i++) options.sack(seg.sackLeft[i] + hostIsn, seg.sackRight[i] + hostIsn);
        int[] marks = seg.accEcnCounters;
        if (seg.accEcnKind != 0) options.accEcn(seg.accEcnKind, seg.accEcnFields, marks[0], marks[1], marks[2]);
        if (seg.fastOpenLength >= 0) {
            options.fastOpen(seg.fastOpenCookie, seg.fastOpenLength, seg.fastOpenExperimental);
        }
        boolean v4 = own.ip().isV4();
        int header = IpOutput.headerLength(v4);
        int transport = TcpHeader.MIN_LENGTH + options.length();
        byte[] bytes = new byte[header + transport + seg.length];
        int first = seg.seq - isn + (seg.syn() ? 1 : 0);
        for (int i = 0; i < seg.length; i++) bytes[header + transport + i] = (byte) ('a' + (first + i) % 26);
        Packet packet = Packet.of(bytes, rig.pool);
        MemorySegment memory = packet.memory(0);
        if (v4) {
            int source = own.ip().v4Bits();
            int destination = host.ip().v4Bits();
            Ipv4Header.write(memory, 0, ecn, bytes.length, 7, 0x4000, 64, IpProtocol.TCP, source, destination);
        } else {
            int length = bytes.length - Ipv6Header.LENGTH;
            Ipv6Header.write(memory, 0, ecn, 0, length, IpProtocol.TCP, 64, own.ip(), host.ip());
        }
        TcpHeader.write(
                memory,
                header,
                own.port(),
                host.port(),
                seg.seq,
                seg.ack,
                options.length(),
                seg.flags,
                seg.window,
                seg.urgentPointer);
        options.write(memory, header + TcpHeader.MIN_LENGTH);
        int pseudo = Checksum.pseudo(own.ip(), host.ip(), IpProtocol.TCP, bytes.length - header);
        TcpHeader.fillChecksum(packet, header, pseudo);
        byte[] complete = packet.toBytes();
        packet.release(rig.pool);
        return complete;
    }

    /// The next packet of the host is this segment to this peer.
    Peer receives(String text) {
        assertThat(next()).isEqualTo(text);
        return this;
    }

    /// The same in a packet with this ECN field.
    Peer receives(int mark, String text) {
        byte[] packet = rig.sent();
        Segment seg = parse(packet);
        assertThat(textOf(packet)).isEqualTo(text);
        assertThat(seg == null ? -1 : seg.ecn).as("the ECN field of " + text).isEqualTo(mark);
        return this;
    }

    /// The host has sent nothing more.
    Peer receivesNothing() {
        assertThat(next()).isEqualTo("nothing");
        return this;
    }

    /// The next segment that the host sends, in words.
    String next() {
        byte[] packet = rig.poll();
        return packet == null ? "nothing" : textOf(packet);
    }

    /// A packet of the host, in words.
    String textOf(byte[] bytes) {
        Segment seg = parse(bytes);
        if (seg == null) return "not for me: " + Arrays.toString(bytes);
        if (seg.syn()) hostIsn = seg.seq;
        if (seg.timestamps) {
            if (!stampSeen) hostStamp = seg.tsVal;
            stampSeen = true;
            seg.tsVal -= hostStamp;
        }
        if (!(seg.rst() && seg.seq == 0)) seg.seq -= hostIsn;
        if (seg.hasAck()) seg.ack -= isn;
        for (int i = 0; i < seg.sackBlocks; i++) {
            seg.sackLeft[i] -= isn;
            seg.sackRight[i] -= isn;
        }
        return seg.toString();
    }

    /// Reads a packet of the host to this peer; checksums must be right.
    @Nullable
    Segment parse(byte[] bytes) {
        Packet packet = Packet.of(bytes, rig.pool);
        try {
            var arrival = new Arrival(rig.eth0);
            MemorySegment memory = packet.memory(0);
            arrival.v4 = Ipv4Header.version(memory, 0) == 4;
            if (arrival.v4) {
                assertThat(Ipv4Header.validate(packet)).isNull();
                arrival.setV4Addresses(Ipv4Header.sourceBits(memory, 0), Ipv4Header.destinationBits(memory, 0));
                arrival.protocol = Ipv4Header.protocol(memory, 0);
                arrival.transport = Ipv4Header.headerLength(memory, 0);
                arrival.trafficClass = Ipv4Header.tos(memory, 0);
            } else {
                assertThat(Ipv6Header.validate(packet)).isNull();
                var extensions = new Ipv6Extensions();
                assertThat(extensions.walk(packet)).isNull();
                arrival.sourceHigh = Ipv6Header.sourceHigh(memory, 0);
                arrival.sourceLow = Ipv6Header.sourceLow(memory, 0);
                arrival.destinationHigh = Ipv6Header.destinationHigh(memory, 0);
                arrival.destinationLow = Ipv6Header.destinationLow(memory, 0);
                arrival.protocol = extensions.protocol();
                arrival.transport = extensions.length();
                arrival.trafficClass = Ipv6Header.trafficClass(memory, 0);
            }
            if (arrival.protocol != IpProtocol.TCP || !arrival.destination().equals(own.ip())) return null;
            int pseudo = arrival.pseudoSum(packet.length() - arrival.transport);
            assertThat(TcpHeader.validate(packet, arrival.transport, pseudo)).isNull();
            if (TcpHeader.destinationPort(memory, arrival.transport) != own.port()) return null;
            return new SegmentInput().read(arrival, packet);
        } finally {
            packet.release(rig.pool);
        }
    }

    /// The handshake, to a listener: no options but the MSS.
    Peer connects() {
        sends("S 0 win 65535 <mss 1460>");
        receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
        return sends(". 1 ack 1 win 65535");
    }
}
