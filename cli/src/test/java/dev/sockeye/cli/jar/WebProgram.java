package dev.sockeye.cli.jar;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// A program that knows nothing of the stack: a web server, which fetches a page of another where it is asked to, and
/// ends with what it is told.
public final class WebProgram {

    private WebProgram() {}

    /// Serves on port 8080; an argument is the address of the other server.
    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
        server.createContext("/hello", exchange -> answer(exchange, "hello " + exchange.getRemoteAddress()));
        server.createContext("/fetch", exchange -> answer(exchange, fetch(arguments[0])));
        server.createContext("/exit", exchange -> System.exit(7));
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("told to end")));
        System.out.println("serving");
    }

    private static String fetch(String address) throws IOException {
        try (var in = URI.create("http://" + address + "/").toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
