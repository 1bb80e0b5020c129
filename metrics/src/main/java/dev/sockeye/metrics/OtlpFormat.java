package dev.sockeye.metrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The time series as OpenTelemetry's library takes them. Names are the same as Prometheus's: a query is the same by
/// whichever way they came.
final class OtlpFormat {

    private final Resource resource;
    private final InstrumentationScopeInfo scope;
    private final long startNanos;

    /// @param began when the counters began to count
    OtlpFormat(String host, String version, Instant began) {
        resource = Resource.create(Attributes.builder()
                .put("service.name", "sockeye-agent")
                .put("service.version", version)
                .put("host.name", host)
                .build());
        scope = InstrumentationScopeInfo.builder("dev.sockeye.metrics")
                .setVersion(version)
                .build();
        startNanos = nanos(began);
    }

    List<MetricData> data(List<Family> families, Instant at) {
        List<MetricData> data = new ArrayList<>();
        for (Family family : families) {
            if (!family.points().isEmpty()) data.add(data(family, nanos(at)));
        }
        return data;
    }

    private MetricData data(Family family, long now) {
        Metric metric = family.metric();
        boolean isCounter = metric.kind() == Metric.Kind.COUNTER;
        List<String> names = metric.labels();
        List<DoublePointData> points = new ArrayList<>(family.points().size());
        for (Family.Point point : family.points()) {
            AttributesBuilder attributes = Attributes.builder();
            for (int i = 0; i < names.size(); i++)
                attributes.put(names.get(i), point.labels().get(i));
            points.add(DoublePointData.create(
                    isCounter ? startNanos : now, now, attributes.build(), point.value(), List.of()));
        }
        Data<?> data = isCounter
                ? SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, points)
                : GaugeData.createDoubleGaugeData(points);
        MetricDataType type = isCounter ? MetricDataType.DOUBLE_SUM : MetricDataType.DOUBLE_GAUGE;
        return new Metered(resource, scope, metric.queried(), metric.help(), "", type, data);
    }

    private static long nanos(Instant at) {
        return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
    }

    private record Metered(
            Resource getResource,
            InstrumentationScopeInfo getInstrumentationScopeInfo,
            String getName,
            String getDescription,
            String getUnit,
            MetricDataType getType,
            Data<?> getData)
            implements MetricData {}
}
