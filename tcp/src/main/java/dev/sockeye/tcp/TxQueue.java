package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// [TxSegment]s in the order of their sequence numbers, without gaps between them: a ring, so that both ends cost
/// nothing and a sequence number is found by bisection.
final class TxQueue {

    private @Nullable TxSegment[] ring = new TxSegment[2];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    TxSegment get(int i) {
        TxSegment segment = ring[head + i & ring.length - 1];
        if (segment == null) throw new IndexOutOfBoundsException(i + " of " + size);
        return segment;
    }

    @Nullable
    TxSegment first() {
        return size == 0 ? null : get(0);
    }

    @Nullable
    TxSegment last() {
        return size == 0 ? null : get(size - 1);
    }

    void addLast(TxSegment segment) {
        if (size == ring.length) grow();
        ring[head + size++ & ring.length - 1] = segment;
    }

    TxSegment removeFirst() {
        TxSegment first = get(0);
        ring[head] = null;
        head = head + 1 & ring.length - 1;
        size--;
        return first;
    }

    /// Puts `segment` at place `i`: it is the second half of a split.
    void insert(int i, TxSegment segment) {
        addLast(segment);
        int mask = ring.length - 1;
        for (int k = size - 1; k > i; k--) ring[head + k & mask] = ring[head + k - 1 & mask];
        ring[head + i & mask] = segment;
    }

    /// Takes the segment at place `i` out: it has become part of the one before.
    void remove(int i) {
        int mask = ring.length - 1;
        for (int k = i; k < size - 1; k++) ring[head + k & mask] = ring[head + k + 1 & mask];
        ring[head + --size & mask] = null;
    }

    /// The place of the segment that `seq` lies in, or of the first after it; [#size] if all are before it.
    int indexOf(int seq) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.leq(get(middle).endSeq, seq)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private void grow() {
        var larger = new TxSegment[2 * ring.length];
        for (int i = 0; i < size; i++) larger[i] = get(i);
        ring = larger;
        head = 0;
    }
}
