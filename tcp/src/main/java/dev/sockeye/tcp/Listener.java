package dev.sockeye.tcp;

/// A socket in LISTEN: its SYN queue and its accept queue.
///
/// @param <A> what `accept` hands out
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable", "UnusedTypeParameter"})
public final class Listener<A> {

    Listener() {}

    /// The backlog as given to `listen`, capped by `net.core.somaxconn`: the Send-Q of `ss -l`.
    public int backlog() {
        throw new UnsupportedOperationException();
    }

    /// Connections that wait to be accepted: the Recv-Q of `ss -l`. At most [#backlog] + 1.
    public int acceptQueueLength() {
        throw new UnsupportedOperationException();
    }

    /// Connections whose handshake is not complete.
    public int synQueueLength() {
        throw new UnsupportedOperationException();
    }
}
