package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Dialogues in which random programs have found the kernel to do otherwise than this stack did; see
/// docs/linux/differential.md, where they have these names.
class KernelDialoguesTest {

    private static List<String> numbers(List<String> sent) {
        return sent.stream()
                .map(text -> text.replaceAll("^[A-Z.]+ (\\S+) .*", "$1"))
                .toList();
    }

    // ---------------------------------------------------------------- writing

    /// "super_segment": as many whole packets as fit 65343 bytes.
    @Test
    void aSegmentOfTheQueueHoldsWhatASuperSegmentDoes() {
        assertThat(new Peer().accept("<mss 100>", 0, 4).write(100_000)).isEqualTo(65_300);
        assertThat(new Peer().accept("<mss 1460>", 0, 4).write(100_000)).isEqualTo(64_240);
    }

    /// "sndbuf_in_flight": with a congestion window's worth in flight the send buffer is large enough.
    @Test
    void theSendBufferGrowsByWhatIsInFlightAfterAnAck() {
        Peer peer = Peer.established("<mss 1000>");
        assertThat(peer.write(40_000)).isEqualTo(40_000);
        assertThat(peer.connection.readiness() & Readiness.OUT).isZero();
        assertThat(peer.sent()).hasSize(10);
        peer.send(". 1:1(0) ack 2001 win 65535");
        assertThat(peer.sent()).hasSize(4);
        assertThat(peer.connection.sendBuffer()).isEqualTo(46_080);
    }

    /// "space": what is out of the window is no occasion to make the send buffer larger.
    @Test
    void theSendBufferGrowsWithSegmentsOfTheConnectionOnly() {
        Peer peer = Peer.established("<mss 1000>");
        peer.write(10_000);
        assertThat(peer.sent()).hasSize(10);
        peer.send(". 1:1(0) ack 10001 win 2000");
        peer.write(100_000);
        assertThat(peer.sent()).hasSize(2);
        for (String none : List.of(
                "R 3000000:3000000(0) win 0",
                ". 3000000:3000000(0) ack 10001 win 2000",
                "- 1:1(0) win 2000",
                ". 1:1(0) ack 200001 win 2000")) {
            peer.send(none).sent();
            assertThat(peer.connection.sendBuffer()).as(none).isEqualTo(46_080);
        }
        peer.send(". 1:1(0) ack 10001 win 2000");
        assertThat(peer.connection.sendBuffer()).isEqualTo(2 * 46_080);
    }

