package dev.sockeye.host;

import static dev.sockeye.host.Siege.HOST;
import static dev.sockeye.host.Siege.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Forge.Seen;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.SelfCheck;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TcpState;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A peer that has opened a connection like anybody, and then makes the most of it: more data than the path carries,
/// more memory, more work. What it can have is bounded, and others do not notice.
class GreedyPeerTest {

    private static final byte[] EVIL = Forge.v4(192, 0, 2, 66);
    private static final int EVIL_PORT = 666;

    private final Random random = new Random(1);

    private Siege siege;
    private TcpEndpoint socket;
    private int next = 1000;
    /// What the host has sent up to, as the evil peer sees it.
    private int seen;

    /// The evil peer opens a connection.
    private void open(Siege against, byte[] synOptions, int window) {
        siege = against;
        segment(Forge.SYN, 0, window, synOptions, Forge.NONE);
        next++;
        see();
        segment(Forge.ACK, seen, window, Forge.NONE, Forge.NONE);
        socket = siege.rig.accept(siege.listener);
    }

    private void segment(int flags, int ack, int window, byte[] options, byte[] data) {
        at(next, flags, ack, window, options, data);
        next += data.length;
    }

    private void at(int seq, int flags, int ack, int window, byte[] options, byte[] data) {
        siege.attack(Forge.tcp(EVIL, EVIL_PORT, HOST, PORT, seq, ack, flags, window, 0, options, data));
    }

    private void see() {
        seen = new Seen(siege.lastAnswer).endSeq();
    }

    private Connection connection() {
        return Objects.requireNonNull(socket.connection());
    }

    private int write(int count) {
        return socket.send(MemorySegment.ofArray(new byte[count]), 0, count, 0, siege.rig.now);
    }

    private void isSound() {
        assertThat(SelfCheck.of(connection(), siege.rig.now)).isNull();
    }

    /// Savage et al. 1999, RFC 5681 3.1: acknowledging what was not sent yet is answered with a challenge and opens
    /// nothing; acknowledging in many small pieces counts bytes, not ACKs.
    @Test
    void optimisticAcksOpenNothing() {
        try (var against = new Siege()) {
            open(against, Forge.options(2, 4, 5, 180, 3, 3, 7, 0), 65_535);
            write(200_000);
            siege.drain();
            int una = seen;
            see();
            int cwnd = socket.info(siege.rig.now).snd_cwnd();
            for (int i = 1; i <= 50_000; i++) {
                // Ahead of what was sent.
                segment(Forge.ACK, seen + i * 1000, 65_535, Forge.NONE, Forge.NONE);
                if (i % 1000 == 0) siege.exchange();
            }
            assertThat(socket.info(siege.rig.now).snd_cwnd()).isEqualTo(cwnd);
            assertThat(siege.count(TcpMib.TCPChallengeACK)).isLessThanOrEqualTo(3);
            // What was sent, byte by byte: ACK division.
            int sentBefore = seen;
            for (int ack = una + 1; ack - una <= 2920; ack++) segment(Forge.ACK, ack, 65_535, Forge.NONE, Forge.NONE);
            see();
            assertThat(socket.info(siege.rig.now).snd_cwnd())
                    .as("two segments acknowledged")
                    .isLessThan(cwnd + 5);
            assertThat(seen - sentBefore).as("sent for it, bytes").isLessThanOrEqualTo(7 * 1460);
            isSound();
            siege.clientIsWell();
            siege.tell(
                    "optimistic ACK, ACK division", siege.count(TcpMib.TCPACKSkippedChallenge) + " challenges saved");
        }
    }

    /// The window closes, opens by a byte, moves back: no more goes out than it allows, and none of it in a hurry.
    @Test
    void aWindowThatShrinksAndFlutters() {
        try (var against = new Siege()) {
            open(against, Forge.options(2, 4, 5, 180), 65_535);
            write(300_000);
            siege.drain();
            see();
            long before = siege.answers;
            for (int i = 0; i < 50_000; i++) {
                int window = random.nextInt(4) == 0 ? random.nextInt(65_536) : random.nextInt(2);
                segment(Forge.ACK, seen - random.nextInt(10_000), window, Forge.NONE, Forge.NONE);
                see();
                if (i % 100 == 0) {
                    siege.exchange();
                    isSound();
                }
            }
            assertThat(siege.answers - before)
                    .as("answers to 50000 window changes")
                    .isLessThan(50_000);
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            siege.clientIsWell();
            siege.tell("window shrink", (siege.answers - before) + " segments for 50,000 windows");
        }
    }

    /// CVE-2018-5390: bytes with gaps between them, in the worst order. Each costs memory that is charged, as far as
    /// the buffer goes; the work for each does not grow without end.
    @Test
    void aFloodOfIslandsIsBoundedByTheBuffer() {
        try (var against = new Siege()) {
            socketBuffer(against);
            open(against, Forge.options(2, 4, 5, 180, 1, 1, 4, 2), 65_535);
            byte[] one = {1};
            for (int round = 0; round < 10; round++) {
                for (int offset = 60_001; offset > 1; offset -= 4) {
                    at(next + offset, Forge.ACK, seen, 65_535, Forge.NONE, one);
                    if (siege.packets % 1000 == 0) siege.exchange();
                }
            }
            int charged = charged();
            assertThat(charged).isLessThanOrEqualTo(262_144 + 832);
            isSound();
            siege.clientIsWell();
            assertThat(siege.nativeKilobytes()).isLessThan(1024);
            siege.tell(
                    "SACK flood, islands sent to us",
                    charged / 1024 + " KB charged, " + siege.count(TcpMib.OfoPruned) + " times pruned");
        }
    }

