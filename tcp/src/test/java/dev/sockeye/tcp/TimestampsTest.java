package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;

/// Timestamps and what they protect from (RFC 7323 3 to 5); more is in [ChallengeTest].
class TimestampsTest {

    /// RFC 7323 4.1, MUST-21; RFC 7323 5.4, MUST-29, MUST-30: a tick each millisecond, in which no path
    /// carries 2^31 bytes; and 2^32 of them, far longer than any segment lives, until it comes round.
    @Test
    void theClockTicksEachMillisecond() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.write(10);
        peer.expect("P. 1:11(10) ack 1 win 65160").send(". 1:1(0) ack 11 win 65535 <TS>");
        int first = peer.lastTsVal();
        int at = 11;
        for (long millis : new long[] {1, 999, 3_600_000, 1L << 31, (1L << 32) - 1}) {
            peer.elapse(millis);
            peer.write(10);
            peer.expect("P. " + at + ":" + (at + 10) + "(10) ack 1 win 65160");
            assertThat(peer.lastTsVal() - first).isEqualTo((int) millis);
            at += 10;
            first = peer.lastTsVal();
            peer.send(". 1:1(0) ack " + at + " win 65535 <TS>");
        }
    }

    /// RFC 7323 3.2, MUST-18: data, acknowledgments, retransmissions, probes and FIN.
    @Test
    void everySegmentHasThem() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.write(10);
        peer.expect("P. 1:11(10) ack 1 win 65160");
        assertThat(peer.lastHasTimestamps()).isTrue();
        peer.elapse(204).expect("P. 1:11(10) ack 1 win 65160");
        assertThat(peer.lastHasTimestamps()).isTrue();
        peer.send("P. 1:11(10) ack 11 win 0 <TS>").expect(". 11:11(0) ack 11 win 65150");
        assertThat(peer.lastHasTimestamps()).isTrue();
        peer.write(10);
        peer.expectAfter(204, ". 10:10(0) ack 11 win 65150");
        assertThat(peer.lastHasTimestamps()).isTrue();
        peer.send(". 11:11(0) ack 11 win 65535 <TS>").expect("P. 11:21(10) ack 11 win 65150");
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 21:22(0) ack 11 win 65150");
        assertThat(peer.lastHasTimestamps()).isTrue();
    }

    /// RFC 7323 3.2, MUST-20: not even one that would be too old.
    @Test
    void whereTheyWereNotAgreedOnTheyAreIgnored() {
        Peer peer = Peer.established();
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 5000 ecr 0>").expect(". 1:1(0) ack 5 win 64236");
        assertThat(peer.lastHasTimestamps()).isFalse();
        peer.send("P. 5:9(4) ack 1 win 65535 <TS val 4 ecr 7777>").expect(". 1:1(0) ack 9 win 64232");
        assertThat(peer.read(100)).isEqualTo(8);
    }

    /// RFC 7323 3.2, MUST-17: what a segment without ACK echoes means nothing, be it of a SYN that crosses
    /// ours.
    @Test
    void anEchoWithoutAckIsIgnored() {
        Peer peer = new Peer().connect();
        peer.sent();
        peer.send("S 0:1(0) win 65535 <mss 1460,TS val 9 ecr 123456>")
                .expect("S. 0:1(0) ack 1 win 64240 <TS,mss " + "1460,sackOK,wscale 10>");
        assertThat(peer.count(TcpMib.PAWSActive)).isZero();
        peer.send(". 1:1(0) ack 1 win 65535 <TS>");
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
    }

    /// RFC 7323 5.2, MUST-23: a segment that is one tick older is taken, for the path may have reordered;
    /// its timestamp is not.
    @Test
    void theRecentTimestampNeverGoesBack() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 2000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        assertThat(peer.lastTsEcr()).isEqualTo(2000);
        peer.send("P. 5:9(4) ack 1 win 65535 <TS val 1999 ecr 0>").expect(". 1:1(0) ack 9 win 65152");
        assertThat(peer.lastTsEcr()).isEqualTo(2000);
        peer.send("P. 9:13(4) ack 1 win 65535 <TS val 2001 ecr 0>").expect(". 1:1(0) ack 13 win 65148");
        assertThat(peer.lastTsEcr()).isEqualTo(2001);
    }

    /// RFC 7323 5.2, MUST-24, MUST-25: a reset with an old timestamp counts, and one that is challenged
    /// teaches nothing.
    @Test
    void aResetIsNotJudgedByItsTimestamp() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 2000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        peer.send("R 50:50(0) win 0 <TS val 9000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        assertThat(peer.lastTsEcr()).isEqualTo(2000);
        peer.send("P. 5:9(4) ack 1 win 65535 <TS val 2001 ecr 0>").expect(". 1:1(0) ack 9 win 65152");
        peer.send("R 9:9(0) win 0 <TS val 1 ecr 0>").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.PAWSEstab)).isZero();
    }

    /// RFC 7323 5.2, MUST-25: not even one that begins where the last acknowledgment ended, as others teach theirs.
    @Test
    void aResetTeachesNoTimestamp() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.connection.acks.quick = 0;
        peer.connection.acks.delayMillis = 40;
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 2000 ecr 0>").expectNothing();
        peer.send("R 1:1(0) win 0 <TS val 9000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        assertThat(peer.lastTsEcr()).isEqualTo(2000);
    }

    /// RFC 7323 5.3, MUST-26: in whatever state, and whatever the segment carries.
    @Test
    void everySegmentIsCheckedInEveryState() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 2000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        refusesWhatIsOld(peer, 5, 1, 1, 65156);
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 5 win 65156");
        refusesWhatIsOld(peer, 5, 1, 2, 65156);
        peer.sent(); // the FIN again, meanwhile
        peer.send(". 5:5(0) ack 2 win 65535 <TS val 2001 ecr 0>").expectNothing();
        assertThat(peer.state()).isEqualTo(TcpState.FIN_WAIT2);
        refusesWhatIsOld(peer, 5, 2, 2, 65156);

        peer = Peer.established("<mss 1460,TS>");
        peer.send("F. 1:2(0) ack 1 win 65535 <TS val 2000 ecr 0>");
        peer.elapse(40).expect(". 1:1(0) ack 2 win 65159");
        refusesWhatIsOld(peer, 2, 1, 1, 65159);
        peer.close();
        peer.expect("F. 1:2(0) ack 2 win 65159");
        refusesWhatIsOld(peer, 2, 1, 2, 65159);
        assertThat(peer.state()).isEqualTo(TcpState.LAST_ACK);
    }

    /// Data, a FIN, and an ACK that would acknowledge all we have sent: each is answered, and changes nothing.
    private static void refusesWhatIsOld(Peer peer, int next, int acked, int sent, int window) {
        TcpState state = peer.state();
        long before = peer.count(TcpMib.PAWSEstab);
        String answer = ". " + sent + ":" + sent + "(0) ack " + next + " win " + window;
        String tail = " ack " + acked + " win 65535 <TS val 500 ecr 0>";
        peer.send("P. " + next + ":" + (next + 4) + "(4)" + tail).expect(answer);
        peer.send("F. " + next + ":" + (next + 1) + "(0)" + tail).expect(answer);
        peer.connection.lastOutOfWindowAckAt = -1;
        peer.send(". " + next + ":" + next + "(0) ack " + sent + " win 65535 <TS val 500 ecr 0>")
                .expect(answer);
        assertThat(peer.count(TcpMib.PAWSEstab) - before).isEqualTo(3);
        assertThat(peer.state()).isEqualTo(state);
    }

    /// RFC 7323 5.3, MUST-26, MUST-27: the timestamp before the number.
    @Test
    void anOldTimestampIsSeenBeforeAWrongNumber() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 2000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        for (String segment : new String[] {"P. 500000:500004(4)", "P. 1:5(4)", "P. 5:9(4)", "S 1:2(0)"}) {
            peer.elapse(600);
            String ack = segment.startsWith("S") ? "" : " ack 1";
            peer.send(segment + ack + " win 65535 <TS val 500 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        }
        assertThat(peer.count(TcpMib.PAWSEstab)).isEqualTo(3);
        assertThat(peer.count(TcpMib.TCPSYNChallenge)).isEqualTo(1);
        assertThat(peer.count(TcpMib.BeyondWindow)).isZero();
        assertThat(peer.read(100)).isEqualTo(4);
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
    }

    /// RFC 7323 5.3, MUST-28: what was in time when it came is delivered, however much newer others are by
    /// then.
    @Test
    void whatWaitsBehindAGapIsNotJudgedAgain() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.send("P. 5:9(4) ack 1 win 65535 <TS val 2000 ecr 0>").expect(". 1:1(0) ack 1 win 65160");
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 90000 ecr 0>").expect(". 1:1(0) ack 9 win 65152");
        assertThat(peer.read(100)).isEqualTo(8);
    }
}
