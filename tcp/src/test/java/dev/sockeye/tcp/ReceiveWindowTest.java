package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How much we let the peer send (RFC 9293 3.8.6): what is announced, when, how it grows and closes. The kernel's
/// figures are in docs/linux/windows.md.
class ReceiveWindowTest {

    private static Peer scaled() {
        return Peer.established("<mss 1460,wscale 7>");
    }

    private static int edge(Peer peer) {
        return peer.connection.receive.updatedAt
                + peer.connection.receive.window
                - (peer.connection.rcvNxt - received(peer))
                + 1;
    }

    private static int received(Peer peer) {
        return (int) peer.connection.bytesReceived;
    }

    private static void fullSegments(Peer peer, int count) {
        for (int i = 0; i < count; i++) {
            int at = 1 + received(peer);
            peer.send(". " + at + ":" + (at + 1460) + "(1460) ack 1 win 65535").elapse(2);
        }
        peer.sent();
    }

    // ---------------------------------------------------------------- growth

    /// "first_segments": each full segment adds up to two to rcv_ssthresh, although nobody reads. RFC 9293 3.1, REC-1
    @ParameterizedTest(name = "after {0} segments window {1}, rcv_ssthresh {2}")
    @CsvSource({
        "0, 64240, 64076",
        "1, 67584, 67160",
        "2, 70656, 70080",
        "3, 73728, 73000",
        "4, 76800, 75920",
        "5, 75776, 75920",
        "6, 74752, 75920",
        "8, 72704, 75920",
        "12, 68608, 75920"
    })
    void fullSegmentsOpenTheWindowThoughNobodyReads(int segments, int window, int threshold) {
        Peer peer = scaled();
        fullSegments(peer, segments);
        assertThat(peer.connection.receive.window).isEqualTo(window);
        assertThat(peer.info().rcv_ssthresh()).isEqualTo(threshold);
        assertThat(peer.info().rcv_space()).isEqualTo(14_600);
    }

    @Test
    void readingWithAWindowMoreThanHalfOpenSaysNothing() {
        Peer peer = scaled();
        fullSegments(peer, 12);
        peer.elapse(50);
        assertThat(peer.read(100_000)).isEqualTo(17_520);
        peer.expectNothing();
        fullSegments(peer, 1);
        assertThat(peer.connection.receive.window).isEqualTo(78_848);
    }

    @Test
    void tinySegmentsDoNotGrowIt() {
        Peer peer = scaled();
        for (int i = 1; i <= 100; i++)
            peer.send("P. " + i + ":" + (i + 1) + "(1) ack 1 win 65535").elapse(50);
        peer.sent();
        assertThat(peer.info().rcv_ssthresh()).isEqualTo(64_076);
    }

    /// What a FIN alone takes is nothing, where it is joined to data that waits behind a gap.
    @Test
    void aFinBehindAGapGrowsIt() {
        assertThat(growthByFin(2461)).isEqualTo(2 * 1460);
        assertThat(growthByFin(3001)).isZero();
    }

    private static int growthByFin(int seq) {
        Peer peer = Peer.established("<mss 1460,sackOK,wscale 7>");
        peer.send(". 1001:2461(1460) ack 1 win 65535").sent();
        int threshold = peer.info().rcv_ssthresh();
        peer.send("F. " + seq + ":" + (seq + 1) + "(0) ack 1 win 65535").sent();
        int growth = peer.info().rcv_ssthresh() - threshold;
        peer.checkReleased();
        return growth;
    }

    /// "never_read": the right edge never moves back; the window closes by data, and the buffer grows to
    /// hold it. RFC 9293 3.8.6, SHLD-14; RFC 7323 2.4, MUST-13
    @Test
    void anUnreadWindowClosesWithoutEverShrinking() {
        Peer peer = scaled();
        for (int edge : new int[] {84_385, 87_873, 90_337, 90_753, 91_169, 91_585, 92_001}) {
            fullSegments(peer, 8);
            peer.elapse(50).sent();
            assertThat(edge(peer)).isEqualTo(edge);
        }
        int at = 1 + received(peer);
        while (peer.connection.receive.remaining(peer.connection.rcvNxt) > 0) {
            int length = Math.min(1460, peer.connection.receive.remaining(peer.connection.rcvNxt));
            peer.send(". " + at + ":" + (at + length) + "(" + length + ") ack 1 win 65535")
                    .elapse(50)
                    .sent();
            at = 1 + received(peer);
        }
        assertThat(edge(peer)).isEqualTo(95_925);
        assertThat(peer.connection.receiveBuffer()).isEqualTo(149_760);
        assertThat(peer.connection.receive.window).isZero();
        assertThat(peer.count(TcpMib.TCPToZeroWindowAdv)).isEqualTo(1);
        // A byte into the closed window, and a probe.
        peer.send(". " + at + ":" + (at + 1) + "(1) ack 1 win 65535").expect(". 1:1(0) ack " + at + " win 0");
        peer.send(". " + (at - 1) + ":" + (at - 1) + "(0) ack 1 win 65535").expect(". 1:1(0) ack " + at + " win 0");
        assertThat(peer.read(1 << 20)).isEqualTo(at - 1);
        peer.expect(". 1:1(0) ack " + at);
        assertThat(peer.count(TcpMib.TCPFromZeroWindowAdv)).isEqualTo(1);
        peer.checkReleased();
    }

