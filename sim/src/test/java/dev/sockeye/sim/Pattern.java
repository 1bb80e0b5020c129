package dev.sockeye.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;

/// An endless stream of bytes in which no two places look alike nearby: what one side of a test writes, and the other
/// compares with, without an array as long as the stream.
@NullMarked
final class Pattern {

    /// The longest piece that can be had at once.
    static final int MAX_PIECE = 1 << 18;

    /// A prime, so that no power of two of bytes can be missing unseen.
    private static final int PERIOD = 1_000_003;

    private static final MemorySegment BYTES = fill();

    private final long start;

    Pattern(long seed) {
        start = Math.floorMod(TraceHash.finish(seed), (long) PERIOD);
    }

    private static MemorySegment fill() {
        MemorySegment bytes = Arena.global().allocate(PERIOD + MAX_PIECE);
        var random = new SplittableRandom(1);
        for (int i = 0; i < PERIOD + MAX_PIECE; i++) {
            byte value = i < PERIOD ? (byte) random.nextInt() : bytes.get(ValueLayout.JAVA_BYTE, i - (long) PERIOD);
            bytes.set(ValueLayout.JAVA_BYTE, i, value);
        }
        return bytes;
    }

    /// Memory that has the stream's bytes from `offset` on at [#at].
    MemorySegment memory() {
        return BYTES;
    }

    /// Where in [#memory] the stream's byte `offset` is, with [#MAX_PIECE] bytes behind it.
    long at(long offset) {
        return (start + offset) % PERIOD;
    }

    /// Whether `count` bytes of `memory` are those of the stream from `offset` on.
    boolean matches(long offset, MemorySegment memory, long from, int count) {
        long at = at(offset);
        return MemorySegment.mismatch(BYTES, at, at + count, memory, from, from + count) < 0;
    }
}
