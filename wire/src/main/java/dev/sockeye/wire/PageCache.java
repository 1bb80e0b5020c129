package dev.sockeye.wire;

import java.util.ArrayDeque;

/// A host's own store of free pages and packets in front of the shared [PagePool], so that the data path takes no
/// lock of the pool: it refills and drains by the batch. For one thread at a time: whoever holds the host's lock.
public final class PageCache implements Pages {

    private static final int BATCH = 32;

    private final PagePool pool;
    private final PageStack[] free = new PageStack[PagePool.SIZES.length];
    private final ArrayDeque<Packet> freePackets = new ArrayDeque<>(2 * BATCH + 1);

    /// An empty cache in front of `pool`.
    public PageCache(PagePool pool) {
        this.pool = pool;
        for (int i = 0; i < free.length; i++) free[i] = new PageStack(2 * BATCH + 1);
    }

    @Override
    public Page take(int bytes) {
        int sizeClass = PagePool.sizeClass(bytes);
        PageStack stack = free[sizeClass];
        if (stack.isEmpty()) pool.refill(sizeClass, stack, batch(sizeClass));
        Page page = stack.pop();
        page.taken();
        return page;
    }

    @Override
    public Packet takePacket() {
        if (freePackets.isEmpty()) pool.refillPackets(freePackets, BATCH);
        Packet packet = freePackets.pop();
        packet.taken();
        return packet;
    }

    @Override
    public void giveBack(Page page) {
        if (page.pool != pool) {
            page.pool.giveBack(page);
            return;
        }
        PageStack stack = free[page.sizeClass];
        stack.push(page);
        int batch = batch(page.sizeClass);
        if (stack.size() > 2 * batch) pool.drain(page.sizeClass, stack, batch);
    }

    @Override
    public void giveBack(Packet packet) {
        if (packet.pool != pool) {
            packet.pool.giveBack(packet);
            return;
        }
        freePackets.push(packet);
        if (freePackets.size() > 2 * BATCH) pool.drainPackets(freePackets, BATCH);
    }

    /// Gives everything back to the pool, when the host goes away.
    public void clear() {
        for (int i = 0; i < free.length; i++) pool.drain(i, free[i], free[i].size());
        pool.drainPackets(freePackets, freePackets.size());
    }

    /// Large pages are kept in small numbers, so that an idle host holds back less than 1 MiB.
    private static int batch(int sizeClass) {
        return sizeClass == 3 ? 4 : sizeClass == 2 ? 8 : BATCH;
    }
}
