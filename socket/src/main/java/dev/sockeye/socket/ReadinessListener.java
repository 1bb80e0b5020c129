package dev.sockeye.socket;

/// Is told that a socket's readiness has changed: what selectors sit on.
@FunctionalInterface
public interface ReadinessListener {

    /// Something has happened to the socket.
    ///
    /// Called by whichever thread brought it about, without any lock, and possibly by several at once and out of
    /// order: [Socket#readiness] tells what is true now. It must neither block nor call the socket: it notes the
    /// fact, wakes who waits for it, and returns.
    ///
    /// @param events bits of `Readiness` that came up, each with every new event; [Socket#CLOSED] as the last
    void onReady(Socket socket, int events);
}
