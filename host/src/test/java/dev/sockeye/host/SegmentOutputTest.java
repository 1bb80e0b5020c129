package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Segment;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.ChecksumState;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Segments become packets: cut, or whole for a link that cuts them.
class SegmentOutputTest {

    private static final FourTuple V4 = new FourTuple(Rig.at(Rig.HOST_V4, 80), Rig.at(Rig.PEER_V4, 4000));
    private static final FourTuple V6 = new FourTuple(Rig.at(Rig.HOST_V6, 80), Rig.at(Rig.PEER_V6, 4000));

    /// A segment of `length` bytes in three slices.
    private static Segment segment(Rig rig, int length, List<Page> pages) {
        var seg = new Segment();
        seg.seq = 1000;
        seg.ack = 77;
        seg.flags = Segment.ACK | Segment.PSH | Segment.FIN | Segment.CWR;
        seg.window = 512;
        seg.timestamps = true;
        seg.tsVal = 5;
        seg.tsEcr = 6;
        seg.ecn = 2;
        for (int i = 0; i < 3; i++) {
            Page page = rig.host.pages().take(16_384);
            pages.add(page);
            int count = i < 2 ? length / 3 : length - 2 * (length / 3);
            for (int j = 0; j < count; j++) page.memory().set(ValueLayout.JAVA_BYTE, 7 + j, (byte) j);
            seg.addPayload(page, 7, count);
        }
        return seg;
    }

    private static SegmentOutput.Manner manner() {
        var manner = new SegmentOutput.Manner();
        manner.hopLimit = 64;
        manner.trafficClass = 0x20;
        manner.dontFragment = true;
        manner.identification = 99;
        manner.mtu = 1500;
        return manner;
    }

    private static List<String> sent(Rig rig, FourTuple tuple, Peer peer) {
        var texts = new ArrayList<String>();
        for (byte[] packet = rig.poll(); packet != null; packet = rig.poll()) {
            boolean v4 = tuple.isV4();
            int tos = v4 ? packet[1] & 0xff : (packet[0] & 0xf) << 4 | (packet[1] & 0xff) >>> 4;
            assertThat(tos).as("DSCP and ECN").isEqualTo(0x22);
            texts.add(Objects.requireNonNull(peer.parse(packet)).toString());
        }
        return texts;
    }

    /// RFC 9293 3.1, MUST-2: the peer checks the checksum of all that it parses.
    @Test
    void aLongSegmentIsCut() {
        for (FourTuple tuple : new FourTuple[] {V4, V6}) {
            try (var rig = new Rig()) {
                var pages = new ArrayList<Page>();
                Segment seg = segment(rig, 3000, pages);
                seg.packetPayload = 1400;
                new SegmentOutput(rig.host).send(seg, tuple, manner(), rig.eth0, null);
                for (Page page : pages) page.release(rig.host.pages());
                assertThat(sent(rig, tuple, tuple.isV4() ? rig.peer(4000, 80) : rig.peerV6(4000, 80)))
                        .containsExactly(
                                "W. 1000:2400(1400) ack 77 win 512 <TS val 5 ecr 6>",
                                ". 2400:3800(1400) ack 77 win 512 <TS val 5 ecr 6>",
                                "FP. 3800:4001(200) ack 77 win 512 <TS val 5 ecr 6>");
            }
        }
    }

    @Test
    void anInterfaceThatSegmentsGetsItWhole() {
        try (var rig = new Rig()) {
            rig.eth0.setOffload(true, true);
            var pages = new ArrayList<Page>();
            Segment seg = segment(rig, 30_000, pages);
            seg.packetPayload = 1400;
            new SegmentOutput(rig.host).send(seg, V4, manner(), rig.eth0, null);
            for (Page page : pages) page.release(rig.host.pages());
            Packet packet = Objects.requireNonNull(rig.host.pollTransmit());
            assertThat(packet.segmentSize()).isEqualTo(1400);
            assertThat(packet.length()).isEqualTo(30_052);
            assertThat(packet.checksumState()).isEqualTo(ChecksumState.PARTIAL);
            Checksum.complete(packet);
            assertThat(Objects.requireNonNull(rig.peer(4000, 80).parse(packet.toBytes()))
                            .toString())
                    .isEqualTo("FPW. 1000:31001(30000) ack 77 win 512 <TS val 5 ecr 6>");
            packet.release(rig.pool);
            assertThat(rig.host.pollTransmit()).isNull();
        }
    }

    @Test
    void sackBlocksThatDoNotFitAreLeftOut() {
        try (var rig = new Rig()) {
            var seg = new Segment();
            seg.flags = Segment.ACK;
            seg.timestamps = true;
            for (int i = 0; i < 4; i++) seg.addSack(100 * i, 100 * i + 50);
            var manner = manner();
            manner.trafficClass = 0x22;
            new SegmentOutput(rig.host).send(seg, V4, manner, rig.eth0, null);
            assertThat(Objects.requireNonNull(rig.peer(4000, 80).parse(rig.sent())).sackBlocks)
                    .isEqualTo(3);
        }
    }

    @Test
    void identificationsCountOn() {
        try (var rig = new Rig()) {
            var pages = new ArrayList<Page>();
            Segment seg = segment(rig, 3000, pages);
            seg.packetPayload = 1400;
            new SegmentOutput(rig.host).send(seg, V4, manner(), rig.eth0, null);
            for (Page page : pages) page.release(rig.host.pages());
            assertThat(rig.pollAll()).extracting(packet -> packet[5] & 0xff).containsExactly(99, 100, 101);
        }
    }
}
