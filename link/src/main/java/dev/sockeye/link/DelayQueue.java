package dev.sockeye.link;

import dev.sockeye.wire.Packet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Packets on their way, the earliest first, and among those of one time in the order in which they came: a binary heap
/// in arrays, which allocates only to grow.
final class DelayQueue {

    private long[] times = new long[16];
    private long[] numbers = new long[16];
    private @Nullable Packet[] packets = new Packet[16];
    private int size;
    private long nextNumber;

    int size() {
        return size;
    }

    /// When the earliest is due; `Long.MAX_VALUE` if there is none.
    long firstTime() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    void add(long time, Packet packet) {
        if (size == times.length) grow();
        int i = size++;
        long number = nextNumber++;
        // The newest has the highest number, so that it rises only past later times.
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (times[parent] <= time) break;
            move(parent, i);
            i = parent;
        }
        put(i, time, number, packet);
    }

    /// Takes the earliest; there must be one.
    Packet take() {
        Packet first = packets[0];
        if (first == null) throw new IllegalStateException("nothing is on its way");
        size--;
        Packet last = packets[size];
        packets[size] = null;
        if (size > 0 && last != null) sink(times[size], numbers[size], last);
        return first;
    }

    private void sink(long time, long number, Packet packet) {
        int i = 0;
        for (int child = 1; child < size; child = 2 * i + 1) {
            if (child + 1 < size && isBefore(times[child + 1], numbers[child + 1], times[child], numbers[child]))
                child++;
            if (isBefore(time, number, times[child], numbers[child])) break;
            move(child, i);
            i = child;
        }
        put(i, time, number, packet);
    }

    private static boolean isBefore(long time, long number, long otherTime, long otherNumber) {
        return time < otherTime || time == otherTime && number < otherNumber;
    }

    private void move(int from, int to) {
        times[to] = times[from];
        numbers[to] = numbers[from];
        packets[to] = packets[from];
    }

    private void put(int i, long time, long number, Packet packet) {
        times[i] = time;
        numbers[i] = number;
        packets[i] = packet;
    }

    private void grow() {
        int capacity = 2 * size;
        times = Arrays.copyOf(times, capacity);
        numbers = Arrays.copyOf(numbers, capacity);
        packets = Arrays.copyOf(packets, capacity);
    }
}
