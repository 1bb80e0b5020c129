package programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;

/// Listens with room for two, and never calls accept(): it waits for something else first. Prints the port.
public final class StuckServer {

    private static final CountDownLatch CONFIGURED = new CountDownLatch(1);

    private StuckServer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            System.out.println("port " + listener.getLocalPort());
            CONFIGURED.await();
            listener.accept().close();
        }
    }
}
