package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Pieces of native memory that are written as one: an array of `struct iovec` (bits/types/struct_iovec.h),
/// allocated once. Who fills it sees to it that the memory lives until it is written.
public final class Pieces {

    private static final int IOVEC = 16;

    private final MemorySegment iovecs;
    private final int capacity;
    private int count;

    /// Room for so many.
    public Pieces(int capacity) {
        this.capacity = capacity;
        iovecs = Arena.ofAuto().allocate((long) IOVEC * capacity, JAVA_LONG.byteAlignment());
    }

    /// Forgets all.
    public void clear() {
        count = 0;
    }

    /// One more behind the others.
    public void add(MemorySegment memory, long offset, int length) {
        Objects.checkIndex(count, capacity);
        Objects.checkFromIndexSize(offset, length, memory.byteSize());
        long at = (long) IOVEC * count++;
        iovecs.set(JAVA_LONG, at, memory.address() + offset);
        iovecs.set(JAVA_LONG, at + 8, length);
    }

    int count() {
        return count;
    }

    long address() {
        return iovecs.address();
    }
}
