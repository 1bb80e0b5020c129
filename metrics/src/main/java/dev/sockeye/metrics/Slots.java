package dev.sockeye.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Decides which values a label may have: as many as there are slots. A value that has a slot keeps it for as long as
/// what it stands for is alive, and a while longer, so that a series falls to zero and does not vanish; the next one
/// waits for a free slot. Only a far larger one takes that of the smallest away.
final class Slots {

    /// A slot is lost to one that is this many times as large, and so much larger.
    private static final int FACTOR = 2, MARGIN = 16;

    private final int most;
    private final long stayMillis;
    private final Map<String, Long> lastAlive = new HashMap<>();

    /// @param most       how many values there may be
    /// @param stayMillis for how long one keeps its slot that is not alive any more
    Slots(int most, long stayMillis) {
        this.most = most;
        this.stayMillis = stayMillis;
    }

    /// Who has a slot now.
    ///
    /// @param weights how much each value stands for
    /// @param alive   those that are alive, whatever they weigh; what weighs something is alive
    /// @param now     milliseconds
    Set<String> choose(Map<String, Long> weights, Set<String> alive, long now) {
        for (Map.Entry<String, Long> slot : lastAlive.entrySet()) {
            if (weights.getOrDefault(slot.getKey(), 0L) > 0 || alive.contains(slot.getKey())) slot.setValue(now);
        }
        lastAlive.values().removeIf(then -> now - then > stayMillis);
        List<String> waiting = new ArrayList<>();
        weights.forEach((value, weight) -> {
            if (weight > 0 && !lastAlive.containsKey(value)) waiting.add(value);
        });
        if (!waiting.isEmpty()) admit(waiting, weights, now);
        return Set.copyOf(lastAlive.keySet());
    }

    private void admit(List<String> waiting, Map<String, Long> weights, long now) {
        Comparator<String> byWeight = Comparator.comparingLong(value -> weights.getOrDefault(value, 0L));
        waiting.sort(byWeight.reversed().thenComparing(Comparator.naturalOrder()));
        for (String value : waiting) {
            if (lastAlive.size() >= most) {
                if (most == 0) return;
                String smallest = lastAlive.keySet().stream()
                        .min(byWeight.thenComparing(Comparator.naturalOrder()))
                        .orElseThrow();
                long own = weights.getOrDefault(smallest, 0L);
                if (weights.getOrDefault(value, 0L) < own * FACTOR + MARGIN) return; // nor do those behind it
                lastAlive.remove(smallest);
            }
            lastAlive.put(value, now);
        }
    }
}
