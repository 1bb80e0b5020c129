package dev.sockeye.inspect.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Tells what it is given, and then rests until it is stopped.
final class ScriptedTracer implements Tracer {

    final List<Observation> seen = new ArrayList<>();
    final CountDownLatch done = new CountDownLatch(1);
    private final CountDownLatch stop = new CountDownLatch(1);

    @Override
    public void run(Sink to) {
        seen.forEach(to::seen);
        to.rest();
        done.countDown();
        await(stop);
    }

    /// Waits until it has told all.
    void awaitTold() {
        await(done);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        stop.countDown();
    }

    @Override
    public long lost() {
        return 0;
    }

    @Override
    public void close() {}
}
