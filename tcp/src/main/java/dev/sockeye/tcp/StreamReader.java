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

    /// `SO_PEEK_OFF`: where the next peek begins, bytes; -1: at the front, each time.
    int peekOffset = -1;

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
        boolean peek = (flags & Connection.MSG_PEEK) != 0;
        int skip = peek ? Math.max(0, peekOffset) : 0;
        if (c.receiveQueue.bytes() <= skip) return nothingToRead();
        int limit = length;
        if (c.urgent.pending) {
            int before = c.urgent.seq - (c.copiedSeq + skip);
            if (before > 0) limit = Math.min(limit, before);
            else if (before == 0) skip = passUrgentByte(skip, peek);
        }
        int firstRead = c.copiedSeq + skip;
        boolean discard = (flags & Connection.MSG_TRUNC) != 0;
        int firstPart = c.receiveQueue.firstSegmentBytes();
        int copied = c.receiveQueue.read(discard ? null : to, offset, limit, skip, peek);
        Stamping stamping = c.stamping;
        if (stamping != null && copied > 0) stamping.onRead(firstRead + copied - 1, peek);
        if (peek) {
            if (peekOffset >= 0) peekOffset += copied;
        } else {
            onRead(copied, Math.min(copied, firstPart));
        }
        return copied > 0 ? copied : nothingToRead();
    }

    /// RFC 9293 3.8.5: a read stops before the urgent mark, and at it leaves out the urgent byte; also where a new mark
    /// comes while the reader stands at the last one.
    void passUrgentByte() {
        boolean there = c.urgent.pending && c.urgent.seq == c.copiedSeq && c.receiveQueue.bytes() > 0;
        if (!there || c.options.outOfBandInline) return;
        c.receiveQueue.read(null, 0, 1, 0, false);
        c.copiedSeq++;
    }

    /// The mark is where the read begins: it leaves out the byte.
    ///
    /// @return how many bytes are passed over then
    private int passUrgentByte(int skip, boolean peek) {
        if (c.options.outOfBandInline) return skip;
        if (peek) return skip + 1;
        passUrgentByte();
        return skip;
    }

    private int receiveUrgent(MemorySegment to, long offset, int length, int flags) {
        boolean known = c.urgent.arrived || (c.urgent.pending && !c.urgent.taken);
        if (c.options.outOfBandInline || !known) return Errno.EINVAL.asResult();
        if (c.state == TcpState.CLOSED && !c.finReceived) return Errno.ENOTCONN.asResult();
        if (!c.urgent.arrived) {
            boolean over = (c.shutdown & Connection.RECEIVE) != 0 || c.state == TcpState.CLOSED;
            return over ? 0 : Errno.EAGAIN.asResult();
        }
        if (length > 0) to.set(ValueLayout.JAVA_BYTE, offset, c.urgent.value());
        if ((flags & Connection.MSG_PEEK) == 0) c.urgent.take();
        return Math.min(1, length);
    }

    /// Whether a program that waits for `SO_RCVLOWAT` bytes is to read (`tcp_stream_is_readable`): they are there, or
    /// there is no room for more.
    boolean isReadable() {
        int available = c.rcvNxt - c.copiedSeq;
        if (available <= 0) return false;
        boolean atMark = c.urgent.pending && c.urgent.seq == c.copiedSeq && !c.options.outOfBandInline;
        return available >= c.options.receiveLowWater + (atMark ? 1 : 0) || isFull();
    }

    private boolean isFull() {
        int buffer = c.receive.buffer;
        return c.receiveBuffer.charged() > buffer - (buffer >> 3) || c.receive.remaining(c.rcvNxt) <= c.acks.rcvMss;
    }

    /// `SIOCINQ`: how much one read would get at most, bytes; up to the urgent mark.
    int available() {
        if (c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RCVD) return 0;
        int queued = c.receiveQueue.bytes();
        if (c.options.outOfBandInline || !c.urgent.pending) return queued;
        int before = c.urgent.seq - c.copiedSeq;
        return before < 0 || before >= queued ? queued : before;
    }

    /// `TCP_CM_INQ`: what is left after a read, bytes; 1 at least where a FIN has come, so that the program reads on.
    int hint() {
        int left = c.rcvNxt - c.copiedSeq;
        return left == 0 && c.finReceived ? 1 : left;
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

    /// The program has read: the window may be worth announcing, or an acknowledgment due.
    ///
    /// @param firstPart bytes of the first segment: Linux measures after each, and so after the first
    private void onRead(int count, int firstPart) {
        int afterFirst = c.copiedSeq + firstPart;
        c.receive.onRead(afterFirst, c.rcvNxt - afterFirst, c.outOfOrderBytes(), c.now);
        c.copiedSeq += count;
        if (peekOffset > 0) peekOffset = Math.max(0, peekOffset - count);
        if (c.urgent.pending && Seq.gt(c.copiedSeq, c.urgent.seq)) {
            c.urgent.clear();
            c.prediction.check();
        }
        if (c.state != TcpState.CLOSED) acknowledgeRead(count);
    }

    /// So many bytes were read (`tcp_cleanup_rbuf`).
    void acknowledgeRead(int count) {
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
