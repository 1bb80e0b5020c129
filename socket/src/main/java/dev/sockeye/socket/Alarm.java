package dev.sockeye.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// One thread that sleeps until the earliest deadline, and that any thread can wake for an earlier one. Nobody
/// wakes it for a later one, and it is woken once, not by each who comes.
final class Alarm {

    private static final long AWAKE = Long.MIN_VALUE;
    private static final VarHandle SLEEPS_UNTIL;

    static {
        try {
            SLEEPS_UNTIL = MethodHandles.lookup().findVarHandle(Alarm.class, "sleepsUntil", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread sleeper;
    private volatile long sleepsUntil = AWAKE;

    /// The alarm of a thread.
    Alarm(Thread sleeper) {
        this.sleeper = sleeper;
    }

    /// Sleeps until the earliest deadline, or until it is brought forward. Called by the sleeper alone.
    ///
    /// @param earliest what the deadline is now, at most `now` for no sleep at all; it is asked twice, because
    ///     another may have come before this thread was seen to sleep
    /// @param clock    the time, nanoseconds
    void sleep(LongSupplier earliest, LongSupplier clock) {
        long until = earliest.getAsLong();
        long now = clock.getAsLong();
        if (until <= now) return;
        sleepsUntil = until;
        if (earliest.getAsLong() >= until) {
            while (sleepsUntil == until && now < until) {
                if (until == Long.MAX_VALUE) LockSupport.park(this);
                else LockSupport.parkNanos(this, until - now);
                now = clock.getAsLong();
            }
        }
        sleepsUntil = AWAKE;
    }

    /// There is a deadline at this time, published before this call: the sleeper wakes if it would come too late.
    void bringForward(long deadline) {
        long until = sleepsUntil;
        while (deadline < until) {
            if (SLEEPS_UNTIL.compareAndSet(this, until, AWAKE)) {
                LockSupport.unpark(sleeper);
                return;
            }
            until = sleepsUntil;
        }
    }
}
