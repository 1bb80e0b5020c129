package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The path's MTU is looked for with larger segments (RFC 4821). Sizes and windows are those that the kernel showed:
/// docs/linux/pmtu.md, "Probing".
class MtuProbingTest {

    private static final String MSS_SACK = "<mss 1460,sackOK>";

    private static Peer probing(int mode, String synOptions) {
        var peer = new Peer();
        peer.sysctl.tcp_mtu_probing = mode;
        return peer.accept(synOptions);
    }

    /// The payloads of the segments that were sent.
    private static List<Integer> sizes(Peer peer) {
        var sizes = new ArrayList<Integer>();
        for (String text : peer.sent()) {
            sizes.add(Integer.parseInt(text.substring(text.indexOf('(') + 1, text.indexOf(')'))));
        }
        return sizes;
    }

    private static void acknowledge(Peer peer) {
        peer.elapse(4);
        peer.send(". 1:1(0) ack " + peer.relative(peer.connection.sndNxt) + " win 65535");
    }

    /// Writes 16000 bytes and acknowledges all of them.
    ///
    /// @return the sizes of the first two segments
    private static List<Integer> flight(Peer peer) {
        assertThat(peer.write(16000)).isEqualTo(16000);
        List<Integer> sizes = sizes(peer);
        acknowledge(peer);
        return sizes.subList(0, 2);
    }

    private static void warmUp(Peer peer) {
        peer.write(10240);
        assertThat(sizes(peer)).hasSize(8).startsWith(1460);
        acknowledge(peer);
        assertThat(peer.info().snd_cwnd()).isEqualTo(18);
    }

    @Test
    void theSearchHalvesWhatIsOpenUntilItIsSmallerThanTheThreshold() {
        Peer peer = probing(2, MSS_SACK);
        assertThat(peer.info().snd_mss()).isEqualTo(1460);
        warmUp(peer);
        int[][] expected = {
            // probe, the segments behind it, snd_mss and snd_cwnd then
            {1242, 1460, 1242, 31},
            {1351, 1242, 1351, 27},
            {1405, 1351, 1405, 25},
            {1432, 1405, 1432, 35},
            {1446, 1432, 1446, 33},
            {1453, 1446, 1453, 31},
            {1453, 1453, 1453, 31},
        };
        for (int[] row : expected) {
            assertThat(flight(peer)).containsExactly(row[0], row[1]);
            assertThat(peer.info().snd_mss()).isEqualTo(row[2]);
            assertThat(peer.info().snd_cwnd()).isEqualTo(row[3]);
        }
        assertThat(peer.count(TcpMib.TCPMTUPSuccess)).isEqualTo(6);
        assertThat(peer.count(TcpMib.TCPMTUPFail)).isZero();
        assertThat(peer.info().pmtu()).isEqualTo(1500);
        peer.checkReleased();
    }

    @Test
    void aProbeThatIsLostIsNoCongestion() {
        Peer peer = probing(2, MSS_SACK);
        warmUp(peer);
        peer.write(16000);
        assertThat(sizes(peer)).startsWith(1242, 1460);
        assertThat(peer.info().snd_cwnd()).isEqualTo(17);
        peer.elapse(4).send(". 1:1(0) ack 10241 win 65535 <sack 11483:12943>").expectNothing();
        peer.send(". 1:1(0) ack 10241 win 65535 <sack 11483:14403>").expectNothing();
        peer.send(". 1:1(0) ack 10241 win 65535 <sack 11483:15863>");
        peer.expect(". 10241:11483(1242) ack 1").expectNothing();
        assertThat(peer.info().snd_cwnd()).isEqualTo(18);
        assertThat(peer.info().snd_ssthresh()).isEqualTo(CongestionWindow.INFINITE_SSTHRESH);
        assertThat(peer.count(TcpMib.TCPMTUPFail)).isEqualTo(1);
        acknowledge(peer);
        assertThat(peer.info().snd_cwnd()).isEqualTo(27);
        // The next one looks below.
        assertThat(flight(peer)).containsExactly(1132, 1460);
        assertThat(peer.info().snd_cwnd()).isEqualTo(33);
        assertThat(flight(peer)).containsExactly(1186, 1132);
        assertThat(peer.info().snd_cwnd()).isEqualTo(30);
        peer.checkReleased();
    }

