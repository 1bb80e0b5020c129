package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a connection leaves to the next one between the same addresses: docs/linux/metrics.md.
class TcpMetricsTest {

    /// One host, and a peer whose connections follow each other.
    private final Peer peer = new Peer();

    /// The next connection; its SYN-ACK is acknowledged after so long.
    private Peer open(long millis) {
        peer.timeWait = null;
        peer.connection = null;
        return peer.accept("<mss 1460,sackOK>", 65535, millis);
    }

    /// Both ends close; the peer answers our FIN after `millis`.
    private void close(long millis) {
        int next = peer.relative(peer.connection.sndNxt);
        peer.close();
        peer.sent();
        peer.elapse(millis).send("F. 1:2(0) ack " + (next + 1) + " win 65535").sent();
    }

    private String saved() {
        return peer.context.metrics.describe(
                Peer.TUPLE.local().ip(), Peer.TUPLE.remote().ip());
    }

    private int rto() {
        return peer.info().rto() / 1000;
    }

    @Test
    void aLongRoundTripMakesTheFirstTimeoutOfTheNextConnectionLong() {
        open(300);
        assertThat(rto()).isEqualTo(900);
        assertThat(saved()).isNull();
        close(4);
        assertThat(saved()).isEqualTo("192.0.2.2 cwnd 10 rtt 263000us rttvar 263000us source 192.0.2.1");
        open(4);
        // As docs/linux/metrics.md, in ticks of a millisecond: three times the round trip.
        assertThat(rto()).isEqualTo(3 * 263);
        assertThat(peer.info().rtt()).isEqualTo(4000);
        peer.write(100);
        peer.sent();
        peer.elapse(4).send(". 1:1(0) ack 101 win 65535");
        assertThat(rto()).isEqualTo(204);
        close(4);
        // An eighth of the way down.
        assertThat(saved()).isEqualTo("192.0.2.2 cwnd 10 rtt 230625us rttvar 262000us source 192.0.2.1");
    }

    @Test
    void aShortRoundTripThatIsKnownChangesNothing() {
        open(4);
        close(4);
        open(300);
        assertThat(rto()).isEqualTo(900);
        close(300);
        assertThat(saved()).startsWith("192.0.2.2 cwnd 10 rtt 300000us");
    }

    @Test
    void withTcpNoMetricsSaveNothingIsKept() {
        peer.sysctl.tcp_no_metrics_save = 1;
        open(300);
        close(300);
        assertThat(saved()).isNull();
    }

    @Test
    void aResetLeavesNothing() {
        open(300);
        peer.send("R 1:1(0) win 0");
        assertThat(saved()).isNull();
    }

    @Test
    void itIsForgottenAfterAnHour() {
        open(300);
        close(300);
        peer.now += Duration.ofMinutes(61).toNanos();
        open(4);
        assertThat(rto()).isEqualTo(204);
        peer.context.metrics.flush();
        assertThat(peer.context.metrics.size()).isZero();
    }

    /// A loss halves the window, and leaves a threshold.
    private void lose() {
        peer.write(14600);
        peer.sent();
        peer.elapse(20);
        for (int end = 4381; end <= 8761; end += 1460) {
            peer.send(". 1:1(0) ack 1 win 65535 <sack 1461:" + end + ">").sent();
        }
        peer.elapse(20).send(". 1:1(0) ack 14601 win 65535").sent();
        for (int i = 0; i < 3; i++) {
            peer.write(14600);
            while (peer.connection.sndUna != peer.connection.send.writeSeq) {
                peer.sent();
                peer.elapse(20)
                        .send(". 1:1(0) ack " + peer.relative(peer.connection.sndNxt) + " win 65535")
                        .sent();
            }
        }
        assertThat(peer.info().snd_ssthresh()).isEqualTo(5);
    }

    @Test
    void theThresholdIsKeptIfItIsAskedFor() {
        peer.sysctl.tcp_no_ssthresh_metrics_save = 0;
        open(20);
        lose();
        close(20);
        assertThat(saved()).startsWith("192.0.2.2 ssthresh 5 cwnd 4 rtt ");
        open(20);
        assertThat(peer.info().snd_ssthresh()).isEqualTo(5);
        assertThat(peer.info().snd_cwnd()).isEqualTo(10);
        close(20);
        assertThat(saved()).startsWith("192.0.2.2 ssthresh 5 cwnd 7 rtt ");
    }

    @Test
    void byDefaultTheThresholdIsNotKept() {
        open(20);
        lose();
        close(20);
        assertThat(saved()).startsWith("192.0.2.2 cwnd 4 rtt ");
        open(20);
        assertThat(peer.info().snd_ssthresh()).isEqualTo(CongestionWindow.INFINITE_SSTHRESH);
    }

    /// The last quarter of `tcp_max_syn_backlog` is for those who have been here before.
    @Test
    void aPeerThatIsKnownIsLetInWhereOthersAreNot() {
        assertThat(peer.context.metrics.isProven(Peer.TUPLE, peer.now)).isFalse();
        open(20);
        close(20);
        assertThat(peer.context.metrics.isProven(Peer.TUPLE, peer.now)).isTrue();
    }

    /// A path that reorders does so for the next connection, too. It is kept where the window says nothing of the path.
    @Test
    void theDegreeOfReorderingIsKept() {
        open(20);
        peer.connection.board.reordering = 7;
        peer.connection.cwnd.ssthresh = 50;
        close(20);
        assertThat(saved()).startsWith("192.0.2.2 cwnd 25 reordering 7 rtt ");
        open(20);
        assertThat(peer.info().reordering()).isEqualTo(7);
    }

    /// It ends while its timeout is backed off: what was known of the round trip was perhaps wrong.
    @Test
    void aConnectionThatCouldNotMeasureClearsTheRoundTrip() {
        open(300);
        close(300);
        open(4);
        peer.write(100);
        peer.elapse(3000).sent();
        assertThat(peer.info().backoff()).isPositive();
        peer.context.metrics.save(peer.connection, peer.now);
        assertThat(saved()).startsWith("192.0.2.2 cwnd 10 rttvar ");
        peer.abort();
    }
}
