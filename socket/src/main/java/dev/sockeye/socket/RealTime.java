package dev.sockeye.socket;

/// Drives machines with the system's clock, and one daemon thread for the timers of all of them, which sleeps
/// until the earliest deadline and is woken only for an earlier one.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class RealTime extends Driver implements AutoCloseable {

    /// A driver whose clock begins now.
    ///
    /// @param name of the timer thread
    public RealTime(String name) {
        throw new UnsupportedOperationException(name);
    }

    /// The driver that all share who ask for none of their own; it ends with the JVM.
    public static RealTime shared() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long now() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long epochNanos() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void await(Waiter waiter, long deadline) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void deadlineAt(long deadline) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void handOver() {
        throw new UnsupportedOperationException();
    }

    /// Ends the timer thread. Its machines stand still.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
