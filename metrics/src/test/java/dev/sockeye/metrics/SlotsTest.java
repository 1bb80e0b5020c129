package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SlotsTest {

    private static final long STAY = 600_000;

    @Test
    void aThousandNamesGetNoMoreSlotsThanThereAre() {
        var slots = new Slots(100, STAY);
        Map<String, Long> weights = new HashMap<>();
        for (int i = 0; i < 1000; i++) weights.put("worker-" + i, (long) i);
        Set<String> chosen = slots.choose(weights, Set.of(), 0);
        assertThat(chosen).hasSize(100).contains("worker-999", "worker-900").doesNotContain("worker-899");
    }

    @Test
    void zeroIsToldForAsLongAsTheProcessLivesAndAWhileLonger() {
        var slots = new Slots(2, STAY);
        slots.choose(Map.of("nginx", 5L), Set.of("nginx"), 0);
        assertThat(slots.choose(Map.of(), Set.of("nginx"), 10 * STAY)).containsExactly("nginx");
        assertThat(slots.choose(Map.of(), Set.of(), 11 * STAY)).containsExactly("nginx");
        assertThat(slots.choose(Map.of(), Set.of(), 11 * STAY + 1)).isEmpty();
    }

    @Test
    void aNewcomerWaitsForAFreeSlot() {
        var slots = new Slots(1, STAY);
        slots.choose(Map.of("first", 5L), Set.of(), 0);
        assertThat(slots.choose(Map.of("first", 5L, "second", 20L), Set.of(), 1))
                .containsExactly("first");
        assertThat(slots.choose(Map.of("second", 6L), Set.of(), STAY + 2)).containsExactly("second");
    }

    @Test
    void aFarLargerOneTakesTheSlotOfTheSmallest() {
        var slots = new Slots(2, STAY);
        slots.choose(Map.of("small", 5L, "middle", 50L), Set.of(), 0);
        assertThat(slots.choose(Map.of("small", 5L, "middle", 50L, "large", 26L), Set.of(), 1))
                .containsExactlyInAnyOrder("middle", "large");
    }

    @Test
    void noSlotsAreNone() {
        assertThat(new Slots(0, STAY).choose(Map.of("a", 5L), Set.of("a"), 0)).isEmpty();
    }
}
