package dev.sockeye.conformance;

import dev.sockeye.conformance.machine.IpVersion;
import dev.sockeye.wire.IpAddress;
import java.util.Map;

/// What packetdrill, and those who run its public scripts, take where nothing is said: addresses, ports,
/// the MTU that gives a segment of 1460 bytes in IPv6 too, and names.
///
/// @param definitions names in scripts and what stands for them
record FamilyDefaults(IpAddress local, int prefixLength, IpAddress remote, int mtu, Map<String, String> definitions) {

    static final int PORT = 8080;
    static final long TOLERANCE_MICROS = 4000;
    static final double TOLERANCE_PERCENT = 12.5;

    private static final FamilyDefaults V4 = new FamilyDefaults(
            IpAddress.parse("192.168.0.1"),
            16,
            IpAddress.parse("192.0.2.1"),
            1500,
            definitions("IP", "IP_RECVERR", "3021b9d889017eeb", "b7c12350a90dc8f5"));

    private static final FamilyDefaults V6 = new FamilyDefaults(
            IpAddress.parse("fd3d:0a0b:17d6::1"),
            64,
            IpAddress.parse("fd3d:fa7b:d17d::1"),
            1520,
            definitions("IPV6", "IPV6_RECVERR", "c1d1e9742a47a9bc", "82af1a8f9a205c34"));

    static FamilyDefaults of(IpVersion version) {
        return version.packetsAreV4() ? V4 : V6;
    }

    /// @param cookie     Fast Open's of the default addresses, with the key of `defaults.sh`
    /// @param zeroCookie the same with a key of zeros
    private static Map<String, String> definitions(
            String level, String receiveErrors, String cookie, String zeroCookie) {
        return Map.of(
                "CMSG_LEVEL_IP",
                "SOL_" + level,
                "CMSG_TYPE_RECVERR",
                receiveErrors,
                "CODE",
                "host_unreachable",
                "TFO_COOKIE",
                cookie,
                "TFO_COOKIE_ZERO",
                zeroCookie);
    }
}
