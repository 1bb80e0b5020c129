package dev.sockeye.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class ImpairedLinkTest {

    private static final long MILLIS = 1_000_000;

    private final PagePool pool = new PagePool();
    private final Arrivals arrivals = new Arrivals(pool);

    private ImpairedLink link(String impairment) {
        return new ImpairedLink(arrivals, Impairment.parse(impairment), new SplittableRandom(7), pool);
    }

    private void send(Link link, int number, int length, long now) {
        link.send(Arrivals.packet(number, length, pool), now);
    }

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.pagesOut()).isZero();
        assertThat(pool.packetsOut()).isZero();
    }

    @Test
    void anUnimpairedLinkCarriesAtOnce() {
        var link = link("none");
        send(link, 1, 100, 5);
        assertThat(arrivals.log).containsExactly("5:1");
        assertThat(link.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aDelayHoldsEachPacketBackByTheSameTime() {
        var link = link("delay 10ms");
        send(link, 1, 100, 0);
        send(link, 2, 100, 3 * MILLIS);
        assertThat(link.nextDeadline()).isEqualTo(10 * MILLIS);
        link.advance(10 * MILLIS - 1);
        assertThat(arrivals.log).isEmpty();
        Arrivals.run(link);
        assertThat(arrivals.log).containsExactly("10000000:1", "13000000:2");
    }

    @Test
    void packetsOfOneInstantStayInOrder() {
        var link = link("delay 10ms");
        for (int i = 0; i < 100; i++) send(link, i, 100, 0);
        link.advance(10 * MILLIS);
        assertThat(arrivals.numbers()).isEqualTo(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void whatIsOverdueGoesBeforeWhatIsSentNow() {
        var link = link("delay 10ms");
        send(link, 1, 100, 0);
        link.change(Impairment.NONE);
        send(link, 2, 100, 20 * MILLIS);
        assertThat(arrivals.log).containsExactly("20000000:1", "20000000:2");
    }

    @Test
    void jitterStaysInItsRangeAndReorders() {
        var link = link("delay 10ms 4ms");
        for (int i = 0; i < 100; i++) send(link, i, 100, 0);
        Arrivals.run(link);
        assertThat(arrivals.numbers())
                .hasSize(100)
                .isNotEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(arrivals.log.stream().mapToLong(l -> Long.parseLong(l.split(":", -1)[0])))
                .allMatch(time -> time >= 6 * MILLIS && time <= 14 * MILLIS);
    }

    @Test
    void orderedJitterDoesNotReorder() {
        var link = link("delay 10ms 4ms ordered");
        for (int i = 0; i < 100; i++) send(link, i, 100, i * 100_000L);
        Arrivals.run(link);
        assertThat(arrivals.numbers()).isEqualTo(IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void aReorderedPacketGoesWithoutTheDelay() {
        var link = link("delay 10ms reorder 25%");
        for (int i = 0; i < 40; i++) send(link, i, 100, 0);
        int early = arrivals.packets.size();
        assertThat(early).isBetween(3, 20);
        Arrivals.run(link);
        assertThat(arrivals.numbers()).hasSize(40).doesNotHaveDuplicates();
        assertThat(link.counters().reordered()).isEqualTo(early);
    }

    @Test
    void independentLossIsAsFrequentAsSaid() {
        var link = link("loss 5%");
        for (int i = 0; i < 100_000; i++) send(link, 1, 40, 0);
        assertThat(link.counters().lost() / 1e5).isCloseTo(0.05, within(0.003));
    }

    /// Expected of the simple Gilbert model: a share p / (p + r) is lost, in bursts of 1 / r packets.
    @Test
    void burstLossComesInBursts() {
        var link = link("loss gemodel 1% 25%");
        List<Boolean> lost = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            long before = link.counters().lost();
            send(link, 1, 40, 0);
            lost.add(link.counters().lost() > before);
        }
        long count = lost.stream().filter(l -> l).count();
        long bursts = IntStream.range(1, lost.size())
                .filter(i -> lost.get(i) && !lost.get(i - 1))
                .count();
        assertThat(count / 2e5).isCloseTo(0.01 / 0.26, within(0.004));
        assertThat((double) count / bursts).isCloseTo(4, within(0.4));
    }

    @Test
    void aDuplicateArrivesTwice() {
        var link = link("delay 1ms duplicate 100%");
        send(link, 1, 3000, 0);
        Arrivals.run(link);
        assertThat(arrivals.packets).hasSize(2);
        assertThat(arrivals.packets.get(1)).isEqualTo(arrivals.packets.get(0));
    }

    @Test
    void corruptionFlipsOneBitOfACopy() {
        var link = link("corrupt 100%");
        Packet packet = Arrivals.packet(1, 70_000, pool);
        byte[] before = packet.toBytes();
        Packet shared = packet.duplicate(pool);
        link.send(packet, 0);
        assertThat(shared.toBytes()).isEqualTo(before);
        shared.release(pool);
        byte[] after = arrivals.packets.getFirst();
        int flipped = 0;
        for (int i = 0; i < before.length; i++) flipped += Integer.bitCount((before[i] ^ after[i]) & 0xff);
        assertThat(flipped).isEqualTo(1);
    }

    @Test
    void theRateSpacesPacketsAndTheDelayComesOnTop() {
        var link = link("rate 8mbit delay 10ms"); // 1000 bytes take 1 ms
        for (int i = 1; i <= 3; i++) send(link, i, 1000, 0);
        Arrivals.run(link);
        assertThat(arrivals.log).containsExactly("11000000:1", "12000000:2", "13000000:3");
    }

    @Test
    void theQueueDropsItsTailByPackets() {
        var link = link("rate 8mbit limit 4");
        for (int i = 1; i <= 10; i++) send(link, i, 1000, 0);
        send(link, 11, 1000, 2 * MILLIS); // two have left
        Arrivals.run(link);
        assertThat(arrivals.numbers()).containsExactly(1, 2, 3, 4, 11);
        assertThat(link.counters().overflowed()).isEqualTo(6);
    }

    @Test
    void theQueueDropsItsTailByBytes() {
        var link = link("rate 8mbit limit 4000b");
        send(link, 1, 3000, 0);
        send(link, 2, 2000, 0);
        send(link, 3, 1000, 0);
        Arrivals.run(link);
        assertThat(arrivals.numbers()).containsExactly(1, 3);
    }

    @Test
    void aPacketLongerThanTheMtuIsLost() {
        var link = link("mtu 1400");
        send(link, 1, 1400, 0);
        send(link, 2, 1401, 0);
        assertThat(arrivals.numbers()).containsExactly(1);
        assertThat(link.counters().tooBig()).isEqualTo(1);
    }

    @Test
    void aCutLosesWhatIsUnderWayAndWhatIsSentUntilItHeals() {
        var link = link("delay 10ms");
        send(link, 1, 100, 0);
        link.cut();
        send(link, 2, 100, 5 * MILLIS);
        link.heal();
        send(link, 3, 100, 6 * MILLIS);
        Arrivals.run(link);
        assertThat(arrivals.log).containsExactly("16000000:3");
        assertThat(link.counters().cut()).isEqualTo(2);
    }

    @Test
    void aCutCanBePlanned() {
        var link = link("none");
        link.cutAt(10);
        link.healAt(20);
        for (int time = 0; time < 30; time += 5) send(link, time, 100, time);
        assertThat(arrivals.numbers()).containsExactly(0, 5, 20, 25);
    }

    @Test
    void clearingGivesBackWhatIsUnderWay() {
        var link = link("delay 10ms");
        for (int i = 0; i < 100; i++) send(link, i, 1500, 0);
        link.clear();
        assertThat(link.underWay()).isZero();
    }

    @Test
    void impairmentsStack() {
        var inner = new ImpairedLink(arrivals, Impairment.parse("delay 5ms"), new SplittableRandom(1), pool);
        var outer = new ImpairedLink(inner, Impairment.parse("delay 10ms"), new SplittableRandom(2), pool);
        send(outer, 1, 100, 0);
        Arrivals.run(outer);
        assertThat(arrivals.log).containsExactly("15000000:1");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyPacketIsAccountedForAndASeedRepeats(long seed) {
        List<String> first = runRandomly(seed);
        arrivals.log.clear();
        assertThat(runRandomly(seed)).isEqualTo(first);
    }

    private List<String> runRandomly(long seed) {
        var random = new SplittableRandom(seed);
        var link = new ImpairedLink(arrivals, Impairment.parse("awful rate 5mbit limit 30"), random.split(), pool);
        long now = 0;
        for (int i = 0; i < 2000; i++) {
            now += random.nextInt(2_000_000);
            if (random.nextInt(200) == 0) link.cut();
            if (random.nextInt(50) == 0) link.heal();
            send(link, i & 0x7f, 40 + random.nextInt(1460), now);
        }
        Arrivals.run(link);
        var c = link.counters();
        assertThat(c.sent() + c.duplicated())
                .as("seed %d", seed)
                .isEqualTo(c.delivered() + c.lost() + c.overflowed() + c.tooBig() + c.cut());
        return List.copyOf(arrivals.log);
    }
}
