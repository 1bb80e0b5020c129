package dev.sockeye.tcp;

import static dev.sockeye.tcp.LossRecovery.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What follows a loss, step by step as docs/linux/recovery.md shows it for the kernel: MSS 1000, a round trip of
/// 50 ms, RACK. `SegmentFlight` numbers segments from 1.
class RecoveryTest {

    /// RFC 9293 3.8.2, MUST-19
    /// RFC 5681 2, MUST-1; RFC 5681 3, MUST-3; RFC 5681 3.1, MUST-4
    @Test
    void slowStartOpensByWhatIsAcknowledged() {
        var sender = new SegmentFlight().start(100);
        sender.ack(3).sends("11 12 13 14", "cwnd 12, ssthresh none, in flight 12, lost 0, Open");
        sender.ack(5).sends("15 16 17 18", "cwnd 14, ssthresh none, in flight 14, lost 0, Open");
        sender.ack(7).sends("19 20 21 22", "cwnd 16, ssthresh none, in flight 16, lost 0, Open");
        sender.ack(9).sends("23 24 25 26", "cwnd 18, ssthresh none, in flight 18, lost 0, Open");
        sender.ack(11).sends("27 28 29 30", "cwnd 20, ssthresh none, in flight 20, lost 0, Open");
        sender.ack(13).sends("31 32 33 34", "cwnd 22, ssthresh none, in flight 22, lost 0, Open");
        sender.checkReleased();
    }

