package programs;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// A server as it should be, in the network namespace of the thread that makes it: answers a line with
/// a line, and closes what is idle, in good order: it has read all before.
public final class Service implements AutoCloseable {

    private static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");

    private final ServerSocket listener;
    private final int idleMillis;
    private final boolean answers;

    /// @param idleMillis for how long it keeps a connection that is idle
    /// @param answers    whether it says anything, or only listens
    public Service(int idleMillis, boolean answers) throws IOException {
        this.idleMillis = idleMillis;
        this.answers = answers;
        listener = new ServerSocket(0, 200, LOCALHOST);
        Thread.ofPlatform().daemon().name("service " + port()).start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // The listener is closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setSoTimeout(idleMillis);
            InputStream in = socket.getInputStream();
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (answers && c == '\n') socket.getOutputStream().write("yes\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (SocketTimeoutException e) {
            // Idle for long enough.
        } catch (IOException e) {
            // The caller is gone.
        }
    }

    /// Where it listens, on 127.0.0.1.
    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
