package programs;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/// Opens a connection for each line that it is given, reads to the end of stream and forgets it: what
/// it does can be watched while it does it.
@SuppressWarnings("AddressSelection") // as people write it
public final class PollingClient {

    private final List<Socket> polled = new ArrayList<>();
    private final int port;

    private PollingClient(int port) {
        this.port = port;
    }

    public static void main(String[] arguments) throws IOException {
        var client = new PollingClient(Integer.parseInt(arguments[0]));
        System.out.println("ready");
        try (var commands = new Scanner(System.in, StandardCharsets.UTF_8)) {
            while (commands.hasNextLine()) {
                commands.nextLine();
                client.poll();
                System.out.println("polled " + client.polled.size());
            }
        }
    }

    private void poll() throws IOException {
        Socket socket = open();
        polled.add(socket);
        skip(socket.getInputStream());
    }

    private Socket open() throws IOException {
        return new Socket("127.0.0.1", port);
    }

    private static void skip(InputStream in) throws IOException {
        while (in.read() >= 0) {
            // not of interest
        }
    }
}
