package dev.sockeye.host;

import static dev.sockeye.host.Datagrams.describe;
import static dev.sockeye.host.Datagrams.fragment;
import static dev.sockeye.host.Datagrams.fragmentV6;
import static dev.sockeye.host.Datagrams.udp;
import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.IpProtocol;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Fragments and what becomes of them.
class FragmentTest {

    private static UdpEndpoint open(Rig rig) {
        UdpEndpoint socket = rig.host.openUdp(Family.INET6);
        assertThat(socket.bind(at("::", 53), rig.now)).isZero();
        return socket;
    }

    private static byte[] datagram(int length) {
        return udp(at(Rig.PEER_V4, 1), at(Rig.HOST_V4, 53), Datagrams.letters(length));
    }

    private static byte[] datagramV6(int length) {
        return udp(at(Rig.PEER_V6, 1), at(Rig.HOST_V6, 53), Datagrams.letters(length));
    }

    /// The length of what has come, -1 if nothing; its bytes must be right.
    private static int received(Rig rig, UdpEndpoint socket) {
        byte[] bytes = new byte[70_000];
        int count = socket.receive(MemorySegment.ofArray(bytes), 0, bytes.length, 0, new DatagramInfo(), rig.now);
        if (count < 0) return -1;
        assertThat(Arrays.copyOf(bytes, count)).isEqualTo(Datagrams.letters(count));
        return count;
    }

    @Test
    void inAnyOrder() {
        var random = new Random(1);
        for (int round = 0; round < 50; round++) {
            try (var rig = new Rig()) {
                UdpEndpoint socket = open(rig);
                int length = 1 + random.nextInt(65_507);
                var fragments = Arrays.asList(Datagrams.fragments(datagram(length), 8 * (1 + random.nextInt(500))));
                Collections.shuffle(fragments, random);
                for (byte[] each : fragments) {
                    assertThat(received(rig, socket)).isEqualTo(-1);
                    rig.receive(each);
                }
                assertThat(received(rig, socket)).as("round %d", round).isEqualTo(length);
            }
        }
    }

