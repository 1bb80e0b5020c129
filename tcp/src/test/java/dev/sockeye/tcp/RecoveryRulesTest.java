package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

/// What RFC 5681, 6298, 6675 and 8985 require of loss recovery one by one, where [RecoveryTest]'s dialogues
/// do not show it.
class RecoveryRulesTest {

    // ---------------------------------------------------------------- the window

    /// RFC 5681 3.1, MUST-9
    @Test
    void theHandshakeDoesNotOpenTheWindow() {
        Peer peer = new Peer().connect();
        peer.sent();
        peer.elapse(10).send("S. 0:1(0) ack 1 win 65535 <mss 1460>").sent();
        assertThat(peer.info().snd_cwnd()).isEqualTo(10);
        assertThat(Peer.established().info().snd_cwnd()).isEqualTo(10);
    }

    /// RFC 5681 3.1, MUST-10: Linux forgives the first.
    @Test
    void twoLostSynsLeaveOneSegment() {
        Peer peer = new Peer().connect();
        peer.elapse(2000);
        assertThat(peer.sent()).hasSize(3);
        peer.send("S. 0:1(0) ack 1 win 65535 <mss 1460>").sent();
        peer.write(4000);
        peer.expect(". 1:1461(1460) ack 1 win 64240").expectNothing();
        assertThat(peer.info().snd_cwnd()).isEqualTo(1);
    }

