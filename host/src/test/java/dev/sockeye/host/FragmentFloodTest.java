package dev.sockeye.host;

import static dev.sockeye.host.Siege.HOST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Fragments that never become whole, that contradict each other, or that are as small as they can be.
class FragmentFloodTest {

    private static final byte[] EVIL = Forge.v4(192, 0, 2, 66);
    private static final long LIMIT = 4 * 1024 * 1024; // ipfrag_high_thresh
    /// What one fragment can add to it: its page and its overhead.
    private static final long ONE_MORE = 2048 + 256;

    private final Random random = new Random(1);

    private static byte[] withId(byte[] packet, int id) {
        Forge.put16(packet, 4, id);
        Datagrams.fixHeader(packet);
        return packet;
    }

    private static byte[] datagram(int port, int length) {
        return Forge.udp(EVIL, 9, HOST, port, new byte[length]);
    }

    private static UdpEndpoint socket(Siege siege) {
        UdpEndpoint socket = siege.rig.host.openUdp(Family.INET);
        socket.bind(new TransportAddress(IpAddress.parse("0.0.0.0"), 53), siege.rig.now);
        return socket;
    }

    /// A datagram in two fragments still arrives.
    private static void arrives(Siege siege, UdpEndpoint socket) {
        byte[] packet = datagram(53, 1992);
        siege.attack(Forge.fragment(packet, 0, 1000, true));
        siege.attack(Forge.fragment(packet, 1000, 1000, false));
        byte[] into = new byte[3000];
        int count = socket.receive(MemorySegment.ofArray(into), 0, 3000, 0, new DatagramInfo(), siege.rig.now);
        assertThat(count).isEqualTo(1992);
    }

    private static void tell(Siege siege, String attack) {
        siege.tell(
                attack,
                siege.rig.host.reassembly().bytes() / 1024 + " KB in "
                        + siege.rig.host.reassembly().size() + " datagrams, " + siege.rig.count("IpReasmFails")
                        + " refused");
    }

    @Test
    void firstFragmentsWithoutTheirRestAreKeptUpToTheLimitForHalfAMinute() {
        try (var siege = new Siege()) {
            UdpEndpoint socket = socket(siege);
            byte[] packet = datagram(53, 1400);
            for (int i = 0; i < 200_000; i++) {
                byte[] cut = Forge.fragment(packet, 0, 400, true);
                cut[15] = (byte) random.nextInt();
                siege.attack(withId(cut, i));
                if (i % 1000 == 0) siege.exchange();
            }
            assertThat(siege.rig.host.reassembly().bytes()).isBetween(LIMIT, LIMIT + ONE_MORE);
            siege.clientIsWell();
            tell(siege, "fragment flood");
            siege.rig.advance(Duration.ofSeconds(31));
            siege.drain();
            assertThat(siege.rig.host.reassembly().bytes()).isZero();
            assertThat(siege.answers).as("time exceeded, as far as is allowed").isLessThan(200);
            arrives(siege, socket);
        }
    }

    /// The limit holds for what is added to datagrams that were begun before it was reached.
    @Test
    void datagramsThatWereBegunInTimeGrowNoFurther() {
        try (var siege = new Siege()) {
            byte[] packet = datagram(53, 60_000);
            for (int round = 0; round < 300; round++) {
                for (int id = 0; id < 500; id++) {
                    siege.attack(withId(Forge.fragment(packet, 16 * round, 8, true), id));
                }
                siege.exchange();
            }
            assertThat(siege.rig.host.reassembly().bytes()).isBetween(LIMIT, LIMIT + ONE_MORE);
            siege.clientIsWell();
            tell(siege, "fragments of 500 datagrams");
        }
    }

    /// The most pieces that a datagram can have, in the worst order, again and again.
    @Test
    void datagramsOfEightBytesAPieceFromTheBack() {
        try (var siege = new Siege()) {
            siege.rig.host.sysctl().ipv4().ipfrag_high_thresh = 64L * 1024 * 1024;
            UdpEndpoint socket = socket(siege);
            byte[] packet = datagram(53, 60_000 - 8);
            byte[] into = new byte[65_536];
            for (int round = 0; round < 4; round++) {
                for (int offset = 60_000 - 8; offset >= 0; offset -= 8) {
                    siege.attack(withId(Forge.fragment(packet, offset, 8, offset < 60_000 - 8), round));
                }
                int count =
                        socket.receive(MemorySegment.ofArray(into), 0, 65_536, 0, new DatagramInfo(), siege.rig.now);
                assertThat(count).isEqualTo(60_000 - 8);
                siege.exchange();
            }
            siege.clientIsWell();
            tell(siege, "8-byte fragments, backwards");
        }
    }

    /// Teardrop, bonk, and what their like do: pieces that overlap, contradict the length or reach beyond it.
    @Test
    void fragmentsThatContradictEachOther() {
        try (var siege = new Siege()) {
            UdpEndpoint socket = socket(siege);
            byte[] packet = datagram(53, 1992);
            for (int i = 0; i < 100_000; i++) {
                int offset = 8 * random.nextInt(250);
                int length = Math.min(2000 - offset, 8 * (1 + random.nextInt(60)));
                byte[] cut = Forge.fragment(packet, offset, length, random.nextInt(4) > 0);
                if (random.nextInt(20) == 0) Forge.put16(cut, 6, 0x1fff - random.nextInt(20));
                siege.attack(withId(cut, 100 + random.nextInt(50)));
                if (i % 1000 == 0) siege.exchange();
            }
            assertThat(siege.rig.host.reassembly().size()).isLessThanOrEqualTo(50);
            siege.clientIsWell();
            tell(siege, "overlapping fragments");
            siege.rig.advance(Duration.ofSeconds(31));
            siege.drain();
            assertThat(siege.rig.host.reassembly().bytes()).isZero();
            arrives(siege, socket);
        }
    }
}
