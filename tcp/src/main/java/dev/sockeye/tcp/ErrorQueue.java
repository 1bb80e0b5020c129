package dev.sockeye.tcp;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A socket's error queue, `sk_error_queue`: what `recvmsg` with `MSG_ERRQUEUE` finds. While something is in it, `poll`
/// says ERR. See docs/linux/errqueue.md
public final class ErrorQueue {

    private final Connection c;
    private final ArrayDeque<ErrorRecord> records = new ArrayDeque<>();
    /// What the times in it are charged, bytes.
    private int charged;

    ErrorQueue(Connection c) {
        this.c = c;
    }

    /// How many records are in it.
    public int size() {
        return records.size();
    }

    /// Puts an error behind the others.
    public void add(ErrorRecord record) {
        records.addLast(record);
        c.raise(Readiness.ERR);
    }

    /// Writes of zero copy are complete; they lengthen the range of the last record where they follow it.
    void complete(int first, int last) {
        ErrorRecord before = records.peekLast();
        if (before != null && before.origin() == ErrorRecord.ZEROCOPY && before.data() + 1 == first) {
            records.removeLast();
            first = before.info();
        }
        add(ErrorRecord.complete(first, last));
    }

    /// Puts a time behind the others, if the receive buffer has the room (`sock_queue_err_skb`).
    void addStamp(ErrorRecord record) {
        int charge = SendQueue.OVERHEAD + record.looped().remaining();
        if (c.receiveBuffer.charged() + charged + charge >= c.receive.buffer) return;
        charged += charge;
        add(record);
    }

    /// Takes the oldest record; null if there is none. Linux: who has read an error has been told of it, and `SO_ERROR`
    /// no longer has it; the next one in the queue is the pending error then.
    public @Nullable ErrorRecord take() {
        ErrorRecord taken = records.pollFirst();
        if (taken == null) return null;
        ErrorRecord next = records.peekFirst();
        if (next != null && next.isError()) c.error = next.errno();
        else if (taken.isError()) c.error = 0;
        if (taken.origin() != ErrorRecord.TIMESTAMPING) return taken;
        charged -= SendQueue.OVERHEAD + taken.looped().remaining();
        // Whether times are told is asked when they are read.
        return (c.options.timestamping & Stamping.SOFTWARE) != 0 ? taken : taken.withoutTime();
    }
}
