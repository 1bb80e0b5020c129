package dev.sockeye.host;

import dev.sockeye.tcp.SipHash;
import java.util.random.RandomGenerator;

/// How many ICMP errors go out: `icmp_msgs_per_sec` altogether, and one in `icmp_ratelimit` milliseconds to each
/// destination, six at once at most (RFC 1812 4.3.2.8, RFC 4443 2.4 f: token buckets).
///
/// Destinations share 256 places; where two meet in one, the newcomer begins with a full bucket.
final class IcmpRateLimit {

    private static final int BURST = 6;
    private static final int PLACES = 256;

    private final Sysctl sysctl;
    private final long key0;
    private final long key1;
    private final long[] highs = new long[PLACES];
    private final long[] lows = new long[PLACES];
    private final long[] tokens = new long[PLACES];
    private final long[] since = new long[PLACES];
    private double messages;
    private long messagesSince = Long.MIN_VALUE;

    IcmpRateLimit(Sysctl sysctl, RandomGenerator random) {
        this.sysctl = sysctl;
        this.key0 = random.nextLong();
        this.key1 = random.nextLong();
    }

    /// Takes one of the messages that go to anybody.
    boolean allowsAny(long now) {
        int burst = sysctl.ipv4().icmp_msgs_burst;
        if (messagesSince == Long.MIN_VALUE) messages = burst;
        else messages = Math.min(burst, messages + (now - messagesSince) * 1e-9 * sysctl.ipv4().icmp_msgs_per_sec);
        messagesSince = now;
        if (messages < 1) return false;
        messages -= 1;
        return true;
    }

    /// Takes one of the messages that go to this destination.
    boolean allows(long high, long low, boolean v4, long now) {
        long period = (v4 ? sysctl.ipv4().icmp_ratelimit : sysctl.ipv6().ratelimit) * 1_000_000L;
        if (period == 0) return true;
        int place = (int) SipHash.hash(key0, key1, high, low) & PLACES - 1;
        if (highs[place] != high || lows[place] != low) {
            highs[place] = high;
            lows[place] = low;
            tokens[place] = BURST * period;
        } else {
            tokens[place] = Math.min(BURST * period, tokens[place] + now - since[place]);
        }
        since[place] = now;
        if (tokens[place] < period) return false;
        tokens[place] -= period;
        return true;
    }
}
