package dev.sockeye.inspect.history;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.CLOSING;
import static dev.sockeye.tcp.TcpState.FIN_WAIT1;
import static dev.sockeye.tcp.TcpState.FIN_WAIT2;
import static dev.sockeye.tcp.TcpState.LAST_ACK;
import static dev.sockeye.tcp.TcpState.LISTEN;
import static dev.sockeye.tcp.TcpState.SYN_RCVD;
import static dev.sockeye.tcp.TcpState.SYN_SENT;
import static dev.sockeye.tcp.TcpState.TIME_WAIT;

import dev.sockeye.tcp.Journal.Cause;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import org.jspecify.annotations.Nullable;

/// What a change of state really was, who made it and why: told from the states, from whether a call
/// made it, from the error that the socket has got, and from the resets just before it
/// (docs/linux/history.md).
///
/// The process that runs while a socket moves is its owner only if a call moved it. A segment or a
/// timer moves it in softirq, in whoever was interrupted: on the loopback interface mostly the peer.
///
/// @param to where it really went: the kernel's tracepoint says CLOSED for what goes on as a TIME_WAIT
///     entry
record Move(
        TcpState from,
        TcpState to,
        @Nullable Cause cause,
        int flags,
        @Nullable Actor who,
        String why) {

    /// What the resets just before it say.
    ///
    /// @param received whether the peer has reset it
    /// @param sent     why a reset was sent, empty if none was, or the kernel did not say why
    record Resets(boolean received, String sent) {

        static final Resets NONE = new Resets(false, "");
    }

    /// Null if nothing has changed but what the kernel keeps it in.
    static @Nullable Move of(Observation seen, Resets resets) {
        if (seen.noticed) return noticed(seen);
        return happened(seen, resets);
    }

    /// What a change between two dumps must have been; of a socket that is gone, nobody knows how.
    private static @Nullable Move noticed(Observation seen) {
        if (seen.to == CLOSED && seen.from != TIME_WAIT) {
            return move(seen, CLOSED, null, 0, null, "gone since the dump before");
        }
        Move move = happened(seen, Resets.NONE);
        return move == null
                ? null
                : move(seen, move.to, move.cause, move.flags, null, move.why + " (noticed in a dump)");
    }

    private static @Nullable Move happened(Observation seen, Resets resets) {
        TcpState from = seen.from;
        return switch (seen.to) {
            case SYN_SENT -> call(seen, Cause.CALL_CONNECT, "connect");
            case LISTEN -> call(seen, Cause.CALL_LISTEN, "listen");
            case SYN_RCVD ->
                from == SYN_SENT
                        ? segment(seen, Segment.SYN, "SYN from the peer: both have opened at once")
                        : segment(seen, Segment.ACK, "handshake by the peer");
            case ESTABLISHED ->
                from == SYN_SENT
                        ? segment(seen, Segment.SYN | Segment.ACK, "SYN-ACK from the peer")
                        : segment(seen, Segment.ACK, "the peer's ACK ends the handshake");
            case FIN_WAIT1, LAST_ACK -> closing(seen);
            case FIN_WAIT2 -> segment(seen, Segment.ACK, "the peer has acknowledged our FIN");
            case CLOSE_WAIT -> segment(seen, Segment.FIN | Segment.ACK, "FIN from the peer");
            case CLOSING -> segment(seen, Segment.FIN | Segment.ACK, "FIN from the peer: both have closed at once");
            case TIME_WAIT -> segment(seen, Segment.FIN | Segment.ACK, "FIN from the peer");
            case CLOSED -> closed(seen, resets);
        };
    }

    // ---------------------------------------------------------------- to CLOSED

    private static @Nullable Move closed(Observation seen, Resets resets) {
        Move byTheWords = byReset(seen, resets);
        if (byTheWords != null) return byTheWords;
        if (seen.error == Errno.ECONNABORTED.number()) return killed(seen);
        if (seen.error != 0) return failed(seen);
        return switch (seen.from) {
            case LAST_ACK -> segment(seen, Segment.ACK, "the peer has acknowledged our FIN");
            case CLOSING -> timeWait(seen, Segment.ACK, "the peer has acknowledged our FIN");
            case FIN_WAIT2 -> leftFinWait2(seen);
            case LISTEN -> isClosing(seen) ? call(seen, Cause.CALL_CLOSE, "close") : killed(seen);
            case SYN_SENT -> leftSynSent(seen);
            case TIME_WAIT -> move(seen, CLOSED, Cause.TIMER_TIME_WAIT, 0, null, "TIME_WAIT is over");
            default -> aborted(seen);
        };
    }

    /// What the kernel itself has said with the reset that it sent or got.
    private static @Nullable Move byReset(Observation seen, Resets resets) {
        if (resets.received) return reset(seen);
        return switch (resets.sent) {
            case "TCP_KEEPALIVE_TIMEOUT" ->
                move(seen, CLOSED, Cause.TIMER_KEEPALIVE, 0, null, "keepalive timeout: the peer does not answer");
            case "TCP_ABORT_ON_MEMORY" ->
                move(seen, CLOSED, Cause.RESOURCES, 0, null, "memory, or too many orphans: the kernel gave it up");
            default -> null;
        };
    }

    private static Move reset(Observation seen) {
        String why = seen.from == SYN_SENT ? "refused by the peer: nobody listens there" : "reset by the peer";
        return segment(seen, Segment.RST, why);
    }

    /// The error says why, where it is not the end that both have wanted.
    private static Move failed(Observation seen) {
        Errno error = Errno.ofNumber(seen.error);
        if (error == Errno.ECONNRESET || error == Errno.EPIPE) return reset(seen);
        if (error == Errno.ECONNREFUSED) return reset(seen);
        if (error == Errno.ETIMEDOUT) return timedOut(seen);
        String text = error == null ? "error " + seen.error : error.text();
        if (seen.from != SYN_SENT && seen.retransmits > 0) {
            return move(seen, CLOSED, Cause.TIMER_RETRANSMIT, 0, null, "retransmission timeout (" + text + ")");
        }
        return move(seen, CLOSED, Cause.ICMP, 0, null, "unreachable: " + text);
    }

    private static Move timedOut(Observation seen) {
        if (seen.from == SYN_SENT) {
            return move(seen, CLOSED, Cause.TIMER_RETRANSMIT, 0, null, "connect timeout: no answer to our SYN");
        }
        if (seen.retransmits > 0 || seen.unsent) {
            boolean closedWindow = seen.retransmits == 0 && seen.probes > 0;
            String why = closedWindow ? "timeout: no answer to window probes" : "retransmission timeout";
            return move(seen, CLOSED, Cause.TIMER_RETRANSMIT, 0, null, why);
        }
        return move(seen, CLOSED, Cause.TIMER_KEEPALIVE, 0, null, "keepalive timeout: the peer does not answer");
    }

    private static @Nullable Move leftFinWait2(Observation seen) {
        if (seen.finReceived) return timeWait(seen, Segment.FIN | Segment.ACK, "FIN from the peer");
        if (!seen.detailed) {
            return move(
                    seen, TIME_WAIT, Cause.SEGMENT, Segment.FIN | Segment.ACK, null, "FIN from the peer, or closed");
        }
        // Closed and acknowledged: the state stays, but from now on a small entry stands for the socket.
        if (seen.orphan || isClosing(seen)) return null;
        return move(seen, CLOSED, Cause.TIMER_FIN_WAIT2, 0, null, "FIN_WAIT2 timeout: no FIN from the peer");
    }

    private static Move leftSynSent(Observation seen) {
        if (isClosing(seen)) return call(seen, Cause.CALL_CLOSE, "close");
        return seen.ownCall ? call(seen, Cause.CALL_ABORT, "connect") : reset(seen);
    }

    /// From a state in which a close is a FIN: so it was no ordinary close.
    private static Move aborted(Observation seen) {
        if (!seen.ownCall) {
            return seen.detailed
                    ? move(seen, CLOSED, Cause.RESOURCES, 0, null, "the kernel gave it up")
                    : move(seen, CLOSED, null, 0, null, "reset, timeout or abort");
        }
        String how = seen.lingers ? " with SO_LINGER 0: a reset was sent" : "";
        if (seen.unread) how = " with unread data: a reset was sent";
        String call = seen.who == null || seen.who.call() == null ? "close" : seen.who.call();
        String name = seen.who == null ? "" : " by " + seen.who.name();
        return move(seen, CLOSED, Cause.CALL_ABORT, 0, seen.who, called(call) + name + how);
    }

    private static Move killed(Observation seen) {
        String by = seen.who == null ? "" : " by " + seen.who.name();
        return move(seen, CLOSED, Cause.KILLED, 0, seen.who, "killed" + by + " (SOCK_DESTROY)");
    }

    // ---------------------------------------------------------------- what they have in common

    private static Move closing(Observation seen) {
        boolean half = seen.who != null && "shutdown".equals(seen.who.call());
        return half ? call(seen, Cause.CALL_SHUTDOWN, "shutdown") : call(seen, Cause.CALL_CLOSE, "close");
    }

    /// Whether the call under way is one that closes: those that duplicate onto a descriptor close it
    /// first.
    private static boolean isClosing(Observation seen) {
        if (!seen.ownCall && seen.detailed) return false;
        if (seen.who == null || seen.who.call() == null) return true;
        return switch (seen.who.call()) {
            case "sendto", "sendmsg", "write", "writev" -> false;
            default -> true;
        };
    }

    private static Move call(Observation seen, Cause cause, String usual) {
        if (seen.who == null) return move(seen, seen.to, cause, 0, null, usual + "()");
        String call = seen.who.call() == null ? usual : seen.who.call();
        return move(seen, seen.to, cause, 0, seen.who, called(call) + " by " + seen.who.name());
    }

    private static String called(String call) {
        return call.equals("exit") ? "exit" : call + "()";
    }

    private static Move segment(Observation seen, int flags, String why) {
        return move(seen, seen.to, Cause.SEGMENT, flags, null, why);
    }

    private static Move timeWait(Observation seen, int flags, String why) {
        return move(seen, TIME_WAIT, Cause.SEGMENT, flags, null, why);
    }

    private static Move move(
            Observation seen, TcpState to, @Nullable Cause cause, int flags, @Nullable Actor who, String why) {
        return new Move(seen.from, to, cause, flags, who, why);
    }

    /// Whether a call of the program makes this change, and nothing else does.
    static boolean isMadeByCall(TcpState from, TcpState to) {
        return to == SYN_SENT
                || to == LISTEN
                || to == FIN_WAIT1
                || to == LAST_ACK
                || from == LISTEN && to == CLOSED
                || to == CLOSED && from != LAST_ACK && from != CLOSING && from != FIN_WAIT2 && from != SYN_RCVD;
    }
}
