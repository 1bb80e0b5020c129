package dev.sockeye.inspect;

import dev.sockeye.link.Link;
import dev.sockeye.tcp.Segment;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A link that notes the TCP segments that pass, before another link: one direction of a
/// [SequenceDiagram]. It knows IPv4 without fragments, and keeps a note for each segment, which is
/// for looking at single connections, not for living with.
public final class SegmentTap implements Link {

    /// A segment, and whose it is.
    private record Sighting(TransportAddress from, TransportAddress to, SegmentSeen segment) {}

    private final Link next;
    private final LongSupplier lost;
    private final long epochNanos;
    private final TcpOptions options = new TcpOptions();
    private final List<Sighting> sightings = new ArrayList<>();

    /// A tap before `next`.
    ///
    /// @param lost       how many packets the links behind have lost so far
    /// @param epochNanos what the links' time 0 is, nanoseconds since 1970
    public SegmentTap(Link next, LongSupplier lost, long epochNanos) {
        this.next = next;
        this.lost = lost;
        this.epochNanos = epochNanos;
    }

    @Override
    public void send(Packet packet, long now) {
        Sighting seen = look(packet, now);
        long lostBefore = lost.getAsLong();
        next.send(packet, now);
        if (seen != null) note(lost.getAsLong() == lostBefore ? seen : lost(seen));
    }

    @Override
    public long nextDeadline() {
        return next.nextDeadline();
    }

    @Override
    public void advance(long now) {
        next.advance(now);
    }

    @Override
    public void clear() {
        next.clear();
    }

    private synchronized void note(Sighting seen) {
        sightings.add(seen);
    }

    /// What was sent from one address to the other, in order; the sender is the left end of a diagram or the right.
    public synchronized List<SegmentSeen> between(TransportAddress from, TransportAddress to, boolean fromLeft) {
        List<SegmentSeen> segments = new ArrayList<>();
        for (Sighting each : sightings) {
            if (each.from.equals(from) && each.to.equals(to)) segments.add(each.segment.from(fromLeft));
        }
        return segments;
    }

    // ---------------------------------------------------------------- looking at a packet

    private @Nullable Sighting look(Packet packet, long now) {
        MemorySegment memory = packet.memory(0);
        long ip = packet.offset(0);
        if (Ipv4Header.version(memory, ip) != 4 || Ipv4Header.isFragment(memory, ip)) return null;
        if (Ipv4Header.protocol(memory, ip) != IpProtocol.TCP) return null;
        long tcp = ip + Ipv4Header.headerLength(memory, ip);
        int headers = Ipv4Header.headerLength(memory, ip) + TcpHeader.headerLength(memory, tcp);
        int flags = TcpHeader.flags(memory, tcp);
        int length = packet.length() - headers;
        var segment = new SegmentSeen(
                Instant.ofEpochSecond(0, epochNanos + now),
                true,
                false,
                flags,
                TcpHeader.sequence(memory, tcp),
                TcpHeader.acknowledgment(memory, tcp),
                length,
                packets(packet, length),
                (flags & Segment.SYN) != 0 ? offer(memory, tcp) : "");
        IpAddress source = Ipv4Header.source(memory, ip);
        IpAddress destination = Ipv4Header.destination(memory, ip);
        return new Sighting(
                new TransportAddress(source, TcpHeader.sourcePort(memory, tcp)),
                new TransportAddress(destination, TcpHeader.destinationPort(memory, tcp)),
                segment);
    }

    private static int packets(Packet packet, int length) {
        int cut = packet.segmentSize();
        return cut == 0 || length == 0 ? 1 : (length + cut - 1) / cut;
    }

    /// What a SYN offers (row A5 of the article): `mss 1460, sack, ts, scale 7`.
    private String offer(MemorySegment memory, long tcp) {
        options.parse(memory, tcp);
        List<String> words = new ArrayList<>();
        if (options.has(TcpOptions.MSS)) words.add("mss " + options.mss());
        if (options.has(TcpOptions.SACK_PERMITTED)) words.add("sack");
        if (options.has(TcpOptions.TIMESTAMPS)) words.add("ts");
        if (options.has(TcpOptions.WINDOW_SCALE)) words.add("scale " + options.windowScale());
        if (options.has(TcpOptions.FAST_OPEN)) words.add("fast open");
        return String.join(", ", words);
    }

    private static Sighting lost(Sighting seen) {
        return new Sighting(seen.from, seen.to, seen.segment.asLost());
    }
}
