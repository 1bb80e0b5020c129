package dev.sockeye.tcp;

/// What the time with data to send was spent on (`tcp_chrono_start`): sending, or waiting for the peer's window or
/// for room in the send buffer. At any time the most specific reason counts.
final class BusyTime {

    /// The reasons; each later one is more specific.
    enum Reason {
        BUSY,
        RECEIVE_WINDOW,
        SEND_BUFFER
    }

    private final long[] spent = new long[3];
    private int current = -1;
    private long since;

    void start(Reason reason, long now) {
        if (reason.ordinal() > current) set(reason.ordinal(), now);
    }

    void stop(Reason reason, boolean busy, long now) {
        if (!busy) set(-1, now);
        else if (reason.ordinal() == current) set(0, now);
    }

    private void set(int next, long now) {
        if (next == current) return;
        if (current >= 0) spent[current] += now - since;
        current = next;
        since = now;
    }

    /// Microseconds; the busy time includes the others.
    long micros(Reason reason, long now) {
        long nanos = reason == Reason.BUSY ? spent[0] + spent[1] + spent[2] : spent[reason.ordinal()];
        boolean running = current >= 0 && (reason == Reason.BUSY || current == reason.ordinal());
        return (nanos + (running ? now - since : 0)) / 1000;
    }
}