    /// The path lets nothing through that is larger than 1200 bytes, and says nothing.
    @Test
    void timeoutsMakeSegmentsSmaller() {
        var peer = new Peer();
        peer.sysctl.tcp_mtu_probing = 1;
        peer.sysctl.tcp_rto_min_us = 50_000;
        peer.accept(MSS_SACK);
        peer.write(5840);
        peer.sent();
        var first = new ArrayList<Integer>();
        while (first.size() < 11) {
            peer.now = Math.max(peer.now, peer.connection.nextDeadline());
            peer.elapse(0);
            sizes(peer).forEach(first::add);
        }
        // The tail loss probe, five timeouts within R1, and then smaller with each.
        assertThat(first).containsExactly(1460, 1460, 1460, 1460, 1460, 1460, 1024, 512, 256, 128, 64);
        assertThat(peer.info().snd_mss()).isEqualTo(64);
        peer.send(". 1:1(0) ack 5841 win 65535").expectNothing();
        peer.checkReleased();
    }

    @Test
    void belowTheFloorItDoesNotGo() {
        var peer = new Peer();
        peer.sysctl.tcp_mtu_probing = 1;
        peer.sysctl.tcp_mtu_probe_floor = 400;
        peer.accept(MSS_SACK);
        peer.write(1460);
        for (int i = 0; i < 12; i++) {
            peer.now = Math.max(peer.now, peer.connection.nextDeadline());
            peer.elapse(0);
        }
        assertThat(peer.info().snd_mss()).isEqualTo(400);
        peer.abort();
        peer.checkReleased();
    }

    @Test
    void withoutProbingTimeoutsChangeNothing() {
        Peer peer = probing(0, MSS_SACK);
        peer.write(1460);
        for (int i = 0; i < 12; i++) {
            peer.now = Math.max(peer.now, peer.connection.nextDeadline());
            peer.elapse(0);
        }
        assertThat(peer.info().snd_mss()).isEqualTo(1460);
        peer.abort();
        peer.checkReleased();
    }

    /// Linux: where our SYN offered timestamps, the first size still counts them.
    @Test
    void anActiveOpenBeginsWithTheBaseSize() {
        var peer = new Peer();
        peer.sysctl.tcp_mtu_probing = 2;
        peer.connect().sent();
        peer.elapse(4).send("S. 0:1(0) ack 1 win 65535 " + MSS_SACK).sent();
        assertThat(peer.info().snd_mss()).isEqualTo(1036);
        peer.write(16000);
        assertThat(sizes(peer)).hasSize(10).containsOnly(1036);
        peer.elapse(4).send(". 1:1(0) ack 10361 win 65535");
        assertThat(sizes(peer)).containsExactly(1242, 1036, 1036, 1036, 1036, 254);
        acknowledge(peer);
        assertThat(peer.info().snd_mss()).isEqualTo(1242);
        assertThat(peer.info().snd_cwnd()).isEqualTo(15);
        peer.checkReleased();
    }

    /// After `tcp_probe_interval` what was found is questioned: the path may take more now.
    @Test
    void theSearchBeginsAgainAfterTenMinutes() {
        var peer = new Peer();
        peer.sysctl.tcp_mtu_probing = 2;
        peer.sysctl.tcp_slow_start_after_idle = 0;
        peer.mtu = 1300;
        peer.accept(MSS_SACK);
        peer.write(10240);
        peer.sent();
        acknowledge(peer);
        for (int i = 0; i < 7; i++) flight(peer);
        assertThat(peer.info().snd_mss()).isEqualTo(1255);
        peer.connection.onPathMtu(1500);
        peer.elapse(590_000);
        for (int i = 0; i < 7; i++) flight(peer);
        assertThat(peer.info().snd_mss()).isEqualTo(1255);
        peer.elapse(11_000);
        for (int i = 0; i < 8; i++) flight(peer);
        assertThat(peer.info().snd_mss()).isEqualTo(1453);
        peer.checkReleased();
    }

