package programs;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// What is right: reads to the end, closes, and holds one connection that both ends want. Takes two
/// ports: of a server that closes, and of one that keeps the connection.
@SuppressWarnings("AddressSelection") // as people write it
public final class TidyClient {

    private TidyClient() {}

    public static void main(String[] arguments) throws IOException {
        try (Socket once = new Socket("127.0.0.1", Integer.parseInt(arguments[0]))) {
            once.getOutputStream().write("prices\n".getBytes(StandardCharsets.US_ASCII));
            once.getInputStream().readAllBytes();
        }
        try (Socket kept = new Socket("127.0.0.1", Integer.parseInt(arguments[1]))) {
            System.out.println("ready");
            while (kept.getInputStream().read() >= 0) {
                kept.getOutputStream().write('.');
            }
        }
    }
}
