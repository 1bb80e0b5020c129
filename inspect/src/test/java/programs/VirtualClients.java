package programs;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/// A virtual thread that reads to the end, and then waits for ever with the socket in a variable.
@SuppressWarnings("AddressSelection") // as people write it
public final class VirtualClients {

    private static final CountDownLatch APPROVED = new CountDownLatch(1);

    private VirtualClients() {}

    public static void main(String[] arguments) throws InterruptedException {
        Thread.ofVirtual()
                .name("approval")
                .start(() -> approve(Integer.parseInt(arguments[0])))
                .join();
    }

    private static void approve(int port) {
        try {
            Socket socket = new Socket("127.0.0.1", port);
            socket.getInputStream().readAllBytes();
            System.out.println("ready");
            APPROVED.await();
            socket.close();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
