package dev.sockeye.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The receiver of docs/linux/lab/flights.py: what has arrived, as numbers of segments.
final class FlightReceiver {

    private final boolean sack, stamps, dsack, everyOther;
    private final TreeSet<Integer> held = new TreeSet<>();
    private List<Integer> recent = new ArrayList<>();
    private int unacknowledged;
    private boolean echoed;

    /// The segment that is to come next, and the timestamp to be echoed.
    int next = 1;

    int echo;

    FlightReceiver(boolean sack, boolean stamps, boolean dsack, boolean everyOther) {
        this.sack = sack;
        this.stamps = stamps;
        this.dsack = dsack;
        this.everyOther = everyOther;
    }

    /// Takes a segment.
    ///
    /// @return the SACK blocks of its ACK, or null if that waits for the next
    @Nullable
    List<int[]> take(int number, int tsVal) {
        boolean duplicate = number < next || held.contains(number);
        if (number <= next && (!echoed || tsVal - echo > 0)) {
            echo = tsVal;
            echoed = true;
        }
        boolean inOrder = number == next && held.isEmpty();
        if (number == next) {
            next++;
            while (held.remove(next)) next++;
        } else if (!duplicate) {
            held.add(number);
        }
        List<int[]> blocks = blocks(number);
        if (duplicate && dsack) blocks.addFirst(new int[] {number, number});
        unacknowledged++;
        if (everyOther && inOrder && unacknowledged < 2) return null;
        unacknowledged = 0;
        if (!sack) return List.of();
        return blocks.subList(0, Math.min(blocks.size(), stamps ? 3 : 4));
    }

    /// The ranges beyond the first gap: that of the segment at hand first, then the others by recency (RFC 2018 4).
    private List<int[]> blocks(int number) {
        List<int[]> ranges = new ArrayList<>();
        for (int each : held) {
            if (!ranges.isEmpty() && ranges.getLast()[1] == each - 1) ranges.getLast()[1] = each;
            else ranges.add(new int[] {each, each});
        }
        List<int[]> order = new ArrayList<>();
        move(ranges, order, number);
        for (int remembered : recent) move(ranges, order, remembered);
        order.addAll(ranges);
        recent = new ArrayList<>();
        for (int[] range : order) recent.add(range[0]);
        return order;
    }

    private static void move(List<int[]> from, List<int[]> to, int number) {
        for (int[] range : from) {
            if (range[0] > number || number > range[1]) continue;
            to.add(range);
            from.remove(range);
            return;
        }
    }
}
