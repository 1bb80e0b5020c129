package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.sim.junit.Simulated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/// BBRv3 on whole paths (draft-ietf-ccwg-bbr 3 and 5.3).
@NullMarked
class Bbr3Test {

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    /// Of 256: 277 %, 125 %, 90 %.
    private static final int STARTUP = 709, UP = 320, DOWN = 230;

    private static BulkFlow over(Network net, String impairment, String ofData) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, impairment).changeFrom(a, impairment + ofData);
        return new BulkFlow(net, a, b, 80, "bbr3");
    }

    @Simulated(seeds = 3)
    void itFindsTheBandwidthAndKeepsTheQueueShort(Network net) {
        BulkFlow flow = over(net, "delay 10ms rate 50mbit limit 4mb", "");
        net.advance(WARM_UP);
        assertThat(flow.megabits(Duration.ofSeconds(3))).isGreaterThan(46);
        assertThat(flow.bbr().bw() * 8 / 1e6).isBetween(47.0, 49.5);
        assertThat(flow.bbr().minRtt()).isBetween(20_000, 20_500);
        assertThat(flow.info().rtt()).as("smoothed round trip, microseconds").isLessThan(30_000);
        assertThat(flow.info().total_retrans()).isZero();
    }

    /// 5.3.3: after the startup it is sent a quarter faster for a few round trips, and slower after it, each two to
    /// three seconds, or as often as Reno would lose on such a path: 63 round trips at most.
    @Simulated(seeds = 2)
    void itProbesForBandwidthAtThePaceOfReno(Network net) {
        BulkFlow flow = over(net, "delay 10ms rate 50mbit limit 4mb", "");
        net.advance(WARM_UP);
        List<Long> begun = new ArrayList<>();
        int[] before = new int[1];
        flow.watch(Duration.ofSeconds(10), it -> {
            int gain = it.bbr().pacingGain();
            if (gain == UP && before[0] != UP) begun.add(net.now() / 1_000_000);
            if (before[0] == UP && gain != UP) assertThat(gain).isEqualTo(DOWN);
            before[0] = gain;
        });
        assertThat(begun).hasSizeGreaterThan(4);
        int undisturbed = 0;
        for (int i = 1; i < begun.size(); i++) {
            long apart = begun.get(i) - begun.get(i - 1);
            // A probe of the round trip in between makes the wait begin anew.
            assertThat(apart).isBetween(1200L, 3000L);
            // 63 rounds of 20 ms, and what refilling, probing and draining take.
            if (apart < 1700) undisturbed++;
        }
        assertThat(undisturbed).isGreaterThan(2);
    }

    /// 5.3.4: half the bandwidth-delay product for 200 ms, each five seconds.
    @Simulated(seeds = 2)
    void itProbesTheRoundTripEveryFiveSeconds(Network net) {
        BulkFlow flow = over(net, "delay 10ms rate 50mbit limit 4mb", "");
        net.advance(Duration.ofSeconds(2));
        List<Long> begun = new ArrayList<>();
        boolean[] probing = new boolean[1];
        int product = (int) (50e6 / 8 / 1500 * 0.020);
        flow.watch(Duration.ofSeconds(18), it -> {
            boolean now = it.bbr().cwndGain() == 128;
            if (now && !probing[0]) begun.add(net.now() / 1_000_000);
            if (now) assertThat(it.info().snd_cwnd()).isBetween(product / 2 - 3, product / 2 + 6);
            probing[0] = now;
        });
        assertThat(begun).hasSize(3);
        assertThat(begun.get(1) - begun.get(0)).isBetween(5000L, 5400L);
        assertThat(begun.get(2) - begun.get(1)).isBetween(5000L, 5400L);
    }

    /// 2 % of loss in a round trip is what it tolerates: 5.5.10.2.
    @Simulated(seeds = 3)
    void aLittleRandomLossIsNoCongestion(Network net) {
        BulkFlow flow = over(net, "delay 10ms rate 50mbit limit 256kb", " loss 0.5%");
        net.advance(WARM_UP);
        assertThat(flow.megabits(Duration.ofSeconds(10))).isGreaterThan(38);
    }

    @Simulated(seeds = 3)
    void muchLossIsCongestion(Network net) {
        BulkFlow flow = over(net, "delay 10ms rate 50mbit limit 256kb", " loss 8%");
        net.advance(WARM_UP);
        assertThat(flow.megabits(Duration.ofSeconds(10))).isLessThan(25);
    }

    /// 5.3.1.3: a shallow queue overflows in startup, and that ends it.
    @Simulated(seeds = 3)
    void lossesEndTheStartup(Network net) {
        BulkFlow flow = over(net, "delay 20ms rate 50mbit limit 32kb", "");
        boolean left =
                net.runUntil(() -> flow.info().snd_cwnd() > 20 && flow.bbr().pacingGain() != STARTUP, WARM_UP);
        assertThat(left).isTrue();
        assertThat(net.now()).isLessThan(1_500_000_000L);
        net.advance(Duration.ofSeconds(2));
        long retransmitted = flow.info().total_retrans();
        assertThat(flow.megabits(Duration.ofSeconds(5))).isGreaterThan(40);
        // What is lost afterwards is what probes lose: far less than 2 %.
        assertThat(flow.info().total_retrans() - retransmitted).isLessThan(400);
    }

    @Simulated(seeds = 2)
    void twoFlowsShare(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 20ms rate 50mbit limit 512kb");
        var first = new BulkFlow(net, a, b, 80, "bbr3");
        net.advance(Duration.ofSeconds(3));
        var second = new BulkFlow(net, a, b, 81, "bbr3");
        net.advance(Duration.ofSeconds(30));
        long before = second.received();
        double ofFirst = first.megabits(Duration.ofSeconds(30));
        double ofSecond = (second.received() - before) * 8 / 30e6;
        assertThat(ofFirst + ofSecond).isGreaterThan(43);
        double jain = Math.pow(ofFirst + ofSecond, 2) / (2 * (ofFirst * ofFirst + ofSecond * ofSecond));
        assertThat(jain).as("%.1f and %.1f Mbit/s", ofFirst, ofSecond).isGreaterThan(0.9);
    }

    /// 5.3.3.5: CUBIC gets a share beside it, with a queue of one bandwidth-delay product.
    @Simulated(seeds = 2)
    void cubicLivesBesideIt(Network net) {
        Machine a = net.machine("a");
        Machine b = net.machine("b");
        net.connect(a, b, "delay 15ms rate 25mbit limit 94kb");
        var cubic = new BulkFlow(net, a, b, 80, "cubic");
        var bbr = new BulkFlow(net, a, b, 81, "bbr3");
        net.advance(Duration.ofSeconds(10));
        long before = bbr.received();
        double ofCubic = cubic.megabits(Duration.ofSeconds(60));
        double ofBbr = (bbr.received() - before) * 8 / 60e6;
        assertThat(ofCubic + ofBbr).isGreaterThan(20);
        assertThat(ofCubic).as("beside %.1f Mbit/s of BBR", ofBbr).isGreaterThan(4);
        assertThat(ofBbr).as("beside %.1f Mbit/s of CUBIC", ofCubic).isGreaterThan(4);
    }
}
