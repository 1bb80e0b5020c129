package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The parts that BBR is made of, and what it does with the first segments of a connection. What it does on whole paths
/// is the laboratory's to test.
class BbrPartsTest {

    private static final long MILLI = Timers.MILLI;
    private Connection connection;

    @BeforeEach
    void aConnection() {
        var peer = new Peer();
        connection = new Connection(peer.context, Peer.TUPLE, peer.options, peer.mtu);
        connection.sizes.mss = 1000;
    }

    // ---------------------------------------------------------------- the first segments

    /// 2/ln(2) times the initial window in the round trip of the handshake, less one percent: 2.887 * 200 kB/s * 0.99.
    @Test
    void theFirstRateComesFromTheHandshake() {
        var sender = new SegmentFlight().with("bbr").open();
        assertThat(sender.peer.info().pacing_rate()).isBetween(571_000L, 572_000L);
        assertThat(sender.peer.connection.congestionControl()).isEqualTo("bbr");
    }

    /// Each delivered segment makes room for itself and another one.
    @Test
    void startupGrowsTheWindowByWhatIsDelivered() {
        var sender = new SegmentFlight().with("bbr").open().write(60);
        sender.peer.elapse(50);
        sender.peer.sent();
        sender.ack(3);
        assertThat(sender.peer.info().snd_cwnd()).isEqualTo(12);
        sender.ack(11);
        assertThat(sender.peer.info().snd_cwnd()).isEqualTo(20);
        var told = (CongestionInfo.Bbr) sender.peer.connection.congestionInfo();
        assertThat(told.pacingGain()).isEqualTo(739);
        assertThat(told.cwndGain()).isEqualTo(739);
        assertThat(told.minRtt()).isEqualTo(50_000);
        // Ten segments in 54 ms, at most.
        assertThat(told.bw()).isBetween(180_000L, 200_000L);
    }

    /// In the first round of recovery as much is sent as is delivered: "packet conservation". Then the window is what
    /// it was.
    @Test
    void recoveryConservesPacketsForARound() {
        var sender = new SegmentFlight().with("bbr").open().write(60);
        sender.peer.elapse(50);
        sender.peer.sent();
        sender.ack(1, "2-4");
        TcpInfo info = sender.peer.info();
        assertThat(info.ca_state()).isEqualTo(LossRecovery.State.RECOVERY.ordinal());
        assertThat(info.snd_cwnd()).isEqualTo(10 - 4 + 3);
        assertThat(info.snd_ssthresh()).isEqualTo(CongestionWindow.INFINITE_SSTHRESH);
        sender.peer.elapse(50);
        sender.ack(11);
        assertThat(sender.peer.info().ca_state()).isZero();
        assertThat(sender.peer.info().snd_cwnd()).isGreaterThanOrEqualTo(10);
    }

    /// Linux: pacing once begun goes on, whatever comes after BBR.
    @Test
    void anotherAlgorithmTakesOverInMidConnection() {
        var sender = new SegmentFlight().with("cubic").start(10);
        assertThat(sender.peer.connection.pacer.isOn()).isFalse();
        sender.peer.options.congestionControl = "bbr";
        sender.peer.optionsChanged();
        assertThat(sender.peer.connection.congestionControl()).isEqualTo("bbr");
        assertThat(sender.peer.connection.pacer.isOn()).isTrue();
        sender.ack(11);
        assertThat(sender.peer.connection.congestionInfo()).isInstanceOf(CongestionInfo.Bbr.class);
        sender.peer.options.congestionControl = "reno";
        sender.peer.optionsChanged();
        assertThat(sender.peer.connection.congestionInfo()).isNull();
        assertThat(sender.peer.connection.pacer.isOn()).isTrue();
        sender.write(10);
        sender.peer.elapse(60);
        sender.ack(21);
        assertThat(sender.peer.info().snd_cwnd()).isGreaterThan(10);
        sender.checkReleased();
    }

    // ---------------------------------------------------------------- the largest of a window

