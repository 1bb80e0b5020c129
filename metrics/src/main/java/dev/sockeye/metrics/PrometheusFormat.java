package dev.sockeye.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The time series as Prometheus's library takes them, made when somebody scrapes.
final class PrometheusFormat implements MultiCollector {

    private final Supplier<List<Family>> families;

    PrometheusFormat(Supplier<List<Family>> families) {
        this.families = families;
    }

    @Override
    public MetricSnapshots collect() {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        for (Family family : families.get()) {
            if (!family.points().isEmpty()) snapshots.add(snapshot(family));
        }
        return new MetricSnapshots(snapshots);
    }

    private static MetricSnapshot snapshot(Family family) {
        Metric metric = family.metric();
        String[] names = metric.labels().toArray(String[]::new);
        if (metric.kind() == Metric.Kind.COUNTER) {
            CounterSnapshot.Builder counter =
                    CounterSnapshot.builder().name(metric.base()).help(metric.help());
            for (Family.Point point : family.points()) {
                counter.dataPoint(CounterDataPointSnapshot.builder()
                        .value(point.value())
                        .labels(labels(names, point))
                        .build());
            }
            return counter.build();
        }
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(metric.base()).help(metric.help());
        for (Family.Point point : family.points()) {
            gauge.dataPoint(GaugeDataPointSnapshot.builder()
                    .value(point.value())
                    .labels(labels(names, point))
                    .build());
        }
        return gauge.build();
    }

    private static Labels labels(String[] names, Family.Point point) {
        return Labels.of(names, point.labels().toArray(String[]::new));
    }
}
