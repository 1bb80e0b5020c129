package dev.sockeye.tcp;

import java.util.ArrayDeque;

/// Writes with `MSG_ZEROCOPY` (`SO_ZEROCOPY`): each has a number, and when the peer has acknowledged all of it, the
/// [ErrorQueue] says so. The bytes are copied all the same, which the record says, too, as Linux does where a device
/// cannot send from the program's memory. See docs/linux/errqueue.md
final class ZeroCopy {

    /// What shares one notification at most, bytes: "a few TSO" packets.
    private static final int MOST_BYTES = 1 << 19;

    private static final int MOST_WRITES = 0xfffe;
    /// `net.core.optmem_max`, and what a notification takes of it (`SKB_TRUESIZE(0)`), bytes.
    private static final int MEMORY = 131_072;

    private static final int NOTIFICATION = 576;

    /// Writes that follow each other in one segment of the queue, and are told of together.
    private static final class Group {
        final int first;
        int writes = 1;
        int bytes;
        int endSeq;

        Group(int first) {
            this.first = first;
        }
    }

    private final Connection c;
    private final ArrayDeque<Group> pending = new ArrayDeque<>();
    private int nextNumber;

    ZeroCopy(Connection c) {
        this.c = c;
    }

    /// Whether there is no memory left for another notification.
    boolean isFull() {
        return (pending.size() + c.errorQueue().size() + 1L) * NOTIFICATION > MEMORY;
    }

    /// A write has begun, and some of it was taken: from `start` on.
    void begin(int bytes, int start) {
        Group last = pending.peekLast();
        int i = c.send.unsent.indexOf(start);
        // What it was appended to is one transmission with the write before.
        boolean together = last != null
                && i < c.send.unsent.size()
                && Seq.gt(last.endSeq, c.send.unsent.get(i).seq)
                && last.writes < MOST_WRITES
                && last.bytes + bytes <= MOST_BYTES;
        if (together) {
            last.writes++;
        } else {
            last = new Group(nextNumber);
            pending.addLast(last);
        }
        nextNumber++;
        last.bytes += bytes;
        last.endSeq = c.send.writeSeq;
    }

    /// More of the write that began last was taken.
    void extend() {
        Group last = pending.peekLast();
        if (last != null) last.endSeq = c.send.writeSeq;
    }

    void onAcked() {
        for (Group first = pending.peekFirst();
                first != null && !Seq.gt(first.endSeq, c.sndUna);
                first = pending.peekFirst()) {
            complete(pending.removeFirst());
        }
    }

    /// The connection is over: what was not acknowledged never will be.
    void onEnd() {
        if (!c.orphan) pending.forEach(this::complete);
        pending.clear();
    }

    private void complete(Group done) {
        c.errorQueue().complete(done.first, done.first + done.writes - 1);
    }
}
