package dev.sockeye.socket;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// A number that is added again while it is being taken is taken once more, unless the taker saw what it was
/// added for.
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "seen by the taker, and still there: a visit for nothing")
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "seen by the taker")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "not seen, so it is still there")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "stranded")
@State
public class WorkSetStress {

    private static final int NUMBER = 70;

    private final WorkSet work = new WorkSet();
    private volatile int event;

    public WorkSetStress() {
        work.add(NUMBER);
    }

    @Actor
    public void adds() {
        event = 1;
        work.add(NUMBER);
    }

    @Actor
    public void takes(II_Result result) {
        if (work.take(-1) == NUMBER) result.r1 = event;
    }

    @Arbiter
    public void after(II_Result result) {
        result.r2 = work.take(-1) == NUMBER ? 1 : 0;
    }
}
