package dev.sockeye.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers Prometheus: `/metrics` by its own library, in whichever of its formats is asked for; `/healthz` for who
/// supervises; `/` for people. It reads values that others have made, and asks nobody else.
final class MetricsServer implements AutoCloseable {

    private static final int THREADS = 3;

    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en"><head><title>sockeye agent</title></head>
            <body>
            <h1>sockeye agent</h1>
            <p>The TCP sockets of this machine as time series.</p>
            <ul>
            <li><a href="metrics">/metrics</a>, for Prometheus</li>
            <li><a href="healthz">/healthz</a>, whether it looks at the sockets as it should</li>
            </ul>
            </body></html>
            """;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().daemon().name("sockeye-http-", 0).factory());

    /// Takes the address, and answers nobody yet.
    ///
    /// @param families what `/metrics` tells
    /// @param trouble  what `/healthz` tells: null if all is well
    /// @throws BindException if the address is taken, or is none of this machine
    MetricsServer(InetSocketAddress address, Supplier<List<Family>> families, Supplier<@Nullable String> trouble)
            throws IOException {
        // Who sends his question byte by byte, or never reads the answer, does not keep a thread for ever.
        setUnlessSet("sun.net.httpserver.maxReqTime", "10");
        setUnlessSet("sun.net.httpserver.maxRspTime", "30");
        setUnlessSet("jdk.httpserver.maxConnections", "64");
        server = create(address);
        var registry = new PrometheusRegistry();
        registry.register(new PrometheusFormat(families));
        server.createContext("/metrics", new MetricsHandler(registry));
        server.createContext("/healthz", exchange -> {
            String wrong = trouble.get();
            answer(exchange, wrong == null ? 200 : 503, "text/plain", wrong == null ? "ok\n" : wrong + "\n");
        });
        server.createContext("/", exchange -> {
            boolean isRoot = exchange.getRequestURI().getPath().equals("/");
            if (isRoot) answer(exchange, 200, "text/html", PAGE);
            else answer(exchange, 404, "text/plain", "not found: there are /metrics and /healthz\n");
        });
        server.setExecutor(threads);
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) System.setProperty(property, value);
    }

    private static HttpServer create(InetSocketAddress address) throws IOException {
        try {
            return HttpServer.create(address, 0);
        } catch (BindException e) {
            var named = new BindException(address.getHostString() + ":" + address.getPort() + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
            if (method.equals("HEAD")) {
                exchange.sendResponseHeaders(status, -1);
                return;
            }
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    void start() {
        server.start();
    }

    /// Where it can be asked.
    InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
