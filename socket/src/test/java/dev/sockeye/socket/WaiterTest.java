package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Waiting, and being woken only when parked.
@Timeout(20)
class WaiterTest {

    private final Waiter waiter = new Waiter();

    @Test
    void aThreadThatHasNotParkedNeedsNoWakeUp() {
        waiter.arm();
        assertThat(waiter.signal()).isNull();
        assertThat(waiter.isSignalled()).isTrue();
        waiter.park(Long.MAX_VALUE); // returns at once
    }

    @Test
    void aParkedThreadIsHandedToWhoeverSignalsFirst() throws InterruptedException {
        for (var builder : new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            var armed = new CountDownLatch(1);
            Thread thread = builder.start(() -> {
                waiter.arm();
                armed.countDown();
                while (!waiter.isSignalled()) waiter.park(Long.MAX_VALUE);
            });
            armed.await();
            while (thread.getState() != Thread.State.WAITING) Thread.onSpinWait();

            Thread parked = waiter.signal();
            assertThat(parked).isSameAs(thread);
            assertThat(waiter.signal()).isNull();
            LockSupport.unpark(parked);
            thread.join();
        }
    }

    @Test
    void aWaitEndsWithItsTime() {
        waiter.arm();
        long start = System.nanoTime();
        long end = start + 10_000_000;
        while (System.nanoTime() < end) waiter.park(end - System.nanoTime());
        assertThat(waiter.isSignalled()).isFalse();
    }
}
