package dev.sockeye.socket;

import static dev.sockeye.socket.TwoMachines.accept;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.socket.Poller.Registration;
import dev.sockeye.socket.Poller.Trigger;
import dev.sockeye.tcp.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Waiting for many sockets, as epoll does.
@Timeout(30)
class PollerTest {

    private static final long MILLISECOND = 1_000_000;
    private static final byte[] BYTE = {42};

    private final TwoMachines two = new TwoMachines();
    private final Poller poller = two.a.openPoller();

    @AfterEach
    void stop() {
        poller.close();
        two.close();
    }

    private static void write(StreamSocket to) {
        assertThat(to.write(BYTE, 0, 1, 0, Socket.FOREVER)).isEqualTo(1);
    }

    private static void read(StreamSocket from) {
        assertThat(from.read(new byte[1], 0, 1, 0, Socket.NOW)).isEqualTo(1);
    }

    /// What a select reports: attachment and readiness.
    private List<String> select(long timeout) {
        List<String> reports = new ArrayList<>();
        int count = poller.select(timeout, r -> reports.add(r.attachment() + " " + Integer.toHexString(r.ready())));
        assertThat(count).isEqualTo(reports.size());
        return reports;
    }

    @Test
    void byLevelASocketIsReportedWhileItIsReady() {
        StreamSocket[] ends = two.pair();
        poller.register(ends[0], Readiness.IN, Trigger.LEVEL, "near");
        assertThat(select(Socket.NOW)).isEmpty();
        write(ends[1]);
        write(ends[1]);
        assertThat(select(Socket.FOREVER)).containsExactly("near 1");
        read(ends[0]);
        assertThat(select(Socket.FOREVER)).containsExactly("near 1");
        read(ends[0]);
        assertThat(select(Socket.NOW)).isEmpty();
    }

    @Test
    void byEdgeASocketIsReportedForEachEvent() {
        StreamSocket[] ends = two.pair();
        poller.register(ends[0], Readiness.IN, Trigger.EDGE, "near");
        write(ends[1]);
        assertThat(select(Socket.FOREVER)).containsExactly("near 1");
        assertThat(select(Socket.NOW)).isEmpty();
        write(ends[1]);
        assertThat(select(Socket.FOREVER)).containsExactly("near 1");
        assertThat(select(Socket.NOW)).isEmpty();
    }

    @Test
    void anArmedOneShotIsReportedOnce() {
        StreamSocket[] ends = two.pair();
        Registration registration = poller.register(ends[0], Readiness.IN, Trigger.ONE_SHOT, "near");
        write(ends[1]);
        assertThat(select(Socket.FOREVER)).containsExactly("near 1");
        write(ends[1]);
        assertThat(select(Socket.NOW)).isEmpty();
        registration.rearm();
        assertThat(select(Socket.NOW)).containsExactly("near 1");
    }

    @Test
    void whatIsReadyBeforeItIsRegisteredIsReported() {
        StreamSocket[] ends = two.pair();
        write(ends[1]);
        poller.register(ends[0], Readiness.IN | Readiness.OUT, Trigger.EDGE, "near");
        assertThat(select(Socket.FOREVER)).containsExactly("near 5");
    }

    @Test
    void interestCanChange() {
        StreamSocket[] ends = two.pair();
        Registration registration = poller.register(ends[0], Readiness.IN, Trigger.LEVEL, "near");
        assertThat(select(Socket.NOW)).isEmpty();
        registration.setInterest(Readiness.OUT);
        assertThat(select(Socket.FOREVER)).containsExactly("near 4");
        registration.setInterest(0);
        assertThat(select(Socket.NOW)).isEmpty();
    }

    @Test
    void aListenerIsReadyToAccept() {
        ListenSocket listener = two.listen(80, 5);
        poller.register(listener, Readiness.IN, Trigger.LEVEL, "listener");
        assertThat(select(Socket.NOW)).isEmpty();
        two.connect(80);
        assertThat(select(Socket.FOREVER)).containsExactly("listener 1");
        accept(listener);
        assertThat(select(Socket.NOW)).isEmpty();
    }

    @Test
    void aConnectThatHasEndedIsReadyToWrite() {
        ListenSocket listener = two.listen(80, 5);
        StreamSocket good = two.a.openStream(Family.INET);
        StreamSocket bad = two.a.openStream(Family.INET);
        poller.register(good, Readiness.OUT, Trigger.LEVEL, "good");
        poller.register(bad, Readiness.OUT, Trigger.LEVEL, "bad");
        select(Socket.NOW);
        good.connect(TwoMachines.at(TwoMachines.B, 80), 0, Socket.NOW);
        bad.connect(TwoMachines.at(TwoMachines.B, 81), 0, Socket.NOW);
        assertThat(select(Socket.FOREVER)).containsExactlyInAnyOrder("good 4", "bad 1c");
        assertThat(good.finishConnect(0, Socket.NOW)).isZero();
        assertThat(bad.finishConnect(0, Socket.NOW)).isEqualTo(dev.sockeye.wire.Errno.ECONNREFUSED.asResult());
        listener.close();
    }

