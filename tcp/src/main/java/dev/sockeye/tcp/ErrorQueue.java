package dev.sockeye.tcp;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A socket's error queue, `sk_error_queue`: what `recvmsg` with `MSG_ERRQUEUE` finds. While something is in it, `poll`
/// says ERR. See docs/linux/errqueue.md
public final class ErrorQueue {

    private final Connection c;
    /// Made with the first record.
    private @Nullable ArrayDeque<ErrorRecord> records;

    ErrorQueue(Connection c) {
        this.c = c;
    }

    /// How many records are in it.
    public int size() {
        return records == null ? 0 : records.size();
    }

    /// Puts an error behind the others.
    public void add(ErrorRecord record) {
        ArrayDeque<ErrorRecord> queue = records;
        if (queue == null) records = queue = new ArrayDeque<>();
        queue.addLast(record);
        c.raise(Readiness.ERR);
    }

    /// Writes of zero copy are complete; they lengthen the range of the last record where they follow it.
    void complete(int first, int last) {
        ErrorRecord before = records == null ? null : records.peekLast();
        if (records != null
                && before != null
                && before.origin() == ErrorRecord.ZEROCOPY
                && before.data() + 1 == first) {
            records.removeLast();
            first = before.info();
        }
        add(ErrorRecord.complete(first, last));
    }

    /// Takes the oldest record; null if there is none. Linux: who has read an error has been told of it, and `SO_ERROR`
    /// no longer has it; the next one in the queue is the pending error then.
    public @Nullable ErrorRecord take() {
        ArrayDeque<ErrorRecord> queue = records;
        ErrorRecord taken = queue == null ? null : queue.pollFirst();
        if (queue == null || taken == null) return null;
        ErrorRecord next = queue.peekFirst();
        if (next != null && next.isError()) c.error = next.errno();
        else if (taken.isError()) c.error = 0;
        return taken;
    }
}
