package dev.sockeye.host;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// All sockets of a host, in the order in which they were opened.
final class EndpointList {

    private @Nullable Endpoint first;
    private @Nullable Endpoint last;

    void add(Endpoint socket) {
        Endpoint before = last;
        socket.previousSocket = before;
        if (before == null) first = socket;
        else before.nextSocket = socket;
        last = socket;
        socket.listed = true;
    }

    /// Nothing where it is not in the list.
    void remove(Endpoint socket) {
        if (!socket.listed) return;
        Endpoint before = socket.previousSocket;
        Endpoint after = socket.nextSocket;
        if (before == null) first = after;
        else before.nextSocket = after;
        if (after == null) last = before;
        else after.previousSocket = before;
        socket.previousSocket = null;
        socket.nextSocket = null;
        socket.listed = false;
    }

    /// Shows each; the one that is shown may be removed meanwhile.
    void forEach(Consumer<? super Endpoint> visitor) {
        for (Endpoint each = first; each != null; ) {
            Endpoint next = each.nextSocket;
            visitor.accept(each);
            each = next;
        }
    }

    void clear() {
        forEach(this::remove);
    }
}
