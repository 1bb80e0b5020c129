package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What BBRv3 makes of samples, losses and marks: draft-ietf-ccwg-bbr 5.5.
class Bbr3PartsTest {

    private Connection connection;
    private Bbr3Model model;
    private long now = 1_000_000_000;

    @BeforeEach
    void aConnection() {
        var peer = new Peer();
        connection = new Connection(peer.context, Peer.TUPLE, peer.options, peer.mtu);
        connection.sizes.mss = 1000;
        connection.sackPermitted = true;
        model = new Bbr3Model(connection);
        model.init();
    }

    /// A sample of `delivered` packets in `millis`, of packets sent when the last round began.
    private RateSample sample(int delivered, int millis) {
        RateSample sample = connection.rate.sample;
        sample.begin(0);
        sample.priorDelivered = connection.rate.delivered;
        sample.priorDeliveredAt = now;
        now += millis * 1_000_000L;
        connection.rate.delivered += delivered;
        sample.delivered = delivered;
        sample.acked = delivered;
        sample.interval = millis * 1000L;
        return sample;
    }

    @Test
    void theBandwidthIsTheLargestOfTwoCycles() {
        model.update(sample(100, 10));
        model.update(sample(50, 10));
        assertThat(model.maxBandwidth()).isEqualTo(Bandwidth.of(100, 10_000));
        model.advanceCycle();
        model.update(sample(60, 10));
        assertThat(model.maxBandwidth()).isEqualTo(Bandwidth.of(100, 10_000));
        model.advanceCycle();
        assertThat(model.maxBandwidth()).isEqualTo(Bandwidth.of(60, 10_000));
        model.advanceCycle(); // nothing was measured in it
        assertThat(model.maxBandwidth()).isEqualTo(Bandwidth.of(60, 10_000));
    }

    @Test
    void whatTheProgramLimitedCountsOnlyIfItIsMore() {
        model.update(sample(100, 10));
        RateSample limited = sample(80, 10);
        limited.appLimited = true;
        model.advanceCycle();
        model.update(limited);
        assertThat(model.maxBandwidth()).isEqualTo(Bandwidth.of(100, 10_000));
        limited = sample(120, 10);
        limited.appLimited = true;
        model.update(limited);
        assertThat(model.maxBandwidth()).isEqualTo(Bandwidth.of(120, 10_000));
    }

    /// 5.5.10.3: a round with losses reduces to what it delivered, but to no less than 0.7 of what was.
    @Test
    void aRoundWithLossesReducesTheShortTerm() {
        model.update(sample(100, 10));
        assertThat(model.noteLoss()).isTrue();
        assertThat(model.noteLoss()).isFalse();
        RateSample next = sample(90, 10);
        model.resetSignals();
        model.lossInRound = true;
        model.update(next);
        assertThat(model.lossRoundStart).isTrue();
        model.adaptShortTerm(200);
        assertThat(model.bandwidth()).isEqualTo(Bandwidth.of(90, 10_000));
        assertThat(model.shortInFlight).isEqualTo(140);
        model.resetShortTerm();
        assertThat(model.bandwidth()).isEqualTo(Bandwidth.of(100, 10_000));
    }

    @Test
    void twoPercentIsTheThreshold() {
        assertThat(model.isTooHigh(2, 100)).isFalse();
        assertThat(model.isTooHigh(3, 100)).isTrue();
        connection.sackPermitted = false;
        assertThat(model.isTooHigh(1, 100)).as("without SACK any loss").isTrue();
    }

    /// Of 100 packets in flight, the last ten of which are one burst that is lost whole: the third of them was too
    /// much.
    @Test
    void theVolumeAtWhichTheThresholdWasCrossed() {
        var segment = new TxSegment();
        segment.reset(0);
        segment.packets = 10;
        segment.txInFlight = 110;
        assertThat(model.inFlightAtLoss(segment, 10)).isEqualTo(102);
        assertThat(model.inFlightAtLoss(segment, 15))
                .as("it was crossed before")
                .isEqualTo(100);
    }

    @Test
    void headroomIsLeftToOthers() {
        assertThat(model.withHeadroom()).isEqualTo(Bbr3Model.INFINITE);
        model.longInFlight = 100;
        assertThat(model.withHeadroom()).isEqualTo(85);
        model.longInFlight = 4;
        assertThat(model.withHeadroom()).isEqualTo(4);
    }

    // ---------------------------------------------------------------- marks

    private void accurateEcn() {
        connection.ecn.mode = EcnMode.ACCECN;
        connection.rtt.min.reset(2000, 0);
    }

    @Test
    void marksReduceTheVolumeByAThirdOfTheirShare() {
        accurateEcn();
        // No marks for 40 rounds: the estimate, all at first, fades.
        for (int i = 0; i < 40; i++) model.update(sample(100, 2));
        assertThat(model.ecn.reduced(1000)).isGreaterThan(960);
        for (int i = 0; i < 100; i++) {
            connection.rate.deliveredCe += 100;
            RateSample marked = sample(100, 2);
            marked.deliveredCe = 100;
            model.update(marked);
        }
        assertThat(model.ecn.inRound).isTrue();
        assertThat(model.ecn.reduced(1000)).isBetween(666, 680);
        model.adaptShortTerm(300);
        assertThat(model.shortInFlight).isBetween(199, 205);
        assertThat(model.shortBandwidth).as("marks do not touch the rate").isEqualTo(Bbr3Model.INFINITE_BANDWIDTH);
    }

    @Test
    void twoRoundsWithHalfMarkedFillThePipe() {
        accurateEcn();
        for (int i = 0; i < 2; i++) {
            assertThat(model.ecn.isFull()).isFalse();
            connection.rate.deliveredCe += 50;
            model.update(sample(100, 2));
        }
        assertThat(model.ecn.isFull()).isTrue();
        model.update(sample(100, 2));
        assertThat(model.ecn.isFull())
                .as("a round without marks begins the count anew")
                .isFalse();
    }

    /// On a long path, or by classic ECN, they are none of its business.
    @Test
    void marksCountOnShortPathsWithAccurateEcn() {
        connection.rtt.min.reset(2000, 0);
        assertThat(model.ecn.isUsed()).isFalse();
        accurateEcn();
        assertThat(model.ecn.isUsed()).isTrue();
        connection.rtt.min.reset(20_000, 0);
        assertThat(model.ecn.isUsed()).isFalse();
    }
}
