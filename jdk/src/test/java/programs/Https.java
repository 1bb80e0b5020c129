package programs;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// TLS three ways: HttpClient to HttpsServer (SSLEngine over channels), SSLSocket to SSLServerSocket, and an SSLSocket
/// layered on a plain one. The argument is a key store for `localhost` with the password `changeit`.
final class Https {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private Https() {}

    public static void main(String[] arguments) throws Exception {
        SSLContext tls = context(Path.of(arguments[0]));
        overHttp(tls);
        overSockets(tls);
        Descriptors.printKernelSockets();
    }

    private static SSLContext context(Path file) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static void overHttp(SSLContext tls) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        byte[] page = "x".repeat(300_000).getBytes(StandardCharsets.US_ASCII);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            var uri = URI.create("https://localhost:" + server.getAddress().getPort() + "/");
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            System.out.println("https: " + answer.body().length() + " over "
                    + answer.sslSession().orElseThrow().getProtocol());
        }
        server.stop(0);
    }

    private static void overSockets(SSLContext tls) throws Exception {
        try (var listener = (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread server = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 2; i++) {
                    try (Socket accepted = listener.accept()) {
                        accepted.getInputStream().transferTo(accepted.getOutputStream());
                    } catch (java.io.IOException e) {
                        e.printStackTrace(System.out);
                    }
                }
            });
            int port = listener.getLocalPort();
            System.out.println(
                    "direct: " + talk((SSLSocket) tls.getSocketFactory().createSocket("localhost", port)));
            var plain = new Socket("localhost", port);
            System.out.println("layered: "
                    + talk((SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", port, true)));
            server.join();
        }
    }

    private static String talk(SSLSocket socket) throws Exception {
        try (socket) {
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
        }
    }
}
