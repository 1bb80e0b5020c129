package dev.sockeye.host;

import dev.sockeye.tcp.Segment;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import java.lang.foreign.MemorySegment;

/// Makes a [Segment] of a packet. The host has one segment for all that arrive; it borrows the packet's pages.
final class SegmentInput {

    private final TcpOptions options = new TcpOptions();
    private final Segment segment = new Segment();

    /// Reads the TCP segment of a packet that [TcpHeader#validate] has let pass.
    ///
    /// @param packet of at most [Segment#MAX_SLICES] slices, or one more where the first has headers only
    Segment read(Arrival arrival, Packet packet) {
        MemorySegment memory = packet.memory(0);
        int at = packet.offset(0) + arrival.transport;
        Segment seg = segment.clear();
        seg.seq = TcpHeader.sequence(memory, at);
        seg.flags = TcpHeader.flags(memory, at);
        seg.ack = seg.hasAck() ? TcpHeader.acknowledgment(memory, at) : 0;
        seg.window = TcpHeader.window(memory, at);
        seg.urgentPointer = TcpHeader.urgentPointer(memory, at);
        seg.ecn = arrival.trafficClass & 3;
        seg.trafficClass = arrival.trafficClass & ~3;
        if (!arrival.v4) seg.flowLabel = Ipv6Header.flowLabel(memory, packet.offset(0));
        // RFC 9293 3.1, MUST-5: in any segment.
        options.parse(memory, at);
        if (options.present() != 0) readOptions(seg);
        seg.headerLength = arrival.transport + TcpHeader.headerLength(memory, at);
        readPayload(seg, packet, seg.headerLength);
        int size = packet.segmentSize();
        seg.packetPayload = size > 0 && seg.length > size ? (seg.length + size - 1) / size : 1;
        return seg;
    }

    /// The options of the segment that was read last.
    TcpOptions options() {
        return options;
    }

    private void readOptions(Segment seg) {
        if (options.has(TcpOptions.TIMESTAMPS)) {
            seg.timestamps = true;
            seg.tsVal = options.tsVal();
            seg.tsEcr = options.tsEcr();
        }
        for (int i = 0; i < options.sackBlocks(); i++) seg.addSack(options.sackLeft(i), options.sackRight(i));
        if (options.has(TcpOptions.ACCECN)) readAccEcn(seg);
        if (options.has(TcpOptions.MD5)) seg.signatureBytes = Md5Key.OPTION_BYTES;
        else if (options.has(TcpOptions.AO)) seg.signatureBytes = TcpOptions.AO_HEADER + options.macLength() + 3 & ~3;
        if (!seg.syn()) return;
        seg.mss = options.mss();
        seg.windowScale = options.windowScale();
        seg.sackPermitted = options.has(TcpOptions.SACK_PERMITTED);
        seg.fastOpenLength = options.fastOpenLength();
        if (seg.fastOpenLength > 0) options.copyFastOpenCookie(seg.fastOpenCookie);
        seg.fastOpenExperimental = options.fastOpenExperimental();
    }

    private void readAccEcn(Segment seg) {
        seg.accEcnKind = options.accEcnKind();
        seg.accEcnFields = options.accEcnFields();
        for (int i = 0; i < seg.accEcnFields; i++) seg.accEcnCounters[i] = options.accEcnCounter(i);
    }

    private static void readPayload(Segment seg, Packet packet, int header) {
        int first = packet.length(0) - header;
        if (first > 0) seg.addPayload(packet.page(0), packet.offset(0) + header, first);
        for (int i = 1; i < packet.slices(); i++) {
            seg.addPayload(packet.page(i), packet.offset(i), packet.length(i));
        }
    }

    /// The borrowed pages are let go of.
    void clear() {
        segment.clear();
    }
}
