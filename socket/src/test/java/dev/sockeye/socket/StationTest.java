package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Stations that are served by whoever comes by, and by the timer.
@Timeout(20)
class StationTest {

    private final RealTime driver = new RealTime("test-timer");

    @AfterEach
    void stop() {
        driver.close();
    }

    private static class Counting extends Station {
        final AtomicInteger brought = new AtomicInteger();
        int served;

        Counting(Driver driver) {
            super(driver);
            join();
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
            served += brought.getAndSet(0);
            turn.give();
            lookAgain();
        }
    }

    private static final class Timed extends Station {
        final List<Long> servedAt = new ArrayList<>();
        final CountDownLatch served;

        Timed(Driver driver, int times) {
            super(driver);
            served = new CountDownLatch(times);
            join();
        }

        void wakeAt(long time) {
            turn.take();
            wantsServiceAt(time);
            turn.give();
        }

        @Override
        boolean hasArrivals() {
            return false;
        }

        @Override
        void serveAndLeave() {
            if (takeDue()) {
                servedAt.add(driver.now());
                served.countDown();
            }
            turn.give();
            lookAgain();
        }
    }

    @Test
    void noEventOfManyThreadsIsLeftLying() throws InterruptedException {
        List<Counting> stations = new ArrayList<>();
        for (int i = 0; i < 5; i++) stations.add(new Counting(driver));
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    stations.get(i % 5).bring();
                    driver.carry();
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        for (Counting station : stations) {
            station.turn.take();
            assertThat(station.served).isEqualTo(8_000);
            station.turn.give();
        }
    }

    @Test
    void aThreadThatHasDoneItsShareLeavesTheRestToTheDriver() throws InterruptedException {
        var served = new CountDownLatch(1_000);
        var busy = new Station(driver) {
            @Override
            boolean hasArrivals() {
                return served.getCount() > 0;
            }

            @Override
            void serveAndLeave() {
                served.countDown();
                turn.give();
                lookAgain();
            }
        };
        busy.join();
        busy.isWork();
        driver.carry();
        served.await();
    }

    @Test
    void aDeadlineIsKeptAlsoWhenALaterOneWasThereBefore() throws InterruptedException {
        var late = new Timed(driver, 1);
        var early = new Timed(driver, 1);
        long now = driver.now();
        late.wakeAt(now + 3_600_000_000_000L);
        early.wakeAt(now + 20_000_000);
        early.served.await();
        assertThat(early.servedAt.getFirst()).isGreaterThanOrEqualTo(now + 20_000_000);
        assertThat(late.served.getCount()).isEqualTo(1);
    }

    @Test
    void aDeadlineThatMovedLaterIsNotServedEarly() throws InterruptedException {
        var station = new Timed(driver, 1);
        long now = driver.now();
        station.wakeAt(now + 5_000_000);
        station.wakeAt(now + 60_000_000);
        station.served.await();
        assertThat(station.servedAt.getFirst()).isGreaterThanOrEqualTo(now + 60_000_000);
    }

    @Test
    void aStationThatHasRetiredGivesItsNumberToTheNext() {
        var first = new Counting(driver);
        first.retire();
        first.bring();
        var second = new Counting(driver);
        driver.carry();
        assertThat(List.of(first.served, second.served)).containsExactly(0, 0);
    }
}
