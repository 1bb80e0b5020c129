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

    /// A window probe with data up to here asks the peer to push, too; see docs/linux/differential.md, "probe_pushes".
    void onProbed(int endSeq) {
        pushedSeq = Seq.max(pushedSeq, endSeq);
    }

    /// Takes bytes, as far as there is room in the send buffer, or up to where it is time to send in between
    /// (`tcp_sendmsg_locked`).
    ///
    /// @return the count, or `-EAGAIN` without room, `-EPIPE` after shutdown or reset, or the pending error
    int write(MemorySegment from, long offset, int length, int flags, long now) {
        if (c.error != 0) return sendError();
        // Linux: waits for the handshake first, though it is shut down; see docs/linux/differential.md,
        // "shut_before_connect"
        boolean opening = c.state == TcpState.SYN_SENT || c.state == TcpState.SYN_RCVD;
        if (opening && !c.fastOpen.isHalfOpen()) return Errno.EAGAIN.asResult();
        boolean open = c.state == TcpState.ESTABLISHED || c.state == TcpState.CLOSE_WAIT || c.fastOpen.isHalfOpen();
        if (!open || (c.shutdown & Connection.SEND) != 0) return sendError();
        lastWriteAt = now;
        boolean rest = (flags & Connection.MSG_REST) != 0;
        if (!rest) noteIfLimit();
        if (length == 0) return 0;
        ZeroCopy zeroCopy = (flags & Connection.MSG_ZEROCOPY) != 0 && c.options.zeroCopy ? c.zeroCopy() : null;
        if (zeroCopy != null && !rest && zeroCopy.isFull()) return Errno.ENOBUFS.asResult();
        int before = c.send.writeSeq;
        int copied = lay(from, offset, length, flags, now);
        if (zeroCopy != null && c.send.writeSeq != before) {
            if (rest) zeroCopy.extend();
            else zeroCopy.begin(length, before);
        }
        return copied;
    }

    /// Lays out as much as there is room for.
    private int lay(MemorySegment from, long offset, int length, int flags, long now) {
        boolean rest = (flags & Connection.MSG_REST) != 0;
        boolean urgent = (flags & Connection.MSG_OOB) != 0;
        int mss = c.sizes.current();
        int goal = urgent ? mss : c.output.sizeGoal(mss);
        int copied = 0;
        while (copied < length) {
            TxSegment last = c.send.unsent.last();
            int room = last == null || last.endOfRecord ? 0 : goal - last.length();
            // RFC 9293 3.9.1.2, SHLD-28
            if (last == null || room <= 0) {
                if (!c.sendBuffer.hasSpace() || !c.sendBuffer.schedulesSegment())
                    return noRoom(copied, copied > 0 || rest);
                last = begin(now);
                room = goal;
            }
            int part = c.sendBuffer.schedule(Math.min(room, length - copied));
            if (part == 0) return noRoom(copied, copied > 0 || rest);
            // RFC 9293 3.9.1.2, SHLD-27, MAY-16: one segment, and one PSH.
            if (copied == 0 && !rest) last.flags &= ~Segment.PSH;
            c.send.append(last, from, offset + copied, part);
            copied += part;
            // All of what is urgent is there before any of it goes, so that the pointer is right from the first.
            if (copied < length && last.length() >= goal && !urgent && sendInBetween(last)) return copied;
        }
        finish(flags);
        return copied;
    }

    /// There was nothing to send although the windows had room: what was delivered lately tells how fast the program
    /// writes, not how fast the path is (`tcp_rate_check_app_limited`).
    private void noteIfLimit() {
        if (c.send.writeSeq - c.sndNxt < c.sizes.mss
                && c.board.inFlight() < c.cwnd.segments
                && c.board.lostOut <= c.board.retransOut) {
            c.rate.onAppLimited(c.board.inFlight());
        }
    }

    private TxSegment begin(long now) {
        TxSegment segment = c.send.appendSegment();
        c.output.onSegmentAppended();
        c.busy.start(BusyTime.Reason.BUSY, now);
        c.output.validation.restartAfterIdle(now);
        return segment;
    }

    /// A segment is full, and more will follow. Linux pushes every half window, so that the peer's program sees data
    /// before the end of a long write, and sends the first segment while it takes the next ones.
    private boolean sendInBetween(TxSegment last) {
        if (isPushDue()) {
            markPush(last);
            c.output.push(Output.NAGLE_PUSH);
            return true;
        }
        if (c.send.unsent.size() > 1) return false;
        c.output.pushOne();
        return true;
    }

    /// All is taken (`tcp_push`).
    private void finish(int flags) {
        TxSegment last = c.send.unsent.last();
        if (last == null) return;
        noteEnd();
        boolean more = (flags & Connection.MSG_MORE) != 0;
        if ((flags & Connection.MSG_EOR) != 0) last.endOfRecord = true;
        // RFC 9293 3.9.1.2, MUST-61
        if (!more || isPushDue()) markPush(last);
        if ((flags & Connection.MSG_OOB) != 0) c.sndUp = c.send.writeSeq;
        if (more) c.output.push(Output.NAGLE_CORK);
        else c.output.pushPending();
    }

    /// What was taken goes at once, whatever Nagle's rule says: the program will wait.
    private int noRoom(int copied, boolean begun) {
        c.sendBuffer.waiting = true;
        TxSegment last = c.send.unsent.last();
        if (begun && last != null) {
            markPush(last);
            c.output.push(Output.NAGLE_PUSH);
        }
        if (copied > 0) noteEnd();
        return copied > 0 ? copied : Errno.EAGAIN.asResult();
    }

    private void noteEnd() {
        Stamping stamping = c.stamping;
        if (stamping != null) stamping.transmit.onWritten();
    }

    private boolean isPushDue() {
        return Seq.gt(c.send.writeSeq, pushedSeq + (c.maxWindow >>> 1));
    }

    private void markPush(TxSegment segment) {
        segment.flags |= Segment.PSH;
        pushedSeq = c.send.writeSeq;
    }

    /// `sk_stream_error`: a pending error first, else EPIPE.
    private int sendError() {
        int pending = c.takeError();
        return pending != 0 ? -pending : Errno.EPIPE.asResult();
    }
}
