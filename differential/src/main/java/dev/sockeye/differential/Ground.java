package dev.sockeye.differential;

import dev.sockeye.wire.IpAddress;
import java.util.List;
import java.util.Map;

/// What a program finds before it begins: whose addresses it uses, and what the host is set to. The kernel's lab is one
/// network namespace for all programs, so it sets there what a program's next step needs.
///
/// @param addresses of the sockets and the packets
/// @param ecn       `tcp_ecn`
/// @param reuse     `tcp_tw_reuse`
record Ground(Addresses addresses, int ecn, int reuse) {

    /// As Linux is.
    static final Ground PLAIN = new Ground(Addresses.IPV4, 2, 2);

    static final String ECN = "net.ipv4.tcp_ecn", REUSE = "net.ipv4.tcp_tw_reuse";

    /// What all programs find, also those that say nothing of it.
    static final Map<String, String> ALWAYS = Map.of(
            "net.ipv4.tcp_fastopen",
            "3",
            "net.ipv4.tcp_fastopen_blackhole_timeout_sec",
            "0",
            // what one connection has learned is not for the next, nor for another program
            "net.ipv4.tcp_no_metrics_save",
            "1");

    /// Kinds of addresses.
    enum Addresses {
        IPV4,
        IPV6,
        /// IPv6 sockets, IPv4 packets
        MAPPED;

        boolean socketsAreV4() {
            return this == IPV4;
        }

        boolean packetsAreV4() {
            return this != IPV6;
        }

        /// The host's address.
        IpAddress host() {
            return packetsAreV4() ? Places.HOST : Places.HOST6;
        }
    }

    /// Settings by name.
    Map<String, Integer> settings() {
        return Map.of(ECN, ecn, REUSE, reuse);
    }

    /// Simpler ones, the simplest first.
    List<Ground> simpler() {
        return List.of(
                        PLAIN,
                        new Ground(Addresses.IPV4, ecn, reuse),
                        new Ground(addresses, 2, reuse),
                        new Ground(addresses, ecn, 2))
                .stream()
                .filter(other -> !other.equals(this))
                .distinct()
                .toList();
    }

    @Override
    public String toString() {
        return "ground " + addresses + " ecn " + ecn + " reuse " + reuse;
    }
}
