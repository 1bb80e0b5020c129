package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// Who holds a local port: a socket that is bound, listening or connected, or what is left of one in TIME_WAIT.
/// What is told here decides whether another may hold it too.
abstract class PortHolder {

    @Nullable
    PortBucket bucket;

    @Nullable
    PortHolder previousHolder;

    @Nullable
    PortHolder nextHolder;

    /// The local address, wildcards included.
    abstract IpAddress holderAddress();

    abstract boolean reuseAddress();

    abstract boolean reusePort();

    abstract boolean v6Only();

    abstract @Nullable Interface boundDevice();

    /// Whether it is a TCP socket in LISTEN.
    abstract boolean isListening();

    /// Whether one packet could be for either: same address, or one of them a wildcard that takes in the other.
    final boolean overlaps(IpAddress ip, boolean ipV6Only, @Nullable Interface device) {
        Interface own = boundDevice();
        if (own != null && device != null && own != device) return false;
        IpAddress mine = holderAddress();
        return mine.equals(ip) || takesIn(mine, v6Only(), ip) || takesIn(ip, ipV6Only, mine);
    }

    /// `0.0.0.0` takes in all of IPv4, `::` everything, or with `IPV6_V6ONLY` all of IPv6.
    static boolean takesIn(IpAddress wildcard, boolean v6Only, IpAddress ip) {
        if (!wildcard.isAny()) return false;
        return wildcard.isV4() ? ip.isV4() : !(v6Only && ip.isV4());
    }
}
