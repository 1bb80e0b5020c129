package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.wire.IpAddress;

/// `src HOST` and `dst HOST`: the address is in a network, and perhaps the port is this one.
///
/// As in the kernel, a condition of IPv4 holds also for sockets of IPv6 that have mapped addresses, and one of IPv6 for
/// sockets of IPv6 alone, mapped or not (docs/linux/ss.md).
///
/// @param family       [#ANY], or [KernelDetail#IPV4] or [KernelDetail#IPV6]: how the network is written, as
///     `[::ffff:10.0.0.1]` is not `10.0.0.1`
/// @param network      its address; of no meaning with any family
/// @param prefixLength of that family
/// @param port         -1 for any
public record HostCondition(Side side, int family, IpAddress network, int prefixLength, int port)
        implements Filter.Condition {

    /// Of any family: `*`.
    public static final int ANY = 0;

    /// Any address with this port.
    static HostCondition anyHost(Side side, int port) {
        return new HostCondition(side, ANY, IpAddress.ANY_V6, 0, port);
    }

    @Override
    public boolean matches(SocketSnapshot socket) {
        if (port >= 0 && side.portOf(socket) != port) return false;
        if (family == ANY) return true;
        IpAddress ip = side.ipOf(socket);
        if (family == KernelDetail.IPV4) return ip.isV4() && ip.isIn(network, prefixLength);
        return Side.familyOf(socket) == KernelDetail.IPV6 && agree(ip, network, prefixLength);
    }

    /// Whether the first bits of two addresses of IPv6 agree, mapped or not.
    private static boolean agree(IpAddress one, IpAddress other, int bits) {
        long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << 64 - bits;
        long lowMask = bits <= 64 ? 0 : -1L << 128 - bits;
        return ((one.high() ^ other.high()) & highMask) == 0 && ((one.low() ^ other.low()) & lowMask) == 0;
    }

    @Override
    public String toString() {
        String suffix = port < 0 ? "" : ":" + port;
        if (family == ANY) return side.hostName() + " *" + suffix;
        boolean v4 = family == KernelDetail.IPV4;
        String length = prefixLength == (v4 ? 32 : 128) ? "" : "/" + prefixLength;
        String address = v4 ? network + length : "[" + text6(network) + length + "]";
        return side.hostName() + " " + address + suffix;
    }

    private static String text6(IpAddress ip) {
        return ip.isV4() ? "::ffff:" + ip : ip.toString();
    }
}
