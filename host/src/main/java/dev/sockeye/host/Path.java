package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// How to reach a destination: by which interface, from which address, with which MTU.
///
/// @param error   why it cannot be reached; then the rest has no meaning
/// @param mtu     of the path, bytes
/// @param linkMtu of its first link, or its route, whatever lies behind: what we can receive does not depend on what we
///     can send (RFC 9293 3.7.1)
record Path(@Nullable Errno error, Interface out, IpAddress source, int mtu, int linkMtu) {

    /// There is none.
    static Path none(Errno error, Interface lo, IpAddress destination) {
        return new Path(error, lo, destination, lo.mtu(), lo.mtu());
    }
}
