package programs;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/// Servers on the wildcard, for clients of its own process and of others. Prints their ports; ends with its input.
@SuppressWarnings("AddressSelection") // each name has one address
final class Echo {

    private Echo() {}

    public static void main(String[] arguments) throws Exception {
        HttpServer http = HttpServer.create(new InetSocketAddress(0), 0);
        http.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        http.start();
        var listener = new ServerSocket(0);
        Thread.ofPlatform().daemon().start(() -> serve(listener));
        System.out.println("http " + http.getAddress().getPort());
        System.out.println("plain " + listener.getLocalPort());
        System.out.println("own http " + askHttp(http.getAddress().getPort()));
        System.out.println("own plain " + askPlain(listener.getLocalPort()));
        System.out.println("ready");
        System.out.flush();
        System.in.read();
        http.stop(0);
        listener.close();
    }

    private static void serve(ServerSocket listener) {
        while (!listener.isClosed()) {
            try (Socket accepted = listener.accept()) {
                accepted.getInputStream().transferTo(accepted.getOutputStream());
            } catch (java.io.IOException closed) {
                return;
            }
        }
    }

    static String askHttp(int port) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .POST(HttpRequest.BodyPublishers.ofString("over http"))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    static String askPlain(int port) throws Exception {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("over a socket".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
