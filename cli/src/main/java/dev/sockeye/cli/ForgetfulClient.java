package dev.sockeye.cli;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A program with the fault that the article warns of: it reads to the end of the stream, and does not close the
/// socket.
final class ForgetfulClient {

    /// What keeps the sockets from the garbage collector, as some list does in every such program.
    private final List<Socket> neverClosed = new ArrayList<>();

    /// Asks the server for the price, and forgets to close.
    String askPrice(String server, int port) throws IOException {
        Socket socket = new Socket(server, port);
        neverClosed.add(socket);
        String request = "GET /price HTTP/1.1\r\nHost: " + server + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
}
