package dev.sockeye.tcp;

import dev.sockeye.wire.Pages;
import java.util.random.RandomGenerator;

/// What all TCP sockets of one host share. Everything in it is used under the host's lock.
public final class TcpContext {

    public final TcpSysctl sysctl;
    public final TcpCounters counters;
    /// Where payload is kept.
    public final Pages pages;
    /// The host's only source of randomness, seeded.
    public final RandomGenerator random;
    /// Initial sequence numbers and timestamp offsets.
    public final IsnGenerator isn;

    /// How many sockets of this host no program holds any more, and how many TIME_WAIT sockets it has.
    public int orphans, timeWaits;

    /// Bytes of socket buffers charged on this host, against `tcp_mem`.
    public long memory;

    /// The clock's value, in nanoseconds since the Unix epoch, at the host's time 0: only for showing times to
    /// people.
    public long epochNanos;

    /// A host's TCP, with nothing open.
    public TcpContext(TcpSysctl sysctl, Pages pages, RandomGenerator random) {
        this.sysctl = sysctl;
        this.counters = new TcpCounters();
        this.pages = pages;
        this.random = random;
        this.isn = new IsnGenerator(random.nextLong(), random.nextLong());
    }

    void count(TcpMib counter) {
        counters.inc(counter);
    }
}
