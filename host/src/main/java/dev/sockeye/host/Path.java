package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Ipv4Header;
import org.jspecify.annotations.Nullable;

/// How to reach a destination: by which interface, from which address, with which MTU.
///
/// @param error why it cannot be reached; then the rest has no meaning
/// @param mtu   of the path, bytes
record Path(@Nullable Errno error, Interface out, IpAddress source, int mtu) {

    /// The MTU of its first link, whatever lies behind: what we can receive does not depend on what we can send
    /// (RFC 9293 3.7.1). No IPv4 datagram is longer than 65535 bytes, though `lo` has 65536.
    int linkMtu() {
        return source.isV4() ? Math.min(out.mtu(), Ipv4Header.MAX_TOTAL_LENGTH) : out.mtu();
    }
}
