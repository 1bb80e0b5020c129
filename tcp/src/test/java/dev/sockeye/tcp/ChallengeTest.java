package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Segments that do not fit: RFC 5961, PAWS (RFC 7323 5), old ACKs and ACKs of unsent data, and how often they are
/// answered. The kernel's answers are in docs/linux/challenge-ack.md.
class ChallengeTest {

    private static final String ACK = ". 1:1(0) ack 1 win 64240";

    // ---------------------------------------------------------------- SYN

    /// RFC 5961 4.2, MUST-6, MUST-7: wherever it lies, and the segment is dropped whole.
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "S 1:2(0) win 65535 <mss 1460>",
                "S 0:1(0) win 65535 <mss 1460>",
                "S -5000:-4999(0) win 65535 <mss 1460>",
                "S 500000:500001(0) win 65535 <mss 1460>",
                "S. 0:1(0) ack 1 win 65535 <mss 1460>",
                "SF 1:3(0) win 65535 <mss 1460>",
                "S 1:6(4) win 65535 <mss 1460>"
            })
    void aSynIsChallengedWhereverItLies(String syn) {
        Peer peer = Peer.established();
        peer.send(syn).expect(ACK).expectNothing();
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        assertThat(peer.count(TcpMib.TCPSYNChallenge)).isEqualTo(1);
        assertThat(peer.count(TcpMib.TCPChallengeACK)).isEqualTo(1);
    }

    // ---------------------------------------------------------------- RST

    /// RFC 5961 3.2, MUST-2, MUST-3, MUST-4: from one above what is expected to the right edge, both
    /// included.
    @ParameterizedTest(name = "{0} challenged: {1}")
    @CsvSource({"2, true", "64240, true", "64241, true", "64242, false", "0, false", "-100, false"})
    void aResetThatIsNotExactDoesNotReset(int seq, boolean challenged) {
        Peer peer = Peer.established();
        peer.send("R " + seq + ":" + seq + "(0) win 65535");
        if (challenged) peer.expect(ACK);
        peer.expectNothing();
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        assertThat(peer.count(TcpMib.TCPChallengeACK)).isEqualTo(challenged ? 1 : 0);
    }

    /// RFC 5961 3.2, MUST-1; RFC 9293 3.5.3, SHLD-2
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"R 1:1(0) win 0", "R. 1:1(0) ack 999999 win 65535", "R 1:7(6) win 65535"})
    void anExactResetResetsWhateverElseItSays(String reset) {
        Peer peer = Peer.established();
        peer.send(reset).expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.socketError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.count(TcpMib.EstabResets)).isEqualTo(1);
    }

    /// RFC 5961 4.2, MUST-8: who has forgotten the connection, and opens it anew, answers our challenge with
    /// a reset that
    /// has exactly the number that we expect.
    @Test
    void aPeerThatBeginsAnewEndsTheOldConnectionByItsReset() {
        Peer peer = Peer.established();
        peer.send("S 70000:70001(0) win 65535 <mss 1460>").expect(ACK);
        peer.send("R 1:1(0) win 0").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.socketError()).isEqualTo(Errno.ECONNRESET);
    }

    /// A peer that has SACKed data may think it is further: the right edge of the highest block counts too.
    @Test
    void aResetAtTheEndOfWhatWasSackedResets() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.send("P. 11:21(10) ack 1 win 65535").expect(ACK + " <sack 11:21>");
        peer.send("R 11:11(0) win 65535").expect(ACK + " <sack 11:21>");
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.send("R 21:21(0) win 65535").expectNothing();
        assertThat(peer.socketError()).isEqualTo(Errno.ECONNRESET);
        peer.checkReleased();
    }

    /// In CLOSE_WAIT the peer's number may be that of its FIN, and the error is EPIPE.
    @Test
    void aResetWithTheNumberOfTheFinResets() {
        Peer peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535");
        peer.elapse(50).expect(". 1:1(0) ack 2 win 64239");
        peer.send("R 1:1(0) win 65535").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.socketError()).isEqualTo(Errno.EPIPE);
    }

    // ---------------------------------------------------------------- ACK

    /// RFC 5961 5.2, MUST-9, MUST-10. Linux: not older than the largest window, or than all that was ever
    /// acknowledged.
    @Test
    void anAckThatIsTooOldOrOfUnsentDataIsChallenged() {
        Peer peer = sentFiveHundred();
        peer.send(". 1:1(0) ack 1 win 1000").expectNothing();
        for (int ack : new int[] {-400, -600, 502, 100_000}) {
            peer.elapse(600);
            peer.send(". 1:1(0) ack " + ack + " win 1000")
                    .expect(". 501:501(0) ack 1 win 64240")
                    .expectNothing();
        }
        assertThat(peer.count(TcpMib.TCPChallengeACK)).isEqualTo(4);
    }

    /// RFC 9293 3.10.7.4, MAY-12; RFC 5961 5.2, MUST-10
    @Test
    void theDataOfAnOldAckIsTakenAndThatOfATooOldOneIsNot() {
        Peer peer = sentFiveHundred();
        peer.send("P. 1:5(4) ack 1 win 1000").expect(". 501:501(0) ack 5 win 64236");
        assertThat(peer.read(10)).isEqualTo(4);
        peer.send("P. 5:9(4) ack -600 win 1000").expect(". 501:501(0) ack 5 win 64236");
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        peer.elapse(600).send("P. 5:9(4) ack 502 win 1000").expect(". 501:501(0) ack 5 win 64236");
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
        assertThat(peer.count(TcpMib.TCPChallengeACK)).isEqualTo(2);
    }

    private static Peer sentFiveHundred() {
        Peer peer = new Peer().accept("<mss 1460>", 1000, 4);
        peer.write(500);
        peer.expect("P. 1:501(500) ack 1 win 64240");
        return peer.send(". 1:1(0) ack 501 win 1000").expectNothing();
    }

    // ---------------------------------------------------------------- out of the window

    /// Data is answered each time: the peer waits for it.
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"P. -10:-6(4) ack 1 win 65535", "P. 100000:100004(4) ack 1 win 65535"})
    void dataOutOfTheWindowIsAnsweredEachTime(String text) {
        Peer peer = Peer.established();
        for (int i = 0; i < 5; i++) peer.send(text).expect(ACK).expectNothing();
        assertThat(peer.count(TcpMib.BeyondWindow)).isEqualTo(text.contains("100000") ? 5 : 0);
    }

    /// tcp_invalid_ratelimit: one answer each half second to segments without data.
    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {0, 100_000})
    void emptySegmentsOutOfTheWindowAreAnsweredEachHalfSecond(int seq) {
        Peer peer = Peer.established();
        String text = ". " + seq + ":" + seq + "(0) ack 1 win 65535";
        peer.send(text).expect(ACK);
        for (int i = 0; i < 4; i++) peer.elapse(2).send(text).expectNothing();
        peer.elapse(492).send(text).expect(ACK);
        peer.elapse(260).send(text).expectNothing();
        peer.elapse(260).send(text).expect(ACK);
        assertThat(peer.count(TcpMib.TCPACKSkippedSeq)).isEqualTo(5);
    }

    /// One challenge ACK each half second, whatever the cause.
    @Test
    void challengesAreLimited() {
        Peer peer = Peer.established();
        peer.send("S 1:2(0) win 65535").expect(ACK);
        for (int i = 0; i < 4; i++) peer.elapse(2).send("S 1:2(0) win 65535").expectNothing();
        assertThat(peer.count(TcpMib.TCPSYNChallenge)).isEqualTo(5);
        assertThat(peer.count(TcpMib.TCPACKSkippedChallenge)).isEqualTo(4);
        peer.elapse(600).send("R 10:10(0) win 65535").expect(ACK);
        peer.send(". 1:1(0) ack 50 win 65535").expectNothing();
        assertThat(peer.count(TcpMib.TCPChallengeACK)).isEqualTo(2);
        assertThat(peer.count(TcpMib.TCPACKSkippedChallenge)).isEqualTo(5);
    }

    /// tcp_challenge_ack_limit: per host and second, with a number that changes, so that it cannot be probed.
    @Test
    void theHostsLimitHoldsForAllItsConnections() {
        Peer peer = Peer.established();
        peer.sysctl.tcp_challenge_ack_limit = 3;
        int answered = 0;
        for (int i = 0; i < 8; i++) {
            peer.connection.lastOutOfWindowAckAt = -1; // as if it were another connection each time
            peer.send("R 10:10(0) win 65535");
            answered += peer.sent().size();
        }
        assertThat(answered).isBetween(2, 4);
        assertThat(peer.count(TcpMib.TCPChallengeACK)).isEqualTo(answered);
        peer.elapse(1100).send("R 10:10(0) win 65535").expect(ACK);
    }

    // ---------------------------------------------------------------- no ACK bit, and PAWS

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"P 1:5(4) win 65535", "F 1:2(0) win 65535", "- 1:1(0) win 65535"})
    void segmentsWithoutAckAreDroppedInSilence(String text) {
        Peer peer = Peer.established();
        peer.send(text).expectNothing();
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        assertThat(peer.readError()).isEqualTo(Errno.EAGAIN);
    }

    /// RFC 7323 5.3: data is answered each time, empty segments share the limit; a reset is exempt.
    /// RFC 7323 3.2, MUST-19: a segment without them is taken.
    @Test
    void oldTimestampsAreRefused() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.elapse(10).send("P. 1:5(4) ack 1 win 65535 <TS>").expect(". 1:1(0) ack 5 win 65156");
        String old = "<TS val 500 ecr 0>";
        peer.send("P. 5:9(4) ack 1 win 65535 " + old).expect(". 1:1(0) ack 5 win 65156");
        peer.send("P. 5:9(4) ack 1 win 65535 " + old).expect(". 1:1(0) ack 5 win 65156");
        peer.send(". 5:5(0) ack 1 win 65535 <TS val -5000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        peer.send(". 5:5(0) ack 1 win 65535 <TS val -5000 ecr 0>").expectNothing();
        assertThat(peer.count(TcpMib.PAWSEstab)).isEqualTo(4);
        assertThat(peer.count(TcpMib.TCPACKSkippedPAWS)).isEqualTo(1);
        // One without the option is taken, as is a nonsensical echo.
        peer.send("P. 5:9(4) ack 1 win 65535").expect(". 1:1(0) ack 9 win 65152");
        peer.send("P. 9:11(2) ack 1 win 65535 <TS val 1020 ecr 123456789>").expect(". 1:1(0) ack 11 win 65150");
        peer.send("R 11:11(0) win 0 " + old).expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        peer.checkReleased();
    }

    /// RFC 7323 5.5: after 24 days TS.Recent says nothing any more.
    @Test
    void afterTwentyFourDaysAnyTimestampIsTaken() {
        Peer peer = Peer.established("<mss 1460,TS>");
        peer.elapse(25L * 24 * 3600 * 1000).send("P. 1:5(4) ack 1 win 65535 <TS val 500 ecr 0>");
        assertThat(peer.read(10)).isEqualTo(4);
        assertThat(peer.count(TcpMib.PAWSEstab)).isZero();
    }

    /// RFC 7323 3.2, MUST-15, MUST-16; RFC 7323 4.3, MUST-22: TSecr echoes the TSval of the segment that
    /// advanced, not of
    /// a later one beyond a gap.
    @Test
    void theEchoIsOfTheSegmentThatFilledTheWindow() {
        Peer peer = Peer.established("<mss 1460,sackOK,TS>");
        peer.send("P. 1:5(4) ack 1 win 65535 <TS val 2000 ecr 0>").expect(". 1:1(0) ack 5 win 65156");
        assertThat(peer.lastTsEcr()).isEqualTo(2000);
        peer.send("P. 9:13(4) ack 1 win 65535 <TS val 2010 ecr 0>").expect(". 1:1(0) ack 5 win 65156 <sack 9:13>");
        assertThat(peer.lastTsEcr()).isEqualTo(2000);
        peer.send("P. 5:9(4) ack 1 win 65535 <TS val 2005 ecr 0>").expect(". 1:1(0) ack 13 win 65148");
        assertThat(peer.lastTsEcr()).isEqualTo(2005);
        // One that begins before what was acknowledged and ends behind it counts as well.
        peer.send("P. 9:17(8) ack 1 win 65535 <TS val 2020 ecr 0>").expect(". 1:1(0) ack 17 win 65144 <sack 9:13>");
        assertThat(peer.lastTsEcr()).isEqualTo(2020);
    }

    /// "shared": an answer of one sort counts for the other, too.
    @Test
    void challengesAndDuplicateAcksShareOneLimit() {
        Peer peer = Peer.established();
        peer.send(". 0:0(0) ack 1 win 65535").expect(ACK);
        peer.elapse(2).send("R 10:10(0) win 65535").expectNothing();
        assertThat(peer.count(TcpMib.TCPACKSkippedChallenge)).isEqualTo(1);
        peer.elapse(600).send("S 1:2(0) win 65535").expect(ACK);
        peer.elapse(2).send(". 0:0(0) ack 1 win 65535").expectNothing();
        assertThat(peer.count(TcpMib.TCPACKSkippedSeq)).isEqualTo(1);
    }
}
