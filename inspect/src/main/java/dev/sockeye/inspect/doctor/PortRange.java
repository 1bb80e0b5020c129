package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Surroundings;
import java.util.BitSet;

/// The ports that the kernel gives to sockets that ask for none: `ip_local_port_range` without
/// `ip_local_reserved_ports`.
///
/// @param first    the lowest
/// @param last     the highest
/// @param reserved those between them that are kept for somebody, as the kernel writes them:
///     `8080,9000-9010`
public record PortRange(int first, int last, String reserved) {

    /// Linux's default.
    public static final PortRange DEFAULT =
            new PortRange(Surroundings.FIRST_CALLERS_PORT, Surroundings.LAST_CALLERS_PORT, "");

    /// How many there are to be given.
    public int size() {
        return last < first ? 0 : last - first + 1 - reservedPorts().cardinality();
    }

    /// Whether the kernel may give this one.
    public boolean has(int port) {
        return port >= first && port <= last && !reservedPorts().get(port);
    }

    private BitSet reservedPorts() {
        var ports = new BitSet();
        if (reserved.isBlank()) return ports;
        for (String part : reserved.strip().split(",", -1)) {
            String[] ends = part.strip().split("-", 2);
            try {
                int from = Math.max(first, Integer.parseInt(ends[0]));
                int to = Math.min(last, Integer.parseInt(ends[ends.length - 1]));
                if (from <= to) ports.set(from, to + 1);
            } catch (NumberFormatException e) {
                // Not a range.
            }
        }
        return ports;
    }
}
