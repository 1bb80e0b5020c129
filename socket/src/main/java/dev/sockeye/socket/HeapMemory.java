package dev.sockeye.socket;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Arrays as the memory segments that the core takes. A program calls again and again with the same few arrays,
/// so the segments made last are kept, and such a call allocates nothing.
///
/// Used by all threads without a lock: an entry is immutable, and a lost update costs an object. What is kept
/// alive by this is bounded: [#KEPT] arrays of at most [#LARGEST] bytes.
final class HeapMemory {

    static final int KEPT = 64;
    static final int LARGEST = 64 * 1024;

    private static final class Entry {
        final byte[] array;
        final MemorySegment segment;

        Entry(byte[] array) {
            this.array = array;
            this.segment = MemorySegment.ofArray(array);
        }
    }

    private static final @Nullable Entry[] ENTRIES = new Entry[KEPT];

    private HeapMemory() {}

    /// All of an array.
    @SuppressWarnings("ReferenceEquality") // it is this array that is asked for, not one that is equal
    static MemorySegment of(byte[] array) {
        if (array.length > LARGEST) return MemorySegment.ofArray(array);
        int at = System.identityHashCode(array) & KEPT - 1;
        Entry entry = ENTRIES[at];
        if (entry == null || entry.array != array) {
            entry = new Entry(array);
            ENTRIES[at] = entry;
        }
        return entry.segment;
    }
}
