package dev.sockeye.tcp;

/// Active Fast Open is off for a while, for the whole host, after a connection has shown that something on the path
/// swallows it (Linux's `tcp_fastopen_active_disable`): for `tcp_fastopen_blackhole_timeout_sec`, and twice as long
/// each time, up to 64 times as long, until one has gone well. 0 seconds: never.
final class FastOpenPause {

    private static final int MOST_DOUBLINGS = 6;

    private final TcpContext context;
    private int times;
    private long since;
    private int writesSeen;

    FastOpenPause(TcpContext context) {
        this.context = context;
    }

    /// A connection had signs of a black hole. RFC 7413 4.1.3.1, MUST-7
    void begin(long now) {
        if (context.sysctl.tcp_fastopen_blackhole_timeout_sec == 0) return;
        times();
        since = now;
        times++;
        context.count(TcpMib.TCPFastOpenBlackhole);
    }

    /// Whether no connection is to be opened fast now.
    boolean isOn(long now) {
        long seconds = context.sysctl.tcp_fastopen_blackhole_timeout_sec;
        if (seconds == 0 || times() == 0) return false;
        int doublings = Math.min(times - 1, MOST_DOUBLINGS);
        return now - since < (seconds << doublings) * 1_000_000_000L;
    }

    /// Whether there was one: the next connection is a trial.
    boolean isOnTrial() {
        return context.sysctl.tcp_fastopen_blackhole_timeout_sec != 0 && times() > 0;
    }

    /// The trial went well.
    void end() {
        times = 0;
    }

    private int times() {
        if (writesSeen != context.sysctl.blackholeTimeoutWrites) {
            writesSeen = context.sysctl.blackholeTimeoutWrites;
            times = 0;
        }
        return times;
    }
}
