package dev.sockeye.cli.watch;

import java.time.Duration;
import java.util.Locale;

/// Numbers in few columns.
final class Figures {

    private static final String BARS = "▁▂▃▄▅▆▇█";

    private Figures() {}

    /// Bytes per second: nothing for none, `812`, `4.2k`, `37M`.
    static String rate(double bytesPerSecond) {
        if (bytesPerSecond < 0.5) return "";
        return amount(bytesPerSecond);
    }

    /// `812`, `4.2k`, `37M`
    static String amount(double number) {
        if (number < 999.5) return String.format(Locale.ROOT, "%.0f", number);
        double amount = number;
        int unit = -1;
        for (; amount >= 999.5 && unit < 5; unit++) amount /= 1000;
        return String.format(Locale.ROOT, amount < 9.95 ? "%.1f%s" : "%.0f%s", amount, "kMGTPE".charAt(unit));
    }

    /// `0.04ms`, `12ms`, `1.2s`
    static String millis(double millis) {
        if (millis < 1) return String.format(Locale.ROOT, "%.2fms", millis);
        if (millis < 999.5) return String.format(Locale.ROOT, millis < 9.95 ? "%.1fms" : "%.0fms", millis);
        return String.format(Locale.ROOT, "%.1fs", millis / 1000);
    }

    /// `3s`, `14m`, `2h5m`, `3d4h`
    static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) return seconds + "s";
        long minutes = seconds / 60;
        if (minutes < 60) return minutes < 10 ? minutes + "m" + two(seconds % 60) + "s" : minutes + "m";
        long hours = minutes / 60;
        if (hours < 48) return hours + "h" + two(minutes % 60) + "m";
        return hours / 24 + "d" + hours % 24 + "h";
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }

    /// The values as a row of bars, the newest at the right.
    ///
    /// @param unicode whether the terminal shows more than ASCII
    static String bars(Series series, int width, boolean unicode) {
        double largest = series.largest();
        var bars = new StringBuilder();
        int count = Math.min(width, series.size());
        for (int i = series.size() - count; i < series.size(); i++) {
            double part = largest == 0 ? 0 : series.get(i) / largest;
            int level = (int) Math.round(part * (BARS.length() - 1));
            if (unicode) bars.append(part == 0 ? ' ' : BARS.charAt(level));
            else bars.append(" .:-=+*#".charAt(part == 0 ? 0 : Math.max(1, level)));
        }
        return " ".repeat(width - count) + bars;
    }
}
