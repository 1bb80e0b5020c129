package dev.sockeye.cli;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.filter.SocketFilter;
import dev.sockeye.inspect.filter.StateSet;
import dev.sockeye.inspect.history.HistoryEvent;
import dev.sockeye.inspect.history.Story;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A filter of `ss` put to what happens: to the socket of an event as it is known then. `state NAME` is of changes from
/// it or to it.
final class EventFilter {

    private static final StateSet ALL = StateSet.ALL.with(StateSet.BOUND_INACTIVE);

    private final SocketFilter wanted;
    private final Map<Long, String> namespaces;

    private EventFilter(SocketFilter wanted, Map<Long, String> namespaces) {
        this.wanted = wanted;
        this.namespaces = namespaces;
    }

    /// @param namespaces the names of those that are known by now, by their numbers
    /// @throws IllegalArgumentException with a line for the user
    static EventFilter parse(List<String> words, Map<Long, String> namespaces) {
        return new EventFilter(SocketFilter.parse(String.join(" ", words), ALL), namespaces);
    }

    /// @param owner who holds the socket; null if that is not known
    boolean test(HistoryEvent event, @Nullable Owner owner) {
        if (wanted.expression() == null && wanted.states().equals(ALL)) return true;
        return switch (event) {
            case HistoryEvent.Transition change -> test(event, change.to(), owner) || test(event, change.from(), owner);
            case HistoryEvent.Retransmission seen -> test(event, seen.state(), owner);
            case HistoryEvent.ResetSent seen -> test(event, seen.state(), owner);
            case HistoryEvent.ResetReceived seen -> test(event, seen.state(), owner);
            case HistoryEvent.Dropped seen -> test(event, seen.state(), owner);
            case HistoryEvent.Destroyed end -> test(event, orClosed(end.last()), owner);
        };
    }

    /// Whether a connection that is over was wanted, as it was last.
    boolean test(Story told) {
        return wanted.test(tcp(told.ended(), told.namespace(), orClosed(told.last()), told.cookie(), told.local())
                .remote(told.remote())
                .owner(told.owner())
                .build());
    }

    private boolean test(HistoryEvent event, TcpState state, @Nullable Owner owner) {
        return wanted.test(tcp(event.at(), event.namespace(), state, event.cookie(), event.local())
                .remote(event.remote())
                .owner(owner)
                .build());
    }

    private SocketSnapshot.Builder tcp(
            Instant at, long namespace, TcpState state, long cookie, TransportAddress local) {
        int family = local.ip().isV4() ? KernelDetail.IPV4 : KernelDetail.IPV6;
        return SocketSnapshot.tcp(at, namespaces.getOrDefault(namespace, ""), state, local)
                .kernel(KernelDetail.of(family, cookie, 0, namespace));
    }

    private static TcpState orClosed(@Nullable TcpState last) {
        return last == null ? TcpState.CLOSED : last;
    }
}
