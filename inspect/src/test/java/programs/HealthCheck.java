package programs;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/// Forgets its socket altogether: it is closed when the garbage collector comes by, which may be never.
@SuppressWarnings("AddressSelection") // as people write it
public final class HealthCheck {

    private HealthCheck() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.out.println(isUp(Integer.parseInt(arguments[0])) ? "ready" : "down");
        new CountDownLatch(1).await();
    }

    private static boolean isUp(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        return socket.getInputStream().read() < 0;
    }
}
