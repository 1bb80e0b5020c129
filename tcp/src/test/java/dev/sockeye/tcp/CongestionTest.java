package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// How congestion control grows the window: RFC 5681 for reno, RFC 9438 for cubic; RFC 6675, limited transmit and
/// reneging on the way.
class CongestionTest {

    /// RFC 5681 3, MUST-2; RFC 5681 3.1, MUST-12, MUST-13: one segment a round trip in congestion avoidance,
    /// however many
    /// segments an ACK is for.
    /// RFC 9293 3.8.2, MUST-19
    @Test
    void renoGrowsByOneSegmentARoundTrip() {
        var cwnd = new CongestionWindow();
        var reno = new NewReno(cwnd);
        cwnd.segments = 20;
        cwnd.ssthresh = 10;
        cwnd.limited = true;
        for (int round = 1; round <= 30; round++) {
            int flight = cwnd.segments;
            for (int i = 0; i < flight; i++) reno.grow(1, 0);
            assertThat(cwnd.segments).isEqualTo(20 + round);
        }
        for (int round = 31; round <= 60; round++) {
            reno.grow(cwnd.segments, 0);
            assertThat(cwnd.segments).isEqualTo(20 + round);
        }
        assertThat(reno.ssthresh(0)).isEqualTo(40);
    }

    /// RFC 5681 3.1, MUST-4
    @Test
    void slowStartEndsAtTheThreshold() {
        var cwnd = new CongestionWindow();
        var reno = new NewReno(cwnd);
        cwnd.ssthresh = 15;
        cwnd.limited = true;
        reno.grow(8, 0); // 5 of 8 by slow start
        assertThat(cwnd.segments).isEqualTo(15);
        assertThat(cwnd.counted).isEqualTo(3);
    }

    /// A window that is not used does not grow (RFC 7661 4.3, as Linux). RFC 9438 4.6, MUST-5
    @Test
    void anUnusedWindowDoesNotGrow() {
        var connection = connection();
        CongestionWindow cwnd = connection.cwnd;
        cwnd.segments = 20;
        cwnd.ssthresh = 10;
        new NewReno(cwnd).grow(20, 0);
        new Cubic(connection).grow(20, 0);
        assertThat(cwnd.segments).isEqualTo(20);
    }

    /// RFC 9438 4.2: W(t) = C * (t - K)^3 + Wmax with C 0.4, beta 0.7, K = cbrt(Wmax * (1 - beta) / C).
    /// RFC 9293 3.8.2, MAY-18
    /// RFC 9438 4.4, MUST-2; RFC 9438 4.5, MUST-3
    @Test
    void cubicFollowsItsCurve() {
        var connection = connection();
        CongestionWindow cwnd = connection.cwnd;
        var cubic = new Cubic(connection);
        int max = 1000;
        cwnd.segments = max;
        cwnd.limited = true;
        long now = 1_000_000_000L;
        cwnd.ssthresh = cubic.ssthresh(now);
        assertThat(cwnd.ssthresh).isEqualTo(700);
        cwnd.segments = cwnd.ssthresh;
        double k = Math.cbrt(max * 0.3 / 0.4);
        long start = now;
        long rtt = 100_000_000L;
        for (int round = 1; round <= 150; round++) {
            int flight = cwnd.segments;
            for (int i = 0; i < flight; i++) {
                cubic.onPacketsAcked(1, 100_000, now);
                cubic.grow(1, now);
                now += rtt / flight;
            }
            double t = (now - start) / 1e9;
            double expected = 0.4 * Math.pow(t - k, 3) + max;
            assertThat((double) cwnd.segments).as("after %.1f s", t).isCloseTo(expected, within(0.003 * expected));
        }
        assertThat(cwnd.segments).isGreaterThan(max);
    }

