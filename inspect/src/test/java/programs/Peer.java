package programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The other side of the programs: a listener in the network namespace of the thread that makes it.
public final class Peer implements AutoCloseable {

    private static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");

    private final ServerSocket listener;
    private final boolean closes;
    private final List<Socket> kept = new CopyOnWriteArrayList<>();

    private Peer(boolean closes) throws IOException {
        this.closes = closes;
        // The socket is made here, so it is of this namespace, whoever accepts.
        listener = new ServerSocket(0, 50, LOCALHOST);
        Thread.ofPlatform().daemon().name("peer " + port()).start(this::accept);
    }

    /// One that closes every connection at once.
    public static Peer thatCloses() throws IOException {
        return new Peer(true);
    }

    /// One that keeps them, and says nothing.
    public static Peer thatKeeps() throws IOException {
        return new Peer(false);
    }

    @SuppressWarnings("StreamResourceLeak") // kept on purpose
    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                if (closes) socket.shutdownOutput();
                kept.add(socket);
            }
        } catch (IOException e) {
            // The listener is closed.
        }
    }

    /// Where it listens, on 127.0.0.1.
    public int port() {
        return listener.getLocalPort();
    }

    /// Ends what was kept.
    public void hangUp() throws IOException {
        for (Socket socket : kept) socket.close();
        kept.clear();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        hangUp();
    }
}
