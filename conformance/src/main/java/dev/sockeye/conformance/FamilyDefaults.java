package dev.sockeye.conformance;

import dev.sockeye.conformance.machine.IpVersion;
import dev.sockeye.tcp.FastOpenKeys;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.HexFormat;
import java.util.Map;

/// What packetdrill, and those who run its public scripts, take where nothing is said: addresses, ports,
/// the MTU that gives a segment of 1460 bytes in IPv6 too, and names.
///
/// @param definitions names in scripts and what stands for them
record FamilyDefaults(IpAddress local, int prefixLength, IpAddress remote, int mtu, Map<String, String> definitions) {

    /// The keys of the cookies that scripts know by name: that of `defaults.sh`, and one of zeros.
    static final String COOKIE_KEY = "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4";

    static final String ZERO_KEY = "00000000-00000000-00000000-00000000";

    static final int PORT = 8080;
    static final long TOLERANCE_MICROS = 4000;
    static final double TOLERANCE_PERCENT = 12.5;

    private static final FamilyDefaults V4 = new FamilyDefaults(
            IpAddress.parse("192.168.0.1"), 16, IpAddress.parse("192.0.2.1"), 1500, definitions("IP", "IP_RECVERR"));

    private static final FamilyDefaults V6 = new FamilyDefaults(
            IpAddress.parse("fd3d:0a0b:17d6::1"),
            64,
            IpAddress.parse("fd3d:fa7b:d17d::1"),
            1520,
            definitions("IPV6", "IPV6_RECVERR"));

    /// Packets as in IPv4; but what an IPv6 socket tells is IPv6's.
    private static final FamilyDefaults MAPPED =
            new FamilyDefaults(V4.local, V4.prefixLength, V4.remote, V4.mtu, V6.definitions);

    static FamilyDefaults of(IpVersion version) {
        return switch (version) {
            case IPV4 -> V4;
            case IPV6 -> V6;
            case MAPPED -> MAPPED;
        };
    }

    private static Map<String, String> definitions(String level, String receiveErrors) {
        return Map.of("CMSG_LEVEL_IP", "SOL_" + level, "CMSG_TYPE_RECVERR", receiveErrors, "CODE", "host_unreachable");
    }

    /// The Fast Open cookie that a host of this address gives that peer.
    ///
    /// @param key as `net.ipv4.tcp_fastopen_key` has it
    static String cookie(String key, IpAddress local, IpAddress remote) {
        var tuple = new FourTuple(new TransportAddress(local, PORT), new TransportAddress(remote, PORT));
        return HexFormat.of().formatHex(FastOpenKeys.parse(key).cookieOf(tuple));
    }
}
