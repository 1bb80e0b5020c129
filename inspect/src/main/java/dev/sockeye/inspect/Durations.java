package dev.sockeye.inspect;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Spans of time as people write them: on the command line, in thresholds, in filters.
///
/// `500ms`, `5s`, `1.5h`, `2h30m`, `5 min`, `3d`. Units are `us`, `ms`, `s`, `m` or `min`, `h` and `d`, and `usec`,
/// `msec` and `sec` as `ss` writes them, in either case; a number that stands alone has the unit that is usual there.
public final class Durations {

    private static final Pattern PART =
            Pattern.compile("\\s*([0-9]+\\.?[0-9]*|\\.[0-9]+)\\s*(usec|us|msec|ms|sec|s|min|m|h|d|)\\s*");

    /// Nobody waits longer than these 31 years, and their nanoseconds fit into a long.
    private static final BigDecimal MOST_NANOS = BigDecimal.valueOf(1_000_000_000_000_000_000L);

    private Durations() {}

    /// A number alone is seconds.
    ///
    /// @throws IllegalArgumentException with a line for the user
    public static Duration parse(String text) {
        Duration parsed = parse(text, ChronoUnit.SECONDS);
        if (parsed == null)
            throw new IllegalArgumentException("'" + text + "' is no duration; write 500ms, 5s, 10m, 2h or 3d");
        return parsed;
    }

    /// @param usual the unit of a number that stands alone
    /// @return null if it is none
    public static @Nullable Duration parse(String text, ChronoUnit usual) {
        String lower = text.toLowerCase(Locale.ROOT);
        Matcher part = PART.matcher(lower);
        BigDecimal nanos = BigDecimal.ZERO;
        int at = 0;
        do {
            if (!part.find(at) || part.start() != at) return null;
            String unit = part.group(2);
            boolean isAlone = at == 0 && part.end() == lower.length();
            if (unit.isEmpty() && !isAlone) return null;
            long nanosOfUnit =
                    (unit.isEmpty() ? usual : unit(unit)).getDuration().toNanos();
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanosOfUnit)));
            at = part.end();
        } while (at < lower.length());
        return Duration.ofNanos(
                nanos.min(MOST_NANOS).setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    private static ChronoUnit unit(String name) {
        return switch (name) {
            case "us", "usec" -> ChronoUnit.MICROS;
            case "ms", "msec" -> ChronoUnit.MILLIS;
            case "s", "sec" -> ChronoUnit.SECONDS;
            case "m", "min" -> ChronoUnit.MINUTES;
            case "h" -> ChronoUnit.HOURS;
            case "d" -> ChronoUnit.DAYS;
            default -> throw new IllegalArgumentException(name);
        };
    }
}
