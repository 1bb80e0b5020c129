package dev.sockeye.jdk;

import dev.sockeye.host.Family;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The JDK's addresses and the stack's, one as the other.
final class Addresses {

    private Addresses() {}

    /// The stack's family of a channel's; IPv6 is dual-stack, as the JDK's sockets are.
    ///
    /// @throws UnsupportedOperationException if it is not an internet family
    static Family family(ProtocolFamily family) {
        if (family == StandardProtocolFamily.INET) return Family.INET;
        if (family == StandardProtocolFamily.INET6) return Family.INET6;
        throw new UnsupportedOperationException("Protocol family not supported");
    }

    static IpAddress toIp(InetAddress address) {
        return IpAddress.of(address.getAddress());
    }

    static InetAddress toInet(IpAddress ip) {
        try {
            return InetAddress.getByAddress(ip.toBytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // 4 bytes and 16 bytes are always an address
        }
    }

    /// The address to bind a socket of `family` to: the IPv4 wildcard means every address of a dual-stack socket.
    static TransportAddress toBind(InetSocketAddress address, Family family) {
        InetAddress ip = address.getAddress();
        if (ip.isAnyLocalAddress()) return new TransportAddress(any(family), address.getPort());
        return new TransportAddress(toIp(ip), address.getPort());
    }

    static TransportAddress toTransport(InetSocketAddress address) {
        return new TransportAddress(toIp(address.getAddress()), address.getPort());
    }

    static InetSocketAddress toSocketAddress(TransportAddress address) {
        return new InetSocketAddress(toInet(address.ip()), address.port());
    }

    static @Nullable InetSocketAddress toSocketAddressOrNull(@Nullable TransportAddress address) {
        return address == null ? null : toSocketAddress(address);
    }

    private static IpAddress any(Family family) {
        return family == Family.INET ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
    }

    /// The wildcard and any port.
    static InetSocketAddress unspecified(Family family) {
        return new InetSocketAddress(toInet(any(family)), 0);
    }

    /// Where a connect to this address goes: the wildcard means this machine.
    static InetSocketAddress toConnect(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        if (!ip.isAnyLocalAddress()) return address;
        IpAddress loopback = ip instanceof Inet4Address ? IpAddress.LOOPBACK_V4 : IpAddress.LOOPBACK_V6;
        return new InetSocketAddress(toInet(loopback), address.getPort());
    }

    /// What a channel asks of an address.
    ///
    /// @throws UnsupportedAddressTypeException if it is none of the internet, or of another family
    /// @throws UnresolvedAddressException if it is a name only
    static InetSocketAddress checked(SocketAddress address, Family family) {
        Objects.requireNonNull(address);
        if (!(address instanceof InetSocketAddress internet)) throw new UnsupportedAddressTypeException();
        if (internet.isUnresolved()) throw new UnresolvedAddressException();
        if (family == Family.INET && internet.getAddress() instanceof Inet6Address)
            throw new UnsupportedAddressTypeException();
        return internet;
    }
}
