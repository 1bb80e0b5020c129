package dev.sockeye.tcp;

/// A host's TCP counters, one `long` for each [TcpMib]. Written under the host's lock.
public final class TcpCounters {

    private final long[] values = new long[TcpMib.values().length];

    /// All zero, but for the four constants of RFC 4022.
    public TcpCounters() {
        set(TcpMib.RtoAlgorithm, 1);
        set(TcpMib.RtoMin, 200);
        set(TcpMib.RtoMax, 120_000);
        set(TcpMib.MaxConn, -1);
    }

    /// One more.
    public void inc(TcpMib counter) {
        values[counter.ordinal()]++;
    }

    /// So many more (or, of a gauge such as `CurrEstab`, fewer).
    public void add(TcpMib counter, long count) {
        values[counter.ordinal()] += count;
    }

    /// The value now.
    public long get(TcpMib counter) {
        return values[counter.ordinal()];
    }

    private void set(TcpMib counter, long value) {
        values[counter.ordinal()] = value;
    }
}
