package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;
import dev.sockeye.wire.IpAddress;

/// An ICMP error, as a socket is told of it.
///
/// @param from        who sent it
/// @param errno       what it means
/// @param hard        whether Linux treats it as hard (icmp_err_convert)
/// @param unreachable whether a half-open connection is given up
/// @param mtu         of the link that was too narrow, bytes; -1 of another error
record IcmpMessage(IpAddress from, int type, int code, Errno errno, boolean hard, boolean unreachable, int mtu) {

    /// RFC 6069: net and host unreachable, and IPv6's no route. Linux: not its address unreachable, see
    /// docs/linux/errors.md
    boolean isPathBroken() {
        if (!from.isV4()) return type == Icmpv6.UNREACHABLE && code == Icmpv6.NO_ROUTE;
        return type == Icmpv4.UNREACHABLE && (code == Icmpv4.NET_UNREACHABLE || code == Icmpv4.HOST_UNREACHABLE);
    }

    boolean isTooBig() {
        return mtu >= 0;
    }
}
