package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import org.jspecify.annotations.Nullable;

/// The ways a connection ends: the program closes it or aborts, its FIN goes out, the peer or a timer kills it, a
/// [TimeWait] takes its place (RFC 9293 3.6; Linux's `tcp_close`, `tcp_done`, `tcp_time_wait`).
final class Teardown {

    private final Connection c;

    Teardown(Connection c) {
        this.c = c;
    }

    /// `shutdown(2)`
    int shutdown(Shutdown how, long now) {
        int directions = how.directions;
        if (c.state == TcpState.SYN_SENT) {
            // Linux: whichever direction, see docs/linux/errors.md
            c.error = Errno.ECONNRESET.number();
            done(Journal.Cause.CALL_SHUTDOWN);
            return 0;
        }
        c.shutdown |= directions;
        boolean sends = (directions & Connection.SEND) != 0;
        if (sends && (c.state == TcpState.ESTABLISHED || c.state == TcpState.CLOSE_WAIT))
            sendFin(now, Journal.Cause.CALL_SHUTDOWN);
        c.raise(Readiness.IN | Readiness.OUT | Readiness.RDHUP | Readiness.ANY);
        return c.state == TcpState.CLOSED ? Errno.ENOTCONN.asResult() : 0;
    }

    /// Nothing of the end is to be seen any more.
    void forgetEnd() {
        c.shutdown = 0;
        c.error = c.softError = 0;
        c.finReceived = false;
        c.receiveQueue.clear();
        c.copiedSeq = c.rcvNxt;
    }

    /// The program lets go: FIN after what is queued, or a reset if it left data unread or lingers for 0 seconds.
    void close(long now) {
        boolean unread = c.receiveQueue.bytes() > 0;
        c.shutdown = Connection.RECEIVE | Connection.SEND;
        if (c.state != TcpState.CLOSED && c.state != TcpState.SYN_SENT && unread) {
            // RFC 9293 3.6.1, MAY-1, SHLD-3: data was lost, and the peer is to know.
            c.context.count(TcpMib.TCPAbortOnClose);
            c.output.sendReset();
            done(Journal.Cause.CALL_ABORT);
        } else if (c.options.lingerSeconds == 0) {
            abort(now);
            c.context.count(TcpMib.TCPAbortOnData);
        } else if (c.state == TcpState.SYN_SENT) {
            done(Journal.Cause.CALL_CLOSE);
        } else if (c.state == TcpState.ESTABLISHED || c.state == TcpState.CLOSE_WAIT || c.state == TcpState.SYN_RCVD) {
            sendFin(now, Journal.Cause.CALL_CLOSE);
        }
        becomeOrphan(now);
    }

    /// The connection ends now, with a reset where the peer needs one (`tcp_disconnect`).
    void abort(long now) {
        boolean needed = switch (c.state) {
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT1, FIN_WAIT2, SYN_RCVD -> true;
            case LAST_ACK, CLOSING -> c.sndNxt != c.send.writeSeq;
            default -> false;
        };
        if (needed) c.output.sendReset();
        if (c.state != TcpState.CLOSED) done(Journal.Cause.CALL_ABORT);
        c.receiveQueue.clear();
    }

    private void becomeOrphan(long now) {
        if (!c.orphan) {
            c.orphan = true;
            if (c.state != TcpState.CLOSED) c.context.orphans++;
        }
        c.receiveQueue.clear();
        if (c.state == TcpState.CLOSED) {
            gone();
            return;
        }
        if (c.state == TcpState.FIN_WAIT2) orphanInFinWait2(now);
        checksResources = c.state != TcpState.CLOSED;
    }

    private void gone() {
        if (c.fastOpen.active != null) c.fastOpen.active.onGone(c.now);
    }

    private void orphanInFinWait2(long now) {
        if (c.options.linger2Seconds < 0) {
            c.context.count(TcpMib.TCPAbortOnLinger);
            c.output.sendReset();
            done(Journal.Cause.CALL_CLOSE);
            return;
        }
        long wait = c.timeouts.finWait2Nanos();
        if (wait > Timeouts.TIME_WAIT_NANOS) c.timeouts.waitForFin(now, wait - Timeouts.TIME_WAIT_NANOS);
        else enterTimeWait(TcpState.FIN_WAIT2, wait, now, Journal.Cause.CALL_CLOSE);
    }

    /// It has become an orphan, and once its FIN is out it is seen whether there are too many.
    private boolean checksResources;

    /// What was to be sent is sent.
    ///
    /// @return whether there is more now
    boolean onSent() {
        if (!checksResources) return false;
        checksResources = false;
        return c.state != TcpState.CLOSED && outOfResources(true, 0);
    }

