/// The sockets of a machine as time series.
module dev.sockeye.metrics {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.inspect;
    requires java.logging;
    requires java.net.http;
    requires jdk.httpserver;
    requires io.prometheus.metrics.model;
    requires io.prometheus.metrics.exporter.httpserver;
    requires io.prometheus.metrics.exporter.common;
    requires io.opentelemetry.api;
    requires io.opentelemetry.sdk.common;
    requires io.opentelemetry.sdk.metrics;
    requires io.opentelemetry.exporter.otlp;

    exports dev.sockeye.metrics;
}
