package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Sockets that belong together: a client's by whom it calls, a server's by the port at which it is
/// called. So 37 of one pool are one matter.
///
/// @param namespace where they are
/// @param pid       who holds them; 0 if nobody, or if that is not known
/// @param peer      whom the program calls; null of a server's
/// @param port      at which a server is called; 0 of a client's
record Case(String namespace, long pid, @Nullable TransportAddress peer, int port) {

    static Case of(Examination examination, SocketSnapshot socket) {
        Owner owner = socket.owner();
        long pid = owner == null ? 0 : owner.pid();
        TransportAddress remote = socket.remote();
        return remote == null || examination.isServer(socket)
                ? new Case(socket.host(), pid, null, socket.local().port())
                : new Case(socket.host(), pid, remote, 0);
    }

    /// All of them by their case, in the order in which they come.
    static Map<Case, List<SocketSnapshot>> sort(Examination examination, List<SocketSnapshot> sockets) {
        Map<Case, List<SocketSnapshot>> cases = new LinkedHashMap<>();
        for (SocketSnapshot socket : sockets) {
            cases.computeIfAbsent(of(examination, socket), key -> new ArrayList<>())
                    .add(socket);
        }
        return cases;
    }

    /// `to 10.0.0.5:5432`, or `at port 8080 from 12 addresses`
    String where(List<SocketSnapshot> sockets) {
        if (peer != null) return "to " + peer;
        List<String> from = sockets.stream()
                .map(SocketSnapshot::remote)
                .filter(Objects::nonNull)
                .map(remote -> remote.ip().toString())
                .distinct()
                .toList();
        return "at port " + port + " from " + (from.size() == 1 ? from.getFirst() : from.size() + " addresses");
    }

    /// The filter of `sockeye ss` that finds them.
    String filter() {
        String where = peer != null ? "dst " + peer : "sport = :" + port;
        return pid == 0 ? where : where + " pid=" + pid;
    }
}
