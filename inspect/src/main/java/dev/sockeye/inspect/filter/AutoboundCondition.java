package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.SocketSnapshot;

/// `autobound`: the kernel chose the port, and not the program. What the kernel finds to be so it finds of accepted
/// connections, too; so the port must be one that it chooses from, besides, as in `ss` (docs/linux/ss.md).
/// Where
/// the kernel is not asked, under `not`, that alone decides.
///
/// @param from the first port of `net.ipv4.ip_local_port_range`
/// @param to   the last
public record AutoboundCondition(int from, int to) implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        int port = socket.local().port();
        return port >= from && port <= to;
    }

    @Override
    public String toString() {
        return "autobound";
    }
}
