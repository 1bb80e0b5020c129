package dev.sockeye.socket;

import java.util.concurrent.locks.AbstractQueuedSynchronizer;

/// Whose turn it is: one thread's at a time. It is not reentrant: a thread that comes back to what it is in has
/// broken the rule that nothing foreign is called under a lock, and is told so.
///
/// Taking and giving are totally ordered with all other volatile accesses. So of two threads, one that publishes
/// an event and then fails to get the turn, and one that gives the turn back and then looks for events, at least
/// one sees the other: no event is stranded.
final class Turn extends AbstractQueuedSynchronizer {

    private static final long serialVersionUID = 1;

    /// A host is held for a microsecond or so: a little patience is cheaper than a park.
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 64 : 0;

    /// Takes the turn, waiting for it; parks after a while.
    void take() {
        if (compareAndSetState(0, 1)) {
            setExclusiveOwnerThread(Thread.currentThread());
            return;
        }
        takeContended();
    }

    private void takeContended() {
        if (getExclusiveOwnerThread() == Thread.currentThread()) {
            throw new IllegalStateException("a call to a socket or a host from within another one, under its lock");
        }
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
            if (getState() == 0 && tryTake()) return;
        }
        acquire(1);
    }

    /// Takes the turn if nobody has it.
    boolean tryTake() {
        if (!compareAndSetState(0, 1)) return false;
        setExclusiveOwnerThread(Thread.currentThread());
        return true;
    }

    /// Gives it back.
    void give() {
        release(1);
    }

    @Override
    protected boolean tryAcquire(int ignored) {
        return tryTake();
    }

    @Override
    protected boolean tryRelease(int ignored) {
        setExclusiveOwnerThread(null);
        setState(0);
        return true;
    }
}
