package dev.sockeye.host;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A local port that somebody holds, and who (`struct inet_bind_bucket`).
final class PortBucket {

    final int port;

    /// Those that `bind` may conflict with, the latest first.
    @Nullable
    PortHolder first;

    /// Whether `bind` has ever given it out since it is held: then `connect` does not choose it.
    boolean bound;

    private List<TcpEndpoint> listeners = List.of();

    PortBucket(int port) {
        this.port = port;
    }

    /// The sockets that listen on it, in the order in which they began; most ports have none.
    List<TcpEndpoint> listeners() {
        return listeners;
    }

    void addListener(TcpEndpoint listener) {
        if (listeners.isEmpty()) listeners = new ArrayList<>(1);
        listeners.add(listener);
    }

    void removeListener(TcpEndpoint listener) {
        if (!listeners.isEmpty()) listeners.remove(listener);
    }

    void add(PortHolder holder) {
        holder.bucket = this;
        holder.nextHolder = first;
        if (first != null) first.previousHolder = holder;
        first = holder;
    }

    void remove(PortHolder holder) {
        PortHolder previous = holder.previousHolder;
        PortHolder next = holder.nextHolder;
        if (previous == null) first = next;
        else previous.nextHolder = next;
        if (next != null) next.previousHolder = previous;
        holder.previousHolder = null;
        holder.nextHolder = null;
        holder.bucket = null;
    }
}
