package dev.sockeye.host;

import dev.sockeye.tcp.TcpCounters;
import java.util.Map;

/// What a host has counted, under the names that `nstat` shows: `TcpRetransSegs`, `TcpExtListenOverflows`,
/// `IpInReceives`, `UdpNoPorts`.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Counters {

    private final long[] values = new long[Mib.values().length];
    private final TcpCounters tcp;

    Counters(TcpCounters tcp) {
        this.tcp = tcp;
    }

    /// TCP's.
    public TcpCounters tcp() {
        return tcp;
    }

    /// The value of one.
    public long get(Mib counter) {
        return values[counter.ordinal()];
    }

    /// The value of one by its name in `nstat`.
    ///
    /// @throws IllegalArgumentException if there is none of that name
    public long get(String nstatName) {
        throw new UnsupportedOperationException(nstatName);
    }

    /// All values by their names in `nstat`, in the kernel's order.
    public Map<String, Long> all() {
        throw new UnsupportedOperationException();
    }

    void inc(Mib counter) {
        values[counter.ordinal()]++;
    }

    void add(Mib counter, long count) {
        values[counter.ordinal()] += count;
    }
}
