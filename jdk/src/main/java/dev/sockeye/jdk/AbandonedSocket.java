package dev.sockeye.jdk;

import dev.sockeye.socket.Socket;
import dev.sockeye.socket.StreamSocket;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/// Closes the socket of a SocketImpl that a program has lost without closing it, when the garbage collector finds that
/// out, as the JDK does with its own. (Channels are not closed so, there or here.)
final class AbandonedSocket implements Runnable {

    private static final Cleaner CLEANER = Cleaner.create(
            task -> Thread.ofPlatform().daemon().name("sockeye-cleaner").unstarted(task));

    private volatile @Nullable Socket socket;

    private AbandonedSocket() {}

    /// Watches over an owner, which it must not hold itself, and which has to tell it what it [#holds].
    static AbandonedSocket of(Object owner) {
        var abandoned = new AbandonedSocket();
        CLEANER.register(owner, abandoned);
        return abandoned;
    }

    /// The owner holds this socket now.
    void holds(Socket held) {
        socket = held;
    }

    @Override
    public void run() {
        Socket lost = socket;
        if (lost instanceof StreamSocket stream) stream.close(Socket.NOW);
        else if (lost != null) lost.close();
    }
}
