package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.sim.junit.Simulated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/// BBR on whole paths: what its authors say that it does (draft-cardwell-iccrg-bbr-congestion-control-00 1 and 3).
@NullMarked
class BbrTest {

    private static final Duration WARM_UP = Duration.ofSeconds(5);

    /// A flow over 50 Mbit/s and 20 ms with a queue that would hold 640 ms.
    private static BulkFlow deepQueue(Network net, String congestionControl) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 10ms rate 50mbit limit 4mb");
        return new BulkFlow(net, a, b, 80, congestionControl);
    }

    @Simulated(seeds = 3)
    void itFindsTheBandwidthAndKeepsTheQueueShort(Network net) {
        BulkFlow flow = deepQueue(net, "bbr");
        net.advance(WARM_UP);
        assertThat(flow.megabits(Duration.ofSeconds(3))).isGreaterThan(46);
        // The payload's share of 50 Mbit/s is 48.3.
        assertThat(flow.bbr().bw() * 8 / 1e6).isBetween(47.0, 49.5);
        assertThat(flow.bbr().minRtt()).isBetween(20_000, 20_500);
        assertThat(flow.info().rtt()).as("smoothed round trip, microseconds").isLessThan(30_000);
        assertThat(flow.info().total_retrans()).isZero();
    }

    /// What fills queues: the contrast to it. The queue is never short, whether it was lost from lately or not.
    @Simulated(seeds = 1)
    void cubicFillsTheQueue(Network net) {
        BulkFlow flow = deepQueue(net, "cubic");
        net.advance(Duration.ofSeconds(20));
        for (int second = 0; second < 30; second++) {
            net.advance(Duration.ofSeconds(1));
            assertThat(flow.info().rtt())
                    .as("smoothed round trip, microseconds")
                    .isGreaterThan(120_000);
        }
    }

    @Simulated(seeds = 3)
    void itDoesNotTakeRandomLossForCongestion(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        Cable cable = net.connect(a, b, "delay 20ms rate 50mbit limit 256kb");
        cable.changeFrom(a, "delay 20ms rate 50mbit limit 256kb loss 2%");
        var bbr = new BulkFlow(net, a, b, 80, "bbr");
        net.advance(WARM_UP);
        assertThat(bbr.megabits(Duration.ofSeconds(10))).isGreaterThan(40);
    }

    @Simulated(seeds = 3)
    void cubicDoes(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        Cable cable = net.connect(a, b, "delay 20ms rate 50mbit limit 256kb");
        cable.changeFrom(a, "delay 20ms rate 50mbit limit 256kb loss 2%");
        var cubic = new BulkFlow(net, a, b, 80, "cubic");
        net.advance(WARM_UP);
        assertThat(cubic.megabits(Duration.ofSeconds(10))).isLessThan(5);
    }

    /// Every ten seconds at most four packets are in flight for at least 200 ms, if the round trip was not seen as
    /// small since.
    @Simulated(seeds = 2)
    void itProbesTheRoundTripEveryTenSeconds(Network net) {
        BulkFlow flow = deepQueue(net, "bbr");
        List<Long> begun = new ArrayList<>();
        List<Long> lasted = new ArrayList<>();
        boolean[] probing = new boolean[1];
        flow.watch(Duration.ofSeconds(35), it -> {
            boolean now = it.info().snd_cwnd() <= 4;
            if (now && !probing[0]) begun.add(net.now() / 1_000_000);
            if (!now && probing[0]) lasted.add(net.now() / 1_000_000 - begun.getLast());
            probing[0] = now;
        });
        assertThat(begun).hasSize(3);
        for (int i = 1; i < begun.size(); i++) {
            assertThat(begun.get(i) - begun.get(i - 1)).isBetween(10_000L, 10_800L);
        }
        assertThat(lasted).allMatch(millis -> millis >= 200 && millis < 300);
    }

    @Simulated(seeds = 2)
    void twoFlowsShare(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 20ms rate 50mbit limit 512kb");
        var first = new BulkFlow(net, a, b, 80, "bbr");
        net.advance(Duration.ofSeconds(3));
        var second = new BulkFlow(net, a, b, 81, "bbr");
        net.advance(Duration.ofSeconds(30));
        long before = second.received();
        double ofFirst = first.megabits(Duration.ofSeconds(30));
        double ofSecond = (second.received() - before) * 8 / 30e6;
        assertThat(ofFirst + ofSecond).isGreaterThan(45);
        // Jain's index: 1 where both have the same, 0.5 where one has all.
        double jain = Math.pow(ofFirst + ofSecond, 2) / (2 * (ofFirst * ofFirst + ofSecond * ofSecond));
        assertThat(jain).as("%.1f and %.1f Mbit/s", ofFirst, ofSecond).isGreaterThan(0.9);
    }

    /// The bandwidth of a path that has become wider is found within a few cycles of eight round trips; that of one
    /// that has become narrower when the wider one is ten rounds old.
    @Simulated(seeds = 2)
    void itFollowsThePath(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        Cable cable = net.connect(a, b, "delay 10ms rate 20mbit limit 512kb");
        var flow = new BulkFlow(net, a, b, 80, "bbr");
        net.advance(WARM_UP);
        assertThat(flow.megabits(Duration.ofSeconds(2))).isBetween(17.0, 19.4);
        cable.changeFrom(a, "delay 10ms rate 80mbit limit 512kb");
        net.advance(Duration.ofSeconds(3));
        assertThat(flow.megabits(Duration.ofSeconds(2))).isGreaterThan(65);
        cable.changeFrom(a, "delay 10ms rate 20mbit limit 512kb");
        net.advance(Duration.ofSeconds(3));
        assertThat(flow.megabits(Duration.ofSeconds(2))).isBetween(16.0, 19.5);
        assertThat(flow.info().rtt()).isLessThan(60_000);
    }
}
