package dev.sockeye.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The stations where there is something to do, by number. Any thread adds and takes: a number that was added is
/// taken at least once after that, and adding one that is there already costs a look. One bit a station, so there
/// is nothing to allocate and nothing to overflow.
final class WorkSet {

    /// Numbers are below this.
    static final int CAPACITY = 4096;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words = new long[CAPACITY / Long.SIZE];
    private volatile int wordsUsed;

    /// There is something to do at `number`. The caller has published what before this call.
    void add(int number) {
        int word = number >>> 6;
        long bit = 1L << number;
        while (word >= wordsUsed) use(word);
        if (((long) WORD.getVolatile(words, word) & bit) == 0) {
            long ignored = (long) WORD.getAndBitwiseOr(words, word, bit);
        }
    }

    private synchronized void use(int word) {
        wordsUsed = Math.max(wordsUsed, word + 1);
    }

    /// Takes the next number after `last`, round and round; so of two that are always added again, both are
    /// served.
    ///
    /// @return the number, or -1 if there is none
    int take(int last) {
        int used = wordsUsed;
        if (used == 0) return -1;
        int start = last + 1 >>> 6;
        long laterBits = -1L << (last + 1);
        for (int i = 0; i <= used; i++) {
            int word = (start + i) % used;
            // The first word is looked at twice: at its later bits first, and at the end at the others.
            long mask = i == 0 && start < used ? laterBits : -1L;
            int number = takeFrom(word, mask);
            if (number >= 0) return number;
        }
        return -1;
    }

    private int takeFrom(int word, long mask) {
        for (; ; ) {
            long bits = (long) WORD.getVolatile(words, word) & mask;
            if (bits == 0) return -1;
            long bit = Long.lowestOneBit(bits);
            if (((long) WORD.getAndBitwiseAnd(words, word, ~bit) & bit) != 0) {
                return word << 6 | Long.numberOfTrailingZeros(bit);
            }
        }
    }

    /// Whether there was nothing at a moment during the call.
    boolean isEmpty() {
        for (int word = 0, used = wordsUsed; word < used; word++) {
            if ((long) WORD.getVolatile(words, word) != 0) return false;
        }
        return true;
    }
}
