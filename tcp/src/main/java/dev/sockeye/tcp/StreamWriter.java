package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import java.lang.foreign.MemorySegment;

/// The program's writing side: what a write takes, and how it is laid out for sending (`tcp_sendmsg_locked`).
final class StreamWriter {

    private final Connection c;

    /// When a program last wrote, nanoseconds; -1 if never.
    long lastWriteAt = -1;

    /// Up to where the peer was asked to push: `pushed_seq`.
    private int pushedSeq;

    StreamWriter(Connection c) {
        this.c = c;
    }

    void start(int seq) {
        pushedSeq = seq;
    }

    /// Takes bytes, as far as there is room in the send buffer.
    ///
    /// @return the count, or `-EAGAIN` without room, `-EPIPE` after shutdown or reset, or the pending error
    int write(MemorySegment from, long offset, int length, int flags, long now) {
        if (c.error != 0 || (c.shutdown & Connection.SEND) != 0) return sendError();
        if (c.state != TcpState.ESTABLISHED && c.state != TcpState.CLOSE_WAIT) {
            return c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RCVD ? Errno.EAGAIN.asResult() : sendError();
        }
        lastWriteAt = now;
        if (length == 0) return 0;
        int copied = append(from, offset, length, flags, now);
        if (copied == 0) {
            c.sendBuffer.waiting = true;
            return Errno.EAGAIN.asResult();
        }
        boolean all = copied == length;
        boolean more = (flags & Connection.MSG_MORE) != 0 && all;
        TxSegment last = c.send.unsent.last();
        if (last != null && all && !more) last.flags |= Segment.PSH;
        if (last != null && all && (flags & Connection.MSG_EOR) != 0) last.endOfRecord = true;
        if ((flags & Connection.MSG_OOB) != 0) c.sndUp = c.send.writeSeq;
        if (more) c.output.push(Output.NAGLE_CORK);
        else c.output.pushPending();
        return copied;
    }

    /// Copies into segments of the size that is best to send, as far as the buffer allows another one
    /// (`tcp_sendmsg_locked`).
    private int append(MemorySegment from, long offset, int length, int flags, long now) {
        int current = c.sizes.current();
        int goal = (flags & Connection.MSG_OOB) != 0 ? current : c.output.sizeGoal(current);
        int copied = 0;
        while (copied < length) {
            TxSegment last = c.send.unsent.last();
            int room = last == null || last.endOfRecord ? 0 : goal - last.length();
            if (last == null || room <= 0) {
                if (!c.sendBuffer.hasSpace() || !c.sendBuffer.schedulesSegment(now)) break;
                last = c.send.appendSegment();
                c.output.onSegmentAppended();
                c.busy.start(BusyTime.Reason.BUSY, now);
                c.output.validation.restartAfterIdle(now);
                room = goal;
            }
            int part = c.sendBuffer.schedule(Math.min(room, length - copied), now);
            if (part == 0) break;
            if (copied == 0) last.flags &= ~Segment.PSH;
            c.send.append(last, from, offset + copied, part);
            copied += part;
            // Linux pushes every half window, so that the peer's program sees data before the end of a long write.
            if (c.send.writeSeq - pushedSeq > c.maxWindow >>> 1) {
                last.flags |= Segment.PSH;
                pushedSeq = c.send.writeSeq;
                break;
            }
            if (part == room && c.send.unsent.size() == 1) break;
        }
        if (copied == length) pushedSeq = c.send.writeSeq;
        return copied;
    }

    /// `sk_stream_error`: a pending error first, else EPIPE.
    private int sendError() {
        int pending = c.takeError();
        return pending != 0 ? -pending : Errno.EPIPE.asResult();
    }
}
