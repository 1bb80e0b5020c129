package dev.sockeye.metrics;

/// When a thing may be done again that is worth a certain share of a core, and no more: the longer it took, the later.
final class Duty {

    private final double share;
    private final long leastNanos;
    private long nextAt;
    private boolean hasRun;

    /// @param share      of a core
    /// @param leastNanos from one beginning to the next, however little it takes
    Duty(double share, long leastNanos) {
        this.share = share;
        this.leastNanos = leastNanos;
    }

    /// Whether it may be done now.
    boolean isDue(long now) {
        return !hasRun || now - nextAt >= 0;
    }

    /// It was begun then and has used so much of a core's time.
    void done(long beganAt, long cpuNanos) {
        hasRun = true;
        nextAt = beganAt + Math.max(leastNanos, share <= 0 ? 0 : (long) (cpuNanos / share));
    }

    /// When it may be done next.
    long nextAt() {
        return nextAt;
    }
}
