package dev.sockeye.socket;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// Two threads bring an event each to a station and carry: whoever comes second may find it taken, but no event
/// is left lying once both have gone, and never are two threads in it.
@JCStressTest
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "both events served, one thread at a time")
@Outcome(expect = FORBIDDEN, desc = "an event stranded, or two threads in the station")
@State
public class StationStress {

    private static final class Nobody extends Driver {
        @Override
        public long now() {
            return 0;
        }

        @Override
        public long epochNanos() {
            return 0;
        }

        @Override
        protected void await(Waiter waiter, long deadline) {}

        @Override
        protected void deadlineAt(long deadline) {}

        @Override
        protected void handOver() {}
    }

    private static final class Counting extends Station {
        private final AtomicInteger brought = new AtomicInteger();
        int inside;
        int served;
        int intrusions;

        Counting(Driver driver) {
            super(driver);
        }

        void bring() {
            brought.incrementAndGet();
            isWork();
        }

        @Override
        boolean hasArrivals() {
            return brought.get() > 0;
        }

        @Override
        void serveAndLeave() {
            if (inside++ != 0) intrusions++;
            served += brought.getAndSet(0);
            inside--;
            turn.give();
            lookAgain();
        }
    }

    private final Driver driver = new Nobody();
    private final Counting station = new Counting(driver);

    public StationStress() {
        station.join();
    }

    @Actor
    public void one() {
        station.bring();
        driver.carry();
    }

    @Actor
    public void other() {
        station.bring();
        driver.carry();
    }

    @Arbiter
    public void after(II_Result result) {
        result.r1 = station.served;
        result.r2 = station.intrusions;
    }
}
