package dev.sockeye.tcp;

/// Whether there is room for what arrives, and what is done where there is none: what is queued is laid together
/// ([ReceiveQueue#collapse], [OutOfOrderQueue#collapse]), and what is furthest ahead thrown away
/// (`tcp_try_rmem_schedule`, `tcp_prune_queue`; docs/linux/memory.md).
final class ReceiveBuffer {

    private final Connection c;

    ReceiveBuffer(Connection c) {
        this.c = c;
    }

    /// What is charged against it, bytes: `sk_rmem_alloc`.
    int charged() {
        return c.receiveQueue.charged() + c.outOfOrder.charged();
    }

    private boolean isFull() {
        return charged() > c.receive.buffer;
    }

    /// Whether the segment at hand may be queued.
    ///
    /// @param seq where it begins: what is beyond it makes room for it, nothing else
    boolean admits(int seq, int cost) {
        if (!isFull() && c.memory.scheduleReceive(cost, charged())) return true;
        if (!prune(seq)) return false;
        while (!c.memory.scheduleReceive(cost, charged())) if (!pruneOutOfOrder(seq)) return false;
        return true;
    }

    private boolean prune(int seq) {
        c.context.count(TcpMib.PruneCalled);
        boolean pressure = c.memory.isUnderPressure();
        if (charged() >= c.receive.buffer) {
            c.acks.quick = 0;
            c.receive.clampToMemory(charged(), c.sizes.advMss, c.memory.host().isPlentiful());
        } else if (pressure) {
            c.receive.moderate(c.sizes.advMss);
        }
        if (!isFull()) return true;
        int laidTogether = c.outOfOrder.collapse(c.receive, c.receive.buffer >> 3) + c.receiveQueue.collapse(c.receive);
        c.context.counters.add(TcpMib.TCPRcvCollapsed, laidTogether);
        if (!isFull()) return true;
        pruneOutOfOrder(seq);
        if (!isFull()) return true;
        c.context.count(TcpMib.RcvPruned);
        c.prediction.off();
        return false;
    }

    /// Throws away what is furthest ahead, an eighth of the buffer at a time, until there is room; what lies before
    /// the segment at hand stays.
    ///
    /// @return whether anything went
    private boolean pruneOutOfOrder(int seq) {
        OutOfOrderQueue queue = c.outOfOrder;
        int goal = c.receive.buffer >> 3;
        boolean pruned = false;
        while (!queue.isEmpty() && !Seq.gt(seq, queue.get(queue.size() - 1).seq)) {
            pruned = true;
            goal -= queue.dropLast();
            if (goal > 0 && !queue.isEmpty()) continue;
            if (!isFull() && !c.memory.isUnderPressure()) break;
            goal = c.receive.buffer >> 3;
        }
        if (!pruned) return false;
        c.context.count(TcpMib.OfoPruned);
        // What was SACKed is gone: the peer learns it from the next blocks (RFC 2018 8).
        c.sackList.clear();
        return true;
    }
}