    @Test
    void theEndOfTheStreamIsAnEvent() {
        StreamSocket[] ends = two.pair();
        poller.register(ends[0], Readiness.IN | Readiness.RDHUP, Trigger.EDGE, "near");
        ends[1].close();
        assertThat(select(Socket.FOREVER)).containsExactly("near 2001");
    }

    @Test
    void roomToWriteIsAnEventOnlyAfterItWasFull() {
        StreamSocket[] ends = two.pair();
        byte[] much = new byte[1_000_000];
        while (ends[0].write(much, 0, much.length, 0, Socket.NOW) > 0) {}
        poller.register(ends[0], Readiness.OUT, Trigger.EDGE, "near");
        assertThat(select(Socket.NOW)).isEmpty();
        while (ends[1].read(much, 0, much.length, 0, Socket.NOW) > 0) {}
        assertThat(select(Socket.FOREVER)).containsExactly("near 4");
    }

    @Test
    void aSocketThatIsClosedIsReportedAsSuch() {
        StreamSocket[] ends = two.pair();
        Registration registration = poller.register(ends[0], 0, Trigger.LEVEL, "near");
        ends[0].close();
        assertThat(select(Socket.FOREVER)).containsExactly("near 20");
        registration.cancel();
        assertThat(select(Socket.NOW)).isEmpty();
        assertThat(poller.registrations()).isEmpty();
    }

    @Test
    void manyPollersWatchOneSocket() {
        StreamSocket[] ends = two.pair();
        try (Poller other = two.a.openPoller()) {
            poller.register(ends[0], Readiness.IN, Trigger.EDGE, "near");
            other.register(ends[0], Readiness.IN, Trigger.EDGE, "near too");
            write(ends[1]);
            assertThat(select(Socket.NOW)).containsExactly("near 1");
            assertThat(other.select(Socket.NOW, r -> {})).isEqualTo(1);
        }
    }

    @Test
    void selectWaitsForAnEventOnAnotherThread() throws InterruptedException {
        for (var builder : new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            StreamSocket[] ends = two.pair();
            Registration registration = poller.register(ends[0], Readiness.IN, Trigger.LEVEL, "near");
            var count = new AtomicInteger(-1);
            Thread selecting = builder.start(() -> count.set(poller.select(Socket.FOREVER, r -> {})));
            while (selecting.getState() != Thread.State.WAITING) Thread.onSpinWait();
            write(ends[1]);
            selecting.join();
            assertThat(count.get()).isEqualTo(1);
            registration.cancel();
        }
    }

    @Test
    void selectEndsWithItsTimeoutWithAWakeupWithAnInterruptAndWithTheEnd() throws InterruptedException {
        long start = System.nanoTime();
        assertThat(poller.select(20 * MILLISECOND, r -> {})).isZero();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MILLISECOND);

        poller.wakeup();
        assertThat(poller.select(Socket.FOREVER, r -> {})).isZero();

        for (Runnable end : new Runnable[] {poller::wakeup, poller::close}) {
            var count = new AtomicInteger(-1);
            Thread selecting = Thread.ofVirtual().start(() -> count.set(poller.select(Socket.FOREVER, r -> {})));
            while (selecting.getState() != Thread.State.WAITING) Thread.onSpinWait();
            end.run();
            selecting.join();
            assertThat(count.get()).isIn(0, TwoMachines.EBADF);
        }
        assertThat(poller.select(Socket.FOREVER, r -> {})).isEqualTo(TwoMachines.EBADF);
    }

    @Test
    void anInterruptEndsASelectAndStaysSet() throws InterruptedException {
        var status = new boolean[1];
        Thread selecting = Thread.ofPlatform().start(() -> {
            int ignored = poller.select(Socket.FOREVER, r -> {});
            status[0] = Thread.currentThread().isInterrupted();
        });
        while (selecting.getState() != Thread.State.WAITING) Thread.onSpinWait();
        selecting.interrupt();
        selecting.join();
        assertThat(status[0]).isTrue();
    }

    @Test
    void noEventIsLostWhileEventsAndSelectsRace() throws InterruptedException {
        StreamSocket[] ends = two.pair();
        poller.register(ends[0], Readiness.IN, Trigger.EDGE, "near");
        int count = 20_000;
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < count; i++) write(ends[1]);
        });
        byte[] buffer = new byte[1000];
        int[] total = {0};
        while (total[0] < count) {
            poller.select(Socket.FOREVER, r -> {
                int got;
                while ((got = ends[0].read(buffer, 0, buffer.length, 0, Socket.NOW)) > 0) total[0] += got;
            });
        }
        writer.join();
        assertThat(total[0]).isEqualTo(count);
    }
}
