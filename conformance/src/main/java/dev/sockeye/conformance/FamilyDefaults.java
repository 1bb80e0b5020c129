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
            IpAddress.parse("192.168.0.1"), 16, IpAddress.parse("192.0.2.1"), 1500, definitions("IP", "IP_RECVERR"));

    private static final FamilyDefaults V6 = new FamilyDefaults(
            IpAddress.parse("fd3d:0a0b:17d6::1"),
            64,
            IpAddress.parse("fd3d:fa7b:d17d::1"),
            1520,
            definitions("IPV6", "IPV6_RECVERR"));

    static FamilyDefaults of(IpVersion version) {
        return version.packetsAreV4() ? V4 : V6;
    }

    private static Map<String, String> definitions(String level, String receiveErrors) {
        return Map.of("CMSG_LEVEL_IP", "SOL_" + level, "CMSG_TYPE_RECVERR", receiveErrors, "CODE", "host_unreachable");
    }
}
