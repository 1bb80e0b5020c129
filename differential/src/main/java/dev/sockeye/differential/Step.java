package dev.sockeye.differential;

import java.util.List;

/// One step of a [Program]: something that the program or its peer does, so long after the step before it.
///
/// @param delayMicros since the step before
record Step(int delayMicros, Action action) {

    Step withDelay(int micros) {
        return new Step(micros, action);
    }

    /// What is done.
    sealed interface Action permits Call, Send, Icmp {}

    /// A socket call.
    ///
    /// @param option a socket option, where the call is about one; else empty
    /// @param value  of the option, or a number of bytes
    record Call(CallKind kind, String option, int value) implements Action {
        Call(CallKind kind) {
            this(kind, "", 0);
        }

        Call(CallKind kind, int value) {
            this(kind, "", value);
        }

        @Override
        public String toString() {
            return switch (kind) {
                case SET, SET_LISTENER -> kind.text + "(" + option + ", " + value + ")";
                case GET, GET_LISTENER -> kind.text + "(" + option + ")";
                case WRITE, WRITE_MORE, WRITE_OOB, READ, PEEK, READ_TRUNC -> kind.text + "(" + value + ")";
                default -> kind.text + "()";
            };
        }
    }

    /// The calls there are. Those of the listener say so; all others are the connection's.
    enum CallKind {
        CONNECT("connect"),
        /// in place of the connection's socket, which is closed
        OPEN("socket"),
        ACCEPT("accept"),
        WRITE("send"),
        WRITE_MORE("send MSG_MORE"),
        WRITE_OOB("send MSG_OOB"),
        READ("recv"),
        PEEK("recv MSG_PEEK"),
        READ_TRUNC("recv MSG_TRUNC"),
        READ_OOB("recv MSG_OOB"),
        SHUT_READ("shutdown SHUT_RD"),
        SHUT_WRITE("shutdown SHUT_WR"),
        SHUT_BOTH("shutdown SHUT_RDWR"),
        CLOSE("close"),
        CLOSE_LISTENER("close listener"),
        SHUT_LISTENER("shutdown listener"),
        SET("setsockopt"),
        SET_LISTENER("setsockopt listener"),
        GET("getsockopt"),
        GET_LISTENER("getsockopt listener"),
        GET_ERROR("getsockopt SO_ERROR");

        final String text;

        CallKind(String text) {
            this.text = text;
        }
    }

    /// What a segment's sequence number counts from.
    enum SeqBase {
        /// behind all that the peer has sent
        NEXT,
        /// what the host has acknowledged last
        ACKED,
        /// the SYN's own
        FIRST,
        /// the right edge of the window that the host has told last
        EDGE,
        /// behind all that the peer has sent, for a SYN with which it begins anew
        ANEW
    }

    /// What a segment's acknowledgment number counts from.
    enum AckBase {
        /// all that the host has sent
        ALL,
        /// what the peer has acknowledged before
        BEFORE,
        /// the end of one of the segments that the host has sent and the peer has not acknowledged, the
        /// offset being its number
        SEGMENT
    }

    /// A segment of the peer's.
    ///
    /// @param flags     as in `tcpdump`: S, F, R, P, A as `.`, U, E, W
    /// @param window    as it goes on the wire; -1 for the same as before
    /// @param sacks     pairs of numbers of segments that the host has sent and the peer has not
    ///     acknowledged:
    ///     from,
    ///     and to, both included; -1 counts from the last
    /// @param tsOffset  how far the timestamp is from the peer's clock, milliseconds
    /// @param urgent    the urgent pointer
    /// @param mark      of the IP header: 0, ECT(1), ECT(0), CE
    record Send(
            String flags,
            SeqBase seqBase,
            int seqOffset,
            AckBase ackBase,
            int ackOffset,
            int length,
            int window,
            List<Integer> sacks,
            int tsOffset,
            int urgent,
            int mark)
            implements Action {

        Send(
                String flags,
                SeqBase seqBase,
                int seqOffset,
                AckBase ackBase,
                int ackOffset,
                int length,
                int window,
                List<Integer> sacks,
                int tsOffset,
                int urgent) {
            this(flags, seqBase, seqOffset, ackBase, ackOffset, length, window, sacks, tsOffset, urgent, 0);
        }

        Send withMark(int other) {
            return new Send(
                    flags, seqBase, seqOffset, ackBase, ackOffset, length, window, sacks, tsOffset, urgent, other);
        }

        @Override
        public String toString() {
            String seq = seqBase + (seqOffset == 0 ? "" : (seqOffset > 0 ? "+" : "") + seqOffset);
            String ack = ackBase + (ackOffset == 0 ? "" : (ackOffset > 0 ? "+" : "") + ackOffset);
            return "< " + flags + " seq " + seq + " (" + length + ")"
                    + (flags.indexOf('.') >= 0 ? " ack " + ack : "")
                    + (window < 0 ? "" : " win " + window)
                    + (sacks.isEmpty() ? "" : " sack " + sacks)
                    + (tsOffset == 0 ? "" : " ts " + tsOffset)
                    + (urgent == 0 ? "" : " urg " + urgent)
                    + (mark == 0 ? "" : " mark " + mark);
        }
    }

    /// An ICMP error about the segment that the host has sent last.
    ///
    /// @param seqOffset the number that it quotes, from the last segment's
    record Icmp(int type, int code, int mtu, int seqOffset) implements Action {
        @Override
        public String toString() {
            return "< icmp " + type + "/" + code + " mtu " + mtu + " seq LAST"
                    + (seqOffset == 0 ? "" : (seqOffset > 0 ? "+" : "") + seqOffset);
        }
    }
}
