package dev.sockeye.tcp;

/// The timestamp option of a connection (RFC 7323 3 to 5): our clock, the peer's as it was last seen, and what an
/// echo of ours tells.
final class Timestamps {

    private static final long RECENT_LIFETIME = 24L * 24 * 3600 * 1_000_000_000L; // RFC 7323 5.5

    private final ReceiveWindow receive;

    /// We have offered the option in our SYN; both ends have.
    boolean offered, agreed;
    /// TS.Recent, and when it was taken, nanoseconds.
    int recent;

    long recentAt;
    /// What is added to our clock: an offset of this pair of addresses (RFC 7323 5.4).
    int offset;

    private boolean follows;

    // The option of the segment at hand.
    private boolean seen;
    private int echo;

    Timestamps(ReceiveWindow receive) {
        this.receive = receive;
    }

    void agree(int first, long at) {
        agreed = offered = true;
        recent = first;
        recentAt = at;
    }

    /// The connection follows one that is in TIME_WAIT: the peer's clock has come at least so far.
    void follow(TimeWait before) {
        recent = before.tsRecent();
        recentAt = before.tsRecentAt();
        follows = true;
    }

    /// Whether it follows such a one.
    boolean follows() {
        return follows;
    }

    /// A segment arrives.
    void onSegment(Segment seg) {
        seen = seg.timestamps;
        echo = seg.tsEcr;
    }

    /// Our clock: milliseconds. RFC 7323 4.1, MUST-21; RFC 7323 5.4, MUST-29, MUST-30
    int now(long now) {
        return (int) (now / Timers.MILLI) + offset;
    }

    /// RFC 7323 4.3, MUST-22; RFC 7323 3.2, MUST-16: TS.Recent is taken from segments that begin at or before
    /// what was acknowledged last.
    ///
    /// @return whether it is newer than the last
    boolean update(Segment seg, long now) {
        if (!agreed || !seg.timestamps || Seq.gt(seg.seq, receive.updatedAt)) return false;
        int progress = seg.tsVal - recent;
        // RFC 7323 5.2, MUST-23
        if (progress < 0 && !isRecentExpired(now) && recent != 0) return false;
        recent = seg.tsVal;
        recentAt = now;
        return progress > 0;
    }

    boolean isRecentExpired(long now) {
        return now - recentAt > RECENT_LIFETIME;
    }

    /// Whether the segment at hand echoes a timestamp from before that time.
    boolean echoesBefore(long nanos) {
        return agreed && seen && echo != 0 && echo - now(nanos) < 0;
    }

    /// Whether the segment at hand echoes the timestamp of that time.
    boolean echoes(long nanos) {
        return agreed && seen && echo == now(nanos);
    }

    /// The round trip that the echoed timestamp tells, microseconds; -1 if it tells none.
    long echoedRttMicros(long now) {
        if (!agreed || !seen || echo == 0) return -1;
        int millis = now(now) - echo;
        return millis < 0 ? -1 : Math.max(1, millis) * 1000L;
    }

    /// Whether this is a timestamp that we have sent since then.
    boolean isOurs(int echoed, long since, long now) {
        return Seq.between(echoed, now(since), now(now));
    }
}
