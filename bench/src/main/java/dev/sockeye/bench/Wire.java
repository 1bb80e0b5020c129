package dev.sockeye.bench;

import dev.sockeye.link.ImpairedLink;
import dev.sockeye.link.Impairment;
import dev.sockeye.link.Link;
import dev.sockeye.link.TunLink;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Two devices of the kernel, joined by an impaired cable in real time. A thread of its own sends on what is due.
final class Wire implements AutoCloseable {

    private final Impairment how;
    private final PagePool pool;
    private final long seed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread thread = new Thread(this::run, "wire");
    private final End ends = new End();
    private volatile boolean closed;
    private volatile long latest;
    /// When the thread looks again by itself; under the lock.
    private long wakeAt;

    /// The directions: there and back.
    private static final class End {
        @Nullable
        ImpairedLink there;

        @Nullable
        ImpairedLink back;
    }

    Wire(Impairment how, PagePool pool, long seed) {
        this.how = how;
        this.pool = pool;
        this.seed = seed;
    }

    /// A device's arrivals: what goes into one direction, once that is there.
    private final class Into implements Link {
        private volatile @Nullable ImpairedLink link;

        @Override
        public void send(Packet packet, long now) {
            lock.lock();
            try {
                ImpairedLink into = link;
                if (into == null || closed) packet.release(pool);
                else into.send(packet, Math.max(now, System.nanoTime()));
            } finally {
                lock.unlock();
            }
        }
    }

    void join(TunLink a, TunLink b) {
        var fromA = new Into();
        var fromB = new Into();
        Link toA = a.plug(fromA);
        Link toB = b.plug(fromB);
        var random = new SplittableRandom(seed);
        lock.lock();
        try {
            ends.there = fromA.link = new ImpairedLink(toB, how, random.split(), pool);
            ends.back = fromB.link = new ImpairedLink(toA, how, random.split(), pool);
        } finally {
            lock.unlock();
        }
        thread.setDaemon(true);
        thread.start();
    }

    /// Something was sent: the thread is woken if it is due before what the thread waits for.
    void carry() {
        lock.lock();
        try {
            if (nextDeadline() >= wakeAt) return;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(thread);
    }

    /// Forgets how late packets were.
    void beginInTime() {
        latest = 0;
    }

    /// How late a packet was sent on at most, nanoseconds: what the machine was busy with otherwise.
    long latest() {
        return latest;
    }

    private void run() {
        while (!closed) {
            long next = advance();
            long left = next - System.nanoTime();
            // At real-time priority the kernel wakes it in time.
            if (left > 0) LockSupport.parkNanos(this, Math.min(left, 100_000_000));
        }
    }

    /// @return when there is something to do again
    private long advance() {
        lock.lock();
        try {
            ImpairedLink there = ends.there;
            ImpairedLink back = ends.back;
            if (there == null || back == null) return Long.MAX_VALUE;
            long now = System.nanoTime();
            latest = Math.max(latest, now - nextDeadline());
            there.advance(now);
            back.advance(now);
            wakeAt = nextDeadline();
            return wakeAt;
        } finally {
            lock.unlock();
        }
    }

    private long nextDeadline() {
        ImpairedLink there = ends.there;
        ImpairedLink back = ends.back;
        return there == null || back == null ? Long.MAX_VALUE : Math.min(there.nextDeadline(), back.nextDeadline());
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        lock.lock();
        try {
            if (ends.there != null) ends.there.clear();
            if (ends.back != null) ends.back.clear();
        } finally {
            lock.unlock();
        }
    }
}
