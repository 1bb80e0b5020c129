package programs;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Keeps its connection in a thread local variable of a thread of a pool, where it outlives the
/// request.
@SuppressWarnings("AddressSelection") // as people write it
public final class SessionFilter {

    private static final ThreadLocal<Session> SESSION = new ThreadLocal<>();

    private record Session(String user, Socket socket) {}

    private SessionFilter() {}

    public static void main(String[] arguments) {
        ExecutorService workers = Executors.newFixedThreadPool(1, task -> new Thread(task, "worker-1"));
        workers.execute(() -> begin("alice", Integer.parseInt(arguments[0])));
        workers.execute(() -> System.out.println("ready"));
    }

    private static void begin(String user, int port) {
        try {
            SESSION.set(new Session(user, new Socket("127.0.0.1", port)));
            SESSION.get().socket().getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
