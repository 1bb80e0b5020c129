package dev.sockeye.socket;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// One thread makes a call, which waits for its turn; the other brings an event, and goes away if the turn is
/// taken. The caller looks again after giving the turn back.
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the call made, the event served")
@Outcome(expect = FORBIDDEN, desc = "the event is stranded")
@State
public class CallStress {

    private final Turn turn = new Turn();
    private volatile boolean event;
    private int calls;
    private int served;

    private void serve() {
        if (event) {
            event = false;
            served++;
        }
    }

    private void visit() {
        while (event && turn.tryTake()) {
            serve();
            turn.give();
        }
    }

    @Actor
    public void caller() {
        turn.take();
        calls++;
        serve();
        turn.give();
        visit();
    }

    @Actor
    public void bringer() {
        event = true;
        visit();
    }

    @Arbiter
    public void after(II_Result result) {
        result.r1 = calls;
        result.r2 = served;
    }
}
