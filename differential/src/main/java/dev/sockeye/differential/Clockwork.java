package dev.sockeye.differential;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// How well a machine keeps time: when it does what is due, and how fine its clock is. The kernel counts in ticks of
/// up to 10 ms, and fires long timers up to an eighth late; what a program does must not be held against the stack
/// where only that decides it.
///
/// An instance is for one run: it remembers what it has decided.
abstract class Clockwork {

    private static final long MILLISECOND = 1_000_000;
    private static final long TICK = 4 * MILLISECOND;

    /// When a timer fires.
    ///
    /// @param due   when it is due, nanoseconds since the program began
    /// @param since when the timer was set, at the earliest: when something was on the wire last
    /// @return `due` or later
    abstract long fires(long due, long since);

    /// What the clock shows; never before what it has shown for less.
    long shows(long now) {
        return now;
    }

    /// How late the kernel may fire a timer.
    static long tolerance(long since) {
        return 16 * MILLISECOND + since / 7;
    }

    /// Everything is done when it is due.
    static Clockwork exact() {
        return new Clockwork() {
            @Override
            long fires(long due, long since) {
                return due;
            }
        };
    }

    /// One that the kernel may have had when it did what it did. Timers are as late as it has sent something, or as
    /// chance will have it, and the clock is fine or goes on in ticks.
    ///
    /// @param kernel what it did
    /// @param number of the clockwork, from 0
    static Clockwork like(Transcript kernel, int number) {
        var following = new Following(kernel);
        if (number == 0) return following;
        var late = new Late(following, number);
        if (!isCoarse(number)) return late;
        return new Coarse(late, TICK, new SplittableRandom(number).nextLong(TICK));
    }

    /// Whether the clock of [#like] with this number goes on in ticks.
    static boolean isCoarse(int number) {
        return number % 3 == 2;
    }

    private static final class Following extends Clockwork {
        private final List<Event.Went> departures;

        Following(Transcript kernel) {
            departures = Frame.of(kernel).stream()
                    .flatMap(frame -> frame.departures().stream().skip(frame.prompt()))
                    .toList();
        }

        @Override
        long fires(long due, long since) {
            long latest = due + tolerance(due - since);
            for (Event.Went went : departures) {
                if (went.at() > latest) break;
                if (went.at() >= due) return Math.max(due, went.since());
            }
            return due;
        }
    }

    private static final class Late extends Clockwork {
        private final Clockwork known;
        private final SplittableRandom random;
        private final Map<Long, Long> decided = new HashMap<>();

        Late(Clockwork known, long seed) {
            this.known = known;
            random = new SplittableRandom(seed);
        }

        @Override
        long fires(long due, long since) {
            return decided.computeIfAbsent(due, when -> {
                long late = known.fires(when, since);
                if (late > when && random.nextInt(4) > 0) return late;
                return when + random.nextLong(tolerance(Math.max(0, when - since)));
            });
        }
    }

    private static final class Coarse extends Clockwork {
        private final Clockwork timers;
        private final long tick;
        private final long phase;

        Coarse(Clockwork timers, long tick, long phase) {
            this.timers = timers;
            this.tick = tick;
            this.phase = phase;
        }

        @Override
        long fires(long due, long since) {
            return timers.fires(due, since);
        }

        @Override
        long shows(long now) {
            return Math.max(0, now - Math.floorMod(now - phase, tick));
        }
    }
}
