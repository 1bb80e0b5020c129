package dev.sockeye.host;

import org.jspecify.annotations.Nullable;

/// Sockets with events that nobody has taken, in the order in which they became so; each at most once.
final class ReadyQueue {

    private @Nullable Endpoint first;
    private @Nullable Endpoint last;

    void add(Endpoint endpoint) {
        if (endpoint.inReadyQueue) return;
        endpoint.inReadyQueue = true;
        Endpoint before = last;
        if (before == null) first = endpoint;
        else before.nextReady = endpoint;
        last = endpoint;
    }

    @Nullable
    Endpoint poll() {
        Endpoint endpoint = first;
        if (endpoint == null) return null;
        first = endpoint.nextReady;
        if (first == null) last = null;
        endpoint.nextReady = null;
        endpoint.inReadyQueue = false;
        return endpoint;
    }

    void clear() {
        for (Endpoint each = poll(); each != null; each = poll()) each.inReadyQueue = false;
    }
}
