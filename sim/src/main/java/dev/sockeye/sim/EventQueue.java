package dev.sockeye.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is going to happen, the earliest first; of one instant, what was planned first. This order is total, so that a
/// run is a function of its seed.
final class EventQueue {

    private @Nullable Event[] heap = new Event[64];
    private int size;
    private long nextNumber;

    int size() {
        return size;
    }

    /// When the first event is due; `Long.MAX_VALUE` if there is none.
    long firstTime() {
        return size == 0 ? Long.MAX_VALUE : at(0).time;
    }

    /// Plans an event, or moves it; `Long.MAX_VALUE` takes it out. An event that stays at its time keeps its rank.
    void plan(Event event, long time) {
        if (event.place >= 0) {
            if (event.time == time) return;
            remove(event);
        }
        if (time == Long.MAX_VALUE) return;
        event.time = time;
        event.number = nextNumber++;
        if (size == heap.length) heap = Arrays.copyOf(heap, 2 * size);
        rise(size++, event);
    }

    /// Takes the first event; there must be one.
    Event take() {
        Event first = at(0);
        remove(first);
        return first;
    }

    private void remove(Event event) {
        int hole = event.place;
        event.place = -1;
        Event last = at(--size);
        heap[size] = null;
        if (hole == size) return;
        if (hole > 0 && isBefore(last, at((hole - 1) >>> 1))) rise(hole, last);
        else sink(hole, last);
    }

    private void rise(int hole, Event event) {
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (!isBefore(event, at(parent))) break;
            put(hole, at(parent));
            hole = parent;
        }
        put(hole, event);
    }

    private void sink(int hole, Event event) {
        for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && isBefore(at(child + 1), at(child))) child++;
            if (isBefore(event, at(child))) break;
            put(hole, at(child));
            hole = child;
        }
        put(hole, event);
    }

    private static boolean isBefore(Event one, Event other) {
        return one.time < other.time || one.time == other.time && one.number < other.number;
    }

    private Event at(int i) {
        Event event = heap[i];
        if (event == null) throw new IllegalStateException("no event at " + i + " of " + size);
        return event;
    }

    private void put(int i, Event event) {
        heap[i] = event;
        event.place = i;
    }
}
