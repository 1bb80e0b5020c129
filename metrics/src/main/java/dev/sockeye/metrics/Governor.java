package dev.sockeye.metrics;

import java.time.Duration;
import java.util.function.Supplier;

/// Holds the whole process to its share of a core: what it has taken beyond is made up for by looks that come later.
/// [Duty] bounds each kind of work by what that took itself; this bounds all of them together, with who asks, the
/// compiler and the collector.
final class Governor {

    /// What was saved is good for so long, and what was taken too much is forgotten after so long.
    private static final Duration SAVED = Duration.ofSeconds(10), OWED = Duration.ofMinutes(3);

    private final double share;
    private final long longest;
    private final Supplier<Duration> cpu;
    private long measuredAt;
    private long measured;
    private double debt;

    /// @param share        of a core
    /// @param longestNanos that a look is put off
    /// @param cpu          what the process has used
    Governor(double share, long longestNanos, Supplier<Duration> cpu) {
        this.share = share;
        this.longest = longestNanos;
        this.cpu = cpu;
    }

    /// What this process has used.
    static Duration processCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// It is held to its share from now on: what it took to begin does not count.
    ///
    /// @param now nanoseconds
    void begin(long now) {
        measuredAt = now;
        measured = cpu.get().toNanos();
        debt = 0;
    }

    /// How much later the next look is to be than it would.
    ///
    /// @param now nanoseconds
    long delay(long now) {
        long used = cpu.get().toNanos();
        debt += used - measured - share * (now - measuredAt);
        debt = Math.clamp(debt, -share * SAVED.toNanos(), share * OWED.toNanos());
        measured = used;
        measuredAt = now;
        return debt <= 0 ? 0 : Math.min(longest, (long) (debt / share));
    }
}
