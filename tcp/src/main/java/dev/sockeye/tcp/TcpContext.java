package dev.sockeye.tcp;

import dev.sockeye.wire.Pages;
import java.util.function.IntSupplier;
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

    /// `net.core.rmem_max`, bytes.
    public IntSupplier receiveMaximum = () -> 4_194_304;

    /// What is queued on this host, against `tcp_mem`.
    public final HostMemory memory = new HostMemory(this);

    /// What the ACK at hand tells, and the SACK blocks in it: of whichever connection.
    final RateSample rateSample = new RateSample();

    final SackBlocks sackBlocks = new SackBlocks();

    /// What earlier connections have left.
    public final TcpMetrics metrics;

    /// What peers have told about Fast Open.
    public final FastOpenCache fastOpenCache = new FastOpenCache();

    /// Whether the path seems to swallow Fast Open.
    final FastOpenPause fastOpenPause;

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
        this.metrics = new TcpMetrics(sysctl);
        this.fastOpenPause = new FastOpenPause(this);
    }

    private long challengeSecond = -1;
    private int challengesLeft;

    /// RFC 5961 7: whether this host may send another challenge ACK in this second. How many it is varies, so that
    /// nobody can tell from the count what other connections do (CVE-2016-5696).
    boolean mayChallenge(long now) {
        int limit = sysctl.tcp_challenge_ack_limit;
        if (limit == Integer.MAX_VALUE) return true;
        long second = now / 1_000_000_000;
        if (second != challengeSecond) {
            challengeSecond = second;
            challengesLeft = (limit + 1 >> 1) + random.nextInt(Math.max(1, limit));
        }
        if (challengesLeft <= 0) return false;
        challengesLeft--;
        return true;
    }

    /// The keys of this host's Fast Open cookies; where none was set, it makes one up (`tcp_fastopen_init_key_once`).
    public FastOpenKeys fastOpenKeys() {
        if (sysctl.tcp_fastopen_key.count() == 0) sysctl.tcp_fastopen_key = FastOpenKeys.random(random);
        return sysctl.tcp_fastopen_key;
    }

    void count(TcpMib counter) {
        counters.inc(counter);
    }
}
