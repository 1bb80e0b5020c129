package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What a sender makes of the window that the peer offers, also of one that the peer takes back (RFC 9293 3.8.6).
class SendWindowTest {

    /// RFC 9293 3.1, MUST-1: 65535 is not -1. RFC 5681 2, MUST-1; RFC 7323 2.4, MUST-14: and it is not
    /// exceeded, however
    /// large the congestion window.
    @Test
    void aWindowOfSixtyFourKilobytesIsFilled() {
        var peer = new Peer();
        peer.options.sendBuffer = 1_000_000;
        peer.accept("<mss 1460>", 65_535, 4);
        peer.write(400_000);
        int acked = 1;
        for (int round = 0; round < 5; round++) {
            peer.sent();
            acked = peer.relative(peer.connection.sndNxt);
            peer.elapse(4).send(". 1:1(0) ack " + acked + " win 65535");
        }
        assertThat(peer.relative(peer.connection.sndNxt) - acked).isEqualTo(65_535 / 1460 * 1460);
        peer.sent();
        peer.checkReleased();
    }

    /// RFC 7323 2.4, MUST-14: whatever the window, and however much goes at once.
    @Test
    void noWindowIsExceeded() {
        for (int window = 1500; window < 30_000; window += 371) {
            var peer = new Peer();
            peer.options.sendBuffer = 1_000_000;
            peer.accept("<mss 1000>", window, 4);
            peer.connection.cwnd.segments = 100;
            peer.write(100_000);
            int acked = 1;
            for (int round = 0; round < 10; round++) {
                assertThat(peer.relative(peer.connection.sndNxt) - acked).isBetween(window / 2, window);
                for (String text : peer.sent()) {
                    Segment seg = SegmentScript.parse(text);
                    assertThat(seg.endSeq()).as("window %d: %s", window, text).isLessThanOrEqualTo(acked + window);
                    assertThat(seg.length).isLessThanOrEqualTo(1000);
                }
                acked += 1000;
                peer.elapse(1).send(". 1:1(0) ack " + acked + " win " + window);
            }
            peer.checkReleased();
        }
    }

    /// RFC 9293 3.1, REC-1: with the largest scale a window is almost 2^30 bytes.
    @Test
    void aScaledWindowIsKeptInThirtyTwoBits() {
        Peer peer = Peer.established("<mss 1460,wscale 14>");
        peer.send(". 1:1(0) ack 1 win 65535");
        assertThat(peer.info().snd_wnd()).isEqualTo(65_535 << 14);
    }

    // ---------------------------------------------------------------- a window that shrinks

    /// The peer's window was 4000 bytes. Of two segments in flight the first is acknowledged, and the window ends
    /// `window` bytes behind it; 1460 bytes more wait.
    private static Peer shrunkTo(Peer peer, int window) {
        peer.accept("<mss 1460>", 4000, 4);
        peer.write(2920);
        peer.expect(". 1:1461(1460) ack 1 win 64240", "P. 1461:2921(1460) ack 1 win 64240");
        peer.write(1460);
        peer.expectNothing();
        return peer.send(". 1:1(0) ack 1461 win " + window).expectNothing();
    }

    /// RFC 9293 3.8.6, MUST-34, SHLD-15, SHLD-16; RFC 7323 2.4, MUST-12, MUST-14: nothing new; of what is in
    /// flight only what is within the window.
    @Test
    void whatIsStillWithinAWindowThatShrankGoesAgain() {
        Peer peer = shrunkTo(new Peer(), 1000);
        peer.write(100);
        peer.expectAfter(204, ". 1461:2461(1000) ack 1 win 64240");
        peer.elapse(4).send(". 1:1(0) ack 2461 win 1000").expect("P. 2461:2921(460) ack 1 win 64240");
        peer.elapse(4).send(". 1:1(0) ack 2921 win 4000");
        peer.expect(". 2921:4381(1460) ack 1 win 64240", "P. 4381:4481(100) ack 1 win 64240");
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.send(". 1:1(0) ack 4481 win 4000").expectNothing().checkReleased();
    }

