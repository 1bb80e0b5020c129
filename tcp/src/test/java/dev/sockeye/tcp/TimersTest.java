package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// What happens when nothing happens: retransmission and giving up (RFC 6298, RFC 9293 3.8.3), zero-window probes
/// (3.8.6.1), the user timeout. docs/linux/timers.md; where its times are a little late, for
/// the kernel's tick, ours are exact.
class TimersTest {

    private static final String DATA = "P. 1:101(100) ack 1 win 64240";

    /// After a handshake of 4 ms the timeout is 204 ms, as in the laboratory.
    private static Peer oneSegmentInFlight(Peer peer) {
        peer.accept("<mss 1460>", 65_535, 4);
        peer.write(100);
        return peer.expect(DATA);
    }

    // ---------------------------------------------------------------- retransmission

    /// R2 as a time: with tcp_retries2 5, when 0.2 * (2^6 - 1) s have passed since the first retransmission.
    /// RFC 9293 3.8.2, MUST-19; RFC 9293 3.8.3, MUST-20; RFC 6298 5.5, MUST-11; RFC 8985 4, MUST-2: no probe
    /// without SACK.
    @Test
    void theTimeoutDoublesUntilTheConnectionIsGivenUp() {
        var peer = new Peer();
        peer.sysctl.tcp_retries2 = 5;
        oneSegmentInFlight(peer);
        for (int millis : new int[] {204, 408, 816, 1632, 3264}) peer.expectAfter(millis, DATA);
        assertThat(peer.info().backoff()).isEqualTo(5);
        assertThat(peer.info().rto()).isEqualTo(6_528_000);
        peer.expectNothingFor(6527);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.expectNothingFor(1);
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.poll()).isEqualTo("IN OUT ERR HUP RDHUP");
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(peer.count(TcpMib.TCPAbortOnTimeout)).isEqualTo(1);
        peer.checkReleased();
    }

    @Test
    void aSoftErrorIsToldInsteadOfTheTimeout() {
        var peer = new Peer();
        peer.sysctl.tcp_retries2 = 2;
        oneSegmentInFlight(peer);
        peer.icmp(Errno.EHOSTUNREACH, 1);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.elapse(60_000);
        assertThat(peer.readError()).isEqualTo(Errno.EHOSTUNREACH);
    }

    /// RFC 6069: the path was broken, not congested, so the last doubling is taken back; what is due by then goes at
    /// once. An error about another number, or before any timeout, says nothing.
    @Test
    void anErrorAboutTheSegmentThatIsSentAgainRevertsTheBackoff() {
        var peer = oneSegmentInFlight(new Peer());
        peer.icmp(Errno.EHOSTUNREACH, 1);
        peer.expectAfter(204, DATA).expectAfter(408, DATA);
        peer.elapse(100).icmp(Errno.ENETUNREACH, 101);
        peer.icmp(Errno.ECONNREFUSED, 1);
        assertThat(peer.info().backoff()).isEqualTo(2);
        peer.icmp(Errno.ENETUNREACH, 1);
        assertThat(peer.info().backoff()).isEqualTo(1);
        assertThat(peer.info().rto()).isEqualTo(408_000);
        peer.expectAfter(308, DATA);
        peer.elapse(500).icmp(Errno.EHOSTUNREACH, 1);
        peer.expect(DATA).expectAfter(816, DATA);
        assertThat(peer.info().retransmits()).isEqualTo(5);
    }

    /// RTO = srtt + max(200 ms, 4 * rttvar), and how both follow the path; "rtt" of docs/linux/timers.md.
    /// RFC 9293 3.8.1, MUST-18; RFC 6298 1, MUST-1; RFC 6298 2.2, MUST-2; RFC 6298 2.3, MUST-3, MUST-4,
    /// MUST-5; RFC 6298 3, MUST-6, MUST-7, MUST-8; RFC 6298 4, MUST-9
    @Test
    void theRoundTripIsEstimated() {
        Peer peer = new Peer().accept("<mss 1460>", 65535, 100);
        assertThat(times(peer)).isEqualTo("rtt 100.0, rttvar 50.0, rto 300");
        int at = 1;
        String[] expected = {
            "rtt 100.0, rttvar 37.5, rto 300",
            "rtt 100.0, rttvar 28.1, rto 300",
            "rtt 100.0, rttvar 21.1, rto 300",
            "rtt 100.0, rttvar 15.8, rto 300",
            "rtt 100.0, rttvar 11.9, rto 300"
        };
        for (String each : expected) {
            at = roundTrip(peer, at, 100);
            assertThat(times(peer)).isEqualTo(each);
        }
        at = roundTrip(peer, at, 20);
        assertThat(times(peer)).isEqualTo("rtt 90.0, rttvar 14.0, rto 290");
        at = roundTrip(peer, at, 20);
        assertThat(times(peer)).isEqualTo("rtt 81.3, rttvar 15.7, rto 282");
        // 300 ms: the timeout came first, so there is no measure (Karn), and it stays doubled.
        at = roundTrip(peer, at, 300);
        assertThat(times(peer)).isEqualTo("rtt 81.3, rttvar 15.7, rto 564");
        at = roundTrip(peer, at, 300);
        assertThat(times(peer)).isEqualTo("rtt 108.6, rttvar 66.5, rto 375");
        // The jump counts for less in each round trip that is as long as it is expected to be.
        String[] calm = {
            "rtt 107.5, rttvar 52.0, rto 360",
            "rtt 106.6, rttvar 40.9, rto 346",
            "rtt 105.8, rttvar 32.3, rto 335",
            "rtt 105.0, rttvar 25.7, rto 327"
        };
        for (String each : calm) {
            at = roundTrip(peer, at, 100);
            assertThat(times(peer)).isEqualTo(each);
        }
        // The variance is never less than a fifth of a second.
        assertThat(times(Peer.established())).isEqualTo("rtt 4.0, rttvar 2.0, rto 204");
    }

    /// RFC 6298 3, MUST-8: each is measured, and of those of one round trip the largest deviation counts, once.
    @Test
    void theVarianceFallsOnceARoundTrip() {
        Peer peer = new Peer().accept("<mss 1460>", 65535, 100);
        int at = roundTrip(peer, 1, 280);
        assertThat(times(peer)).isEqualTo("rtt 122.5, rttvar 82.5, rto 453");
        peer.write(4 * 1460);
        String[] expected = {
            "rtt 122.2, rttvar 62.5, rto 433",
            "rtt 122.0, rttvar 47.2, rto 433",
            "rtt 122.0, rttvar 35.4, rto 433",
            "rtt 122.2, rttvar 26.8, rto 433"
        };
        peer.elapse(120).sent();
        for (String each : expected) {
            at += 1460;
            peer.send(". 1:1(0) ack " + at + " win 65535").elapse(1);
            assertThat(times(peer)).isEqualTo(each);
        }
        roundTrip(peer, at, 120);
        assertThat(times(peer)).isEqualTo("rtt 121.9, rttvar 20.6, rto 405");
    }

    /// RFC 6298 3, MUST-6, MUST-7: one ACK for a segment that went twice and one that went once tells of neither.
    @Test
    void anAckForARetransmissionMeasuresNothing() {
        Peer peer = new Peer().accept("<mss 1460>", 65535, 100);
        peer.write(2920);
        peer.expect(". 1:1461(1460) ack 1 win 64240", "P. 1461:2921(1460) ack 1 win 64240");
        peer.expectAfter(300, ". 1:1461(1460) ack 1 win 64240");
        peer.elapse(50).send(". 1:1(0) ack 2921 win 65535");
        assertThat(times(peer)).isEqualTo("rtt 100.0, rttvar 50.0, rto 600");
        peer.write(100);
        peer.expect("P. 2921:3021(100) ack 1 win 64240");
        peer.elapse(100).send(". 1:1(0) ack 3021 win 65535");
        assertThat(times(peer)).isEqualTo("rtt 100.0, rttvar 37.5, rto 300");
    }

    private static int roundTrip(Peer peer, int at, int millis) {
        peer.write(100);
        peer.elapse(millis).sent();
        peer.send(". 1:1(0) ack " + (at + 100) + " win 65535");
        return at + 100;
    }

    private static String times(Peer peer) {
        TcpInfo info = peer.info();
        return String.format(
                Locale.ROOT, "rtt %.1f, rttvar %.1f, rto %d", info.rtt() / 1e3, info.rttvar() / 1e3, info.rto() / 1000);
    }

    /// RFC 8985 7: two round trips, the last segment again; the timeout counts from then.
    /// RFC 8985 7.3, MUST-9
    @Test
    void aTailLossProbeComesBeforeTheTimeout() {
        Peer peer = new Peer().accept("<mss 1460,sackOK>", 65535, 50);
        peer.write(2920);
        peer.expect(". 1:1461(1460) ack 1 win 64240", "P. 1461:2921(1460) ack 1 win 64240");
        peer.expectAfter(102, "P. 1461:2921(1460) ack 1 win 64240");
        peer.expectAfter(250, ". 1:1461(1460) ack 1 win 64240");
        peer.expectAfter(500, ". 1:1461(1460) ack 1 win 64240");
        assertThat(peer.info().snd_cwnd()).isEqualTo(1);
        assertThat(peer.count(TcpMib.TCPLossProbes)).isEqualTo(1);
        assertThat(peer.count(TcpMib.TCPTimeouts)).isEqualTo(2);
        assertThat(peer.count(TcpMib.TCPLostRetransmit)).isEqualTo(1);
    }

    /// "rto_sack": a lone segment's probe waits for a delayed ACK too, but no longer than the timeout.
    @Test
    void theProbeOfALoneSegmentWaitsForADelayedAck() {
        Peer peer = new Peer().accept("<mss 1460,sackOK,TS>", 65535, 50);
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 65160");
        peer.expectAfter(250, "P. 1:101(100) ack 1 win 65160");
        assertThat(peer.count(TcpMib.TCPLossProbes)).isEqualTo(1);
        peer.expectAfter(250, "P. 1:101(100) ack 1 win 65160");
        peer.expectAfter(500, "P. 1:101(100) ack 1 win 65160");
    }

    // ---------------------------------------------------------------- user timeout

    /// RFC 9293 3.8.3, MUST-21
    @Test
    void theUserTimeoutEndsAConnectionWhoseDataIsNotAcknowledged() {
        var peer = new Peer();
        peer.options.userTimeoutMillis = 1500;
        oneSegmentInFlight(peer).expectAfter(204, DATA).expectAfter(408, DATA).expectAfter(816, DATA);
        peer.expectNothingFor(275);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.expectNothingFor(1);
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
    }

    @Test
    void theUserTimeoutEndsAConnectionWithAClosedWindowThoughProbesAreAnswered() {
        var peer = new Peer();
        peer.options.userTimeoutMillis = 1500;
        closedWindow(peer);
        for (int millis : new int[] {204, 408, 816}) {
            peer.expectAfter(millis, ". 1000:1000(0) ack 1 win 64240");
            peer.send(". 1:1(0) ack 1001 win 0");
        }
        peer.elapse(1000);
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
    }

    @Test
    void theUserTimeoutEndsAConnectionWhosePeerShrinksItsWindowToNothing() {
        var peer = new Peer();
        peer.options.userTimeoutMillis = 1500;
        oneSegmentInFlight(peer).send(". 1:1(0) ack 1 win 0");
        peer.elapse(204 + 1500);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        assertThat(peer.sent()).hasSizeLessThanOrEqualTo(5);
        peer.elapse(2);
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(peer.sent()).hasSizeLessThanOrEqualTo(2);
    }

    /// What was acknowledged on the way makes the user timeout begin anew, also for the timer that is shortened to
    /// it. Found by fuzzing: it was retransmitted every millisecond.
    @Test
    void afterProgressTheUserTimeoutIsNotApproachedInMilliseconds() {
        var peer = new Peer();
        peer.options.userTimeoutMillis = 1500;
        peer.accept("<mss 1460>", 65_535, 4);
        peer.write(2920);
        peer.elapse(1000).sent();
        peer.send(". 1:1(0) ack 1461 win 65535");
        peer.elapse(1000);
        assertThat(peer.sent()).hasSizeLessThan(6);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.elapse(2000);
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
    }

    // ---------------------------------------------------------------- zero-window probes

    /// The window (1000 bytes at first) is closed, and 500 bytes wait.
    private static Peer closedWindow(Peer peer) {
        peer.accept("<mss 1460>", 1000, 4);
        peer.write(1000);
        peer.expect(". 1:501(500) ack 1 win 64240", "P. 501:1001(500) ack 1 win 64240");
        peer.send(". 1:1(0) ack 1001 win 0").expectNothing();
        peer.write(500);
        return peer.expectNothing();
    }

    /// RFC 9293 3.8.6.1, MUST-36, SHLD-29, SHLD-30
    @Test
    void aClosedWindowIsProbedEverMoreRarelyUntilItOpens() {
        Peer peer = closedWindow(new Peer());
        assertThat(peer.connection.timerName()).isEqualTo("persist");
        for (int millis : new int[] {204, 408, 816, 1632}) {
            peer.expectAfter(millis, ". 1000:1000(0) ack 1 win 64240");
            peer.send(". 1:1(0) ack 1001 win 0").expectNothing();
        }
        assertThat(peer.info().probes()).isZero();
        assertThat(peer.info().backoff()).isEqualTo(4);
        // By less than what waits: nothing yet.
        peer.send(". 1:1(0) ack 1001 win 100").expectNothing();
        peer.elapse(500).send(". 1:1(0) ack 1001 win 2000").expect("P. 1001:1501(500) ack 1 win 64240");
        assertThat(peer.count(TcpMib.TCPWinProbe)).isEqualTo(4);
        peer.checkReleased();
    }

    @Test
    void unansweredProbesEndTheConnection() {
        var peer = new Peer();
        peer.sysctl.tcp_retries2 = 4;
        closedWindow(peer);
        for (int millis : new int[] {204, 408, 816, 1632}) peer.expectAfter(millis, ". 1000:1000(0) ack 1 win 64240");
        peer.expectNothingFor(3263);
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        peer.expectNothingFor(1);
        assertThat(peer.socketError()).isEqualTo(Errno.ETIMEDOUT);
        assertThat(peer.count(TcpMib.TCPWinProbe)).isEqualTo(4);
    }

    /// RFC 9293 3.8.6.1, MUST-37: as long as the peer answers. The interval stops growing after tcp_retries2
    /// steps.
    @Test
    void answeredProbesGoOnForEver() {
        var peer = new Peer();
        peer.sysctl.tcp_retries2 = 4;
        closedWindow(peer);
        for (int millis : new int[] {204, 408, 816, 1632, 3264, 3264, 3264, 3264, 3264, 3264}) {
            peer.expectAfter(millis, ". 1000:1000(0) ack 1 win 64240");
            peer.send(". 1:1(0) ack 1001 win 0").expectNothing();
        }
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
    }

    /// "small_window": what fits goes when the probe's timer runs out, and is retransmitted like other data.
    /// RFC 9293 3.8.6.2.1, MUST-38
    @Test
    void aSmallWindowIsUsedWhenTheProbeTimerRunsOut() {
        Peer peer = new Peer().accept("<mss 1460>", 4000, 4);
        peer.write(4000);
        peer.sent();
        peer.send(". 1:1(0) ack 4001 win 700").expectNothing();
        peer.write(2000);
        peer.expectAfter(204, "P. 4001:4701(700) ack 1 win 64240");
        peer.expectAfter(204, "P. 4001:4701(700) ack 1 win 64240");
        peer.expectAfter(408, "P. 4001:4701(700) ack 1 win 64240");
        peer.elapse(160).send(". 1:1(0) ack 4701 win 2100").expect("P. 4701:6001(1300) ack 1 win 64240");
    }

    /// docs/linux/close.md: an orphan is given up after eight probes, answered ones not counted.
    @Test
    void anOrphanBehindAClosedWindowIsGivenUp() {
        Peer peer = new Peer().accept("<mss 1460>", 100, 4);
        peer.write(200);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.close();
        peer.send(". 1:1(0) ack 101 win 0");
        for (int i = 0; i < 8; i++) peer.expectAfter(204L << i, ". 100:100(0) ack 1 win 64240");
        peer.expectNothingFor(204L << 8);
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPWinProbe)).isEqualTo(8);
        assertThat(peer.context.orphans).isZero();
        peer.checkReleased();
    }

    @Test
    void anOrphanWhoseProbesAreAnsweredLivesUntilTheIntervalIsTwoMinutes() {
        Peer peer = new Peer().accept("<mss 1460>", 100, 4);
        peer.write(200);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.close();
        peer.send(". 1:1(0) ack 101 win 0");
        for (int i = 0; i < 10; i++) {
            peer.expectAfter(204L << i, ". 100:100(0) ack 1 win 64240");
            peer.send(". 1:1(0) ack 101 win 0").expectNothing();
        }
        peer.expectNothingFor(120_000);
        assertThat(peer.state()).isEqualTo(CLOSED);
    }
}