    @Test
    void theLargestOfTheLastRounds() {
        var max = new WindowedMax();
        max.update(50, 1, 10);
        max.update(30, 3, 10);
        assertThat(max.get()).isEqualTo(50);
        max.update(40, 5, 10);
        max.update(20, 11, 10);
        assertThat(max.get()).isEqualTo(50);
        max.update(20, 12, 10);
        assertThat(max.get()).as("50 is eleven rounds old").isEqualTo(40);
        max.update(60, 13, 10);
        assertThat(max.get()).isEqualTo(60);
        max.update(5, 30, 10);
        assertThat(max.get()).as("all that came before is old").isEqualTo(5);
    }

    // ---------------------------------------------------------------- gathered ACKs

    /// A path of 1 packet/ms whose ACKs come in groups of 20, each 20 ms.
    @Test
    void theExcessOfGatheredAcksIsMeasured() {
        var aggregation = new AckAggregation();
        long bandwidth = Bandwidth.of(1, 1000);
        long now = MILLI;
        aggregation.reset(now);
        for (int i = 0; i < 50; i++) {
            now += 20 * MILLI;
            aggregation.onAck(20, bandwidth, i % 5 == 0, 100, now);
        }
        assertThat(aggregation.packets(bandwidth)).isBetween(20, 21); // what is expected is rounded down
        // Single ACKs, slower than the bandwidth: the group is worked off, and after ten rounds forgotten.
        for (int i = 0; i < 150; i++) {
            now += 2 * MILLI;
            aggregation.onAck(1, bandwidth, i % 10 == 0, 100, now);
        }
        assertThat(aggregation.packets(bandwidth)).isLessThan(3);
    }

    /// Never more than what the path carries in 100 ms.
    @Test
    void theExcessIsBounded() {
        var aggregation = new AckAggregation();
        long bandwidth = Bandwidth.of(1, 1000);
        aggregation.reset(0);
        aggregation.onAck(5000, bandwidth, true, 10_000, 500 * MILLI);
        assertThat(aggregation.packets(bandwidth)).isEqualTo(99);
    }

    // ---------------------------------------------------------------- policers

    private PolicerDetector policer;
    private long now = 1000 * MILLI;

    /// A round of 100 ms in which so many packets were delivered and so many lost.
    private boolean round(int delivered, int lost) {
        now += 100 * MILLI;
        connection.rate.delivered += delivered;
        connection.rate.deliveredAt = now;
        connection.rate.lost += lost;
        return policer.sample(lost, false, true);
    }

    private void rounds(int count, int delivered, int lost) {
        for (int i = 0; i < count; i++) assertThat(round(delivered, lost)).isFalse();
    }

    @Test
    void twoIntervalsOfTheSameRateWithAFifthLostAreAPolicer() {
        policer = new PolicerDetector(connection);
        policer.reset();
        rounds(20, 100, 0);
        rounds(4, 100, 25); // an interval, whose rate is noted
        assertThat(policer.bandwidth).isPositive();
        assertThat(policer.inUse).isFalse();
        rounds(3, 100, 25);
        assertThat(round(100, 25)).isTrue();
        assertThat(policer.inUse).isTrue();
        // 100 packets in 100 ms
        assertThat(policer.bandwidth).isBetween(Bandwidth.of(99, 100_000), Bandwidth.of(101, 100_000));
        for (int i = 1; i < 48; i++) assertThat(policer.isHeldLongEnough(true)).isFalse();
        assertThat(policer.isHeldLongEnough(false)).isFalse();
        assertThat(policer.isHeldLongEnough(true)).isTrue();
    }

    @Test
    void aTenthLostIsNone() {
        policer = new PolicerDetector(connection);
        policer.reset();
        rounds(40, 100, 10);
        assertThat(policer.inUse).isFalse();
    }

    @Test
    void ratesThatDifferAreNone() {
        policer = new PolicerDetector(connection);
        policer.reset();
        for (int i = 0; i < 10; i++) {
            rounds(5, 100, 25);
            rounds(5, 300, 75);
        }
        assertThat(policer.inUse).isFalse();
    }

    @Test
    void whatTheProgramLimitedTellsNothing() {
        policer = new PolicerDetector(connection);
        policer.reset();
        rounds(4, 100, 25);
        connection.rate.delivered += 100;
        assertThat(policer.sample(25, true, true)).isFalse();
        assertThat(policer.bandwidth).isZero();
    }
}