    /// FIN follows what is queued, and the state says so (`tcp_close_state`).
    void sendFin(long now, Journal.Cause cause) {
        TcpState next = switch (c.state) {
            case ESTABLISHED, SYN_RCVD -> TcpState.FIN_WAIT1;
            case CLOSE_WAIT -> TcpState.LAST_ACK;
            default -> null;
        };
        if (next == null) return;
        c.setState(next, cause, 0);
        c.send.appendFin();
        c.output.push(Output.NAGLE_OFF);
    }

    /// The connection is over (`tcp_done`).
    void done(Journal.Cause cause) {
        done(cause, 0);
    }

    private void done(Journal.Cause cause, int flags) {
        if (c.state == TcpState.CLOSED) return;
        if (c.state == TcpState.SYN_SENT) c.offersScaling = false; // nobody has agreed to it
        // Linux: an end in order leaves it as it is, see docs/linux/info.md, "backoff_after_the_end"
        boolean inOrder = c.state == TcpState.LAST_ACK && c.error == 0;
        if (!inOrder) c.timeouts.backoff = 0;
        c.setState(TcpState.CLOSED, cause, flags);
        end();
    }

    private void end() {
        c.state = TcpState.CLOSED;
        c.fastOpen.finish(false);
        if (c.fastOpen.active != null) c.fastOpen.active.onEnd();
        c.timers.stopAll();
        c.shutdown = Connection.RECEIVE | Connection.SEND;
        c.send.clear();
        if (c.zeroCopy != null) c.zeroCopy.onEnd();
        c.board.clear();
        c.recovery.rack.clear();
        c.outOfOrder.clear();
        c.memory.close();
        if (c.orphan) {
            c.context.orphans--;
            c.receiveQueue.clear();
            gone();
        }
        if (c.timeWait == null) c.output.clear();
        c.raise(Readiness.IN | Readiness.OUT | Readiness.RDHUP | Readiness.HUP);
    }

    /// A [TimeWait] goes on in this connection's place.
    void enterTimeWait(TcpState as, long nanos, long now, Journal.Cause cause) {
        c.context.metrics.save(c, now);
        if (c.state != as) c.setState(as, cause, cause == Journal.Cause.SEGMENT ? Segment.FIN | Segment.ACK : 0);
        long rto = c.rtt.rtoMillis;
        long least = ((rto << 2) - (rto >> 1)) * Timers.MILLI;
        long duration = as == TcpState.TIME_WAIT ? Timeouts.TIME_WAIT_NANOS : Math.max(nanos, least);
        if (c.context.timeWaits < c.context.sysctl.tcp_max_tw_buckets) {
            c.timeWait = new TimeWait(
                    c.context,
                    c.tuple,
                    as,
                    c.sndNxt,
                    c.rcvNxt,
                    c.receive.remaining(c.rcvNxt),
                    c.receive.scale,
                    c.timestamps.agreed,
                    c.timestamps.recent,
                    c.timestamps.recentAt,
                    c.timestamps.offset,
                    c.options.trafficClass,
                    c.ecn.ackCodepoint(),
                    now + duration);
        } else {
            c.context.count(TcpMib.TCPTimeWaitOverflow);
            c.output.keepAck();
        }
        end();
    }

    /// It fails: the program is told of `errno`.
    void fail(int errno, @Nullable TcpMib counter, Journal.Cause cause) {
        if (counter != null) c.context.count(counter);
        c.error = errno;
        c.raise(Readiness.ERR);
        done(cause);
    }

    /// The peer has reset it.
    /// RFC 9293 3.6, MUST-12: calls give the error, where after a FIN they give the end of the stream.
    void failBySegment(Errno errno, Segment seg) {
        c.error = errno.number();
        c.raise(Readiness.ERR);
        done(Journal.Cause.SEGMENT, seg.flags);
    }

    /// Too many orphans, or too much memory (`tcp_check_oom`): the orphan goes.
    ///
    /// @param weight how many of the others it counts for, as a power of two: one that behaves badly goes earlier
    /// @return whether it went
    boolean outOfResources(boolean tellPeer, int weight) {
        boolean many = (long) c.context.orphans << weight > c.context.sysctl.tcp_max_orphans;
        boolean much = c.send.charged > SendBuffer.MIN_SIZE && c.context.memory.isExhausted();
        if (!many && !much) return false;
        if (tellPeer) c.output.sendReset();
        done(Journal.Cause.RESOURCES);
        c.context.count(TcpMib.TCPAbortOnMemory);
        return true;
    }
}
