package dev.sockeye.socket;

import java.util.concurrent.TimeUnit;

/// Drives machines with the system's clock, and one daemon thread for the timers of all of them, which sleeps
/// until the earliest deadline and is woken only for an earlier one.
public final class RealTime extends Driver implements AutoCloseable {

    private static final class Shared {
        static final RealTime DRIVER = new RealTime("sockeye-timer");
    }

    private final long start = System.nanoTime();
    private final long epochNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    private final Thread timer;
    private final Alarm alarm;
    private volatile boolean closed;

    /// A driver whose clock begins now.
    ///
    /// @param name of the timer thread
    public RealTime(String name) {
        timer = Thread.ofPlatform().daemon().name(name).unstarted(this::runTimers);
        alarm = new Alarm(timer);
        timer.start();
    }

    /// The driver that all share who ask for none of their own; it ends with the JVM.
    public static RealTime shared() {
        return Shared.DRIVER;
    }

    @Override
    public long now() {
        return System.nanoTime() - start;
    }

    @Override
    public long epochNanos() {
        return epochNanos;
    }

    @Override
    protected void await(Waiter waiter, long deadline) {
        if (deadline == Long.MAX_VALUE) {
            waiter.park(Long.MAX_VALUE);
        } else {
            long nanos = deadline - now();
            if (nanos > 0) waiter.park(nanos);
        }
    }

    @Override
    protected void deadlineAt(long deadline) {
        alarm.bringForward(deadline);
    }

    @Override
    protected void handOver() {
        alarm.bringForward(Long.MIN_VALUE + 1);
    }

    private void runTimers() {
        while (!closed) {
            alarm.sleep(this::nextDeadlineUnlessClosed, this::now);
            try {
                runDue();
            } catch (RuntimeException | Error e) {
                // One host's fault must not stop the timers of the others.
                timer.getUncaughtExceptionHandler().uncaughtException(timer, e);
            }
        }
    }

    private long nextDeadlineUnlessClosed() {
        return closed ? Long.MIN_VALUE : nextDeadline();
    }

    /// Ends the timer thread. Its machines stand still.
    @Override
    public void close() {
        closed = true;
        handOver();
    }
}
