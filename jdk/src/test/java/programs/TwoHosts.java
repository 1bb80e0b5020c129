package programs;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/// An HTTP server on one host and clients on another, in one process: the server is bound to its host's address, and
/// the clients are on the default host.
@SuppressWarnings("AddressSelection") // each name has one address
final class TwoHosts {

    private TwoHosts() {}

    public static void main(String[] arguments) throws Exception {
        InetAddress address = InetAddress.getByName("server.sockeye");
        HttpServer server = HttpServer.create(new InetSocketAddress(address, 80), 0);
        server.createContext("/", exchange -> {
            byte[] caller = (exchange.getRemoteAddress().getAddress().getHostAddress() + " "
                            + exchange.getRemoteAddress().getAddress().getHostName())
                    .getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, caller.length);
            exchange.getResponseBody().write(caller);
            exchange.close();
        });
        server.start();
        var request =
                HttpRequest.newBuilder(URI.create("http://server.sockeye/")).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            System.out.println("send: "
                    + client.send(request, HttpResponse.BodyHandlers.ofString()).body());
            System.out.println("sendAsync: "
                    + client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                            .join()
                            .body());
        }
        server.stop(0);
        Descriptors.printKernelSockets();
    }
}
