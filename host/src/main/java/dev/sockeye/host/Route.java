package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// A line of a host's routing table.
///
/// @param network      the destinations, with `prefixLength`
/// @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
/// @param out          where the packets go; null for an unreachable route
/// @param gateway      the next hop; null where the destination is a neighbour
/// @param source       the address to send from; null to choose by RFC 6724
/// @param metric       of two routes with one prefix the lower wins
/// @param mtu          of packets that go this way, bytes, where it is less than the interface's; 0 for the interface's
public record Route(
        IpAddress network,
        int prefixLength,
        @Nullable Interface out,
        @Nullable IpAddress gateway,
        @Nullable IpAddress source,
        int metric,
        int mtu) {

    /// A route with its interface's MTU.
    public Route(
            IpAddress network,
            int prefixLength,
            @Nullable Interface out,
            @Nullable IpAddress gateway,
            @Nullable IpAddress source,
            int metric) {
        this(network, prefixLength, out, gateway, source, metric, 0);
    }
}
