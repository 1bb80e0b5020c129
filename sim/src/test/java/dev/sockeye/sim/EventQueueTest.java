package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class EventQueueTest {

    private static final class Noted extends Event {
        @Override
        void fire(long now) {}
    }

    private final EventQueue queue = new EventQueue();

    @Test
    void ofOneInstantWhatWasPlannedFirstComesFirst() {
        Event a = planned(5);
        Event b = planned(3);
        Event c = planned(5);
        assertThat(List.of(queue.take(), queue.take(), queue.take())).containsExactly(b, a, c);
        assertThat(queue.firstTime()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anEventHasOnePlaceAndCanBeMovedAndTakenOut() {
        Event a = planned(5);
        Event b = planned(3);
        queue.plan(a, 1);
        queue.plan(b, Long.MAX_VALUE);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.take()).isSameAs(a);
    }

    @Test
    void anEventThatStaysAtItsTimeKeepsItsRank() {
        Event a = planned(5);
        Event b = planned(5);
        queue.plan(a, 5);
        assertThat(List.of(queue.take(), queue.take())).containsExactly(a, b);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithASortedList(long seed) {
        var random = new SplittableRandom(seed);
        List<Event> model = new ArrayList<>();
        var order = Comparator.<Event>comparingLong(e -> e.time).thenComparingLong(e -> e.number);
        for (int i = 0; i < 20_000; i++) {
            int action = random.nextInt(4);
            if (action < 2 || model.isEmpty()) {
                model.add(planned(random.nextInt(50)));
            } else if (action == 2) {
                Event some = model.get(random.nextInt(model.size()));
                long time = random.nextInt(5) == 0 ? Long.MAX_VALUE : random.nextInt(50);
                queue.plan(some, time);
                if (time == Long.MAX_VALUE) model.remove(some);
            } else {
                model.sort(order);
                assertThat(queue.take()).as("seed %d, step %d", seed, i).isSameAs(model.removeFirst());
            }
            assertThat(queue.size()).isEqualTo(model.size());
        }
    }

    private Event planned(long time) {
        Event event = new Noted();
        queue.plan(event, time);
        return event;
    }
}
