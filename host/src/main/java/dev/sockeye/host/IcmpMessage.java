package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;

/// An ICMP error, as a socket is told of it.
///
/// @param from        who sent it
/// @param errno       what it means
/// @param hard        whether Linux treats it as hard (icmp_err_convert)
/// @param unreachable whether a half-open connection is given up
/// @param mtu         of the link that was too narrow, bytes; -1 of another error
record IcmpMessage(IpAddress from, int type, int code, Errno errno, boolean hard, boolean unreachable, int mtu) {

    boolean isTooBig() {
        return mtu >= 0;
    }
}
