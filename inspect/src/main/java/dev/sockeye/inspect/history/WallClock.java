package dev.sockeye.inspect.history;

import java.time.Duration;
import java.time.Instant;

/// When something was, by the clock on the wall: the kernel stamps events with the clock of
/// `System.nanoTime`, which nobody sets. What lies between the two is looked up again now and then, as
/// the wall's clock is set at times.
final class WallClock {

    private static final long ANEW_NANOS = 1_000_000_000;

    private long lookedAt;
    private Instant then = Instant.EPOCH;

    WallClock() {
        look(System.nanoTime());
    }

    private void look(long now) {
        then = Instant.now();
        lookedAt = now;
    }

    Instant at(long nanoTime) {
        if (nanoTime - lookedAt > ANEW_NANOS) look(System.nanoTime());
        return then.plusNanos(nanoTime - lookedAt);
    }

    static Duration between(long from, long to) {
        return Duration.ofNanos(Math.max(0, to - from));
    }
}
