package dev.sockeye.conformance.machine;

import dev.sockeye.host.Family;

/// Which sockets and packets a script is run with.
public enum IpVersion {
    /// IPv4 sockets, IPv4 packets.
    IPV4("ipv4"),
    /// IPv6 sockets, IPv6 packets.
    IPV6("ipv6"),
    /// IPv6 sockets with IPv4-mapped addresses, IPv4 packets.
    MAPPED("ipv4-mapped-ipv6");

    private final String optionName;

    IpVersion(String optionName) {
        this.optionName = optionName;
    }

    /// What `--ip_version` calls it.
    public String optionName() {
        return optionName;
    }

    /// Whether packets are IPv4.
    public boolean packetsAreV4() {
        return this != IPV6;
    }

    /// The family of sockets.
    public Family family() {
        return this == IPV4 ? Family.INET : Family.INET6;
    }
}
