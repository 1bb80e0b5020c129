package dev.sockeye.socket;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.locks.LockSupport;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// One thread waits for an event, the other brings it and wakes only a thread that is parked. A wake-up that is
/// lost would park the first for ever, which jcstress reports.
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the event is seen without a wake-up")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the event is seen after a wake-up")
@Outcome(expect = FORBIDDEN, desc = "the wait ended without the event")
@State
public class WaiterStress {

    private final Turn turn = new Turn();
    private final Waiter waiter = new Waiter();
    private boolean event;
    private boolean waits;

    @Actor
    public void waits(II_Result result) {
        for (; ; ) {
            turn.take();
            if (event) {
                turn.give();
                result.r1 = 1;
                return;
            }
            waits = true;
            waiter.arm();
            turn.give();
            while (!waiter.isSignalled()) waiter.park(Long.MAX_VALUE);
        }
    }

    @Actor
    public void brings(II_Result result) {
        turn.take();
        event = true;
        Thread parked = waits ? waiter.signal() : null;
        turn.give();
        if (parked != null) {
            result.r2 = 1;
            LockSupport.unpark(parked);
        }
    }
}