    /// A probe is made of what is queued; where that ends with a record, or is too little, there is none.
    @Test
    void tooLittleIsNotProbedWith() {
        Peer peer = probing(2, MSS_SACK);
        warmUp(peer);
        peer.write(7000); // less than the probe and four segments more
        assertThat(sizes(peer)).startsWith(1460);
        acknowledge(peer);
        for (int i = 0; i < 20; i++) peer.write(1000, Connection.MSG_EOR);
        peer.sent();
        acknowledge(peer);
        assertThat(peer.count(TcpMib.TCPMTUPSuccess)).isZero();
        peer.checkReleased();
    }

    /// What is read at the other end is what was written, however the segments were cut and joined.
    @Test
    void probesCarryTheStream() {
        Pair pair = Pair.closed();
        pair.sysctl.tcp_mtu_probing = 2;
        pair.open();
        var sent = new byte[400_000];
        for (int i = 0; i < sent.length; i++) sent[i] = (byte) (i * 31 + (i >> 9));
        var received = new ByteArrayOutputStream();
        for (int at = 0; at < sent.length; ) {
            int count = pair.a.write(Arrays.copyOfRange(sent, at, Math.min(at + 20_000, sent.length)));
            at += Math.max(count, 0);
            pair.step();
            received.writeBytes(pair.b.readBytes(1 << 20));
        }
        while (received.size() < sent.length) {
            pair.advance(Duration.ofMillis(10));
            if (pair.b.connection.available() > 0) received.writeBytes(pair.b.readBytes(1 << 20));
        }
        assertThat(received.toByteArray()).isEqualTo(sent);
        assertThat(pair.a.context.counters.get(TcpMib.TCPMTUPSuccess)).isPositive();
        pair.a.abort();
        pair.b.abort();
        pair.checkReleased();
    }

    /// A black hole: what is larger than 1160 bytes is swallowed, without a word; of the rest some is lost. All bytes
    /// arrive, and segments become as large as the path takes.
    @Test
    void aPathThatSwallowsLargePacketsIsGotThrough() {
        for (long seed = 1; seed <= 5; seed++) {
            var random = new SplittableRandom(seed);
            Pair pair = Pair.closed();
            pair.sysctl.tcp_mtu_probing = 1;
            pair.open();
            var sent = new byte[300_000];
            for (int i = 0; i < sent.length; i++) sent[i] = (byte) (i * 31 + (i >> 9));
            var received = new ByteArrayOutputStream();
            int written = 0;
            int millis = 0;
            while (received.size() < sent.length && millis++ < 300_000) {
                if (written < sent.length) {
                    int count =
                            pair.a.write(Arrays.copyOfRange(sent, written, Math.min(written + 20_000, sent.length)));
                    written += Math.max(count, 0);
                }
                swallow(pair, random);
                pair.advance(Duration.ofMillis(1));
                if (pair.b.connection.available() > 0) received.writeBytes(pair.b.readBytes(1 << 20));
            }
            assertThat(received.toByteArray()).as("seed " + seed).isEqualTo(sent);
            assertThat(pair.a.info().snd_mss()).as("seed " + seed).isBetween(48, 1160);
            assertThat(pair.a.info().pmtu()).isEqualTo(1500);
            pair.a.abort();
            pair.b.abort();
            pair.checkReleased();
        }
    }

    private static void swallow(Pair pair, SplittableRandom random) {
        for (Iterator<Pair.Copy> each = pair.a.wire.iterator(); each.hasNext(); ) {
            Pair.Copy copy = each.next();
            int payload = copy.segment.packetPayload == 0 ? copy.segment.length : copy.segment.packetPayload;
            boolean fresh = copy.sentAt > pair.now - 1_000_000;
            if (payload <= 1160 && !(fresh && random.nextInt(200) == 0)) continue;
            copy.release(pair.a);
            each.remove();
        }
    }
}