    /// "nothing_to_send": an ACK with nothing more to send does not show the congestion window to be the limit.
    @Test
    void aWindowThatNobodyWantedToUseDoesNotGrow() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.write(40_000);
        assertThat(peer.sent()).hasSize(10);
        peer.elapse(1).send(". 1:1(0) ack 14601 win 65535");
        assertThat(peer.sent()).hasSize(18);
        peer.send(". 1:1(0) ack 14601 win 65535 <sack 27741:30661 23361:24821>");
        assertThat(numbers(peer.sent())).containsExactly("14601:16061(1460)", "16061:17521(1460)", "17521:18981(1460)");
        peer.send(". 1:1(0) ack 40001 win 65535").expectNothing();
        assertThat(peer.info().snd_cwnd()).isEqualTo(10);
    }

    // ---------------------------------------------------------------- acknowledging

    /// "fin_no_data": a FIN alone does not make a connection interactive.
    @Test
    void dataIsAcknowledgedAtOnceAfterAFinToo() {
        Peer peer = Peer.established();
        peer.send(". 1:1461(1460) ack 1 win 65535").expect(". 1:1(0) ack 1461");
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 1461");
        peer.send("P. 1461:1961(500) ack 2 win 65535").expect(". 2:2(0) ack 1961");
    }

    /// "waiting_ack": an ACK that was put off goes with the peer's next segment, whatever that is.
    @Test
    void anAckThatWaitsIsNotForDataAlone() {
        var peer = new Peer();
        peer.options.delayAcks = true;
        peer.connect().expect("S 0:1(0) win 64240 <TS,mss 1460,sackOK,wscale 10>");
        peer.send("S. 0:1(0) ack 1 win 1000 <mss 536,wscale 14>").expectNothing();
        peer.elapse(4).send(". 1:1(0) ack 1 win 1000").expect(". 1:1(0) ack 1 win 63");
    }

    /// "old_ack": the timestamp of a predicted segment counts, although its ACK is too old.
    @Test
    void anOldAckBringsItsTimestamp() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.elapse(100).send(". 1:1(0) ack -99999 win 65535 <TS>").expect(". 1:1(0) ack 1");
        assertThat(peer.lastTsEcr()).isEqualTo(1104);
        peer = Peer.established("<mss 1460,TS>");
        peer.elapse(100).send("P. 1:101(100) ack -99999 win 65535 <TS>").expect(". 1:1(0) ack 1");
        assertThat(peer.lastTsEcr()).isEqualTo(1004);
    }

    // ---------------------------------------------------------------- windows

    /// "shrunk_window": how far behind a window's end a number may be is told by the unit of our own windows.
    @Test
    void anAckLiesWithinAWindowThatShrank() {
        Peer peer = new Peer().accept("<mss 1460,wscale 14>", 8192, 4);
        peer.write(1460);
        peer.expect("P. 1:1461(1460) ack 1").send("P. 1:1461(1460) ack 1 win 0").expect(". 1:1(0) ack 1461");
        peer = new Peer().accept("<mss 1460,wscale 14>", 8192, 4);
        peer.write(1000);
        peer.expect("P. 1:1001(1000) ack 1").send("P. 1:1461(1460) ack 1 win 0").expect(". 1001:1001(0) ack 1461");
    }

    /// "crossed_window": the window of the SYN-ACK that ends a crossed opening is not scaled when the largest is noted.
    @Test
    void theLargestWindowIsThatOfTheSegmentItself() {
        var peer = new Peer();
        peer.connect().expect("S 0:1(0) win 64240 <TS,mss 1460,sackOK,wscale 10>");
        peer.send("S 0:1(0) win 65535 <mss 1460,wscale 2>");
        peer.expect("S. 0:1(0) ack 1 win 64240 <TS,mss 1460,sackOK,wscale 10>");
        peer.elapse(4).send("S. 0:1(0) ack 1 win 65535 <mss 1460,wscale 2>").expect(". 1:1(0) ack 1");
        assertThat(peer.info().snd_wnd()).isEqualTo(4 * 65_535);
        assertThat(peer.write(100_000)).isEqualTo(14_600 + 32_120);
        peer.sent();
    }

    /// "fin_at_edge": a FIN may lie behind the window if the data before it does not; what it acknowledges counts.
    @Test
    void aFinBehindTheWindowIsNoneButItsAckIs() {
        for (String segment : List.of("F. 64489:64490(0)", "FP. 64479:64490(10)")) {
            Peer peer = new Peer().accept("<mss 1460,wscale 0>");
            peer.send("P. 1:1001(1000) ack 1 win 65000").expect(". 1:1(0) ack 1001 win 62");
            peer.write(1000);
            peer.expect("P. 1:1001(1000) ack 1001");
            peer.send(segment + " ack 1001 win 65000").expect(". 1001:1001(0) ack 1001 win 62");
            assertThat(peer.info().unacked()).isZero();
        }
        Peer peer = new Peer().accept("<mss 1460,wscale 0>");
        peer.send("P. 1:1001(1000) ack 1 win 65000").expect(". 1:1(0) ack 1001 win 62");
        peer.write(1000);
        peer.expect("P. 1:1001(1000) ack 1001");
        peer.send("FP. 64484:64495(10) ack 1001 win 65000").expect(". 1001:1001(0) ack 1001 win 62");
        assertThat(peer.info().unacked()).isEqualTo(1);
    }

    // ---------------------------------------------------------------- recovering

    /// "rto_recoveries": a timeout after an ACK of all is one more, though the state has not ended.
    @Test
    void timeoutsAreCountedApartWhereAnAckIsBetweenThem() {
        Peer peer = Peer.established();
        peer.write(1);
        peer.expect("P. 1:2(1) ack 1").expectAfter(204, "P. 1:2(1) ack 1");
        peer.elapse(200).send(". 1:1(0) ack 2 win 65535");
        peer.write(14_600);
        assertThat(numbers(peer.sent())).containsExactly("2:1462(1460)", "1462:2922(1460)");
        peer.expectAfter(408, ". 2:1462(1460) ack 1");
        assertThat(peer.info().total_rto_recoveries()).isEqualTo(2);
    }

    /// "probe_size": a tail loss probe is cut as segments are now, of what was counted in smaller ones.
    @Test
    void aProbeIsWhatIsLeftBehindWholeSegmentsOfToday() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.send("F. 101:102(0) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240 <sack 101:102>");
        peer.write(100_000);
        assertThat(peer.sent()).hasSize(10);
        peer.elapse(4).send("P. 1:376(375) ack 14481 win 3000");
        assertThat(numbers(peer.sent())).containsExactly("14481:15929(1448)", "15929:17377(1448)", "17377:17481(104)");
        peer.expectAfter(10, ". 17401:17481(80) ack 376");
    }

    /// "full_retransmission": what fills a segment is not joined with a FIN.
    @Test
    void aFullSegmentGoesAgainWithoutTheFin() {
        Peer peer = Peer.established();
        peer.write(1460);
        peer.expect("P. 1:1461(1460) ack 1").shutdown(Shutdown.WRITE);
        peer.expect("F. 1461:1462(0) ack 1").expectAfter(204, "P. 1:1461(1460) ack 1");
    }

    /// "frto_lost": while new segments are to tell whether a timeout was spurious, losses are looked for all the same.
    @Test
    void lossesAreFoundWhileATimeoutMayHaveBeenSpurious() {
        Peer peer = new Peer().accept("<mss 1460,sackOK>", 1000, 4);
        peer.write(1);
        peer.expect("P. 1:2(1) ack 1").write(1058);
        peer.expect(". 2:502(500) ack 1").write(1);
        // The round trip that the probe is taken for is longer than the timeout.
        peer.elapse(30).expect(". 2:502(500) ack 1");
        peer.elapse(200).expect("P. 1:2(1) ack 1");
        peer.elapse(360).send(". 1:1(0) ack 502 win 1000");
        peer.expect(". 502:1002(500) ack 1", "P. 1002:1061(59) ack 1");
        peer.elapse(150).expect("P. 1002:1061(59) ack 1");
        peer.elapse(400).expect(". 502:1002(500) ack 1");
        peer.write(314, Connection.MSG_MORE);
        peer.elapse(200).send(". 1:1(0) ack 1002 win 1000 <sack 502:1002>").expect(". 1061:1375(314) ack 1");
        assertThat(peer.info().lost()).isEqualTo(1);
    }

    // ---------------------------------------------------------------- beyond a gap

    /// "coalesced": what is copied behind the segment before it is not held against those after it.
    @Test
    void whatIsCopiedBehindAnotherIsNoDuplicate() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.send("P. 100:101(1) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240 <sack 100:101>");
        peer.send("P. 2:45(43) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240 <sack 2:45 100:101>");
        peer.send("P. 45:103(58) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240 <sack 2:103>");
        peer.send("P. 1:2(1) ack 1 win 65535").expect(". 1:1(0) ack 103");
        assertThat(peer.read(1000)).isEqualTo(102);
        peer.checkReleased();
    }

    /// "repeated_front": what begins before the end of what is queued has a buffer of its own.
    @Test
    void aSegmentThatRepeatsIsNotCopiedBehindWhatItRepeats() {
        Peer peer = Peer.established();
        peer.send("P. 1:101(100) ack 1 win 65535");
        peer.send("P. 91:111(20) ack 1 win 65535");
        assertThat(peer.connection.memoryInfo().rmemAlloc()).isEqualTo(1664);
        peer = Peer.established();
        peer.send("P. 1:101(100) ack 1 win 65535");
        peer.send("P. 101:121(20) ack 1 win 65535");
        assertThat(peer.connection.memoryInfo().rmemAlloc()).isEqualTo(832);
    }

    // ---------------------------------------------------------------- opening

    /// "listener_maxseg": set on the listener during the handshake, it is for the connection; the SYN-ACK is out.
    @Test
    void theSegmentSizeIsTheListenersAtTheEndOfTheHandshake() {
        Peer peer = new Peer().acceptSyn("S 0:1(0) win 65535 <mss 1460>");
        peer.options.maxSegment = 888;
        peer.send(". 1:1(0) ack 1 win 65535");
        assertThat(peer.info().advmss()).isEqualTo(888);
        assertThat(peer.info().rcv_ssthresh()).isEqualTo(64_240);
        peer.write(1460);
        peer.expect("P. 1:1461(1460) ack 1");
    }
}
