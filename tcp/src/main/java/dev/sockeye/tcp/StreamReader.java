package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The program's reading side: what a read gets, and what the peer is told of it (`tcp_recvmsg`,
/// `tcp_cleanup_rbuf`).
final class StreamReader {

    private final Connection c;

    /// When a program last read, and when it was first told of the end of the stream; nanoseconds, -1 if never.
    long lastReadAt = -1, endOfStreamReadAt = -1;

    StreamReader(Connection c) {
        this.c = c;
    }

    /// Copies what has arrived, up to `length` bytes.
    ///
    /// @return the count, 0 at the end of the stream, or `-EAGAIN` if nothing is there, or the pending error
    int read(MemorySegment to, long offset, int length, int flags, long now) {
        if ((flags & Connection.MSG_OOB) != 0) return receiveUrgent(to, offset, length, flags);
        lastReadAt = now;
        if (length == 0) return 0;
        int limit = upToUrgentMark(length);
        if (c.receiveQueue.bytes() == 0) return nothingToRead();
        boolean peek = (flags & Connection.MSG_PEEK) != 0;
        boolean skip = (flags & Connection.MSG_TRUNC) != 0;
        int copied = c.receiveQueue.read(skip ? null : to, offset, limit, 0, peek);
        if (!peek) onRead(copied);
        return copied;
    }

    /// RFC 9293 3.8.5: a read stops before the urgent mark, and at it leaves out the urgent byte.
    private int upToUrgentMark(int length) {
        if (!c.urgent.pending) return length;
        int before = c.urgent.seq - c.copiedSeq;
        if (before > 0) return Math.min(length, before);
        if (before == 0 && !c.options.outOfBandInline && c.receiveQueue.bytes() > 0) {
            c.receiveQueue.read(null, 0, 1, 0, false);
            c.copiedSeq++;
        }
        if (!c.urgent.arrived || c.options.outOfBandInline || before < 0) c.urgent.clear();
        else c.urgent.pending = false;
        return length;
    }

    /// A new mark comes while the reader stands at the last one: the byte there was urgent, and is not left in the
    /// stream.
    void passUrgentByte() {
        boolean there = c.urgent.pending && c.urgent.seq == c.copiedSeq && c.receiveQueue.bytes() > 0;
        if (!there || c.options.outOfBandInline) return;
        c.receiveQueue.read(null, 0, 1, 0, false);
        c.copiedSeq++;
    }

    private int receiveUrgent(MemorySegment to, long offset, int length, int flags) {
        boolean known = c.urgent.arrived || (c.urgent.pending && !c.urgent.taken);
        if (c.options.outOfBandInline || !known) return Errno.EINVAL.asResult();
        if (!c.urgent.arrived) {
            boolean over = (c.shutdown & Connection.RECEIVE) != 0 || c.state == TcpState.CLOSED;
            return over ? 0 : Errno.EAGAIN.asResult();
        }
        if (length > 0) to.set(ValueLayout.JAVA_BYTE, offset, c.urgent.value());
        if ((flags & Connection.MSG_PEEK) == 0) c.urgent.take();
        return Math.min(1, length);
    }

    private int nothingToRead() {
        // RFC 9293 3.6, MUST-12
        if (c.finReceived) return endOfStream();
        if (c.error != 0) return -c.takeError();
        if ((c.shutdown & Connection.RECEIVE) != 0) return endOfStream();
        if (c.state == TcpState.CLOSED) return Errno.ENOTCONN.asResult();
        return Errno.EAGAIN.asResult();
    }

    private int endOfStream() {
        if (endOfStreamReadAt < 0) endOfStreamReadAt = c.now;
        return 0;
    }

    /// The program has read (`tcp_cleanup_rbuf`): the window may be worth announcing, or an acknowledgment due.
    private void onRead(int count) {
        c.copiedSeq += count;
        c.receive.onRead(c.copiedSeq, c.outOfOrder.isEmpty() ? 0 : c.outOfOrder.endSeq() - c.rcvNxt, c.now);
        if (c.state == TcpState.CLOSED) return;
        if (c.acks.scheduled) {
            boolean owed = c.rcvNxt - c.receive.updatedAt > c.acks.rcvMss;
            boolean emptied = c.acks.pushedTwice || (c.acks.pushed && !c.acks.inPingPong());
            if (owed || (count > 0 && emptied && c.receiveBuffer.charged() == 0)) {
                c.output.ackNow();
                return;
            }
        }
        if (count <= 0 || (c.shutdown & Connection.RECEIVE) != 0) return;
        int announced = c.receive.remaining(c.rcvNxt);
        if (2L * announced > c.receive.clamp) return;
        int possible = c.receive.select(c.receiveBuffer.charged(), c.acks);
        if (possible > 0 && possible >= 2L * announced) c.output.ackNow();
    }
}
