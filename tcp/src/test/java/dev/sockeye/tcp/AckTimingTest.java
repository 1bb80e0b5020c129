package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// When an acknowledgment goes out (RFC 9293 3.8.6.3, RFC 5681 4.2): the quick phase, the delay, every second
/// segment. docs/linux/timers.md, "Delayed acknowledgements"; its times less the kernel's tick.
class AckTimingTest {

    /// Segments of so many bytes at a distance; for each ACK after which segment it came, and how much later.
    private static List<String> acks(Peer peer, int count, int size, String flags, int distance, int readAfter) {
        var seen = new ArrayList<String>();
        for (int i = 1; i <= count; i++) {
            int seq = 1 + (int) peer.connection.bytesReceived;
            peer.send(flags + " " + seq + ":" + (seq + size) + "(" + size + ") ack 1 win 65535");
            for (int millis = 0; millis < distance; millis++) {
                if (readAfter == millis) peer.read(1 << 20);
                if (!peer.sent().isEmpty()) seen.add(i + " +" + millis);
                peer.elapse(1);
            }
            if (!peer.sent().isEmpty()) seen.add(i + " +" + distance);
        }
        return seen;
    }

    private static List<String> expected(String... words) {
        var list = new ArrayList<String>();
        for (String word : words) {
            int dash = word.indexOf('-');
            int plus = word.indexOf('+');
            if (dash < 0) {
                list.add(word);
                continue;
            }
            int last = Integer.parseInt(word.substring(dash + 1, plus).trim());
            for (int i = Integer.parseInt(word.substring(0, dash)); i <= last; i++)
                list.add(i + " " + word.substring(plus));
        }
        return list;
    }

    /// RFC 9293 3.8.6.3, SHLD-18
    @Test
    void sixteenAreAcknowledgedAtOnceAndThenAfterFortyMilliseconds() {
        assertThat(acks(Peer.established(), 24, 10, "P.", 100, -1)).isEqualTo(expected("1-16 +0", "17-24 +40"));
    }

    @Test
    void aReadThatEmptiesTheQueueAcknowledges() {
        assertThat(acks(Peer.established(), 24, 10, "P.", 100, 10)).isEqualTo(expected("1-16 +0", "17-24 +10"));
    }

    @Test
    void aSilenceLongerThanTheTimeoutBeginsTheQuickPhaseAnew() {
        assertThat(acks(Peer.established(), 24, 10, "P.", 300, -1)).isEqualTo(expected("1-24 +0"));
    }

    /// Every second segment, once the window has stopped growing and somebody reads.
    /// RFC 9293 3.8.6.3, SHLD-19
    @Test
    void aBulkReceiverAcknowledgesEverySecondSegment() {
        var peer = new Peer();
        peer.options.receiveBuffer = 65_536;
        peer.accept("<mss 1460>");
        List<String> acks = acks(peer, 40, 1460, ".", 1, 0);
        assertThat(acks.subList(acks.size() - 10, acks.size()))
                .isEqualTo(List.of(
                        "21 +0", "23 +0", "25 +0", "27 +0", "29 +0", "31 +0", "33 +0", "35 +0", "37 +0", "39 +0"));
    }

    /// "delayed_ack_long_path": the delay follows the segments' distance, up to the round trip.
    @Test
    void onALongPathTheDelayFollowsTheRhythmOfTheSegments() {
        Peer peer = new Peer().accept("<mss 1460>", 65_535, 150);
        List<String> acks = acks(peer, 30, 10, "P.", 250, -1);
        assertThat(acks.subList(0, 16)).isEqualTo(expected("1-16 +0"));
        assertThat(acks.subList(16, 19)).isEqualTo(List.of("17 +40", "18 +80", "19 +150"));
        assertThat(acks.getLast()).isEqualTo("30 +150");
    }

    /// "delayed_ack_pingpong": who answers leaves the quick phase, and its answer carries the ACK.
    @Test
    void anAnswerCarriesTheAcknowledgment() {
        Peer peer = Peer.established();
        peer.send("P. 1:8(7) ack 1 win 65535").expect(". 1:1(0) ack 8 win 64233");
        peer.elapse(15);
        peer.write(6);
        peer.expect("P. 1:7(6) ack 8 win 64233");
        peer.elapse(12).send(". 8:8(0) ack 7 win 65535");
        peer.elapse(50).send("P. 8:15(7) ack 7 win 65535").expectNothing();
        peer.elapse(15);
        peer.write(6);
        peer.expect("P. 7:13(6) ack 15 win 64226");
        peer.elapse(12).send(". 15:15(0) ack 13 win 65535");
        // A request that is not answered: one delay, and the quick phase goes on.
        peer.elapse(50).send("P. 15:22(7) ack 13 win 65535").expectAfter(40, ". 13:13(0) ack 22 win 64219");
        peer.elapse(60).send("P. 22:29(7) ack 13 win 65535").expect(". 13:13(0) ack 29 win 64212");
    }

