package dev.sockeye.socket;

import static dev.sockeye.socket.OptionTable.EINVAL;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.SocketOptions;

/// The IP options of a TCP socket, with the bounds of Linux's net/ipv4/ip_sockglue.c and
/// net/ipv6/ipv6_sockglue.c. An IPv6 socket has those of IPv4, too.
final class TcpIpOptions {

    private static final int ECN_BITS = 3;

    private TcpIpOptions() {}

    static void addTo(OptionTable<TcpEndpoint> table) {
        trafficClass(table);
        hopLimits(table);
        pathMtu(table);
        addresses(table);
    }

    private static int change(TcpEndpoint endpoint, long now, Runnable change) {
        change.run();
        endpoint.onOptionsChanged(now);
        return 0;
    }

    /// The two ECN bits belong to the protocol.
    private static void trafficClass(OptionTable<TcpEndpoint> table) {
        table.add(SocketOption.IP_TOS, (e, now) -> e.options().trafficClass, (e, tos, now) -> {
            SocketOptions options = e.options();
            int wanted = tos & 0xff & ~ECN_BITS;
            if (wanted != options.trafficClass) options.priority = priorityOf(wanted);
            return change(e, now, () -> options.trafficClass = wanted);
        });
        v6(
                table,
                SocketOption.IPV6_TCLASS,
                (e, now) -> e.options().trafficClass,
                (e, value, now) -> change(e, now, () -> e.options().trafficClass = Math.max(value, 0) & ~ECN_BITS));
    }

    /// What `SO_PRIORITY` becomes with a type of service (`rt_tos2priority`): interactive, bulk, or neither.
    private static int priorityOf(int tos) {
        return switch (tos >> 3 & 3) {
            case 1 -> 2;
            case 2 -> 6;
            case 3 -> 4;
            default -> 0;
        };
    }

    private static void hopLimits(OptionTable<TcpEndpoint> table) {
        table.add(SocketOption.IP_TTL, (e, now) -> hopLimit(e, e.options().hopLimit), (e, ttl, now) -> {
            if (ttl != -1 && (ttl < 1 || ttl > 255)) return EINVAL;
            return change(e, now, () -> e.options().hopLimit = ttl);
        });
        v6(
                table,
                SocketOption.IPV6_UNICAST_HOPS,
                (e, now) -> hopLimit(e, e.options().hopLimit),
                (e, hops, now) -> change(e, now, () -> e.options().hopLimit = hops));
        table.add(SocketOption.IP_MINTTL, (e, now) -> e.options().minHopLimit, TcpIpOptions::setMinHopLimit);
        v6(table, SocketOption.IPV6_MINHOPCOUNT, (e, now) -> e.options().minHopLimit, TcpIpOptions::setMinHopLimit);
    }

    private static int setMinHopLimit(TcpEndpoint endpoint, int hops, long now) {
        if (hops < 0 || hops > 255) return EINVAL;
        endpoint.options().minHopLimit = hops;
        return 0;
    }

    static int hopLimit(Endpoint endpoint, int set) {
        return set >= 0 ? set : endpoint.host().sysctl().ipv4().ip_default_ttl;
    }

    private static void pathMtu(OptionTable<TcpEndpoint> table) {
        table.add(SocketOption.IP_MTU_DISCOVER, TcpIpOptions::discovery, TcpIpOptions::setDiscovery);
        v6(table, SocketOption.IPV6_MTU_DISCOVER, TcpIpOptions::discovery, TcpIpOptions::setDiscovery);
        table.addReadOnly(SocketOption.IP_MTU, (e, now) -> {
            int mtu = e.pathMtu(now);
            return mtu < 0 ? null : mtu;
        });
        table.add(SocketOption.IP_RECVERR, (e, now) -> e.options().receiveErrors, (e, on, now) -> {
            e.options().receiveErrors = on;
            return 0;
        });
    }

    private static Integer discovery(TcpEndpoint endpoint, long now) {
        return endpoint.options().pathMtuDiscovery;
    }

    private static int setDiscovery(TcpEndpoint endpoint, int how, long now) {
        if (how < SocketOptions.PMTU_DONT || how > SocketOptions.PMTU_OMIT) return EINVAL;
        endpoint.options().pathMtuDiscovery = how;
        return 0;
    }

    private static void addresses(OptionTable<TcpEndpoint> table) {
        table.add(SocketOption.IP_FREEBIND, (e, now) -> e.options().freeBind, (e, on, now) -> {
            e.options().freeBind = on;
            return 0;
        });
        table.add(SocketOption.IP_BIND_ADDRESS_NO_PORT, (e, now) -> e.options().bindAddressNoPort, (e, on, now) -> {
            e.options().bindAddressNoPort = on;
            return 0;
        });
    }

    /// An option that only IPv6 sockets have: -1, for the default, to 255.
    static <E extends Endpoint> void v6(
            OptionTable<E> table,
            SocketOption<Integer> option,
            OptionTable.Getter<E, Integer> getter,
            OptionTable.Setter<E, Integer> setter) {
        table.add(option, (e, now) -> OptionTable.isV6(e) ? getter.get(e, now) : null, (e, value, now) -> {
            if (!OptionTable.isV6(e)) return OptionTable.ENOPROTOOPT;
            if (value < -1 || value > 255) return EINVAL;
            return setter.set(e, value, now);
        });
    }
}