    /// What comes ahead of a gap makes the buffer grow, once a program has accepted the connection.
    @ParameterizedTest(name = "accepted {0}: SO_RCVBUF {1}")
    @CsvSource({"true, 141590, 77112", "false, 131072, 0"})
    void dataAheadOfAGapMakesRoomForItself(boolean accepted, int buffer, int threshold) {
        var peer = new Peer();
        peer.accepts = accepted;
        peer.accept("<mss 1460,wscale 7,sackOK>");
        for (int i = 0; i < 40; i++) {
            int at = 2001 + 1460 * i;
            peer.send(". " + at + ":" + (at + 1460) + "(1460) ack 1 win 65535").elapse(2);
        }
        assertThat(peer.connection.receiveBuffer()).isEqualTo(buffer);
        if (accepted) assertThat(peer.info().rcv_ssthresh()).isEqualTo(threshold);
    }

    /// What is left unread is no reason for a larger buffer; and what counts is the moment of the first segment read.
    @Test
    void aProgramThatReadsSlowlyNeedsNoLargerBuffer() {
        Peer peer = Peer.established("<mss 1460,wscale 7,TS>");
        int sent = 0;
        // segments sent, segments read, rcv_space and SO_RCVBUF then
        int[][] steps = {
            {10, 10, 14_480, 131_072},
            {20, 10, 14_480, 131_072},
            {20, 10, 14_480, 131_072},
            {10, 30, 14_480, 131_072},
            {20, 20, 15_928, 131_072},
            {20, 40, 15_928, 131_072},
            {1, 1, 28_960, 244_316},
        };
        for (int[] step : steps) {
            for (int i = 0; i < step[0]; i++, sent++) {
                int at = 1 + 1448 * sent;
                peer.send(". " + at + ":" + (at + 1448) + "(1448) ack 1 win 65535 <TS>");
            }
            peer.elapse(2);
            peer.read(1448 * step[1]);
            assertThat(new int[] {peer.info().rcv_space(), peer.connection.receiveBuffer()})
                    .containsExactly(step[2], step[3]);
            peer.elapse(50).sent();
        }
    }

    // ---------------------------------------------------------------- opening again

    /// "reopening": at least a segment, and a sixteenth of the space, and twice what the peer knows.
    /// RFC 9293 3.8.6.2.2, MUST-39
    @Test
    void aClosedWindowOpensNoSillySteps() {
        Peer peer = Peer.established();
        while (peer.connection.receive.window > 0 && received(peer) < 200_000) {
            fullSegments(peer, 1);
            peer.elapse(50).sent();
        }
        assertThat(peer.connection.receive.window).isZero();
        int last = 0;
        int updates = 0;
        for (int i = 0; i < 12; i++) {
            assertThat(peer.read(1000)).isEqualTo(1000);
            peer.elapse(50).sent();
            int window = peer.connection.receive.window;
            if (window == last) continue;
            assertThat(window).isGreaterThanOrEqualTo(Math.max(4380, 2 * last)).isEqualTo(window / 1460 * 1460);
            last = window;
            updates++;
        }
        assertThat(updates).isEqualTo(2);
        peer.read(100_000);
        assertThat(peer.sent()).hasSize(1);
        assertThat(peer.connection.receive.window).isGreaterThanOrEqualTo(65_535);
    }

    /// "updates_while_open": no update while more than half is open.
    @Test
    void anUpdateComesWhenTheWindowHasDoubled() {
        Peer peer = Peer.established();
        fullSegments(peer, 30);
        peer.elapse(50).sent();
        assertThat(peer.connection.receive.window).isEqualTo(37_960);
        for (int count : new int[] {1000, 1000, 1000, 5000, 10_000}) {
            assertThat(peer.read(count)).isEqualTo(count);
            peer.expectNothingFor(50);
        }
        assertThat(peer.read(20_000)).isEqualTo(20_000);
        peer.expect(". 1:1(0) ack 43801 win 65535").expectNothing();
    }

    // ---------------------------------------------------------------- at the edge

    /// "beyond": an in-order segment that crosses the edge is taken whole if nothing is queued.
    @Test
    void aSegmentThatCrossesTheEdgeIsTakenWholeOrNotAtAll() {
        Peer peer = smallBuffer();
        peer.send("P. 1:3321(3320) ack 1 win 65535").expect(". 1:1(0) ack 3321");
        assertThat(peer.read(10_000)).isEqualTo(3320);

        peer = smallBuffer();
        peer.send("P. 1:501(500) ack 1 win 65535").sent();
        peer.send("P. 501:3821(3320) ack 1 win 65535")
                .expect(". 1:1(0) ack 501")
                .expectNothing();
        assertThat(peer.read(10_000)).isEqualTo(500);
        assertThat(peer.count(TcpMib.BeyondWindow)).isEqualTo(1);
    }

