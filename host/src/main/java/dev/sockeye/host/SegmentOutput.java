package dev.sockeye.host;

import dev.sockeye.tcp.Segment;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Makes packets of a [Segment]: headers in a small page of their own, and the payload by reference, as it lies in
/// the sender's queue. A segment of more than one packet's payload is cut here, unless the interface leaves that
/// to the link. Allocates nothing.
final class SegmentOutput {

    /// The longest IP packet, and so the longest segment that is not cut.
    private static final int MOST = 65535;

    private final Host host;
    private final TcpOptions options = new TcpOptions();

    /// The segment that the host's sockets fill in; one for all.
    final Segment segment = new Segment();

    SegmentOutput(Host host) {
        this.host = host;
    }

    /// How a segment goes out, besides what is in it.
    static final class Manner {
        int hopLimit;
        /// The DSCP; the segment has the ECN bits.
        int trafficClass;

        boolean dontFragment;

        /// IPv4's identification of the next packet, counted on for each.
        int identification;

        int flowLabel;

        /// Bytes: one packet that is longer goes in fragments.
        int mtu;
    }

    /// Sends a segment; its payload stays the caller's.
    ///
    /// @param signer null: it goes without a signature
    void send(Segment seg, FourTuple tuple, Manner manner, Interface out, @Nullable SegmentSigner signer) {
        options.clear();
        if (signer != null) signer.addTo(options);
        setOptions(seg);
        boolean v4 = tuple.isV4();
        int header = IpOutput.headerLength(v4) + TcpHeader.MIN_LENGTH + options.length();
        int size = seg.packetPayload;
        boolean cut = size > 0 && seg.length > size;
        boolean whole = signer == null && out.segmentationOffload() && header + seg.length <= MOST;
        if (!cut || whole) {
            Packet packet = begin(seg, tuple, manner, header, 0, seg.length, seg.flags);
            addPayload(packet, seg, 0, seg.length);
            if (cut) packet.setSegmentSize(size);
            if (signer != null) signer.sign(packet, IpOutput.headerLength(v4), tuple);
            finish(packet, tuple, v4, manner, out);
            return;
        }
        sendCut(seg, tuple, manner, header, out, signer);
    }

    private void sendCut(
            Segment seg, FourTuple tuple, Manner manner, int header, Interface out, @Nullable SegmentSigner signer) {
        boolean v4 = tuple.isV4();
        int size = seg.packetPayload;
        for (int at = 0; at < seg.length; at += size) {
            int count = Math.min(size, seg.length - at);
            int flags = flagsOf(seg, at == 0, at + count == seg.length);
            Packet packet = begin(seg, tuple, manner, header, at, count, flags);
            addPayload(packet, seg, at, count);
            if (signer != null) signer.sign(packet, IpOutput.headerLength(v4), tuple);
            finish(packet, tuple, v4, manner, out);
        }
    }

    /// As every segmentation offload does: the first packet says that the window was reduced, the last one
    /// pushes. Where the flag is a part of a number (RFC 9768 3.2.2) all packets have it.
    private static int flagsOf(Segment seg, boolean first, boolean last) {
        int flags = seg.flags;
        if (!first && !seg.aceField) flags &= ~Segment.CWR;
        if (!last) flags &= ~(Segment.PSH | Segment.FIN);
        return flags;
    }

    private void setOptions(Segment seg) {
        if (seg.mss != 0) options.mss(seg.mss);
        if (seg.sackPermitted) options.sackPermitted();
        if (seg.timestamps) options.timestamps(seg.tsVal, seg.tsEcr);
        if (seg.accEcnKind != 0) {
            int[] counters = seg.accEcnCounters;
            options.accEcn(seg.accEcnKind, seg.accEcnFields, counters[0], counters[1], counters[2]);
        }
        if (seg.windowScale >= 0) options.windowScale(seg.windowScale);
        if (seg.fastOpenLength >= 0 && fitsFastOpen(seg)) {
            options.fastOpen(seg.fastOpenCookie, seg.fastOpenLength, seg.fastOpenExperimental);
        }
        // RFC 2018 3: as many blocks as fit behind the other options.
        for (int i = 0; i < seg.sackBlocks; i++) {
            int with = options.length() + (i == 0 ? 12 : 8);
            if (with > TcpHeader.MAX_OPTIONS_LENGTH) return;
            options.sack(seg.sackLeft[i], seg.sackRight[i]);
        }
    }

