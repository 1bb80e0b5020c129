package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;

/// Initial sequence numbers as RFC 6528 3: a clock of 64 ns ticks (as Linux's `seq_scale`), plus a keyed hash of
/// the connection, so that nobody off the path can guess them and an old duplicate of the same 4-tuple falls
/// behind.
public final class IsnGenerator {

    private final long key0;
    private final long key1;

    /// A generator with a secret of its own, 128 bits.
    public IsnGenerator(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /// The initial sequence number for this connection at `now`, nanoseconds.
    public int next(FourTuple tuple, long now) {
        // RFC 9293 3.4.1, MUST-8, SHLD-1, MUST-9
        return (int) SipHash.hash(key0, key1, tuple) + (int) (now >> 6);
    }

    /// What is added to the millisecond clock in this connection's TSval (RFC 7323 5.4); the same for every
    /// connection between these two ends, so that PAWS holds across TIME_WAIT reuse.
    public int timestampOffset(IpAddress local, IpAddress remote) {
        return (int) SipHash.hash(
                key0 ^ 0x5851f42d4c957f2dL, key1, local.high(), local.low(), remote.high(), remote.low(), 0);
    }

    /// TSval at `now`, nanoseconds: a millisecond clock that starts at the offset. RFC 7323 5.4, MUST-29,
    /// MUST-30
    public static int timestamp(long now, int offset) {
        return (int) (now / 1_000_000) + offset;
    }
}
