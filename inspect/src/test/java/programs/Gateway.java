package programs;

import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Asks a backend for each client, without a timeout: when the backend is silent, threads wait for
/// ever, and the clients that have given up meanwhile are never closed. Prints the port that it listens
/// on, and `ready` when it waits.
@SuppressWarnings("AddressSelection") // as people write it
public final class Gateway {

    private final int backend;

    private Gateway(int backend) {
        this.backend = backend;
    }

    public static void main(String[] arguments) throws IOException {
        var gateway = new Gateway(Integer.parseInt(arguments[0]));
        try (ServerSocket listener = new ServerSocket(0)) {
            System.out.println("port " + listener.getLocalPort());
            for (int number = 1; ; number++) {
                Socket client = listener.accept();
                new Thread(() -> gateway.serve(client), "client-" + number).start();
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket("127.0.0.1", backend)) {
            int request = client.getInputStream().read();
            server.getOutputStream().write(request);
            System.out.println("ready");
            client.getOutputStream().write(answer(server.getInputStream()));
        } catch (IOException e) {
            System.err.println("client gone: " + e.getMessage());
        }
    }

    private static byte[] answer(InputStream from) throws IOException {
        return new String(from.readAllBytes(), StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
    }
}
