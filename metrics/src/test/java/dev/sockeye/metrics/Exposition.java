package dev.sockeye.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Prometheus's text format says, for comparing: each series by its name, with its labels in order.
final class Exposition {

    private static final Pattern SERIES = Pattern.compile("([a-z_0-9]+)(?:\\{(.*)})? (\\S+)");

    private Exposition() {}

    /// The series of one name: its labels' values in the order of `labels`, joined by spaces, and its number.
    static Map<String, Double> family(String text, Metric metric) {
        Map<String, Double> family = new TreeMap<>();
        for (String line : text.split("\n", -1)) {
            Matcher series = SERIES.matcher(line);
            if (!series.matches() || !series.group(1).equals(metric.queried())) continue;
            String labels = series.group(2) == null ? "" : series.group(2);
            List<String> values = new ArrayList<>();
            for (String name : metric.labels()) {
                Matcher label =
                        Pattern.compile("(?:^|,)" + name + "=\"([^\"]*)\"").matcher(labels);
                values.add(label.find() ? label.group(1) : "-");
            }
            family.put(String.join(" ", values), Double.valueOf(series.group(3)));
        }
        return family;
    }

    /// The same of series that were not sent anywhere.
    static Map<String, Double> family(List<Family> families, Metric metric) {
        Map<String, Double> series = new TreeMap<>();
        for (Family family : families) {
            if (family.metric() != metric.family()) continue;
            for (Family.Point point : family.points()) series.put(String.join(" ", point.labels()), point.value());
        }
        return series;
    }
}