    /// RFC 9293 3.8.6, MUST-34, MUST-35, MAY-7: the retransmission of what the window no longer holds is the probe.
    @Test
    void aWindowThatShrankToNothingIsProbed() {
        Peer peer = shrunkTo(new Peer(), 0);
        String first = "P. 1461:2921(1460) ack 1 win 64240";
        peer.expectAfter(204, first).send(". 1:1(0) ack 1461 win 0");
        peer.expectAfter(408, first).send(". 1:1(0) ack 2921 win 0");
        // What was in flight has arrived: it is a closed window like any other, and the timeout still is what it was.
        peer.expectAfter(816, ". 2920:2920(0) ack 1 win 64240").send(". 1:1(0) ack 2921 win 4000");
        peer.expect("P. 2921:4381(1460) ack 1 win 64240");
    }

    /// RFC 9293 3.8.6, SHLD-17: a peer that answers may keep its window shut for as long as it likes.
    @Test
    void aPeerThatAnswersIsNeverGivenUpForAWindowThatShrank() {
        var peer = new Peer();
        peer.sysctl.tcp_retries2 = 3;
        shrunkTo(peer, 0);
        for (int i = 0; i < 100; i++) {
            peer.expectAfter(Math.min(204L << Math.min(i, 10), 120_000), "P. 1461:2921(1460) ack 1 win 64240");
            peer.send(". 1:1(0) ack 1461 win 0").expectNothing();
        }
        assertThat(peer.millis()).isGreaterThan(2 * 3600 * 1000);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.send(". 1:1(0) ack 2921 win 4000").expect("P. 2921:4381(1460) ack 1 win 64240");
    }

    // ---------------------------------------------------------------- our own window

    /// RFC 9293 3.4, MUST-66: a closed window keeps data out, but neither a reset nor the news of urgent data.
    @Test
    void aClosedReceiveWindowLetsResetsAndUrgentPointersIn() {
        Peer peer = closedReceiveWindow();
        int at = 1 + (int) peer.connection.bytesReceived;
        peer.send("P. " + at + ":" + (at + 1) + "(1) ack 1 win 65535").expect(". 1:1(0) ack " + at + " win 0");
        peer.connection.takeEvents();
        peer.send("U. " + at + ":" + at + "(0) ack 1 win 65535 urg 1").expectNothing();
        assertThat(peer.connection.takeEvents() & Readiness.PRI).isNotZero();
        peer.send("R " + at + ":" + at + "(0) win 65535").expectNothing();
        assertThat(peer.state()).isEqualTo(TcpState.CLOSED);
        peer.checkReleased();
    }

    private static Peer closedReceiveWindow() {
        var peer = new Peer();
        peer.options.receiveBuffer = 4096;
        peer.accept("<mss 1460>");
        while (peer.connection.receive.window > 0) {
            int at = 1 + (int) peer.connection.bytesReceived;
            int size = Math.min(500, peer.connection.receive.window);
            peer.send("P. " + at + ":" + (at + size) + "(" + size + ") ack 1 win 65535")
                    .elapse(50)
                    .sent();
        }
        return peer;
    }

    /// "dsack_size": what goes out together is cut alike, to the size that the first of it leaves room for.
    @Test
    void oneDsackMakesAllSegmentsOfABurstSmaller() {
        Peer peer = Peer.established("<mss 536,sackOK>");
        peer.options.noDelay = true;
        peer.send(". 1:101(100) ack 1 win 65535").expect(". 1:1(0) ack 101 win 64140");
        peer.write(12 * 536);
        peer.sent();
        assertThat(peer.info().unacked()).isEqualTo(10);
        peer.write(4 * 536);
        peer.send(". 1:101(100) ack 5361 win 65535");
        peer.expect(
                ". 5361:5885(524) ack 101 win 64140 <sack 1:101>",
                ". 5885:6409(524) ack 101 win 64140 <sack 1:101>",
                ". 6409:6933(524) ack 101 win 64140 <sack 1:101>",
                ". 6933:7457(524) ack 101 win 64140 <sack 1:101>");
    }

    /// docs/linux/differential.md, "notsent": a program is told as soon as enough is sent.
    @Test
    void aSocketIsWritableAgainOnceEnoughIsSent() {
        var peer = new Peer();
        peer.options.notSentLowWater = 1;
        peer.accept("<mss 1460>");
        peer.write(446);
        peer.expect("P. 1:447(446) ack 1 win 64240");
        peer.write(500);
        assertThat(peer.poll()).isEmpty();
        peer.connection.takeEvents();
        peer.options.noDelay = true;
        peer.optionsChanged();
        peer.expect("P. 447:947(500) ack 1 win 64240");
        assertThat(peer.connection.takeEvents() & Readiness.OUT).isNotZero();
        assertThat(peer.poll()).isEqualTo("OUT");
    }
}
