package dev.sockeye.socket;

import static dev.sockeye.socket.OptionTable.EINVAL;

import dev.sockeye.host.UdpEndpoint;

/// The options of a UDP socket; see `docs/socket-options.md`.
final class UdpOptionTable {

    static final OptionTable<UdpEndpoint> TABLE = new OptionTable<UdpEndpoint>().withCommon();

    static {
        buffers();
        ip();
        multicast();
        TABLE.add(SocketOption.SO_BROADCAST, (e, now) -> e.options().broadcast, (e, on, now) -> {
            e.options().broadcast = on;
            return 0;
        });
        TABLE.addReadOnly(SocketOption.SO_ACCEPTCONN, (e, now) -> false);
        TABLE.addReadOnly(SocketOption.SO_TYPE, (e, now) -> 2);
        TABLE.addReadOnly(SocketOption.SO_PROTOCOL, (e, now) -> 17);
    }

    private UdpOptionTable() {}

    private static void buffers() {
        TABLE.add(
                SocketOption.SO_SNDBUF,
                (e, now) -> orDefault(e, e.options().sendBuffer, "net.core.wmem_default"),
                (e, bytes, now) -> {
                    e.options().sendBuffer = OptionTable.sendBuffer(e.host(), bytes);
                    return 0;
                });
        TABLE.add(
                SocketOption.SO_RCVBUF,
                (e, now) -> orDefault(e, e.options().receiveBuffer, "net.core.rmem_default"),
                (e, bytes, now) -> {
                    e.options().receiveBuffer = OptionTable.receiveBuffer(e.host(), bytes);
                    return 0;
                });
    }

    private static int orDefault(UdpEndpoint endpoint, int value, String sysctl) {
        return value != 0 ? value : Integer.parseInt(endpoint.host().sysctl().get(sysctl));
    }

    private static void ip() {
        TABLE.add(SocketOption.IP_TOS, (e, now) -> e.options().trafficClass, (e, tos, now) -> {
            e.options().trafficClass = tos & 0xff;
            return 0;
        });
        TcpIpOptions.v6(TABLE, SocketOption.IPV6_TCLASS, (e, now) -> e.options().trafficClass, (e, value, now) -> {
            e.options().trafficClass = Math.max(value, 0);
            return 0;
        });
        TABLE.add(SocketOption.IP_TTL, (e, now) -> TcpIpOptions.hopLimit(e, e.options().hopLimit), (e, ttl, now) -> {
            if (ttl != -1 && (ttl < 1 || ttl > 255)) return EINVAL;
            e.options().hopLimit = ttl;
            return 0;
        });
        TcpIpOptions.v6(
                TABLE,
                SocketOption.IPV6_UNICAST_HOPS,
                (e, now) -> TcpIpOptions.hopLimit(e, e.options().hopLimit),
                (e, hops, now) -> {
                    e.options().hopLimit = hops;
                    return 0;
                });
    }

    private static void multicast() {
        TABLE.add(SocketOption.IP_MULTICAST_TTL, (e, now) -> e.options().multicastHopLimit, (e, ttl, now) -> {
            if (ttl < -1 || ttl > 255) return EINVAL;
            e.options().multicastHopLimit = ttl == -1 ? 1 : ttl;
            return 0;
        });
        TABLE.add(SocketOption.IP_MULTICAST_LOOP, (e, now) -> e.options().multicastLoop, (e, on, now) -> {
            e.options().multicastLoop = on;
            return 0;
        });
        TABLE.add(SocketOption.IP_RECVERR, (e, now) -> e.options().receiveErrors, (e, on, now) -> {
            e.options().receiveErrors = on;
            return 0;
        });
    }
}
