package dev.sockeye.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A duration as people write it: `500ms`, `5s`, `1.5h`, `2h30m`, `3d`; a number alone is seconds.
final class HumanDuration implements ITypeConverter<Duration> {

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|min|m|h|d|)");

    @Override
    public Duration convert(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < text.length()) {
            if (!part.find(at) || part.start() != at) throw noDuration(text);
            boolean isWhole = at == 0 && part.end() == text.length();
            if (part.group(2).isEmpty() && !isWhole) throw noDuration(text);
            sum = sum.plus(duration(Double.parseDouble(part.group(1)), part.group(2)));
            at = part.end();
        }
        if (text.isEmpty()) throw noDuration(text);
        return sum;
    }

    private static Duration duration(double number, String unit) {
        double seconds = switch (unit) {
            case "ms" -> number / 1000;
            case "m", "min" -> number * 60;
            case "h" -> number * 3600;
            case "d" -> number * 86_400;
            default -> number;
        };
        return Duration.ofNanos(Math.round(Math.min(seconds, 1e9) * 1e9));
    }

    private static TypeConversionException noDuration(String text) {
        return new TypeConversionException("'" + text + "' is no duration; write 500ms, 5s, 10m, 2h or 3d");
    }
}
