package dev.sockeye.conformance.machine;

import dev.sockeye.wire.IpAddress;
import java.util.Map;

/// The machine that a script wants.
///
/// @param local         its address, and the prefix it shares with its neighbours
/// @param remote        the peer's address
/// @param bindPort      the port that `bind(3, ..., ...)` takes
/// @param connectPort   the port that `connect(3, ..., ...)` goes to
/// @param mtu           of its interface, bytes
/// @param mss           what larger segments that arrive were cut into on the way, bytes; 0 for whole
/// @param definitions   names and what stands for them, as `-D NAME=VALUE` says
/// @param toleranceNanos how far a time may be from what the script says
/// @param seed          of all randomness
public record Setup(
        IpVersion version,
        IpAddress local,
        int prefixLength,
        IpAddress remote,
        int bindPort,
        int connectPort,
        int mtu,
        int mss,
        Map<String, String> definitions,
        long toleranceNanos,
        long seed) {

    public Setup {
        definitions = Map.copyOf(definitions);
    }
}
