package dev.sockeye.inspect.blame;

import java.util.Arrays;

/// Numbers by ids that are not 0, in two arrays: a heap has millions of objects, and a map of boxed
/// ones would be larger than what it is about.
final class LongIntMap {

    /// What is found where nothing was put.
    static final int NONE = -1;

    private long[] keys = new long[64];
    private int[] values = new int[64];
    private int size;

    /// Puts a number, in place of one that may be there.
    void put(long key, int value) {
        if (size * 3L >= keys.length * 2L) grow();
        int at = place(key);
        if (keys[at] == 0) {
            keys[at] = key;
            size++;
        }
        values[at] = value;
    }

    /// The number, or [#NONE].
    int get(long key) {
        int at = place(key);
        return keys[at] == 0 ? NONE : values[at];
    }

    int size() {
        return size;
    }

    private int place(long key) {
        int mask = keys.length - 1;
        int at = (int) (key * 0x9E37_79B9_7F4A_7C15L >>> 32) & mask;
        while (keys[at] != 0 && keys[at] != key) at = at + 1 & mask;
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = Arrays.copyOf(oldValues, oldValues.length * 2);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] == 0) continue;
            int at = place(oldKeys[i]);
            keys[at] = oldKeys[i];
            values[at] = oldValues[i];
        }
    }
}
