package dev.sockeye.inspect;

import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sockets around a socket: the other end of its connection, and the listener whose port it has.
/// For one thread at a time.
public final class Surroundings {

    /// The ports that Linux gives to callers by default (`ip_local_port_range`).
    public static final int FIRST_CALLERS_PORT = 32_768, LAST_CALLERS_PORT = 60_999;

    /// Which ports are given to callers that ask for none.
    @FunctionalInterface
    public interface CallersPorts {

        /// Whether this port is one of them, in this namespace.
        boolean has(String namespace, int port);
    }

    /// Nothing is known but the socket itself.
    public static final Surroundings UNKNOWN = of(List.of());

    private record Ends(TransportAddress near, TransportAddress far) {}

    private record ListeningAt(String namespace, int port) {}

    private final Collection<SocketSnapshot> sockets;
    private final CallersPorts callers;
    private @Nullable Index index;

    /// @param sockets all that were seen at one moment
    public Surroundings(Collection<SocketSnapshot> sockets, CallersPorts callers) {
        this.sockets = sockets;
        this.callers = callers;
    }

    /// Those of sockets in namespaces with the default ports.
    public static Surroundings of(Collection<SocketSnapshot> sockets) {
        return new Surroundings(sockets, (namespace, port) -> port >= FIRST_CALLERS_PORT && port <= LAST_CALLERS_PORT);
    }

    /// The other end of a connection, if it is on this machine too, in whichever namespace; null if it
    /// cannot be seen, or if several could be meant.
    public @Nullable SocketSnapshot peerOf(SocketSnapshot socket) {
        TransportAddress remote = socket.remote();
        if (remote == null) return null;
        List<SocketSnapshot> candidates = index().byEnds.getOrDefault(new Ends(remote, socket.local()), List.of());
        if (candidates.size() == 1) return candidates.getFirst();
        List<SocketSnapshot> inSame = candidates.stream()
                .filter(candidate -> candidate.host().equals(socket.host()))
                .toList();
        return inSame.size() == 1 ? inSame.getFirst() : null;
    }

    /// The listener at an address; null if there is none in that namespace.
    public @Nullable SocketSnapshot listenerAt(String namespace, TransportAddress address) {
        SocketSnapshot wildcard = null;
        for (SocketSnapshot each :
                index().listeners.getOrDefault(new ListeningAt(namespace, address.port()), List.of())) {
            if (each.local().ip().equals(address.ip())) return each;
            if (each.local().ip().isAny()) wildcard = each;
        }
        return wildcard;
    }

    /// Whether this end was called, rather than calling: a listener has its port; or, if that is gone,
    /// its port is none that is given to callers while the other's is.
    public boolean isServer(SocketSnapshot socket) {
        if (listenerAt(socket.host(), socket.local()) != null) return true;
        TransportAddress remote = socket.remote();
        if (remote == null) return false;
        return !callers.has(socket.host(), socket.local().port()) && callers.has(socket.host(), remote.port());
    }

    // ---------------------------------------------------------------- who is where

    /// Made when it is first asked: most sockets are explained without their surroundings.
    private Index index() {
        if (index == null) index = new Index(sockets);
        return index;
    }

    private static final class Index {

        private final Map<Ends, List<SocketSnapshot>> byEnds = new HashMap<>();
        private final Map<ListeningAt, List<SocketSnapshot>> listeners = new HashMap<>();

        private Index(Collection<SocketSnapshot> sockets) {
            for (SocketSnapshot socket : sockets) {
                if (socket.protocol() != Protocol.TCP) continue;
                TransportAddress remote = socket.remote();
                if (socket.state() == TcpState.LISTEN) {
                    var at = new ListeningAt(socket.host(), socket.local().port());
                    listeners.computeIfAbsent(at, key -> new ArrayList<>(1)).add(socket);
                } else if (remote != null) {
                    byEnds.computeIfAbsent(new Ends(socket.local(), remote), key -> new ArrayList<>(1))
                            .add(socket);
                }
            }
        }
    }
}
