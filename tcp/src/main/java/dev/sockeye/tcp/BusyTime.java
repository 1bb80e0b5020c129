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

    // Nanoseconds that each was the reason.
    private long sending, receiveWindow, sendBuffer;
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
        switch (current) {
            case 0 -> sending += now - since;
            case 1 -> receiveWindow += now - since;
            case 2 -> sendBuffer += now - since;
            default -> {}
        }
        current = next;
        since = now;
    }

    /// Microseconds; the busy time includes the others.
    long micros(Reason reason, long now) {
        long nanos = switch (reason) {
            case BUSY -> sending + receiveWindow + sendBuffer;
            case RECEIVE_WINDOW -> receiveWindow;
            case SEND_BUFFER -> sendBuffer;
        };
        boolean running = current >= 0 && (reason == Reason.BUSY || current == reason.ordinal());
        return (nanos + (running ? now - since : 0)) / 1000;
    }
}
