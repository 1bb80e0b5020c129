package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.linux.DiagPlace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SocketTableTest {

    private static final int ESTABLISHED = 0, CLOSE_WAIT = StateLabel.CLOSE_WAIT;

    private final SocketTable table = new SocketTable();

    private long since(long cookie, int state, long now) {
        int at = table.meet(cookie, state, 7, now);
        return table.since(at);
    }

    @Test
    void timeInAStateBeginsWhenTheStateDoes() {
        table.beginLook();
        assertThat(since(1, ESTABLISHED, 1000)).isEqualTo(1000);
        table.endLook();
        table.beginLook();
        assertThat(since(1, ESTABLISHED, 2000)).isEqualTo(1000);
        table.endLook();
        table.beginLook();
        assertThat(since(1, CLOSE_WAIT, 3000)).isEqualTo(3000);
        table.endLook();
    }

    @Test
    void whatALookMeetsTwiceCountsOnce() {
        table.beginLook();
        assertThat(table.meet(5, ESTABLISHED, 7, 0)).isNotNegative();
        assertThat(table.meet(6, ESTABLISHED, 7, 0)).isNotNegative();
        assertThat(table.meet(5, ESTABLISHED, 7, 0)).isEqualTo(-1);
    }

    @Test
    void whoHoldsItIsForgottenWhenItGetsAFile() {
        table.beginLook();
        table.setHolder(table.meet(5, ESTABLISHED, 0, 0), 3);
        table.endLook();
        table.beginLook();
        int accepted = table.meet(5, ESTABLISHED, 77, 0);
        assertThat(table.holder(accepted)).isEqualTo(SocketTable.NEW);
        table.setHolder(accepted, 4);
        table.forgetHolders();
        assertThat(table.holder(accepted)).isEqualTo(SocketTable.LOOK_AGAIN);
    }

    @Test
    void bytesAreCountedOnce() {
        table.beginLook();
        int at = table.meet(5, ESTABLISHED, 7, 0);
        assertThat(List.of(table.sent(at, 100), table.sent(at, 100), table.sent(at, 150)))
                .containsExactly(100L, 0L, 50L);
        assertThat(table.retransmitted(at, 10)).isEqualTo(10);
    }

    /// Sockets come, go, change and are told of in another order; a plain map says what is to be remembered.
    @Test
    void remembersAsAMapDoes() {
        long seed = 20_261_126;
        var random = new Random(seed);
        Map<Long, long[]> model = new HashMap<>(); // cookie -> state, since
        List<Long> order = new ArrayList<>();
        long next = 1;
        for (int look = 0; look < 200; look++) {
            long now = look * 1000L;
            order.removeIf(cookie -> random.nextInt(10) == 0);
            int born = random.nextInt(look % 50 == 25 ? 20_000 : 300);
            for (int i = 0; i < born; i++) order.add(next++);
            if (look % 40 == 39) order.subList(0, order.size() * 9 / 10).clear();
            if (look % 7 == 0) Collections.shuffle(order, random);
            model.keySet().retainAll(List.copyOf(order).isEmpty() ? List.of() : new java.util.HashSet<>(order));
            table.beginLook();
            for (long cookie : order) {
                long[] known = model.computeIfAbsent(cookie, key -> new long[] {-1, 0});
                int state = known[0] < 0 || random.nextInt(20) == 0 ? random.nextInt(11) : (int) known[0];
                if (known[0] != state) {
                    known[0] = state;
                    known[1] = now;
                }
                int at = table.meet(cookie, state, cookie * 3, now);
                assertThat(table.since(at))
                        .as("seed %d look %d cookie %d", seed, look, cookie)
                        .isEqualTo(known[1]);
            }
            table.endWalk(-1);
            assertThat(there()).as("seed %d look %d", seed, look).isEqualTo(order.size());
            table.endLook();
            assertThat(there()).as("seed %d look %d", seed, look).isEqualTo(order.size());
            assertThat(table.size())
                    .as("seed %d look %d", seed, look)
                    .isBetween(order.size(), order.size() * 5 / 4 + 600);
        }
    }

    private int there() {
        int there = 0;
        for (int at = 0; at < table.size(); at++) if (table.isThere(at)) there++;
        return there;
    }

    @Test
    void aWalkEndsOnlyThoseWhoseStateItWentTo() {
        table.beginLook();
        int lasts = table.meet(5, ESTABLISHED, 7, 0);
        int passes = table.meet(6, StateLabel.SYN_RECV, 0, 0);
        table.endWalk(-1);
        table.beginLook();
        table.endWalk(1 << StateLabel.SYN_RECV);
        assertThat(List.of(table.isThere(lasts), table.isThere(passes))).containsExactly(true, false);
        assertThat(table.meet(6, StateLabel.SYN_RECV, 0, 500))
                .as("it was overlooked")
                .isEqualTo(passes);
        assertThat(table.since(passes)).isZero();
        assertThat(table.isThere(passes)).isTrue();
    }

    @Test
    void whereItIsIsKeptToTheBit() {
        table.beginLook();
        int at = table.meet(5, ESTABLISHED, 7, 0);
        table.setLocal(at, 1, -2, 65_535);
        table.setRemote(at, -3, 4, 40_000, 9);
        table.setLocal(at, 1, -2, 50_000);
        for (long cookie = 100; cookie < 5000; cookie++) table.meet(cookie, ESTABLISHED, cookie, 0);
        assertThat(table.place(table.find(5))).isEqualTo(new DiagPlace(1, -2, 50_000, -3, 4, 40_000, 9));
    }
}
