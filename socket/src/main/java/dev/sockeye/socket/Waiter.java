package dev.sockeye.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A thread that waits for what another one brings about.
///
/// One thread arms it and waits; any thread may signal it, once or often. Whoever signals is told whether the
/// thread is parked, and wakes it only then: a thread that has not parked yet finds the signal by itself, and no
/// system call is made for it.
public final class Waiter {

    private static final int ARMED = 0;
    private static final int PARKED = 1;
    private static final int SIGNALLED = 2;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Waiter.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// What is waited for, bits of `Readiness`; under the host's lock.
    int interest;

    /// The next waiter of the same socket; under the host's lock.
    @Nullable
    Waiter next;

    private @Nullable Thread thread;
    private volatile int state = SIGNALLED;

    Waiter() {}

    /// The calling thread is going to wait.
    void arm() {
        thread = Thread.currentThread();
        state = ARMED;
    }

    /// The wait is over, whatever ended it.
    void disarm() {
        thread = null;
    }

    /// Ends the wait.
    ///
    /// @return the thread, if it is parked and must be woken with [LockSupport#unpark]; null if it will see by
    ///     itself
    @Nullable
    Thread signal() {
        // The thread is read after the state: it was written before the thread could be seen to be parked.
        return (int) STATE.getAndSet(this, SIGNALLED) == PARKED ? thread : null;
    }

    /// Whether what is waited for has happened.
    public boolean isSignalled() {
        return state == SIGNALLED;
    }

    /// Parks the thread that armed this until it is signalled or interrupted, or `nanos` have passed. Returns for
    /// no reason at times, as [LockSupport#park] does: the caller looks again.
    ///
    /// @param nanos at least 1; `Long.MAX_VALUE` is for ever
    public void park(long nanos) {
        if (state == ARMED && !STATE.compareAndSet(this, ARMED, PARKED)) return;
        if (state == SIGNALLED) return;
        if (nanos == Long.MAX_VALUE) LockSupport.park(this);
        else LockSupport.parkNanos(this, nanos);
    }
}
