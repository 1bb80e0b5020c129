package programs;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// Gives connections back to a pool without a look at whether the server has closed them.
@SuppressWarnings("AddressSelection") // as people write it
public final class OrderService {

    private static final OrderService SERVICE = new OrderService();

    private final ConnectionPool pool = new ConnectionPool();

    private OrderService() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        SERVICE.ask("orders", Integer.parseInt(arguments[0]));
        System.out.println("ready");
        new CountDownLatch(1).await();
    }

    private void ask(String name, int port) throws IOException {
        Connection connection = new Connection(new Socket("127.0.0.1", port));
        connection.socket.getOutputStream().write((name + "\n").getBytes(StandardCharsets.US_ASCII));
        connection.socket.getInputStream().readAllBytes();
        pool.giveBack(name, connection);
    }

    private static final class Connection {

        private final Socket socket;

        Connection(Socket socket) {
            this.socket = socket;
        }
    }

    private static final class ConnectionPool {

        private final Map<String, Connection> idle = new HashMap<>();

        void giveBack(String name, Connection connection) {
            idle.put(name, connection);
        }
    }
}
