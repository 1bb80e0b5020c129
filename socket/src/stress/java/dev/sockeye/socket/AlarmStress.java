package dev.sockeye.socket;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// A sleeper without a deadline, and a thread that sets one: an alarm that is lost would let the sleeper sleep
/// for ever, which jcstress reports.
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the sleeper found the deadline")
@Outcome(expect = FORBIDDEN, desc = "it woke for nothing")
@State
public class AlarmStress {

    private volatile long deadline = Long.MAX_VALUE;
    private volatile Alarm alarm;

    @Actor
    public void sleeps(I_Result result) {
        var mine = new Alarm(Thread.currentThread());
        alarm = mine;
        while (deadline == Long.MAX_VALUE) mine.sleep(() -> deadline, () -> 0);
        result.r1 = 1;
    }

    @Actor
    public void brings() {
        deadline = 0;
        Alarm theirs = alarm;
        if (theirs != null) theirs.bringForward(0);
    }
}