    /// RFC 9438 4.2, MUST-1: ten seconds of silence are no ten seconds of growth.
    @Test
    void cubicDoesNotLeapAfterAnIdleTime() {
        int busy = grownAfter(0, 1);
        assertThat(busy).isBetween(79, 81); // 100 - 0.4 * (4.2 - 0.5)^3
        assertThat(grownAfter(10_000, 1)).isBetween(busy - 1, busy + 1);
        // Nor does it begin anew.
        busy = grownAfter(0, 30);
        assertThat(busy).isBetween(95, 97); // 100 - 0.4 * (4.2 - 2)^3
        assertThat(grownAfter(10_000, 30)).isBetween(busy - 1, busy + 1);
    }

    /// The window after a reduction from 100 to 70, ten round trips of 50 ms, so many idle milliseconds, and
    /// so many round trips more.
    private static int grownAfter(int idleMillis, int more) {
        var connection = connection();
        CongestionWindow cwnd = connection.cwnd;
        var cubic = new Cubic(connection);
        cwnd.segments = 100;
        cwnd.limited = true;
        long now = 1_000_000_000L;
        cwnd.segments = cwnd.ssthresh = cubic.ssthresh(now);
        for (int round = 0; round < 10 + more; round++) {
            if (round == 10) {
                now += idleMillis * 1_000_000L;
                cubic.onEvent(CongestionControl.Event.TX_START, now);
            }
            for (int i = 0; i < cwnd.segments; i++) {
                cubic.onPacketsAcked(1, 50_000, now);
                cubic.grow(1, now);
            }
            connection.output.lastSentAt = now;
            now += 50_000_000;
        }
        return cwnd.segments;
    }

    /// RFC 9438 4.10, MUST-6
    @Test
    void cubicBeginsWithSlowStart() {
        var sender = new SegmentFlight().with("cubic").start(100);
        sender.ack(3).sends("11 12 13 14", "cwnd 12, ssthresh none, in flight 12, lost 0, Open");
        sender.ack(5).sends("15 16 17 18", "cwnd 14, ssthresh none, in flight 14, lost 0, Open");
    }

    /// RFC 9438 4.3: on a short path never slower than Reno with the same reduction would be.
    @Test
    void cubicIsNoSlowerThanRenoOnAShortPath() {
        var connection = connection();
        CongestionWindow cwnd = connection.cwnd;
        var cubic = new Cubic(connection);
        cwnd.segments = 50;
        cwnd.limited = true;
        long now = 1_000_000_000L;
        cwnd.segments = cwnd.ssthresh = cubic.ssthresh(now);
        int before = cwnd.segments;
        for (int round = 0; round < 100; round++) {
            int flight = cwnd.segments;
            for (int i = 0; i < flight; i++) {
                cubic.onPacketsAcked(1, 5000, now);
                cubic.grow(1, now);
                now += 5_000_000 / flight;
            }
        }
        // 3 * (1 - beta) / (1 + beta) = 0.53 segments a round trip.
        assertThat(cwnd.segments - before).isBetween(45, 60);
    }

    /// RFC 9438 4.7: who loses again below the last maximum gives way.
    @Test
    void fastConvergenceReleasesBandwidth() {
        var connection = connection();
        CongestionWindow cwnd = connection.cwnd;
        var cubic = new Cubic(connection);
        cwnd.segments = 100;
        assertThat(cubic.ssthresh(0)).isEqualTo(70);
        cwnd.segments = 80;
        assertThat(cubic.ssthresh(0)).isEqualTo(56);
        cwnd.segments = 2;
        assertThat(cubic.ssthresh(0)).isEqualTo(2);
    }

    /// A connection that nothing has happened to: what an algorithm belongs to.
    private static Connection connection() {
        var peer = new Peer();
        return new Connection(peer.context, Peer.TUPLE, peer.options, peer.mtu);
    }

    // ---------------------------------------------------------------- oddities

    /// RFC 8985 9.2, MUST-11: tcp_recovery 0 once meant RFC 6675; in Linux 6.18 RACK finds losses all the same. RFC
    /// 6675 5, MUST-11
    @Test
    void rackCannotBeTurnedOff() {
        var sender = new SegmentFlight();
        sender.peer.sysctl.tcp_recovery = 0;
        sender.start(30);
        sender.ack(1, "10-10").sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.after(13).sends("1", "cwnd 2, ssthresh 5, in flight 11, lost 9, Recovery");
    }

