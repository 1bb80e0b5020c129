package dev.sockeye.wire;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;

/// The pool that pages come from, safe for any thread. Pages have one of four sizes; they are cut from slabs and
/// never given back to the operating system while the pool lives.
///
/// A pool counts what is out: after everything is closed [#pagesOut] is 0, or somebody leaks. A page returns to the
/// pool that it came from, through whichever pool or cache it is released. Hosts that exchange packets do best with
/// one pool.
///
/// The JVM counts the memory towards `-XX:MaxDirectMemorySize` (by default as much as the heap's limit) and throws an
/// `OutOfMemoryError` beyond; the pool is as it was then.
public final class PagePool implements Pages {

    static final int[] SIZES = {256, 2048, 16384, LARGEST};
    private static final int SLAB = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final PageStack[] free = new PageStack[SIZES.length];
    private final ArrayDeque<Packet> freePackets = new ArrayDeque<>();
    private final long[] made = new long[SIZES.length];
    private long packetsMade;

    /// An empty pool; it grows as pages are taken.
    public PagePool() {
        for (int i = 0; i < SIZES.length; i++) free[i] = new PageStack(64);
    }

    static int sizeClass(int bytes) {
        return bytes <= 256 ? 0 : bytes <= 2048 ? 1 : bytes <= 16384 ? 2 : 3;
    }

    @Override
    public Page take(int bytes) {
        int sizeClass = sizeClass(bytes);
        lock.lock();
        try {
            Page page = pop(sizeClass);
            page.taken();
            return page;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Packet takePacket() {
        lock.lock();
        try {
            Packet packet = popPacket();
            packet.taken();
            return packet;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void giveBack(Page page) {
        if (page.pool != this) {
            page.pool.giveBack(page);
            return;
        }
        lock.lock();
        try {
            free[page.sizeClass].push(page);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void giveBack(Packet packet) {
        if (packet.pool != this) {
            packet.pool.giveBack(packet);
            return;
        }
        lock.lock();
        try {
            freePackets.push(packet);
        } finally {
            lock.unlock();
        }
    }

    /// Moves up to `count` free pages of a class to `to`, making at least one.
    void refill(int sizeClass, PageStack to, int count) {
        lock.lock();
        try {
            to.push(pop(sizeClass));
            while (--count > 0 && !free[sizeClass].isEmpty()) to.push(free[sizeClass].pop());
        } finally {
            lock.unlock();
        }
    }

    void drain(int sizeClass, PageStack from, int count) {
        lock.lock();
        try {
            while (count-- > 0) free[sizeClass].push(from.pop());
        } finally {
            lock.unlock();
        }
    }

    void refillPackets(ArrayDeque<Packet> to, int count) {
        lock.lock();
        try {
            while (count-- > 0) to.push(popPacket());
        } finally {
            lock.unlock();
        }
    }

    void drainPackets(ArrayDeque<Packet> from, int count) {
        lock.lock();
        try {
            while (count-- > 0) freePackets.push(from.pop());
        } finally {
            lock.unlock();
        }
    }

    private Page pop(int sizeClass) {
        if (free[sizeClass].isEmpty()) cutSlab(sizeClass);
        return free[sizeClass].pop();
    }

    private Packet popPacket() {
        Packet packet = freePackets.poll();
        if (packet != null) return packet;
        packetsMade++;
        return new Packet(this);
    }

    /// Slabs start small, so that a pool that serves one connection costs little.
    private void cutSlab(int sizeClass) {
        int size = SIZES[sizeClass];
        int count = (int) Math.max(1, Math.min(SLAB / size, made[sizeClass]));
        MemorySegment slab = Arena.ofAuto().allocate((long) count * size, 64);
        for (int i = 0; i < count; i++)
            free[sizeClass].push(new Page(slab.asSlice((long) i * size, size), sizeClass, this));
        made[sizeClass] += count;
    }

    /// Pages that are held by somebody, caches included.
    public long pagesOut() {
        lock.lock();
        try {
            long out = 0;
            for (int i = 0; i < SIZES.length; i++) out += made[i] - free[i].size();
            return out;
        } finally {
            lock.unlock();
        }
    }

    /// Packets that are held by somebody, caches included.
    public long packetsOut() {
        lock.lock();
        try {
            return packetsMade - freePackets.size();
        } finally {
            lock.unlock();
        }
    }

    /// Native memory in all pages, free or not, in bytes.
    public long bytesReserved() {
        lock.lock();
        try {
            long bytes = 0;
            for (int i = 0; i < SIZES.length; i++) bytes += made[i] * SIZES[i];
            return bytes;
        } finally {
            lock.unlock();
        }
    }
}
