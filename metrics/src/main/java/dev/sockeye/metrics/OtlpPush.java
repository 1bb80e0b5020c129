package dev.sockeye.metrics;

import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Sends time series to a collector: OTLP over HTTP, with protobuf. Headers, certificates and the like are taken from
/// OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_HEADERS` ...), by its library.
final class OtlpPush implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// The library logs a stack trace where a collector does not answer; the agent says it in a line.
    private static final Logger LIBRARY = library();

    private final OtlpHttpMetricExporter exporter;

    private static Logger library() {
        String name = OtlpHttpMetricExporter.class.getName();
        return Logger.getLogger(name.substring(0, name.indexOf(".exporter.")));
    }

    /// @param endpoint of the collector: `http://collector:4318`, or with a path of its own
    OtlpPush(URI endpoint) {
        LIBRARY.setLevel(Level.OFF);
        exporter = OtlpHttpMetricExporter.builder()
                .setEndpoint(withPath(endpoint).toString())
                .setTimeout(PATIENCE)
                .setConnectTimeout(PATIENCE)
                .setCompression("gzip")
                .setRetryPolicy(null) // the next time all is sent again: counters are cumulative
                .build();
    }

    /// The path that OTLP names, where none is given.
    static URI withPath(URI endpoint) {
        String path = endpoint.getPath();
        return path == null || path.isEmpty() || path.equals("/") ? endpoint.resolve("/v1/metrics") : endpoint;
    }

    /// Sends them, and waits until they have arrived.
    ///
    /// @return whether they have
    boolean send(Collection<MetricData> data) {
        CompletableResultCode result = exporter.export(data);
        return result.join(PATIENCE.toSeconds() * 2, TimeUnit.SECONDS).isSuccess();
    }

    @Override
    public void close() {
        exporter.close();
    }
}