    /// RFC 3042: the first two duplicate ACKs let new segments out. RFC 5681 3.2, MUST-16
    @Test
    void limitedTransmitKeepsTheClockRunning() {
        var sender = new SegmentFlight().withoutSack().start(30);
        sender.ack(1).sends("11", "cwnd 10, ssthresh none, in flight 11, lost 0, Disorder");
        sender.ack(1).sends("12", "cwnd 10, ssthresh none, in flight 12, lost 0, Disorder");
    }

    /// RFC 6675 4, MUST-1; RFC 2018 8: the peer has thrown away what it had SACKed; its ACK stops before a
    /// SACKed segment.
    @Test
    void aPeerThatRenegesIsServedAgain() {
        var sender = new SegmentFlight().start(10);
        sender.ack(1, "2-3").sends("none", "cwnd 10, ssthresh none, in flight 10, lost 0, Disorder");
        sender.ack(2); // 1 has come, and 2 and 3 are not there any more
        sender.peer.elapse(1000);
        assertThat(sender.count(TcpMib.TCPSACKReneging)).isEqualTo(1);
        assertThat(sender.peer.sent())
                .anyMatch(text -> text.contains(" 1001:2001(1000)") || text.startsWith(". 1001:2001"));
        sender.ack(11);
        assertThat(sender.peer.info().unacked()).isZero();
        sender.checkReleased();
    }

    /// RFC 8985 7.4.2, MUST-10: the probe repaired the loss of the tail, so there was congestion.
    @Test
    void aProbeThatRepairsALossReducesTheWindow() {
        var sender = new SegmentFlight().start(10);
        sender.after(52).sends("10", "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        sender.silentFor(50).ack(11).write(1).sends("11", "cwnd 20, ssthresh none, in flight 1, lost 0, Open");
        sender.silentFor(50).ack(12);
        assertThat(sender.count(TcpMib.TCPLossProbeRecovery)).isEqualTo(1);
        assertThat(sender.peer.info().snd_ssthresh()).isEqualTo(10);
    }

    /// A DSACK for it says that it was needless. RFC 8985 7.4.2, MUST-10
    @Test
    void aProbeThatWasNeedlessCostsNothing() {
        var sender = new SegmentFlight().start(10);
        sender.after(52).sends("10", "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        sender.ack(11);
        sender.ack(11, "10-10");
        assertThat(sender.count(TcpMib.TCPLossProbeRecovery)).isZero();
        assertThat(sender.peer.info().snd_ssthresh()).isEqualTo(CongestionWindow.INFINITE_SSTHRESH);

        // The same where the ACK with the DSACK is lost, and the next one has it.
        sender = new SegmentFlight().start(10);
        sender.after(52).sends("10", "cwnd 10, ssthresh none, in flight 10, lost 0, Open");
        sender.ack(11).write(1).sends("11", "cwnd 20, ssthresh none, in flight 1, lost 0, Open");
        sender.silentFor(48).ack(12, "10-10");
        assertThat(sender.count(TcpMib.TCPLossProbeRecovery)).isZero();
        assertThat(sender.peer.info().snd_ssthresh()).isEqualTo(CongestionWindow.INFINITE_SSTHRESH);
    }

    /// docs/linux/recovery.md, "After silence": neither growth nor decay while ACKs keep coming.
    @Test
    void aSlowSenderKeepsItsWindow() {
        var sender = new SegmentFlight().start(10);
        sender.ack(11).sends("none", "cwnd 20, ssthresh none, in flight 0, lost 0, Open");
        int next = 11;
        for (int i = 0; i < 60; i++) {
            sender.write(1);
            sender.peer.elapse(50).sent();
            sender.ack(++next);
        }
        assertThat(sender.peer.info().snd_cwnd()).isEqualTo(20);
    }
}