    /// The same, where the program has left the buffer's size to the host.
    @Test
    void aFloodOfIslandsIsBoundedByTheWindowWhereTheBufferGrows() {
        try (var against = new Siege()) {
            open(against, Forge.options(2, 4, 5, 180, 1, 1, 4, 2), 65_535);
            byte[] one = {1};
            for (int offset = 60_001; offset > 1; offset -= 2) {
                at(next + offset, Forge.ACK, seen, 65_535, Forge.NONE, one);
                if (siege.packets % 1000 == 0) siege.exchange();
            }
            assertThat(charged()).as("832 for each of 30000 bytes, as on Linux").isBetween(24_000_000, 25_000_000);
            assertThat(siege.nativeKilobytes())
                    .as("native, a page of 256 bytes for each")
                    .isLessThan(10_000);
            isSound();
            siege.clientIsWell();
            siege.tell("SACK flood, buffer not set", charged() / 1024 + " KB charged");
        }
    }

    /// And with a limit for the host: `tcp_mem` holds where a buffer would not.
    @Test
    void manyFloodsOfIslandsAreBoundedByTheHostsMemory() {
        try (var against = new Siege()) {
            against.rig.host.sysctl().tcp().tcp_mem = new long[] {200, 300, 400};
            siege = against;
            byte[] one = {1};
            for (int peer = 0; peer < 20; peer++) {
                next = 1000;
                byte[] from = Forge.v4(192, 0, 2, 100 + peer);
                siege.attack(Forge.tcp(
                        from,
                        7,
                        HOST,
                        PORT,
                        next,
                        0,
                        Forge.SYN,
                        65_535,
                        0,
                        Forge.options(2, 4, 5, 180, 1, 1, 4, 2),
                        Forge.NONE));
                see();
                siege.attack(Forge.tcp(from, 7, HOST, PORT, next + 1, seen, Forge.ACK, 65_535));
                for (int offset = 3; offset < 20_000; offset += 4) {
                    siege.attack(
                            Forge.tcp(from, 7, HOST, PORT, next + offset, seen, Forge.ACK, 65_535, 0, Forge.NONE, one));
                    if (siege.packets % 1000 == 0) siege.exchange();
                }
            }
            assertThat(siege.rig.host.tcp().memory.pages()).isLessThanOrEqualTo(400);
            siege.clientIsWell();
            siege.tell(
                    "SACK flood of 20 peers, tcp_mem",
                    siege.rig.host.tcp().memory.pages() + " of 400 pages, " + siege.count(TcpMib.TCPOFODrop)
                            + " dropped");
        }
    }

    private static void socketBuffer(Siege against) {
        against.listener.options().receiveBuffer = 262_144;
    }

    private int charged() {
        return (int) (siege.rig.host.tcp().memory.pages() * 4096);
    }

    /// CVE-2019-11477 and 11478: the smallest segments that can be had, and SACK blocks that cut the send queue
    /// to pieces. An MSS below 48 is 48 (`tcp_min_snd_mss`); the queue is not cut without end; what one option
    /// costs is what is in flight, once.
    @Test
    void tinySegmentsAndBlocksThatCutThemAreBounded() {
        try (var against = new Siege()) {
            open(against, Forge.options(2, 4, 0, 1, 1, 1, 4, 2, 3, 3, 7, 0), 65_535);
            assertThat(socket.info(siege.rig.now).snd_mss()).isEqualTo(48);
            int una = seen;
            int written = Math.max(0, write(100_000));
            long sent = siege.answers;
            for (int i = 0; i < 20_000; i++) {
                siege.drain();
                see();
                int flight = Math.max(1, seen - una);
                int[] edges = new int[8];
                for (int k = 0; k < 8; k += 2) {
                    edges[k] = una + random.nextInt(flight);
                    edges[k + 1] = edges[k] + 1 + random.nextInt(96);
                }
                segment(Forge.ACK, una, 65_535, Forge.sack(edges), Forge.NONE);
                if (i % 100 == 0) {
                    siege.exchange();
                    isSound();
                }
                if (i % 500 == 499) {
                    una = Math.min(una + 4800, seen);
                    segment(Forge.ACK, una, 65_535, Forge.NONE, Forge.NONE);
                    written += Math.max(0, write(4800));
                }
            }
            assertThat((siege.answers - sent) / 20_000.0)
                    .as("segments for each ACK")
                    .isLessThan(3);
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            siege.clientIsWell();
            siege.tell(
                    "tiny MSS and cutting SACK blocks",
                    (siege.answers - sent) + " segments, " + siege.count(TcpMib.TCPRetransFail) + " failed, written "
                            + written);
        }
    }

    /// A window of one byte, forever: a byte goes out each time the timer asks, no more than five a second, and the
    /// program gets rid of no more than its send buffer.
    @Test
    void aTinyWindowIsFilledSlowly() {
        try (var against = new Siege()) {
            open(against, Forge.options(2, 4, 5, 180), 1);
            int taken = write(10_000_000);
            assertThat(taken).isLessThan(200_000);
            long before = siege.answers;
            for (int second = 0; second < 600; second++) {
                for (int i = 0; i < 4; i++) {
                    siege.rig.advance(Duration.ofMillis(250));
                    siege.drain();
                    if (isData(siege.lastAnswer)) see();
                    segment(Forge.ACK, seen, 1, Forge.NONE, Forge.NONE);
                }
                if (second % 10 == 0) {
                    siege.exchange();
                    isSound();
                }
            }
            assertThat(siege.answers - before).as("segments in ten minutes").isBetween(1000L, 3000L);
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            siege.clientIsWell();
            siege.tell("tiny window", (siege.answers - before) + " segments in 600 s, " + taken + " bytes held");
        }
    }

    private static boolean isData(byte[] packet) {
        return new Seen(packet).length() > 0;
    }
}