    /// Linux: what has no room beside a signature is left out.
    private boolean fitsFastOpen(Segment seg) {
        int bytes = (seg.fastOpenExperimental ? 4 : 2) + seg.fastOpenLength;
        return options.length() + (bytes + 3 & ~3) <= TcpHeader.MAX_OPTIONS_LENGTH;
    }

    private Packet begin(Segment seg, FourTuple tuple, Manner manner, int header, int at, int count, int flags) {
        boolean v4 = tuple.isV4();
        Packet packet = host.pages().takePacket();
        Page page = host.pages().take(header);
        MemorySegment memory = page.memory();
        packet.add(page, 0, header);
        int trafficClass = manner.trafficClass & ~3 | seg.ecn;
        if (v4) writeV4(memory, tuple, manner, trafficClass, header + count);
        else writeV6(memory, tuple, manner, trafficClass, header + count);
        int transport = IpOutput.headerLength(v4);
        TcpHeader.write(
                memory,
                transport,
                tuple.local().port(),
                tuple.remote().port(),
                seg.seq + at,
                seg.ack,
                options.length(),
                flags,
                seg.window,
                seg.urgentPointer);
        options.write(memory, transport + TcpHeader.MIN_LENGTH);
        return packet;
    }

    private static void writeV4(MemorySegment memory, FourTuple tuple, Manner manner, int trafficClass, int length) {
        Ipv4Header.write(
                memory,
                0,
                trafficClass,
                length,
                manner.identification & 0xffff,
                manner.dontFragment ? Ipv4Header.DONT_FRAGMENT : 0,
                manner.hopLimit,
                IpProtocol.TCP,
                tuple.local().ip().v4Bits(),
                tuple.remote().ip().v4Bits());
        if (manner.identification != 0) manner.identification++;
    }

    private static void writeV6(MemorySegment memory, FourTuple tuple, Manner manner, int trafficClass, int length) {
        Ipv6Header.write(
                memory,
                0,
                trafficClass,
                manner.flowLabel,
                length - Ipv6Header.LENGTH,
                IpProtocol.TCP,
                manner.hopLimit,
                tuple.local().ip(),
                tuple.remote().ip());
    }

    /// Appends `count` bytes of the segment's payload from `at` on, each slice with a hold of its own.
    private static void addPayload(Packet packet, Segment seg, int at, int count) {
        for (int i = 0; i < seg.slices() && count > 0; i++) {
            int length = seg.length(i);
            if (at >= length) {
                at -= length;
                continue;
            }
            int part = Math.min(count, length - at);
            Page page = seg.page(i);
            page.retain();
            packet.add(page, seg.offset(i) + at, part);
            count -= part;
            at = 0;
        }
    }

    private void finish(Packet packet, FourTuple tuple, boolean v4, Manner manner, Interface out) {
        int transport = IpOutput.headerLength(v4);
        IpAddress local = tuple.local().ip();
        IpAddress remote = tuple.remote().ip();
        int pseudo = Checksum.pseudo(local, remote, IpProtocol.TCP, packet.length() - transport);
        boolean large = packet.length() > manner.mtu && packet.segmentSize() == 0;
        if (!large && (out.checksumOffload() || packet.segmentSize() > 0)) {
            // RFC 9293 3.1, MUST-2: here, or by a link that has said that it does.
            Checksum.fillPartial(packet, transport, TcpHeader.CHECKSUM_OFFSET, pseudo);
        } else {
            TcpHeader.fillChecksum(packet, transport, pseudo);
        }
        host.counters().inc(v4 ? Mib.IpOutRequests : Mib.Ip6OutRequests);
        if (!large) {
            host.ipOutput().transmit(packet, v4, out);
        } else if (v4 && manner.dontFragment) {
            // No segment is smaller than `tcp_min_snd_mss` wants, and this path does not take it. Linux drops it, too.
            host.counters().inc(Mib.IpFragFails);
            packet.release(host.pages());
        } else {
            host.ipOutput().fragment(packet, local, remote, out, manner.mtu);
        }
    }
}
