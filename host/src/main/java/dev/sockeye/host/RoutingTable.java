package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a host's packets go: longest prefix first, then the lower metric, then the older route.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class RoutingTable {

    private final List<Route> routes = new ArrayList<>();

    RoutingTable() {}

    /// All routes, those of interfaces included.
    public List<Route> list() {
        return List.copyOf(routes);
    }

    /// Adds a route.
    public void add(Route route) {
        throw new UnsupportedOperationException();
    }

    /// `ip route add CIDR dev OUT`; `default` stands for `0.0.0.0/0`, and for IPv6 use `::/0`.
    public void add(String cidr, Interface out) {
        throw new UnsupportedOperationException();
    }

    /// `ip route add CIDR via GATEWAY dev OUT`
    public void add(String cidr, IpAddress gateway, Interface out) {
        throw new UnsupportedOperationException();
    }

    /// `ip route add unreachable CIDR`: EHOSTUNREACH
    public void addUnreachable(String cidr) {
        throw new UnsupportedOperationException();
    }

    /// `ip route del`
    ///
    /// @return whether it was there
    public boolean remove(Route route) {
        return routes.remove(route);
    }

    /// The route to an address; null where the network is unreachable.
    public @Nullable Route lookup(IpAddress destination) {
        throw new UnsupportedOperationException();
    }
}
