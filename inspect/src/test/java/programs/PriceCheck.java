package programs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Reads all that the server has to say, and forgets to close before it waits for the next order, which
/// never comes.
@SuppressWarnings("AddressSelection") // as people write it
public final class PriceCheck {

    private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();

    private PriceCheck() {}

    public static void main(String[] arguments) throws InterruptedException {
        var check = new PriceCheck();
        Thread thread = new Thread(() -> check.follow(Integer.parseInt(arguments[0])), "price-check");
        thread.start();
        thread.join();
    }

    private void follow(int port) {
        try {
            Socket socket = new Socket("127.0.0.1", port);
            socket.getOutputStream().write("prices\n".getBytes(StandardCharsets.US_ASCII));
            List<String> prices = read(socket);
            System.out.println("ready");
            while (!prices.contains(orders.take())) prices.removeFirst();
            socket.close();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> read(Socket socket) throws IOException {
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) lines.add(line);
        return lines;
    }
}