    /// RFC 5681 3.2, MUST-17: with SACK it is SACKed segments that let others out, not duplicate ACKs.
    @Test
    void aDuplicateAckThatSaysNothingNewLetsNothingOut() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "2-2").sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        for (int i = 0; i < 5; i++) {
            sender.ack(1, "2-2").sends("none", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        }
        sender.ack(1, "2-3").sends("12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
    }

    /// RFC 5681 4.3, MUST-27: a loss in the next window reduces once more.
    @Test
    void lossesInTwoWindowsReduceTwice() {
        var sender = new SegmentFlight().start(40);
        sender.ack(1, "2-10").sends("1 11 12 13 14", "cwnd 5, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.silentFor(50);
        sender.ack(11, "12-14").sends("11 15", "cwnd 2, ssthresh 2, in flight 5, lost 1, Recovery");
        sender.silentFor(50);
        sender.ack(16).sends("16 17 18", "cwnd 3, ssthresh 2, in flight 3, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPSackRecovery)).isEqualTo(2);
    }

    /// RFC 5681 3.2, MUST-22; RFC 5681 4.3, MUST-29, MUST-30: recovery ends with the window at the threshold, however
    /// little of
    /// it the losses have left; from there it grows by congestion avoidance, here by eleven fifths.
    @Test
    void recoveryEndsAtTheThreshold() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "10-10").sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.after(13).sends("1", "cwnd 2, ssthresh 5, in flight 11, lost 9, Recovery");
        sender.silentFor(45).ack(12).sends("12 13 14 15 16 17 18", "cwnd 7, ssthresh 5, in flight 7, lost 0, Open");
    }

    // ---------------------------------------------------------------- the scoreboard

    /// RFC 6675 4, MUST-2; RFC 8985 4, MUST-3: sent, less SACKed, less lost, and what was sent again.
    @Test
    void whatIsInTheNetworkIsCounted() {
        var sender = new SegmentFlight().start(30);
        Scoreboard board = sender.peer.connection.board;
        assertThat(board.inFlight()).isEqualTo(10);
        sender.ack(1, "2-2");
        assertThat(board.inFlight()).isEqualTo(10); // 2 has arrived, 11 was let out
        sender.ack(1, "2-3").ack(1, "2-4"); // 12 was let out; 1 is lost, and goes again
        assertThat(board.packetsOut).isEqualTo(12);
        assertThat(board.sackedOut).isEqualTo(3);
        assertThat(board.lostOut).isEqualTo(1);
        assertThat(board.retransOut).isEqualTo(1);
        assertThat(board.inFlight()).isEqualTo(9);
    }

    /// RFC 6675 5, MUST-9: every block, for the ACKs that had them first may be lost.
    @Test
    void everyBlockIsEntered() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "9-9", "6-7", "2-3");
        Scoreboard board = sender.peer.connection.board;
        assertThat(board.sackedOut).isEqualTo(5);
        assertThat(board.lostOut).isEqualTo(4); // 1, 4, 5 and 8
    }

    /// RFC 6675 4, MUST-1: the peer may throw away what it has SACKed, be it so much that our pages would have gone.
    @Test
    void whatWasSackedIsKept() {
        var sender = new SegmentFlight().open();
        sender.peer.connection.cwnd.segments = 100;
        sender.write(100).sends(1, 100, "cwnd 100, ssthresh none, in flight 100, lost 0, Open");
        sender.silentFor(50).ack(1, "2-100");
        sender.peer.sent();
        sender.ack(2);
        var again = new HashSet<Integer>();
        int next = 2;
        for (int round = 0; round < 100 && next <= 100; round++) {
            sender.peer.elapse(500);
            for (String text : sender.peer.sent())
                again.add((SegmentScript.parse(text).seq - 1) / SegmentFlight.MSS + 1);
            while (again.contains(next)) next++;
            sender.ack(next);
        }
        assertThat(again).hasSize(99);
        sender.checkReleased();
    }

    /// RFC 6675 4, MUST-8: everything is sent, and nothing is lost.
    @Test
    void ifThereIsNothingToSendNothingGoes() {
        var sender = new SegmentFlight().start(10);
        sender.ack(1, "2-2").sends("none", "cwnd 10, ssthresh none, in flight 10, lost 0, Disorder");
        sender.ack(1, "2-10").sends("1", "cwnd 5, ssthresh 5, in flight 10, lost 1, Recovery");
        sender.ack(1, "2-10").sends("none", "cwnd 5, ssthresh 5, in flight 10, lost 1, Recovery");
    }

    /// RFC 6675 5, MUST-10: two and two are not four.
    @Test
    void anAckThatAdvancesForgetsTheDuplicates() {
        var sender = new SegmentFlight().withoutSack().start(30);
        sender.ack(1).ack(1).sends("11 12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
        sender.ack(2).ack(2).ack(2).sends("13 14", "cwnd 11, ssthresh none, in flight 13, lost 0, Disorder");
        sender.ack(2).sends("2", "cwnd 10, ssthresh 5, in flight 13, lost 1, Recovery");
    }

    /// RFC 6675 5.1, MUST-18, MUST-19, MUST-20: until everything that was out is acknowledged, SACKs begin
    /// no recovery.
    @Test
    void aTimeoutInRecoveryEndsIt() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "2-4").sends("1 11", "cwnd 8, ssthresh 5, in flight 11, lost 1, Recovery");
        sender.peer.elapse(260);
        sender.sends("1", "cwnd 1, ssthresh 5, in flight 11, lost 8, Loss");
        LossRecovery recovery = sender.peer.connection.recovery;
        assertThat(sender.peer.relative(recovery.highSeq())).isEqualTo(SegmentFlight.edge(12));
        sender.ack(1, "2-6").ack(1, "2-7").ack(1, "2-8");
        assertThat(recovery.state()).isEqualTo(LossRecovery.State.LOSS);
        assertThat(sender.count(TcpMib.TCPSackRecovery)).isEqualTo(1);
        sender.ack(12);
        assertThat(recovery.state()).isEqualTo(LossRecovery.State.OPEN);
        assertThat(sender.count(TcpMib.TCPSackRecovery)).isEqualTo(1);
    }

    // ---------------------------------------------------------------- timers and probes

    /// RFC 6298 5, MUST-10: an ACK starts the timer anew for what is still out; without anything out it does
    /// not ring.
    @Test
    void theTimerCountsFromTheLastAck() {
        Peer peer = Peer.established();
        peer.options.noDelay = true;
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.elapse(100).write(100);
        peer.expect("P. 101:201(100) ack 1 win 64240");
        peer.elapse(100).send(". 1:1(0) ack 101 win 65535").expectNothing();
        int rto = peer.info().rto() / 1000;
        assertThat(rto).isGreaterThan(204);
        peer.expectAfter(rto, "P. 101:201(100) ack 1 win 64240");
        assertThat(peer.connection.timerName()).isEqualTo("on");
        peer.send(". 1:1(0) ack 201 win 65535");
        assertThat(peer.connection.timerName()).isEmpty();
        peer.expectNothingFor(24L * 3600 * 1000);
    }

    /// RFC 8985 7.3, MUST-5, MUST-6, MUST-7; "tail_loss_probe_again" of docs/linux/timers.md: a probe that
    /// was a retransmission has measured no round trip, and what follows it is not probed.
    @Test
    void oneProbeDoesNotFollowAnother() {
        Peer peer = new Peer().accept("<mss 1460,sackOK>", 65535, 50);
        peer.write(2920);
        peer.expect(". 1:1461(1460) ack 1 win 64240", "P. 1461:2921(1460) ack 1 win 64240");
        peer.expectAfter(102, "P. 1461:2921(1460) ack 1 win 64240");
        peer.send(". 1:1(0) ack 2921 win 65535");
        peer.write(2920);
        peer.expect(". 2921:4381(1460) ack 1 win 64240", "P. 4381:5841(1460) ack 1 win 64240");
        peer.expectAfter(250, ". 2921:4381(1460) ack 1 win 64240");
        peer.send(". 1:1(0) ack 5841 win 65535");
        peer.write(2920);
        peer.expect(". 5841:7301(1460) ack 1 win 64240", "P. 7301:8761(1460) ack 1 win 64240");
        peer.expectAfter(102, "P. 7301:8761(1460) ack 1 win 64240");
        assertThat(peer.count(TcpMib.TCPLossProbes)).isEqualTo(2);
        assertThat(peer.count(TcpMib.TCPTimeouts)).isEqualTo(1);
    }

    /// RFC 8985 7.3, MUST-8: what a probe's SACK tells is told by the time at which the probe went.
    @Test
    void aProbeShowsWhatWasLostBeforeIt() {
        var sender = new SegmentFlight().start(10);
        sender.after(52).sends("10", "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        // Its round trip is 50 ms, and the others were sent more than that and a quarter before.
        sender.silentFor(50).ack(1, "10-10").sends("1", "cwnd 1, ssthresh 5, in flight 10, lost 9, Recovery");
        assertThat(sender.count(TcpMib.TCPTimeouts)).isZero();
    }

    /// RFC 8985 4, MUST-4: five were sent 10 ms before the others, of which the first has arrived. A quarter of the
    /// round trip is 12.5 ms: 2.5 are left, and 2 more for the timer.
    @Test
    void theTimesOfTransmissionAreKeptFinely() {
        var sender = new SegmentFlight().open();
        sender.write(5).sends(1, 5, "cwnd 10, ssthresh none, in flight 5, lost 0, Open");
        sender.silentFor(10);
        sender.write(5).sends(6, 10, "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        sender.silentFor(50).ack(1, "6-6");
        sender.sends("none", "cwnd 10, ssthresh none, in flight 10, lost 0, Disorder");
        sender.after(3).sends("1", "cwnd 5, ssthresh 5, in flight 10, lost 5, Recovery");
    }

    /// RFC 8985 9.2, MUST-11: once the path has reordered, if only by two segments, three SACKed ones show no loss.
    @Test
    void afterALittleReorderingThreeSackedSegmentsShowNoLoss() {
        var sender = new SegmentFlight().start(40);
        sender.ack(1, "2-2").ack(3);
        assertThat(sender.count(TcpMib.TCPSACKReorder)).isEqualTo(1);
        assertThat(sender.peer.connection.board.reordering).isEqualTo(3);
        sender.peer.sent();
        sender.ack(3, "4-6");
        assertThat(sender.peer.connection.board.lostOut).isZero();
        sender.peer.elapse(20);
        assertThat(sender.peer.connection.board.lostOut).isEqualTo(1);
    }

    /// RFC 8985 9.2, MUST-11: once the path has reordered, three SACKed segments show no loss any more, only
    /// time does.
    @Test
    void afterReorderingThreeSackedSegmentsShowNoLoss() {
        var sender = new SegmentFlight().start(40);
        sender.ack(1, "2-3").sends("11 12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
        sender.ack(11)
                .sends(
                        "13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28",
                        "cwnd 18, ssthresh none, in flight 18, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPSACKReorder)).isEqualTo(1);
        sender.silentFor(46);
        sender.ack(11, "12-14").sends("29 30 31 32 33 34", "cwnd 21, ssthresh none, in flight 24, lost 0, Disorder");
        sender.after(10).sends("11", "cwnd 21, ssthresh 10, in flight 24, lost 1, Recovery");
    }

    /// RFC 8985 3.3.2, MUST-1: by the smoothed round trip, however many rounds had needless retransmissions.
    @Test
    void theReorderingWindowIsBounded() {
        var rack = new Rack();
        assertThat(rack.window(false, 40_000, 50_000)).isEqualTo(10_000);
        for (int round = 1; round <= 1000; round++) {
            rack.dsackSeen = true;
            rack.adaptWindow(round, round);
            long expected = Math.min(10_000L * (1 + Math.min(round, 254)), 50_000);
            assertThat(rack.window(false, 40_000, 50_000)).as("round %d", round).isEqualTo(expected);
        }
        assertThat(rack.window(true, 40_000, 50_000)).isZero();
    }
}
