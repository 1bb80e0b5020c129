package dev.sockeye.metrics;

import java.util.ArrayList;
import java.util.List;

/// All series of one name at one moment.
///
/// @param metric which
/// @param points one for each combination of labels
record Family(Metric metric, List<Point> points) {

    /// One series.
    ///
    /// @param labels values, in the order of [Metric#labels]
    /// @param value  now
    record Point(List<String> labels, double value) {}

    static Family of(Metric metric) {
        return new Family(metric, new ArrayList<>());
    }

    /// One that has a single series.
    static Family of(Metric metric, double value) {
        return of(metric).with(value);
    }

    Family with(double value, String... labels) {
        points.add(new Point(List.of(labels), value));
        return this;
    }
}
