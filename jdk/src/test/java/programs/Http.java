package programs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/// The JDK's HTTP server, its HTTP client and HttpURLConnection in one process.
final class Http {

    private static final int FILE = 20 << 20;

    private Http() {}

    public static void main(String[] arguments) throws Exception {
        byte[] file = new byte[FILE];
        new Random(1).nextBytes(file);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/echo", Http::echo);
        server.createContext("/file", exchange -> {
            exchange.sendResponseHeaders(200, file.length);
            try (var body = exchange.getResponseBody()) {
                body.write(file);
            }
        });
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            server.setExecutor(workers);
            server.start();
            var root = URI.create("http://localhost:" + server.getAddress().getPort());
            String expected = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(file));
            try (HttpClient client = HttpClient.newHttpClient()) {
                talk(client, root, expected);
            }
            byUrlConnection(root);
            server.stop(0);
        }
        Descriptors.printKernelSockets();
    }

    private static void echo(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void talk(HttpClient client, URI root, String expected) throws Exception {
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 100; i++) {
            HttpRequest request = HttpRequest.newBuilder(root.resolve("/echo"))
                    .POST(HttpRequest.BodyPublishers.ofString("words " + i))
                    .build();
            answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
        }
        int right = 0;
        for (int i = 0; i < answers.size(); i++) if (answers.get(i).get().body().equals("words " + i)) right++;
        System.out.println("echoes: " + right);

        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(root.resolve("/file")).build(), HttpResponse.BodyHandlers.ofInputStream());
        var digest = MessageDigest.getInstance("SHA-256");
        try (var body = new DigestInputStream(response.body(), digest)) {
            body.transferTo(java.io.OutputStream.nullOutputStream());
        }
        System.out.println("file: " + HexFormat.of().formatHex(digest.digest()).equals(expected));
    }

    private static void byUrlConnection(URI root) throws IOException {
        var connection = (HttpURLConnection) root.resolve("/echo").toURL().openConnection();
        connection.setDoOutput(true);
        connection.setReadTimeout(10_000);
        connection.getOutputStream().write("by url connection".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        System.out.println("url: "
                + new String(connection.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII));
        connection.disconnect();
    }
}
