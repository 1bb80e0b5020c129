package programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// Puts a connection away for each customer, for the next question, which never comes: a pool without a
/// limit. The server closes what is idle; nobody looks. Takes a port and how many customers there are.
@SuppressWarnings({"AddressSelection", "MismatchedQueryAndUpdateOfCollection"}) // as people write it
public final class CatalogClient {

    private static final Map<String, Socket> CONNECTIONS = new HashMap<>();

    private CatalogClient() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) ask("customer-" + i, Integer.parseInt(arguments[0]));
        System.out.println("ready");
        new CountDownLatch(1).await();
    }

    private static void ask(String customer, int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.getOutputStream().write("catalog\n".getBytes(StandardCharsets.US_ASCII));
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        if (in.readLine() == null) throw new IOException("no answer");
        CONNECTIONS.put(customer, socket);
    }
}
