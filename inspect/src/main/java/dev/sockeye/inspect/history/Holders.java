package dev.sockeye.inspect.history;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.tcp.TcpState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who holds the sockets of which events tell: who called `connect` or `listen`; of an accepted one,
/// who holds the listener, as nobody has called anything for it yet; of older ones, who held them when
/// all were looked at. Used by one thread at a time.
public final class Holders {

    private record Port(long namespace, int port) {}

    private static final int MOST = 200_000;

    private final Map<Long, Owner> byCookie = new HashMap<>();
    private final Map<Port, Owner> byListener = new HashMap<>();

    /// Nobody is known yet.
    public Holders() {}

    /// Takes in who holds the sockets that are there.
    public void add(List<SocketSnapshot> sockets) {
        for (SocketSnapshot socket : sockets) {
            KernelDetail kernel = socket.kernel();
            Owner owner = socket.owner();
            if (kernel == null || owner == null) continue;
            byCookie.putIfAbsent(kernel.cookie(), owner);
            if (socket.state() != TcpState.LISTEN) continue;
            byListener.putIfAbsent(new Port(kernel.namespace(), socket.local().port()), owner);
            byListener.putIfAbsent(new Port(0, socket.local().port()), owner); // who tells no namespace
        }
    }

    /// Who holds the event's socket, as far as is known by now; it is noted what the event itself says.
    public @Nullable Owner of(HistoryEvent event) {
        if (event instanceof Transition change) note(change);
        Owner owner = byCookie.get(event.cookie());
        if (event instanceof Destroyed) byCookie.remove(event.cookie());
        return owner;
    }

    private void note(Transition change) {
        var port = new Port(change.namespace(), change.local().port());
        Actor who = change.who();
        if (change.from() == TcpState.LISTEN && change.to() == TcpState.SYN_RCVD) {
            Owner listener = byListener.get(port);
            if (listener != null) put(change.cookie(), listener);
        } else if (who != null && isHolders(change)) {
            var owner = new Owner(who.pid(), who.command(), who.thread(), null);
            put(change.cookie(), owner);
            if (change.to() == TcpState.LISTEN) byListener.put(port, owner);
        }
    }

    /// Whoever connects, listens or closes has it; who kills it has not.
    private static boolean isHolders(Transition change) {
        return change.cause() != null
                && switch (change.cause()) {
                    case CALL_CONNECT, CALL_LISTEN, CALL_CLOSE, CALL_SHUTDOWN, CALL_ABORT -> true;
                    default -> false;
                };
    }

    private void put(long cookie, Owner owner) {
        if (byCookie.size() >= MOST) byCookie.clear(); // then those to come are known again
        byCookie.put(cookie, owner);
    }
}