    @Test
    void overIpv6() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig);
            byte[] packet = datagramV6(3000);
            rig.receive(fragmentV6(packet, 1600, 1408, false, 77));
            rig.receive(fragmentV6(packet, 0, 800, true, 77));
            assertThat(received(rig, socket)).isEqualTo(-1);
            rig.receive(fragmentV6(packet, 800, 800, true, 77));
            assertThat(received(rig, socket)).isEqualTo(3000);
            assertThat(rig.count("Ip6ReasmReqds")).isEqualTo(3);
            assertThat(rig.count("Ip6ReasmOKs")).isEqualTo(1);
        }
    }

    @Test
    void anAtomicFragmentIsAWholeDatagram() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig);
            rig.receive(fragmentV6(datagramV6(10), 0, 18, false, 5));
            assertThat(received(rig, socket)).isEqualTo(10);
        }
    }

    @Test
    void duplicatesAreIgnoredAndOverlapsEndTheDatagram() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig);
            byte[] packet = datagram(1592);
            rig.receive(fragment(packet, 0, 800, true));
            rig.receive(fragment(packet, 0, 800, true));
            rig.receive(fragment(packet, 80, 80, true)); // inside
            rig.receive(fragment(packet, 800, 800, false));
            assertThat(received(rig, socket)).isEqualTo(1592);
            rig.receive(fragment(packet, 0, 800, true));
            rig.receive(fragment(packet, 792, 808, false));
            rig.receive(fragment(packet, 800, 800, false));
            assertThat(received(rig, socket)).isEqualTo(-1);
            assertThat(rig.count("IpExtReasmOverlaps")).isEqualTo(1);
            assertThat(rig.count("IpReasmFails")).isEqualTo(1);
        }
    }

    @Test
    void fragmentsThatContradictEachOther() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig);
            byte[] packet = datagram(1592);
            rig.receive(fragment(packet, 400, 400, false)); // it ends at 800
            rig.receive(fragment(packet, 800, 800, true)); // no, it goes on
            rig.receive(fragment(packet, 0, 400, true));
            assertThat(received(rig, socket)).isEqualTo(-1);
            assertThat(rig.count("IpReasmFails")).isEqualTo(1);
        }
    }

    @Test
    void thePingOfDeathIsRefused() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig);
            byte[] packet = datagram(1400);
            byte[] last = fragment(packet, 0, 1408, false);
            last[6] = (byte) 0x1f;
            last[7] = (byte) 0xff; // offset 65528
            Datagrams.fixHeader(last);
            rig.receive(last);
            assertThat(received(rig, socket)).isEqualTo(-1);
            assertThat(rig.count("IpReasmFails")).isEqualTo(1);
            assertThat(rig.host.reassembly().size()).isZero();
        }
    }

    @Test
    void afterHalfAMinuteTheRestIsNotWaitedFor() {
        try (var rig = new Rig()) {
            open(rig);
            byte[] packet = datagram(1592);
            rig.receive(fragment(packet, 0, 800, true));
            rig.advance(Duration.ofSeconds(30).minusNanos(1));
            assertThat(rig.host.reassembly().size()).isEqualTo(1);
            rig.advance(Duration.ofNanos(1));
            assertThat(rig.host.reassembly().size()).isZero();
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 icmp 11/1 quoting 548");
            assertThat(rig.count("IpReasmTimeout")).isEqualTo(1);
            // Without the first fragment nobody is told.
            rig.receive(fragment(packet, 800, 800, false));
            rig.advance(Duration.ofSeconds(30));
            assertThat(rig.poll()).isNull();
            // IPv6 waits a minute.
            rig.receive(fragmentV6(datagramV6(1592), 0, 800, true, 5));
            rig.advance(Duration.ofSeconds(59));
            assertThat(rig.poll()).isNull();
            rig.advance(Duration.ofSeconds(1));
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 icmp6 3/1 quoting 848");
        }
    }

    @Test
    void memoryIsBounded() {
        try (var rig = new Rig()) {
            open(rig);
            rig.host.sysctl().set("net.ipv4.ipfrag_high_thresh", "100000");
            for (int i = 0; i < 1000; i++) {
                byte[] part = fragment(datagram(1592), 0, 800, true);
                part[4] = (byte) (i >> 8);
                part[5] = (byte) i; // each of another datagram
                Datagrams.fixHeader(part);
                rig.receive(part);
            }
            assertThat(rig.host.reassembly().size()).isBetween(20, 60);
            assertThat(rig.count("IpReasmFails"))
                    .isEqualTo(1000 - rig.host.reassembly().size());
        }
    }

    @Test
    void anOddFragmentOfIpv6IsAParameterProblem() {
        try (var rig = new Rig()) {
            open(rig);
            rig.receive(fragmentV6(datagramV6(1592), 0, 801, true, 5));
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 icmp6 4/0 rest 4 quoting 849");
        }
    }

    /// RFC 3168 5.3, MUST-4, MUST-5, MUST-6, MUST-7
    @Test
    void congestionMarksSurviveAndContradictionsDoNot() {
        int[][] marksAndOutcome = {{2, 3, 3}, {2, 2, 2}, {0, 0, 0}, {0, 3, -1}, {0, 2, -1}};
        for (int[] each : marksAndOutcome) {
            try (var rig = new Rig()) {
                UdpEndpoint socket = open(rig);
                byte[] packet = datagram(1592);
                byte[][] parts = {fragment(packet, 0, 800, true), fragment(packet, 800, 800, false)};
                for (int i = 0; i < 2; i++) {
                    parts[i][1] = (byte) each[i];
                    Datagrams.fixHeader(parts[i]);
                    rig.receive(parts[i]);
                }
                var info = new DatagramInfo();
                int count = socket.receive(MemorySegment.ofArray(new byte[2000]), 0, 2000, 0, info, rig.now);
                assertThat(count < 0 ? -1 : info.trafficClass()).isEqualTo(each[2]);
            }
        }
    }

    /// RFC 3168 5.3, MUST-4, MUST-5, MUST-6, MUST-7: whichever of them comes first.
    @Test
    void congestionMarksSurviveOverIpv6Too() {
        int[][] marksAndOutcome = {
            {2, 3, 3}, {3, 2, 3}, {1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {0, 0, 0}, {0, 3, -1}, {3, 0, -1}, {0, 2, -1}
        };
        for (int[] each : marksAndOutcome) {
            try (var rig = new Rig()) {
                UdpEndpoint socket = open(rig);
                byte[] packet = datagramV6(1592);
                byte[][] parts = {fragmentV6(packet, 0, 800, true, 7), fragmentV6(packet, 800, 800, false, 7)};
                for (int i = 0; i < 2; i++) {
                    parts[i][1] |= (byte) (each[i] << 4);
                    rig.receive(parts[i]);
                }
                var info = new DatagramInfo();
                int count = socket.receive(MemorySegment.ofArray(new byte[2000]), 0, 2000, 0, info, rig.now);
                assertThat(count < 0 ? -1 : info.trafficClass()).isEqualTo(each[2]);
            }
        }
    }

    @Test
    void tcpSegmentsMayComeInFragmentsToo() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80);
            byte[] syn = peer.bytes(SegmentReader.read("S 0 win 65535 <mss 1460>"));
            assertThat(syn[9]).isEqualTo((byte) IpProtocol.TCP);
            for (byte[] part : Datagrams.fragments(syn, 8)) rig.receive(part);
            assertThat(peer.next()).startsWith("S. 0:1(0)");
        }
    }
}
