package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.PlainWords;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How long something has lasted, as far as it is known.
///
/// @param atLeast it has lasted so long, provably
/// @param atMost  it has lasted no longer, provably; null if there is no such proof
public record Age(Duration atLeast, @Nullable Duration atMost) {

    /// Nothing is known.
    public static final Age UNKNOWN = new Age(Duration.ZERO, null);

    /// Known to the moment.
    public static Age exactly(Duration age) {
        return new Age(age, age);
    }

    /// Whether it has certainly lasted as long as that.
    public boolean isAtLeast(Duration span) {
        return atLeast.compareTo(span) >= 0;
    }

    /// The one of two that certainly has lasted longer.
    Age older(Age other) {
        return other.atLeast.compareTo(atLeast) > 0 ? other : this;
    }

    /// As the end of "it has been so for ...": `3 h`, `at least 5 min`, `5 to 7 min`.
    public String words() {
        String least = PlainWords.duration(atLeast);
        if (atMost == null) return atLeast.isZero() ? "an unknown time" : "at least " + least;
        String most = PlainWords.duration(atMost);
        if (least.equals(most)) return least;
        // A bracket as wide as a tenth is a fuss about nothing.
        boolean isNarrow = atMost.minus(atLeast).compareTo(atLeast.dividedBy(10)) <= 0;
        if (isNarrow) return "about " + least;
        return atLeast.isZero() ? "at most " + most : least + " to " + most;
    }
}