    @Test
    void quickAckSwitchesThePhases() {
        Peer peer = Peer.established();
        peer.quickAck(false);
        peer.send("P. 1:11(10) ack 1 win 65535").expectAfter(40, ". 1:1(0) ack 11 win 64230");
        peer.elapse(60).send("P. 11:21(10) ack 1 win 65535").expect(". 1:1(0) ack 21 win 64220");
        peer.quickAck(false);
        peer.send("P. 21:31(10) ack 1 win 65535").expectNothing();
        // With data unread nothing is owed yet.
        peer.quickAck(true);
        peer.expectNothing();
        assertThat(peer.read(100)).isEqualTo(30);
        peer.expect(". 1:1(0) ack 31 win 64210");
        peer.quickAck(false);
        peer.send("P. 31:41(10) ack 1 win 65535").expectNothing();
        assertThat(peer.read(100)).isEqualTo(10);
        peer.expectNothing();
        peer.quickAck(true);
        peer.expect(". 1:1(0) ack 41 win 64200");
    }

    /// "at_once": beyond a gap, while one stays, when it is filled, duplicates.
    /// RFC 9293 3.10.7.4, MAY-13
    @Test
    void whatASenderWaitsForIsAcknowledgedAtOnce() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.quickAck(false);
        peer.send("P. 7:10(3) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240 <sack 7:10>");
        peer.send("P. 1:4(3) ack 1 win 65535").expect(". 1:1(0) ack 4 win 64237 <sack 7:10>");
        peer.send("P. 4:7(3) ack 1 win 65535").expect(". 1:1(0) ack 10 win 64231");
        peer.send("P. 4:7(3) ack 1 win 65535").expect(". 1:1(0) ack 10 win 64231 <sack 4:7>");
    }

    /// Linux enters request-answer mode with a FIN: it is acknowledged after the delay, or with our own FIN.
    @Test
    void aFinIsNotAcknowledgedAtOnce() {
        Peer peer = Peer.established();
        peer.send("P. 1:11(10) ack 1 win 65535").expect(". 1:1(0) ack 11 win 64230");
        peer.elapse(100).send("FP. 11:15(3) ack 1 win 65535").expectNothing();
        peer.expectAfter(40, ". 1:1(0) ack 15 win 64226");
    }

    /// RFC 9293 3.8.6.3, MUST-40; RFC 5681 4.2, MUST-23, MUST-24: each delay in vain doubles the next, up to
    /// 200 ms; but Linux stays below its own smallest timeout, `tcp_rto_min_us`, which is as much.
    @Test
    void noAcknowledgmentWaitsLongerThanAFifthOfASecond() {
        Peer peer = new Peer().accept("<mss 1460>", 65_535, 1000);
        List<String> acks = acks(peer, 24, 10, "P.", 1000, -1);
        assertThat(acks.subList(16, 24)).isEqualTo(expected("17 +40", "18 +80", "19 +160", "20-24 +199"));
    }

    /// RFC 5681 4.2, MUST-25: a second full-sized segment is not waited for longer than that either.
    @Test
    void aLoneFullSegmentIsAcknowledgedAfterTheDelay() {
        var peer = new Peer();
        peer.options.receiveBuffer = 65_536;
        peer.accept("<mss 1460>", 65_535, 1000);
        List<String> acks = acks(peer, 60, 1460, ".", 300, 1);
        assertThat(acks.subList(40, 60)).isEqualTo(expected("41-60 +199"));
    }

    /// RFC 9293 3.10.7.4, MUST-58: packets that a link hands over as one are acknowledged as one.
    @Test
    void packetsThatComeTogetherAreAcknowledgedTogether() {
        Peer peer = Peer.established();
        Segment three = SegmentScript.parse("P. 1:4381(4380) ack 1 win 65535");
        three.packetPayload = 3;
        peer.send(three).expect(". 1:1(0) ack 4381").expectNothing();
        assertThat(peer.info().segs_in()).isEqualTo(5);
    }

    /// RFC 9293 3.10.7.4, MUST-59: what waited for a gap to be filled is acknowledged with what filled it.
    @Test
    void whatWaitedIsProcessedBeforeOneAcknowledgmentGoes() {
        Peer peer = Peer.established();
        for (int at = 101; at < 1001; at += 100) {
            peer.send("P. " + at + ":" + (at + 100) + "(100) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240");
        }
        peer.send("P. 1:101(100) ack 1 win 65535").expect(". 1:1(0) ack 1001").expectNothing();
    }

    /// RFC 5681 4.2, MUST-26: whatever arrives, in whatever order.
    @Test
    void noSegmentIsAcknowledgedTwice() {
        long seed = 5681;
        var random = new Random(seed);
        Peer peer = Peer.established("<mss 1460,sackOK>");
        int acks = 0;
        for (int i = 0; i < 5000; i++) {
            int at = 1 + (int) peer.connection.bytesReceived + 100 * (random.nextInt(8) - 2);
            if (at < 1) continue;
            peer.send("P. " + at + ":" + (at + 100) + "(100) ack 1 win 65535");
            int count = peer.sent().size();
            assertThat(count).as("seed %d, segment %d", seed, i).isLessThanOrEqualTo(1);
            acks += count;
            peer.read(1 << 20);
            peer.sent();
            if (random.nextInt(4) == 0) peer.elapse(random.nextInt(60)).sent();
        }
        assertThat(acks).isGreaterThan(1000);
    }
}
