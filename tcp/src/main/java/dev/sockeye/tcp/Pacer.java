package dev.sockeye.tcp;

/// Spreads transmissions over time, as the internal pacing of Linux's TCP does: each is followed by the pause that its
/// bytes take at the pacing rate. Off unless a program bounds the rate (`SO_MAX_PACING_RATE`) or the congestion control
/// needs it; the rate is known nevertheless, and sizes bursts (`tcp_tso_autosize`). Nanoseconds and bytes.
final class Pacer {

    static final long UNLIMITED = Long.MAX_VALUE;

    private final Connection c;

    /// Whether transmissions are held back: `sk_pacing_status`. Linux never goes back to not pacing.
    private boolean on;

    /// Bytes per second: `sk_pacing_rate`, and its bound `sk_max_pacing_rate`.
    long rate = UNLIMITED;

    private long most = UNLIMITED;

    /// Before then nothing more goes: `tcp_wstamp_ns`.
    private long next;

    Pacer(Connection c) {
        this.c = c;
    }

    boolean isOn() {
        return on;
    }

    /// The congestion control depends on pacing.
    void turnOn() {
        on = true;
    }

    long most() {
        return most;
    }

    /// `SO_MAX_PACING_RATE`
    void bound(long bytesPerSecond) {
        most = bytesPerSecond;
        if (bytesPerSecond != UNLIMITED) on = true;
        rate = Math.min(rate, most);
    }

    void setRate(long bytesPerSecond) {
        rate = Math.min(bytesPerSecond, most);
    }

    /// What the window amounts to in a round trip, twice in slow start and a fifth more otherwise
    /// (`tcp_update_pacing_rate`): for algorithms that do not set a rate themselves.
    void followWindow() {
        TcpSysctl sysctl = c.context.sysctl;
        CongestionWindow cwnd = c.cwnd;
        long bytes = (long) c.sizes.mss * (1_000_000 / 100 << 3);
        bytes *= cwnd.segments < cwnd.ssthresh / 2 ? sysctl.tcp_pacing_ss_ratio : sysctl.tcp_pacing_ca_ratio;
        bytes *= Math.max(cwnd.segments, c.board.packetsOut);
        setRate(c.rtt.hasSample() ? bytes / c.rtt.srttTimes8 : bytes);
    }

    /// Whether the last transmission's pause is not over (`tcp_pacing_check`); then the pacing timer is set for its
    /// end.
    boolean holds(long now) {
        if (!on || next <= now) return false;
        if (c.timers.pacingAt == Timers.NEVER) c.timers.pacingAt = next;
        return true;
    }

    /// How much longer the pause is, milliseconds: other timers wait for it (`tcp_pacing_delay`).
    long delayMillis(long now) {
        return next <= now ? 0 : (next - now + Timers.MILLI - 1) / Timers.MILLI;
    }

    /// When what is transmitted now departs; from then on its round trip counts.
    long departure(long now) {
        return Math.max(next, now);
    }

    /// Data was transmitted (`tcp_update_skb_after_send`).
    void onSent(int bytes, long departure) {
        long late = departure - next;
        next = departure;
        // The first window leaves as a burst.
        if (!on || rate == UNLIMITED || rate == 0 || c.dataSegmentsOut < CongestionWindow.INITIAL) return;
        long pause = bytes * 1_000_000_000L / rate;
        // What the timer was late is made up for, as far as half the pause.
        next += pause - Math.min(pause / 2, late);
    }

    /// How much longer the pause is, microseconds.
    long pauseMicros(long now) {
        return next <= now ? 0 : (next - now) / 1000;
    }
}
