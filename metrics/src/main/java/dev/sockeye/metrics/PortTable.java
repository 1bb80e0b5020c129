package dev.sockeye.metrics;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How many local ports are taken towards each destination: the kernel gives each port once to a pair of an own address
/// and a destination. Counted anew in each look; a hash table of numbers, so that ten thousand destinations of a
/// crawler
/// cost no object.
final class PortTable {

    /// Ports that are taken.
    ///
    /// @param source      own address
    /// @param destination where they lead
    /// @param used        how many, with those in TIME_WAIT
    record Usage(IpAddress source, TransportAddress destination, int used) {}

    private static final int SMALLEST = 1 << 8, LONGS = 5;

    /// Source, destination and port, five numbers each.
    private long[] keys = new long[SMALLEST * LONGS];

    private int[] used = new int[SMALLEST];
    private int count;

    /// Forgets all.
    void clear() {
        if (used.length > SMALLEST && count * 16 < used.length) {
            keys = new long[SMALLEST * LONGS];
            used = new int[SMALLEST];
        } else {
            Arrays.fill(used, 0);
        }
        count = 0;
    }

    /// One more.
    void add(long sourceHigh, long sourceLow, long high, long low, int port) {
        if (count * 2 >= used.length) grow();
        add(sourceHigh, sourceLow, high, low, port, 1);
    }

    private void add(long sourceHigh, long sourceLow, long high, long low, long port, int more) {
        int at = find(sourceHigh, sourceLow, high, low, port);
        if (used[at] == 0) {
            int key = at * LONGS;
            keys[key] = sourceHigh;
            keys[key + 1] = sourceLow;
            keys[key + 2] = high;
            keys[key + 3] = low;
            keys[key + 4] = port;
            count++;
        }
        used[at] += more;
    }

    /// Where it is, or is to be put.
    private int find(long sourceHigh, long sourceLow, long high, long low, long port) {
        int mask = used.length - 1;
        long hash = ((sourceHigh * 31 + sourceLow) * 31 + high) * 31 + low;
        int at = (int) ((hash * 31 + port) * 0x9E37_79B9_7F4A_7C15L >>> 40) & mask;
        while (used[at] != 0) {
            int key = at * LONGS;
            if (keys[key + 4] == port
                    && keys[key + 3] == low
                    && keys[key + 2] == high
                    && keys[key + 1] == sourceLow
                    && keys[key] == sourceHigh) break;
            at = at + 1 & mask;
        }
        return at;
    }

    /// How many are taken between these two.
    int used(IpAddress source, TransportAddress destination) {
        IpAddress ip = destination.ip();
        return used[find(source.high(), source.low(), ip.high(), ip.low(), destination.port())];
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldUsed = used;
        keys = new long[oldKeys.length * 2];
        used = new int[oldUsed.length * 2];
        count = 0;
        for (int old = 0; old < oldUsed.length; old++) {
            if (oldUsed[old] == 0) continue;
            int key = old * LONGS;
            add(oldKeys[key], oldKeys[key + 1], oldKeys[key + 2], oldKeys[key + 3], oldKeys[key + 4], oldUsed[old]);
        }
    }

    /// How many destinations there are.
    int size() {
        return count;
    }

    /// Those to which at least so many are taken.
    List<Usage> atLeast(int least) {
        List<Usage> found = new ArrayList<>();
        for (int at = 0; at < used.length; at++) {
            if (used[at] < least || used[at] == 0) continue;
            int key = at * LONGS;
            found.add(new Usage(
                    new IpAddress(keys[key], keys[key + 1]),
                    new TransportAddress(new IpAddress(keys[key + 2], keys[key + 3]), (int) keys[key + 4]),
                    used[at]));
        }
        return found;
    }
}
