package dev.sockeye.socket;

import java.util.concurrent.locks.LockSupport;

/// What drives machines: a clock, a way to wait, and somebody who sees to it that timers fire. [RealTime] has the
/// system's clock and a thread; the laboratory's has a clock that it turns itself and no thread at all.
///
/// All machines that are joined by links have the same driver. The subclass decides when; what is done is decided
/// here and in the core: [#carry] and [#runDue] do all the work that there is to do at the time.
public abstract class Driver {

    private final Stations stations = new Stations();

    // ---------------------------------------------------------------- for the subclass to decide

    /// The clock of all its machines and links, nanoseconds; it never goes back.
    public abstract long now();

    /// The time of [#now] 0, nanoseconds since the Unix epoch: only for showing times to people.
    public abstract long epochNanos();

    /// Lets the calling thread wait until the waiter is signalled, `deadline` has come, or the thread is
    /// interrupted; may return earlier, as the caller looks again. Called without any lock.
    ///
    /// @param deadline of [#now]; `Long.MAX_VALUE` is never
    protected abstract void await(Waiter waiter, long deadline);

    /// Ends a parked thread's wait.
    protected void wake(Thread thread) {
        LockSupport.unpark(thread);
    }

    /// A deadline has been set: [#runDue] is to be called at that time or soon after. Called often, by any
    /// thread, under a host's lock or a link's turn; must not block, and should do nothing unless this is earlier
    /// than what it waits for.
    protected abstract void deadlineAt(long deadline);

    /// A thread has worked enough for others: somebody else is to call [#carry] soon. Called by any thread,
    /// without any lock.
    protected abstract void handOver();

    // ---------------------------------------------------------------- for the subclass to call

    /// The earliest time at which there is something to do, `Long.MIN_VALUE` if there is something now, and
    /// `Long.MAX_VALUE` if there is nothing.
    protected final long nextDeadline() {
        return stations.nextDeadline();
    }

    /// Runs every timer that is due, and all that follows from it.
    protected final void runDue() {
        stations.markDue(now());
        carry();
    }

    /// Does what is there to be done: packets to links, links to hosts, and what the hosts answer, until nothing
    /// is left or the calling thread has done its share. A device's thread calls it after it has put packets into
    /// arrivals.
    ///
    /// Never called under a lock, and never by what is called from here.
    public final void carry() {
        if (!stations.carry()) handOver();
    }

    Stations stations() {
        return stations;
    }
}
