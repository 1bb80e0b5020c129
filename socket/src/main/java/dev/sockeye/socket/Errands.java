package dev.sockeye.socket;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a thread has to do for others once it has left a host: threads to wake, listeners to tell. Collected
/// under the host's lock, run without any. Reused.
final class Errands {

    private @Nullable Thread[] threads = new Thread[8];
    private int threadCount;
    private @Nullable Socket[] sockets = new Socket[8];
    private int[] events = new int[8];
    private int socketCount;

    /// A parked thread is to be woken.
    void wake(Thread thread) {
        if (threadCount == threads.length) threads = Arrays.copyOf(threads, 2 * threadCount);
        threads[threadCount++] = thread;
    }

    /// A socket's listeners are to be told.
    void tell(Socket socket, int happened) {
        if (socketCount == sockets.length) {
            sockets = Arrays.copyOf(sockets, 2 * socketCount);
            events = Arrays.copyOf(events, 2 * socketCount);
        }
        sockets[socketCount] = socket;
        events[socketCount++] = happened;
    }

    /// Does them all, and forgets them.
    void run(Driver driver) {
        for (int i = 0; i < threadCount; i++) {
            Thread thread = threads[i];
            threads[i] = null;
            if (thread != null) driver.wake(thread);
        }
        threadCount = 0;
        for (int i = 0; i < socketCount; i++) {
            Socket socket = sockets[i];
            sockets[i] = null;
            if (socket != null) socket.tellListeners(events[i]);
        }
        socketCount = 0;
    }
}
