package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a host's packets go: longest prefix first, then the lower metric, then the older route. The host's own
/// addresses need no route.
public final class RoutingTable {

    private final List<Route> routes = new ArrayList<>();
    private final List<Interface> interfaces;
    private int generation;

    RoutingTable(List<Interface> interfaces) {
        this.interfaces = interfaces;
    }

    /// All routes, those of interfaces included, in the order in which they are tried.
    public List<Route> list() {
        return List.copyOf(routes);
    }

    /// Adds a route.
    public void add(Route route) {
        int at = 0;
        while (at < routes.size() && !isBefore(route, routes.get(at))) at++;
        routes.add(at, route);
        changed();
    }

    private static boolean isBefore(Route a, Route b) {
        if (a.prefixLength() != b.prefixLength()) return a.prefixLength() > b.prefixLength();
        return a.metric() < b.metric();
    }

    /// `ip route add CIDR dev OUT`
    ///
    /// @param cidr such as `10.1.0.0/16`; `default` stands for `0.0.0.0/0`, for IPv6 there is `::/0`
    public void add(String cidr, Interface out) {
        Prefix prefix = parse(cidr);
        add(new Route(prefix.network(), prefix.length(), out, null, null, 0));
    }

    /// `ip route add CIDR via GATEWAY dev OUT`
    public void add(String cidr, IpAddress gateway, Interface out) {
        Prefix prefix = parse(cidr);
        add(new Route(prefix.network(), prefix.length(), out, gateway, null, 0));
    }

    /// `ip route add unreachable CIDR`: EHOSTUNREACH
    public void addUnreachable(String cidr) {
        Prefix prefix = parse(cidr);
        add(new Route(prefix.network(), prefix.length(), null, null, null, 0));
    }

    /// `ip route replace CIDR via GATEWAY dev OUT mtu MTU`: in place of what routes there are to these destinations.
    ///
    /// @param mtu bytes; 0 for the interface's
    public void replace(String cidr, @Nullable IpAddress gateway, Interface out, int mtu) {
        remove(cidr);
        Prefix prefix = parse(cidr);
        add(new Route(prefix.network(), prefix.length(), out, gateway, null, 0, mtu));
    }

    /// `ip route del CIDR`
    ///
    /// @return whether there was one
    public boolean remove(String cidr) {
        Prefix prefix = parse(cidr);
        boolean removed = routes.removeIf(route -> route.prefixLength() == prefix.length()
                && route.network().equals(prefix.network())
                && route.network().isV4() == prefix.ip().isV4());
        if (removed) changed();
        return removed;
    }

    private static Prefix parse(String cidr) {
        return Prefix.parse(cidr.equals("default") ? "0.0.0.0/0" : cidr);
    }

    void addConnected(Prefix prefix, Interface out) {
        add(new Route(prefix.network(), prefix.length(), out, null, prefix.ip(), 0));
    }

    void removeConnected(IpAddress source, Interface out) {
        routes.removeIf(route -> route.out() == out && source.equals(route.source()));
        changed();
    }

    /// `ip route del`
    ///
    /// @return whether it was there
    public boolean remove(Route route) {
        boolean removed = routes.remove(route);
        if (removed) changed();
        return removed;
    }

    /// The route to an address; null where the network is unreachable (ENETUNREACH).
    public @Nullable Route lookup(IpAddress destination) {
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            if (destination.isIn(route.network(), route.prefixLength()) && isUsable(route)) return route;
        }
        return null;
    }

    /// The route to an address by an interface that a socket is bound to. Linux takes the address for a neighbour
    /// where no route of that interface has it.
    @Nullable
    Route lookup(IpAddress destination, Interface device) {
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            if (route.out() == device && destination.isIn(route.network(), route.prefixLength())) {
                return isUsable(route) ? route : null;
            }
        }
        return device.isUp() ? new Route(destination, destination.isV4() ? 32 : 128, device, null, null, 0) : null;
    }

    private static boolean isUsable(Route route) {
        Interface out = route.out();
        return out == null || out.isUp();
    }

    /// The address to send from on this route: the route's own, else by RFC 6724 5 from the interface's addresses,
    /// and failing that from any; null if the host has none of the family.
    @Nullable
    IpAddress sourceFor(IpAddress destination, Route route) {
        IpAddress source = route.source();
        if (source != null) return source;
        IpAddress best = null;
        for (int i = 0; i < interfaces.size(); i++) {
            Interface each = interfaces.get(i);
            if (each.isUp() && each == route.out()) best = bestOf(each, destination, null);
        }
        for (int i = 0; best == null && i < interfaces.size(); i++) {
            Interface each = interfaces.get(i);
            if (each.isUp() && !each.isLoopback()) best = bestOf(each, destination, null);
        }
        return best;
    }

    private static @Nullable IpAddress bestOf(Interface on, IpAddress destination, @Nullable IpAddress best) {
        for (Interface.Address address : on.addresses()) {
            IpAddress ip = address.ip();
            if (ip.isV4() != destination.isV4()) continue;
            if (best == null || isBetter(ip, best, destination)) best = ip;
        }
        return best;
    }

    /// RFC 6724 5, rule 2 (appropriate scope) and rule 8 (longest matching prefix); of IPv4 the first serves,
    /// unless another is a neighbour.
    private static boolean isBetter(IpAddress ip, IpAddress best, IpAddress destination) {
        boolean scope = ip.isLinkLocal() == destination.isLinkLocal();
        boolean bestScope = best.isLinkLocal() == destination.isLinkLocal();
        if (scope != bestScope) return scope;
        return !ip.isV4() && commonBits(ip, destination) > commonBits(best, destination);
    }

    private static int commonBits(IpAddress a, IpAddress b) {
        int high = Long.numberOfLeadingZeros(a.high() ^ b.high());
        return high < 64 ? high : 64 + Long.numberOfLeadingZeros(a.low() ^ b.low());
    }

    /// Counts changes: who keeps a route looks it up again when this differs.
    int generation() {
        return generation;
    }

    void changed() {
        generation++;
    }
}
