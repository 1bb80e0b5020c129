package dev.sockeye.tcp;

import static dev.sockeye.tcp.Pair.END_OF_STREAM;
import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.CLOSE_WAIT;
import static dev.sockeye.tcp.TcpState.CLOSING;
import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static dev.sockeye.tcp.TcpState.FIN_WAIT1;
import static dev.sockeye.tcp.TcpState.FIN_WAIT2;
import static dev.sockeye.tcp.TcpState.LAST_ACK;
import static dev.sockeye.tcp.TcpState.SYN_RCVD;
import static dev.sockeye.tcp.TcpState.SYN_SENT;
import static dev.sockeye.tcp.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The ways a connection ends (RFC 9293 3.6, figures 12 and 13), each pair of states that the two ends can be in.
class CloseTest {

    @Test
    void oneSideClosesThenTheOther() {
        var pair = Pair.established();
        pair.a.close();
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT1);
        assertThat(pair.b.state()).isEqualTo(ESTABLISHED);
        pair.carry(pair.a, pair.b, 1); // FIN >
        assertThat(pair.b.state()).isEqualTo(CLOSE_WAIT);
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT1);
        pair.advance(Duration.ofMillis(100)); // < ACK
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT2);
        assertThat(pair.b.readResult()).isEqualTo(END_OF_STREAM);
        pair.b.close();
        assertThat(pair.b.state()).isEqualTo(LAST_ACK);
        assertThat(pair.b.sent).containsExactly(". 1:1(0) ack 2 win 64", "F. 1:2(0) ack 2 win 64");
        assertThat(pair.b.life()).containsExactly(SYN_RCVD, ESTABLISHED, CLOSE_WAIT, LAST_ACK);
    }

    @Test
    void theSideThatHoldsItsDescriptorGoesThroughTimeWait() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.step();
        pair.advance(Duration.ofMillis(100));
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT2);
        pair.b.close();
        assertThat(pair.b.state()).isEqualTo(LAST_ACK);
        pair.carry(pair.b, pair.a, 1); // < FIN
        assertThat(pair.a.state()).isEqualTo(TIME_WAIT);
        pair.carry(pair.a, pair.b, 1); // ACK >
        assertThat(pair.b.state()).isEqualTo(CLOSED);
        assertThat(pair.a.life()).containsExactly(SYN_SENT, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, TIME_WAIT);
        assertThat(pair.a.readResult()).isEqualTo(END_OF_STREAM);
        pair.checkReleased();
    }

    @Test
    void aSocketInCloseWaitStaysThereUntilTheProgramCloses() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.step();
        pair.advance(Duration.ofDays(30));
        assertThat(pair.b.state()).isEqualTo(CLOSE_WAIT);
        assertThat(pair.b.connection.endOfStreamReadAt()).isNegative();
        assertThat(pair.b.readResult()).isEqualTo(END_OF_STREAM);
        assertThat(pair.b.connection.endOfStreamReadAt()).isEqualTo(pair.now);
        pair.b.close();
        pair.step();
        assertThat(pair.b.state()).isEqualTo(CLOSED);
        assertThat(pair.a.state()).isEqualTo(TIME_WAIT);
    }

    @Test
    void writesInCloseWaitStillReachThePeer() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.step();
        assertThat(pair.b.write("late news")).isEqualTo(9);
        pair.step();
        assertThat(pair.a.read()).isEqualTo("late news");
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT2);
    }

    @Test
    void bothCloseAtOnce() {
        var pair = Pair.established();
        pair.a.close();
        pair.b.close();
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT1);
        assertThat(pair.b.state()).isEqualTo(FIN_WAIT1);
        pair.carry(pair.a, pair.b, 1);
        assertThat(pair.b.state()).isEqualTo(CLOSING);
        pair.carry(pair.b, pair.a, 1);
        assertThat(pair.a.state()).isEqualTo(CLOSING);
        pair.carry(pair.b, pair.a, 1);
        assertThat(pair.a.state()).isEqualTo(TIME_WAIT);
        pair.carry(pair.a, pair.b, 1);
        assertThat(pair.b.state()).isEqualTo(TIME_WAIT);
        assertThat(pair.a.life()).endsWith(FIN_WAIT1, CLOSING, TIME_WAIT);
        assertThat(pair.b.life()).endsWith(FIN_WAIT1, CLOSING, TIME_WAIT);
    }

    @Test
    void aFinThatCarriesTheAcknowledgmentOfOursSkipsFinWait2() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.carry(pair.a, pair.b, 1);
        pair.b.close(); // the FIN acknowledges a's FIN
        pair.carry(pair.b, pair.a, 1);
        assertThat(pair.a.state()).isEqualTo(TIME_WAIT);
        assertThat(pair.a.life()).endsWith(FIN_WAIT1, FIN_WAIT2, TIME_WAIT);
    }

    /// RFC 9293 3.6, MUST-12: closed.
    @Test
    void dataBeforeTheFinIsReadBeforeTheEndOfTheStream() {
        var pair = Pair.established();
        pair.a.write("last words");
        pair.a.close();
        pair.step();
        assertThat(pair.b.state()).isEqualTo(CLOSE_WAIT);
        assertThat(pair.b.read()).isEqualTo("last words");
        assertThat(pair.b.readResult()).isEqualTo(END_OF_STREAM);
    }

    /// docs/linux/close.md: "Does close() with unread data send RST or FIN?"
    @Test
    void closeWithUnreadDataSendsAReset() {
        var pair = Pair.established();
        pair.a.write("you will never read this");
        pair.step();
        pair.b.close();
        assertThat(pair.b.sent.getLast()).startsWith("R. 1:1(0) ack 25");
        assertThat(pair.b.state()).isEqualTo(CLOSED);
        assertThat(pair.b.context.counters.get(TcpMib.TCPAbortOnClose)).isEqualTo(1);
        pair.carry(pair.b, pair.a, 9);
        assertThat(pair.a.state()).isEqualTo(CLOSED);
        assertThat(pair.a.readResult()).isEqualTo(Errno.ECONNRESET.asResult());
        assertThat(pair.a.readResult()).isEqualTo(END_OF_STREAM);
        assertThat(pair.a.write("x")).isEqualTo(Errno.EPIPE.asResult());
        pair.checkReleased();
    }

    /// docs/linux/close.md: an orphan in FIN_WAIT1 is reset by the first new data.
    @Test
    void dataForAnOrphanIsAnsweredWithABareReset() {
        var pair = Pair.established();
        pair.a.close();
        pair.loseAll(pair.a);
        pair.b.write("hello?");
        pair.carry(pair.b, pair.a, 1);
        assertThat(pair.a.sent.getLast()).isEqualTo("R 1:1(0)");
        assertThat(pair.a.state()).isEqualTo(CLOSED);
        assertThat(pair.a.context.counters.get(TcpMib.TCPAbortOnData)).isEqualTo(1);
    }

    @Test
    void lingerZeroAbortsAndThePeerIsTold() {
        var pair = Pair.established();
        pair.a.options.lingerSeconds = 0;
        pair.a.write("12345");
        pair.a.close();
        assertThat(pair.a.sent.getLast()).startsWith("R. 6:6(0) ack 1");
        pair.carry(pair.a, pair.b, 9);
        assertThat(pair.b.state()).isEqualTo(CLOSED);
        assertThat(pair.b.read()).isEqualTo("12345");
        assertThat(pair.b.readResult()).isEqualTo(Errno.ECONNRESET.asResult());
    }

    @Test
    void aResetInCloseWaitIsABrokenPipe() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.step();
        pair.a.abort();
        pair.carry(pair.a, pair.b, 9);
        assertThat(pair.b.readResult()).isEqualTo(END_OF_STREAM);
        assertThat(pair.b.write("x")).isEqualTo(Errno.EPIPE.asResult());
    }

    @Test
    void anOrphanInFinWait2IsForgottenAfterSixtySeconds() {
        var pair = Pair.established();
        pair.a.close();
        pair.step();
        pair.advance(Duration.ofMillis(50));
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT2);
        assertThat(pair.a.timeWait.deadline() - pair.now).isBetween(59_800_000_000L, 60_000_000_000L);
        assertThat(pair.a.context.orphans).isZero();
    }

    @Test
    void aFinWait2ThatAProgramHoldsNeverTimesOut() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.step();
        pair.advance(Duration.ofDays(365));
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT2);
    }

    @Test
    void anOrphanWhoseFinIsNeverAcknowledgedGivesUpAfterEightRetransmissions() {
        var pair = Pair.established();
        pair.a.close();
        pair.delay = Duration.ofDays(1); // nothing arrives
        pair.advance(Duration.ofMinutes(10));
        assertThat(pair.a.state()).isEqualTo(CLOSED);
        assertThat(pair.a.sent).hasSizeBetween(9, 10).allMatch(segment -> segment.startsWith("F. 1:2(0)"));
        assertThat(pair.a.context.orphans).isZero();
    }

    @Test
    void shutdownOfReadingRefusesNothing() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.READ);
        assertThat(pair.a.sent).isEmpty();
        assertThat(pair.a.readResult()).isEqualTo(END_OF_STREAM);
        pair.b.write("still");
        pair.step();
        assertThat(pair.a.read()).isEqualTo("still");
        assertThat(pair.a.readResult()).isEqualTo(END_OF_STREAM);
        assertThat(pair.a.state()).isEqualTo(ESTABLISHED);
    }

    @Test
    void writingAfterShutdownIsABrokenPipe() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        assertThat(pair.a.write("x")).isEqualTo(Errno.EPIPE.asResult());
        assertThat(pair.a.connection.readiness() & Readiness.OUT).isNotZero();
    }

    @Test
    void shutdownOfAClosedConnectionIsNotConnected() {
        var pair = Pair.established();
        pair.a.abort();
        assertThat(pair.a.shutdown(Shutdown.BOTH)).isEqualTo(Errno.ENOTCONN.asResult());
    }

    @Test
    void theFinIsRetransmittedUntilItIsAcknowledged() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.loseAll(pair.a);
        pair.advance(Duration.ofSeconds(1));
        assertThat(pair.b.state()).isEqualTo(CLOSE_WAIT);
        assertThat(pair.a.state()).isEqualTo(FIN_WAIT2);
        assertThat(pair.a.info().total_retrans()).isEqualTo(1);
    }

    @Test
    void bothAbortAtOnce() {
        var pair = Pair.established();
        pair.a.abort();
        pair.b.abort();
        pair.carry(pair.a, pair.b, 9);
        pair.carry(pair.b, pair.a, 9);
        assertThat(pair.a.state()).isEqualTo(CLOSED);
        assertThat(pair.b.state()).isEqualTo(CLOSED);
        assertThat(pair.a.sent).hasSize(1);
        assertThat(pair.b.sent).hasSize(1);
    }

    /// RFC 6191, Linux's tcp_twsk_unique: the follower begins beyond everything that the old connection sent.
    @Test
    void aConnectionThatFollowsATimeWaitGoesOnBeyondItsNumbersAndTimestamps() {
        var pair = Pair.established();
        pair.a.shutdown(Shutdown.WRITE);
        pair.carry(pair.a, pair.b, 1);
        pair.b.close();
        pair.carry(pair.b, pair.a, 1);
        assertThat(pair.a.state()).isEqualTo(TIME_WAIT);
        var follower = new Connection(pair.a.context, pair.a.connection.tuple(), pair.a.options, 1500);
        follower.connect(pair.now, pair.a.timeWait);
        var syn = new Segment();
        assertThat(follower.nextSegment(syn, pair.now)).isTrue();
        assertThat(syn.seq).isEqualTo(pair.a.iss + 2 + 65537);
        assertThat(syn.tsEcr).isEqualTo(pair.a.timeWait.tsRecent());
    }
}
