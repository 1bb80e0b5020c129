package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.Durations;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What an [Amount] is counted in, and how people write it.
enum Unit {
    COUNT("a number") {
        @Override
        @Nullable
        BigDecimal factor(String suffix) {
            return plain(suffix);
        }
    },
    /// As `ss` prints cookies: hexadecimal.
    COOKIE("a cookie as 'sk:' shows it, in hexadecimal") {
        @Override
        @Nullable
        Long parse(String text) {
            return hexadecimal(text);
        }
    },
    BYTES("a number of bytes, such as 512, 64KiB or 1MB") {
        @Override
        @Nullable
        BigDecimal factor(String suffix) {
            return plain(suffix.endsWith("b") ? suffix.substring(0, suffix.length() - 1) : suffix);
        }
    },
    /// In microseconds, of which milliseconds are written without a unit, as `ss` does.
    MILLIS("a time, such as 10ms or 2.5s") {
        @Override
        @Nullable
        Long parse(String text) {
            return micros(Durations.parse(text, ChronoUnit.MILLIS));
        }
    },
    /// In microseconds, of which seconds are written without a unit.
    SECONDS("a time, such as 30s, 5min, 3h or 2d") {
        @Override
        @Nullable
        Long parse(String text) {
            return micros(Durations.parse(text, ChronoUnit.SECONDS));
        }
    },
    /// In bytes a second, written in bits as `ss` does, or in bytes.
    RATE("a rate, such as 10Mbps or 1MB/s") {
        @Override
        @Nullable
        BigDecimal factor(String suffix) {
            if (suffix.endsWith("b/s")) return plain(suffix.substring(0, suffix.length() - 3));
            String bits = suffix.endsWith("bps") ? suffix.substring(0, suffix.length() - 3) : suffix;
            BigDecimal factor = plain(bits);
            return factor == null ? null : factor.divide(BigDecimal.valueOf(8));
        }
    };

    /// What is expected, for whoever wrote something else.
    final String expected;

    Unit(String expected) {
        this.expected = expected;
    }

    /// How many of what is counted the suffix stands for; null if it is none.
    @Nullable
    BigDecimal factor(String suffix) {
        return null;
    }

    /// The value as people write it.
    String text(long value) {
        return switch (this) {
            case COUNT, BYTES -> Long.toString(value);
            case COOKIE -> Long.toHexString(value);
            case MILLIS, SECONDS -> time(value);
            case RATE -> rate(8.0 * value);
        };
    }

    private static String time(long micros) {
        if (micros < 1_000) return micros + "us";
        if (micros < 10_000_000)
            return BigDecimal.valueOf(micros, 3).stripTrailingZeros().toPlainString() + "ms";
        long seconds = micros / 1_000_000;
        if (seconds < 120) return seconds + "s";
        if (seconds < 7_200) return seconds / 60 + "min";
        return seconds < 172_800 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }

    private static String rate(double bits) {
        String[] units = {"bps", "kbps", "Mbps", "Gbps", "Tbps"};
        int unit = 0;
        double value = bits;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return new BigDecimal(value)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString()
                + units[unit];
    }

    /// The value that the text spells; null if it spells none.
    @Nullable
    Long parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (this == COUNT && lower.startsWith("0x")) return hexadecimal(lower);
        int end = 0;
        while (end < lower.length() && (Character.isDigit(lower.charAt(end)) || lower.charAt(end) == '.')) end++;
        if (end == 0 || end > 30) return null;
        BigDecimal factor = factor(lower.substring(end));
        if (factor == null) return null;
        try {
            return new BigDecimal(lower.substring(0, end)).multiply(factor).longValue();
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Long hexadecimal(String text) {
        try {
            return Long.parseUnsignedLong(text.startsWith("0x") ? text.substring(2) : text, 16);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable BigDecimal plain(String suffix) {
        return switch (suffix) {
            case "" -> BigDecimal.ONE;
            case "k" -> BigDecimal.valueOf(1_000);
            case "m" -> BigDecimal.valueOf(1_000_000);
            case "g" -> BigDecimal.valueOf(1_000_000_000);
            case "t" -> BigDecimal.valueOf(1_000_000_000_000L);
            case "ki" -> BigDecimal.valueOf(1L << 10);
            case "mi" -> BigDecimal.valueOf(1L << 20);
            case "gi" -> BigDecimal.valueOf(1L << 30);
            default -> null;
        };
    }

    private static @Nullable Long micros(@Nullable Duration time) {
        return time == null ? null : time.toNanos() / 1_000;
    }
}