    private static Peer smallBuffer() {
        var peer = new Peer();
        peer.options.receiveBuffer = 8192;
        return peer.accept("<mss 1460>");
    }

    @Test
    void beyondAGapTheSameHolds() {
        Peer peer = Peer.established();
        peer.send("P. 63741:64741(1000) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240");
        assertThat(peer.count(TcpMib.TCPOFOQueue)).isEqualTo(1);
        peer.send("P. 63241:64241(1000) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240");
        assertThat(peer.count(TcpMib.TCPOFOQueue)).isEqualTo(2);
        peer.send("P. 64241:65241(1000) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240");
        assertThat(peer.count(TcpMib.TCPOFOQueue)).isEqualTo(2);
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- buffers

    /// "receive_buffers": the window and scale of a SYN-ACK, and the window after 100 bytes.
    @ParameterizedTest(name = "SO_RCVBUF {0}: window {1}, scale {2}, rcv_ssthresh {3}, then {4}")
    @CsvSource({
        "2304, 1152, 0, 1152, 1052",
        "4096, 1460, 0, 1460, 1460",
        "8192, 2920, 0, 2920, 2920",
        "16384, 7300, 0, 6732, 7200",
        "32768, 16060, 0, 14924, 15960",
        "65536, 32120, 0, 31308, 32020",
        "131072, 64240, 1, 64076, 64140",
        "262144, 65535, 2, 129612, 129840",
        "2097152, 65535, 5, 1047116, 1048192",
        "8388608, 65535, 7, 4192844, 4193024"
    })
    void theBufferDecidesWindowAndScale(int buffer, int window, int scale, int threshold, int then) {
        var peer = new Peer();
        peer.options.receiveBuffer = buffer;
        peer.accept("<mss 1460,wscale 7>");
        assertThat(Math.min(65_535, peer.connection.receive.window)).isEqualTo(window);
        assertThat(peer.info().rcv_wscale()).isEqualTo(scale);
        assertThat(peer.info().rcv_ssthresh()).isEqualTo(threshold);
        peer.send("P. 1:101(100) ack 1 win 65535").sent();
        assertThat(peer.connection.receive.window).isEqualTo(then);
    }

    /// "growth": when a round trip's reading doubles, the buffer holds six times it.
    @Test
    void theBufferIsTunedToWhatIsReadInARoundTrip() {
        Peer peer = Peer.established("<mss 1460,TS,wscale 7>");
        int segments = 10;
        int before = 0;
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < segments; i++) {
                int at = 1 + received(peer);
                peer.send(". " + at + ":" + (at + 1448) + "(1448) ack 1 win 65535 <TS>");
                peer.read(10_000);
            }
            peer.elapse(50).sent();
            int buffer = peer.connection.receiveBuffer();
            assertThat(buffer).isGreaterThanOrEqualTo(before);
            before = buffer;
            segments *= 2;
        }
        assertThat(before).isGreaterThan(1_000_000);
        assertThat(peer.connection.receive.window).isGreaterThan(600_000);
    }

    @Test
    void aBufferThatWasSetNeverGrows() {
        var peer = new Peer();
        peer.options.receiveBuffer = 131_072;
        peer.accept("<mss 1460,TS,wscale 7>");
        for (int i = 0; i < 500; i++) {
            int at = 1 + received(peer);
            peer.send(". " + at + ":" + (at + 1448) + "(1448) ack 1 win 65535 <TS>")
                    .elapse(1);
            peer.read(10_000);
        }
        assertThat(peer.connection.receiveBuffer()).isEqualTo(131_072);
    }

    /// "window_clamp": it bounds what the SYN announces, and holds until a full segment has shown its share of
    /// payload; what is set later bounds what the threshold allows.
    @Test
    void theWindowClampHoldsUntilTheRatioIsLearned() {
        var peer = new Peer();
        peer.options.windowClamp = 5000;
        peer.accept("<mss 1460,wscale 7>");
        assertThat(peer.connection.receive.window).isEqualTo(4380);
        assertThat(peer.connection.windowClamp()).isEqualTo(5000);
        assertThat(peer.connection.receive.scale).isZero();
        for (int window : new int[] {7300, 10_220, 13_140, 16_060}) {
            fullSegments(peer, 1);
            peer.elapse(50);
            assertThat(peer.connection.receive.window).isEqualTo(window);
        }
        assertThat(peer.connection.windowClamp()).isEqualTo(82_944);
    }

    @Test
    void aWindowClampSetLaterBoundsTheThreshold() {
        Peer peer = scaled();
        for (int[] step : new int[][] {{10_000, 10_000}, {2000, 2000}, {1_000_000, 64_240}}) {
            peer.options.windowClamp = step[0];
            peer.optionsChanged();
            assertThat(peer.connection.windowClamp()).isEqualTo(step[0]);
            assertThat(peer.info().rcv_ssthresh()).isEqualTo(step[1]);
        }
        peer.options.windowClamp = 1;
        peer.optionsChanged();
        assertThat(peer.connection.windowClamp()).isEqualTo(1152);
        peer.checkReleased();
    }
}
