package dev.sockeye.jdk;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The bytes between the ends of a [MemoryPipe], in a ring.
final class PipeBuffer {

    private static final int CAPACITY = 65_536;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] ring = new byte[CAPACITY];
    private int first;
    private int count;
    private boolean sourceClosed;
    private boolean sinkClosed;

    boolean isReadable() {
        lock.lock();
        try {
            return count > 0 || sinkClosed;
        } finally {
            lock.unlock();
        }
    }

    boolean isWritable() {
        lock.lock();
        try {
            return count < CAPACITY || sourceClosed;
        } finally {
            lock.unlock();
        }
    }

    void closeSource() {
        lock.lock();
        try {
            sourceClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void closeSink() {
        lock.lock();
        try {
            sinkClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// @return the count; 0 if nothing is there or the source was closed; -1 if nothing will come
    long read(ByteBuffer[] to, int offset, int length, boolean waiting) {
        if (!hasRemaining(to, offset, length)) return 0;
        lock.lock();
        try {
            while (count == 0 && !sinkClosed && !sourceClosed && waiting) changed.awaitUninterruptibly();
            if (sourceClosed) return 0;
            if (count == 0) return sinkClosed ? -1 : 0;
            long total = 0;
            for (int i = offset; i < offset + length && count > 0; i++) total += take(to[i]);
            changed.signalAll();
            return total;
        } finally {
            lock.unlock();
        }
    }

    private int take(ByteBuffer to) {
        int n = Math.min(count, to.remaining());
        int untilEnd = Math.min(n, CAPACITY - first);
        to.put(ring, first, untilEnd).put(ring, 0, n - untilEnd);
        first = (first + n) % CAPACITY;
        count -= n;
        return n;
    }

    /// @param onRoomNeeded is run, without the lock, before the writer waits for the reader
    /// @return the count; 0 if there is no room or the sink was closed; -1 if nobody will read
    long write(ByteBuffer[] from, int offset, int length, boolean waiting, Runnable onRoomNeeded) {
        long total = 0;
        lock.lock();
        try {
            for (int i = offset; i < offset + length; i++) {
                while (from[i].hasRemaining()) {
                    if (sinkClosed) return total;
                    if (sourceClosed) return total > 0 ? total : -1;
                    if (count == CAPACITY) {
                        if (!waiting) return total;
                        waitForRoom(onRoomNeeded);
                    } else {
                        total += put(from[i]);
                        changed.signalAll();
                    }
                }
            }
            return total;
        } finally {
            lock.unlock();
        }
    }

    private void waitForRoom(Runnable onRoomNeeded) {
        lock.unlock();
        try {
            onRoomNeeded.run(); // who selects on the source has to know what is there
        } finally {
            lock.lock();
        }
        while (count == CAPACITY && !sinkClosed && !sourceClosed) changed.awaitUninterruptibly();
    }

    private int put(ByteBuffer from) {
        int n = Math.min(CAPACITY - count, from.remaining());
        int start = (first + count) % CAPACITY;
        int untilEnd = Math.min(n, CAPACITY - start);
        from.get(ring, start, untilEnd).get(ring, 0, n - untilEnd);
        count += n;
        return n;
    }

    private static boolean hasRemaining(ByteBuffer[] buffers, int offset, int length) {
        for (int i = offset; i < offset + length; i++) if (buffers[i].hasRemaining()) return true;
        return false;
    }
}
