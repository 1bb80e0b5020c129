package dev.sockeye.host;

import dev.sockeye.tcp.TcpCounters;
import dev.sockeye.tcp.TcpMib;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a host has counted, under the names that `nstat` shows: `TcpRetransSegs`, `TcpExtListenOverflows`,
/// `IpInReceives`, `UdpNoPorts`. Written under the host's lock.
public final class Counters {

    private static final Map<String, TcpMib> TCP_BY_NAME = new LinkedHashMap<>();
    private static final Map<String, Mib> BY_NAME = new LinkedHashMap<>();

    static {
        for (TcpMib each : TcpMib.values()) TCP_BY_NAME.put(each.nstatName(), each);
        for (Mib each : Mib.values()) BY_NAME.put(each.name(), each);
    }

    private final long[] values = new long[Mib.values().length];
    private final TcpCounters tcp;

    Counters(TcpCounters tcp, int defaultTtl) {
        this.tcp = tcp;
        add(Mib.IpForwarding, 2); // RFC 4293: notForwarding
        add(Mib.IpDefaultTTL, defaultTtl);
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
        Mib mib = BY_NAME.get(nstatName);
        if (mib != null) return get(mib);
        TcpMib tcpMib = TCP_BY_NAME.get(nstatName);
        if (tcpMib != null) return tcp.get(tcpMib);
        throw new IllegalArgumentException("no counter is named '" + nstatName + "'");
    }

    /// All values by their names in `nstat`, in the kernel's order: `Ip`, `Icmp` and so on, then TCP's.
    public Map<String, Long> all() {
        var all = new LinkedHashMap<String, Long>();
        BY_NAME.forEach((name, mib) -> all.put(name, get(mib)));
        TCP_BY_NAME.forEach((name, mib) -> all.put(name, tcp.get(mib)));
        return all;
    }

    void inc(Mib counter) {
        values[counter.ordinal()]++;
    }

    void add(Mib counter, long count) {
        values[counter.ordinal()] += count;
    }
}
