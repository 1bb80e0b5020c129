package dev.sockeye.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The server of the demonstration: the JDK's own `HttpServer`, which knows nothing of Sockeye.
final class DemoServer implements AutoCloseable {

    static final int PORT = 8080;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// Serves `file` under `/file`, and a line of text under `/price`.
    DemoServer(Path file) throws IOException {
        server = HttpServer.create(new InetSocketAddress(PORT), 50);
        server.createContext("/file", exchange -> sendFile(exchange, file));
        server.createContext("/price", DemoServer::sendPrice);
        server.setExecutor(threads);
        server.start();
    }

    private static void sendFile(HttpExchange exchange, Path file) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
        }
    }

    private static void sendPrice(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] price = "42 crowns\n".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, price.length);
            exchange.getResponseBody().write(price);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