    /// The third SACKed segment starts recovery; PRR lets about every second one let a segment out.
    /// RFC 5681 3.1, MUST-11; RFC 5681 4.3, MUST-28, MUST-30; RFC 6675 5, MUST-9, MUST-12, MUST-13, MUST-14,
    /// MUST-15, MUST-16
    @Test
    void oneLossIsRepairedWithSack() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "2-2").sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.ack(1, "2-3").sends("12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
        sender.ack(1, "2-4").sends("1", "cwnd 9, ssthresh 5, in flight 12, lost 1, Recovery");
        sender.ack(1, "2-5").sends("none", "cwnd 8, ssthresh 5, in flight 12, lost 1, Recovery");
        sender.ack(1, "2-6").sends("13", "cwnd 8, ssthresh 5, in flight 13, lost 1, Recovery");
        sender.ack(1, "2-7").sends("none", "cwnd 7, ssthresh 5, in flight 13, lost 1, Recovery");
        sender.ack(1, "2-8").sends("14", "cwnd 7, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.ack(1, "2-9").sends("none", "cwnd 6, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.ack(1, "2-10").sends("none", "cwnd 5, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.silentFor(45);
        sender.ack(15).sends("15 16 17 18 19 20", "cwnd 6, ssthresh 5, in flight 6, lost 0, Open");
        sender.ack(17).sends("21 22", "cwnd 6, ssthresh 5, in flight 6, lost 0, Open");
        sender.ack(19).sends("23 24", "cwnd 6, ssthresh 5, in flight 6, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPSackRecovery)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPFastRetrans)).isEqualTo(1);
        assertThat(sender.count(TcpMib.RetransSegs)).isEqualTo(1);
        sender.checkReleased();
    }

    /// RFC 5681 3.2, MUST-22; RFC 5681 4.3, MUST-29; RFC 6675 5, MUST-13; RFC 9438 4.6, MUST-4
    @Test
    void cubicReducesToSevenTenths() {
        var sender = new SegmentFlight().with("cubic").start(30);
        sender.ack(1, "2-2").sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.ack(1, "2-3").sends("12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
        sender.ack(1, "2-4").sends("1", "cwnd 9, ssthresh 7, in flight 12, lost 1, Recovery");
        sender.ack(1, "2-5").sends("13", "cwnd 9, ssthresh 7, in flight 13, lost 1, Recovery");
        sender.ack(1, "2-6").sends("14", "cwnd 9, ssthresh 7, in flight 14, lost 1, Recovery");
        sender.ack(1, "2-7").sends("none", "cwnd 8, ssthresh 7, in flight 14, lost 1, Recovery");
        sender.ack(1, "2-8").sends("none", "cwnd 7, ssthresh 7, in flight 14, lost 1, Recovery");
        sender.ack(1, "2-9").sends("15", "cwnd 7, ssthresh 7, in flight 15, lost 1, Recovery");
        sender.ack(1, "2-10").sends("16", "cwnd 7, ssthresh 7, in flight 16, lost 1, Recovery");
        sender.ack(11).sends("17", "cwnd 7, ssthresh 7, in flight 7, lost 0, Recovery");
        sender.ack(13).sends("18 19", "cwnd 7, ssthresh 7, in flight 7, lost 0, Open");
        sender.ack(15).sends("20 21", "cwnd 7, ssthresh 7, in flight 7, lost 0, Open");
    }

    /// One SACK far ahead: RACK waits a quarter of the smallest round trip, then deems all before it lost.
    /// RFC 8985 4, MUST-4; RFC 8985 9.3, MUST-12: of the nine that are lost one may go.
    @Test
    void rackWaitsWhetherSegmentsAreMerelyLate() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "10-10").sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.after(13).sends("1", "cwnd 2, ssthresh 5, in flight 11, lost 9, Recovery");
        assertThat(sender.count(TcpMib.TCPSackRecovery)).isEqualTo(1);
    }

    @Test
    void reorderingThatHealsCostsNothing() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "2-2").sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.ack(1, "2-3").sends("12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
        sender.ack(4).sends("13 14", "cwnd 11, ssthresh none, in flight 11, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPSACKReorder)).isEqualTo(1);
        assertThat(sender.count(TcpMib.RetransSegs)).isZero();
    }

    /// A later-sent segment was SACKed, so the retransmission of 1 is lost too: no timeout is needed.
    /// RFC 6675 4, MUST-4, MUST-5; RFC 6675 5, MUST-12; RFC 8985 4, MUST-4
    @Test
    void aLostRetransmissionIsFoundWithoutATimeout() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "2-4").sends("1 11", "cwnd 8, ssthresh 5, in flight 11, lost 1, Recovery");
        sender.ack(1, "6-8", "2-4").sends("5", "cwnd 5, ssthresh 5, in flight 11, lost 2, Recovery");
        sender.ack(1, "6-10", "2-4").sends("12 13", "cwnd 5, ssthresh 5, in flight 13, lost 2, Recovery");
        sender.silentFor(50);
        sender.ack(1, "2-11").sends("1 14 15", "cwnd 5, ssthresh 5, in flight 15, lost 1, Recovery");
        sender.silentFor(45);
        sender.ack(16).sends("16 17 18 19 20 21", "cwnd 6, ssthresh 5, in flight 6, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPLostRetransmit)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPFastRetrans)).isEqualTo(3);
        assertThat(sender.count(TcpMib.TCPTimeouts)).isZero();
    }

    /// RFC 6582: partial ACKs retransmit, and recovery is held until more than its end is acknowledged.
    /// RFC 5681 3.2, MUST-18, MUST-19, MUST-20; RFC 6675 5, MUST-11; RFC 8985 4, MUST-2: without SACK the third
    /// duplicate shows the loss, not RACK.
    @Test
    void withoutSackEachPartialAckRepairsOneLoss() {
        var sender = new SegmentFlight().withoutSack().start(30);
        sender.ack(1).sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.ack(1).sends("12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
        sender.ack(1).sends("1", "cwnd 9, ssthresh 5, in flight 12, lost 1, Recovery");
        sender.ack(1).sends("none", "cwnd 8, ssthresh 5, in flight 12, lost 1, Recovery");
        sender.ack(1).sends("13", "cwnd 8, ssthresh 5, in flight 13, lost 1, Recovery");
        sender.ack(1).sends("none", "cwnd 7, ssthresh 5, in flight 13, lost 1, Recovery");
        sender.ack(1).sends("14", "cwnd 7, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.ack(1).sends("none", "cwnd 6, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.ack(1).sends("none", "cwnd 5, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.ack(3).sends("3 15", "cwnd 5, ssthresh 5, in flight 13, lost 1, Recovery");
        sender.ack(11).sends("11 16", "cwnd 5, ssthresh 5, in flight 6, lost 1, Recovery");
        sender.ack(13).sends("17", "cwnd 5, ssthresh 5, in flight 5, lost 0, Recovery");
        assertThat(sender.count(TcpMib.TCPRenoRecovery)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPFastRetrans)).isEqualTo(3);
    }

    /// Tail loss probe, timeout, and F-RTO, which finds that the loss is real (RFC 5682).
    /// RFC 5681 3.1, MUST-11, MUST-14, MUST-15; RFC 6675 4, MUST-3, MUST-4, MUST-5
    @Test
    void aTimeoutTakesTheWindowToOneAndGoesOnInSlowStart() {
        var sender = new SegmentFlight().start(30);
        sender.after(52).sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Open");
        sender.after(250).sends("1", "cwnd 1, ssthresh 5, in flight 11, lost 11, Loss");
        sender.ack(2).sends("12 13", "cwnd 2, ssthresh 5, in flight 12, lost 10, Loss");
        sender.ack(2, "12-12").sends("2", "cwnd 2, ssthresh 5, in flight 12, lost 10, Loss");
        sender.ack(2, "12-13").sends("3", "cwnd 2, ssthresh 5, in flight 12, lost 10, Loss");
        sender.silentFor(50);
        sender.ack(3, "12-13").sends("4 5", "cwnd 3, ssthresh 5, in flight 11, lost 9, Loss");
        sender.ack(5, "12-13").sends("6 7 8 9", "cwnd 5, ssthresh 5, in flight 9, lost 7, Loss");
        sender.ack(9, "12-13").sends("10 11 14 15", "cwnd 5, ssthresh 5, in flight 7, lost 3, Loss");
        assertThat(sender.count(TcpMib.TCPTimeouts)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPLossProbes)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPSlowStartRetrans)).isEqualTo(10);
        assertThat(sender.count(TcpMib.RetransSegs)).isEqualTo(11);
    }

    /// F-RTO: what is acknowledged then was never sent again, so nothing was lost.
    @Test
    void aSpuriousTimeoutIsUndone() {
        var sender = new SegmentFlight().start(30);
        sender.after(52).sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Open");
        sender.after(250).sends("1", "cwnd 1, ssthresh 5, in flight 11, lost 11, Loss");
        sender.ack(3).sends("12 13", "cwnd 12, ssthresh none, in flight 11, lost 0, Open");
        sender.ack(5).sends("14 15 16 17", "cwnd 14, ssthresh none, in flight 13, lost 0, Open");
        sender.ack(11)
                .sends("18 19 20 21 22 23 24 25 26 27 28 29 30", "cwnd 20, ssthresh none, in flight 20, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPSpuriousRTOs)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPLossUndo)).isEqualTo(1);
    }

    /// RFC 3522 (Eifel): the ACK echoes a timestamp from before the retransmission.
    @Test
    void timestampsTellASpuriousTimeoutAtOnce() {
        var sender = new SegmentFlight().withTimestamps().start(30);
        int early = sender.peer.lastTsVal();
        sender.after(52).sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Open");
        sender.after(250).sends("1", "cwnd 1, ssthresh 5, in flight 11, lost 11, Loss");
        sender.peer.tsEcr = early;
        sender.ack(3).sends("12 13", "cwnd 12, ssthresh none, in flight 11, lost 0, Open");
        sender.ack(5).sends("14 15 16 17", "cwnd 14, ssthresh none, in flight 13, lost 0, Open");
        sender.ack(11)
                .sends("18 19 20 21 22 23 24 25 26 27 28 29 30", "cwnd 20, ssthresh none, in flight 20, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPLossUndo)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPSpuriousRTOs)).isZero();
    }

    /// RFC 3708: the retransmission arrived as a duplicate, so it was needless.
    @Test
    void aDsackUndoesTheReduction() {
        var sender = new SegmentFlight().start(30);
        sender.ack(1, "2-10").sends("1 11 12 13 14", "cwnd 5, ssthresh 5, in flight 14, lost 1, Recovery");
        sender.silentFor(50);
        sender.ack(11).sends("15", "cwnd 5, ssthresh 5, in flight 5, lost 0, Open");
        sender.ack(11, "1-1").sends("16 17 18 19", "cwnd 10, ssthresh none, in flight 9, lost 0, Open");
        sender.ack(13).sends("20 21 22 23", "cwnd 12, ssthresh none, in flight 11, lost 0, Open");
        assertThat(sender.count(TcpMib.TCPDSACKUndo)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPDSACKRecv)).isEqualTo(1);
        assertThat(sender.count(TcpMib.TCPDSACKRecvSegs)).isEqualTo(1);
    }

    /// RFC 5681 4.1 in Linux's form: halved for each timeout of silence, down to ten.
    @Test
    void silenceHalvesTheWindow() {
        var sender = new SegmentFlight().start(10);
        sender.ack(11).sends("none", "cwnd 20, ssthresh none, in flight 0, lost 0, Open");
        sender.write(20).sends(11, 30, "cwnd 20, ssthresh none, in flight 20, lost 0, Open");
        sender.silentFor(50).ack(31).sends("none", "cwnd 40, ssthresh none, in flight 0, lost 0, Open");
        sender.silentFor(405).write(20).sends(31, 50, "cwnd 20, ssthresh none, in flight 20, lost 0, Open");
        sender.silentFor(50).ack(51).sends("none", "cwnd 40, ssthresh none, in flight 0, lost 0, Open");
        sender.silentFor(2000).write(20).sends(51, 60, "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        sender.silentFor(50).ack(61).sends(61, 70, "cwnd 20, ssthresh none, in flight 10, lost 0, Open");
        assertThat(sender.peer.connection.recovery.state()).isEqualTo(OPEN);
    }
}
