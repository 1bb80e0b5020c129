package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Together;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/// The sockets of a look, each made from what the kernel told when it is asked for, and not kept: who goes through
/// 50 000 of them once has one at a time. Any number of threads may ask.
final class Snapshots extends AbstractList<SocketSnapshot> implements RandomAccess {

    /// So many are made by one thread; more by two.
    private static final int MANY = 4096;

    private final Translation translation;
    private final List<KernelSource.Seen> seen;
    /// How many there are before each namespace's, and in all.
    private final int[] before;

    Snapshots(Translation translation, List<KernelSource.Seen> seen) {
        this.translation = translation;
        this.seen = List.copyOf(seen);
        before = new int[seen.size() + 1];
        for (int i = 0; i < seen.size(); i++)
            before[i + 1] = before[i] + seen.get(i).sockets().size();
    }

    @Override
    public int size() {
        return before[seen.size()];
    }

    @Override
    public SocketSnapshot get(int index) {
        int place = 0;
        while (before[place + 1] <= index) place++;
        return translation.snapshot(seen.get(place), index - before[place]);
    }

    /// All of them, made now.
    List<SocketSnapshot> all() {
        var all = new SocketSnapshot[size()];
        if (all.length < MANY) {
            fill(all, 0, all.length);
            return List.of(all);
        }
        int half = all.length / 2;
        Together.both(() -> fill(all, 0, half), () -> fill(all, half, all.length));
        return Arrays.asList(all);
    }

    private void fill(SocketSnapshot[] all, int from, int to) {
        for (int i = from; i < to; i++) all[i] = get(i);
    }
}
