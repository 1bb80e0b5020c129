package dev.sockeye.differential;

import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What lies between a peer and a host: makes packets of what the peer sends, and reads those of the host,
/// counting each side's numbers from its first.
final class Wire {

    /// The peer's first sequence number: near the end of the sequence space, so that every program goes
    /// around it.
    private static final int PEER_ISN = -3000;

    private final TransportAddress peer;
    private final TransportAddress host;
    private int hostIsn;
    private boolean hostIsnKnown;
    private boolean begunAnew;
    private final List<Integer> timestamps = new ArrayList<>();
    private byte @Nullable [] last;

    Wire(TransportAddress peer, TransportAddress host) {
        this.peer = peer;
        this.host = host;
    }

    /// Whether the SYN that was read last was the first of another connection than the one before.
    boolean begunAnew() {
        return begunAnew;
    }

    /// How many timestamps the host has sent.
    int timestamps() {
        return timestamps.size();
    }

    /// The packet of something that the peer sends.
    byte[] packet(Arrival arrival) {
        return switch (arrival) {
            case Arrival.Sent sent -> packet(sent);
            case Arrival.IcmpError error -> packet(error);
        };
    }

    private byte[] packet(Arrival.Sent sent) {
        Segment relative = sent.segment();
        List<Integer> sacks = new ArrayList<>();
        for (int edge : relative.sacks()) sacks.add(edge + hostIsn);
        var segment = new Segment(
                relative.flags(),
                relative.seq() + PEER_ISN,
                relative.has(Segment.ACK) ? relative.ack() + hostIsn : 0,
                relative.window(),
                relative.urgent(),
                relative.mss(),
                relative.windowScale(),
                relative.sackPermitted(),
                relative.timestamps(),
                relative.tsVal(),
                sent.echo() < 0 || timestamps.isEmpty()
                        ? 0
                        : timestamps.get(Math.min(sent.echo(), timestamps.size() - 1)),
                sacks,
                relative.data(),
                relative.cookie(),
                relative.mark());
        return PacketBytes.tcp(peer, host, segment);
    }

    private byte[] packet(Arrival.IcmpError error) {
        int quoted = PacketBytes.headerLength(host.ip()) + 8;
        byte[] about = last == null ? new byte[quoted] : Arrays.copyOf(last, quoted);
        ByteBuffer.wrap(about).putInt(quoted - 4, error.seq() + hostIsn);
        return PacketBytes.icmp(peer.ip(), host.ip(), error.type(), error.code(), error.mtu(), about);
    }

    /// The segment in a packet of the host's, its numbers counted from the first; null if it is no segment.
    @Nullable
    Segment read(byte[] packet) {
        Segment segment = PacketBytes.segment(packet);
        if (segment == null) return null;
        last = packet;
        if (segment.has(Segment.SYN)) {
            begunAnew = hostIsnKnown && hostIsn != segment.seq();
            hostIsn = segment.seq();
            hostIsnKnown = true;
        }
        if (segment.timestamps()) timestamps.add(segment.tsVal());
        int firstTimestamp = timestamps.isEmpty() ? 0 : timestamps.getFirst();
        Segment relative = segment.relative(hostIsnKnown ? hostIsn : 0, PEER_ISN, firstTimestamp);
        // RFC 9293 3.5.2: a reset that answers a segment without ACK has the sequence number 0, whatever the first was
        return segment.has(Segment.RST) && segment.seq() == 0 ? relative.withSeq(0) : relative;
    }
}
