package dev.sockeye.inspect.doctor;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Spans of time as people type them.
public final class Durations {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})\\s*(ms|s|min|m|h|d)?");

    private Durations() {}

    /// `500ms`, `30s`, `5min` or `5m`, `2h`, `1d`; seconds where no unit stands.
    ///
    /// @throws IllegalArgumentException with a line for the user
    public static Duration parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches())
            throw new IllegalArgumentException("'" + text + "' is not a duration such as 500ms, 30s, 5min or 2h");
        long number = Long.parseLong(form.group(1));
        String unit = form.group(2) == null ? "s" : form.group(2);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "min", "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
