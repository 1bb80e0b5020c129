package programs;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/// Closes its first connection and keeps the closed socket; the next one, which has its descriptor's
/// number, is a spare that is forgotten.
@SuppressWarnings("AddressSelection") // as people write it
public final class SpareConnection {

    private static final List<Socket> DONE = new ArrayList<>();
    private static final Map<Integer, Socket> SPARE = new TreeMap<>();

    private SpareConnection() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = Integer.parseInt(arguments[0]);
        DONE.add(read(port));
        DONE.getFirst().close();
        SPARE.put(7, read(port));
        System.out.println("ready");
        new CountDownLatch(1).await();
    }

    private static Socket read(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.getInputStream().readAllBytes();
        return socket;
    }
}
