package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;

/// A connection whose work is done: TIME_WAIT, or an orphan in FIN_WAIT2 (`struct inet_timewait_sock`). It holds
/// only what answering late segments needs.
///
/// RFC 9293 3.6.1 wants 2 MSL in TIME_WAIT, 4 minutes; Linux takes 60 s ([#LENGTH]).
public final class TimeWait {

    /// How long TIME_WAIT lasts, nanoseconds (Linux: `TCP_TIMEWAIT_LEN`, not a setting). RFC 9293 3.6.1, MUST-13
    public static final long LENGTH = 60_000_000_000L;

    /// What the host does after a segment.
    public enum Disposition {
        /// Nothing.
        DROP,
        /// Send `reply`, an ACK.
        REPLY,
        /// Answer the segment with a reset; this socket is gone.
        RESET_AND_GONE,
        /// This socket is gone.
        GONE,
        /// The segment is a SYN that may open the connection anew, from [#nextIsn], if somebody listens; else
        /// [#ack] it.
        NEW_SYN
    }

    private final TcpContext context;
    private final FourTuple tuple;
    private TcpState state;
    private final int sndNxt;
    private int rcvNxt;
    private final int receiveWindow;
    private final int windowScale;
    private final boolean timestamps;
    private int tsRecent;
    private long tsRecentAt;
    private final int tsOffset;
    private final int trafficClass;
    private final int codepoint;
    private long enteredAt;
    private long deadline;
    private long lastAckAt = -1;

    /// What a connection leaves behind.
    ///
    /// @param state         TIME_WAIT or FIN_WAIT2
    /// @param receiveWindow bytes; `windowScale` is the shift to announce it with
    /// @param codepoint     of the ECN field in the packets of the connection's ACKs
    /// @param deadline      nanoseconds, when it ends
    TimeWait(
            TcpContext context,
            FourTuple tuple,
            TcpState state,
            int sndNxt,
            int rcvNxt,
            int receiveWindow,
            int windowScale,
            boolean timestamps,
            int tsRecent,
            long tsRecentAt,
            int tsOffset,
            int trafficClass,
            int codepoint,
            long deadline) {
        this.context = context;
        this.tuple = tuple;
        this.state = state;
        this.sndNxt = sndNxt;
        this.rcvNxt = rcvNxt;
        this.receiveWindow = receiveWindow;
        this.windowScale = windowScale;
        this.timestamps = timestamps;
        this.tsRecent = tsRecent;
        this.tsRecentAt = tsRecentAt;
        this.tsOffset = tsOffset;
        this.trafficClass = trafficClass;
        this.codepoint = codepoint;
        this.deadline = deadline;
        this.enteredAt = deadline - LENGTH;
    }

    // ---------------------------------------------------------------- getters

    /// Which connection this was.
    public FourTuple tuple() {
        return tuple;
    }

    /// TIME_WAIT or FIN_WAIT2.
    public TcpState state() {
        return state;
    }

    /// `IP_TOS`/`IPV6_TCLASS` of the socket that it was.
    public int trafficClass() {
        return trafficClass;
    }

    /// When it ends, nanoseconds.
    public long deadline() {
        return deadline;
    }

    /// Whether timestamps were agreed on: then a new connection may follow at once, for PAWS tells the two apart.
    public boolean timestamps() {
        return timestamps;
    }

    /// TS.Recent, for the connection that follows.
    public int tsRecent() {
        return tsRecent;
    }

    /// When TS.Recent was taken, nanoseconds.
    public long tsRecentAt() {
        return tsRecentAt;
    }

    /// The initial sequence number of a connection that follows this one: beyond anything it sent, a full unscaled
    /// window and more (Linux: `tw_snd_nxt + 65535 + 2`); never 0.
    public int nextIsn() {
        int isn = sndNxt + 65535 + 2;
        return isn == 0 ? 1 : isn;
    }

    /// Whether `connect` may take this 4-tuple over (Linux's `tcp_twsk_unique`).
    ///
    /// @param chosen whether the host chooses the port: then only as `tcp_tw_reuse` (2: only on loopback) and
    ///               `tcp_tw_reuse_delay` allow; a program that has bound the port itself knows what it wants
    public boolean isReusable(boolean chosen, long now) {
        if (!timestamps) return false;
        if (!chosen) return true;
        int reuse = context.sysctl.tcp_tw_reuse;
        if (reuse == 0 || reuse == 2 && !isLoopback() || state == TcpState.FIN_WAIT2) return false;
        return now - enteredAt > context.sysctl.tcp_tw_reuse_delay * 1_000_000L;
    }

    private boolean isLoopback() {
        return tuple.local().ip().isLoopback() || tuple.remote().ip().isLoopback();
    }

    // ---------------------------------------------------------------- events

    /// A late segment, or the FIN that an orphan in FIN_WAIT2 waits for: RFC 9293 3.10.7.4, in the order of
    /// Linux's `tcp_timewait_state_process`.
    ///
    /// @param reply is filled in where the disposition is REPLY
    public Disposition onSegment(Segment seg, Segment reply, long now) {
        boolean paws = failsPaws(seg, now);
        return state == TcpState.FIN_WAIT2 ? onFinWait2(seg, paws, reply, now) : onTimeWait(seg, paws, reply, now);
    }

    /// RFC 7323 5.3 R1, 5.2 for a RST, 5.5: TS.Recent is worth nothing after 24 days.
    private boolean failsPaws(Segment seg, long now) {
        if (!timestamps || !seg.timestamps || seg.tsVal - tsRecent >= 0) return false;
        if (now - tsRecentAt >= 24L * 86_400 * 1_000_000_000) return false;
        // Linux: a RST is checked by PAWS only against a TS.Recent that is younger than TIME_WAIT is long.
        return !seg.rst() || now - tsRecentAt < LENGTH;
    }

    private Disposition onFinWait2(Segment seg, boolean paws, Segment reply, long now) {
        if (paws || !isInWindow(seg)) return answer(seg, TcpMib.TCPACKSkippedFinWait2, reply, now);
        if (seg.rst()) return Disposition.GONE;
        if (seg.syn() && Seq.geq(seg.seq, rcvNxt)) return Disposition.RESET_AND_GONE;
        boolean nothingNew = !Seq.gt(seg.endSeq(), rcvNxt) || seg.endSeq() == seg.seq;
        if (!seg.hasAck() || nothingNew) return Disposition.DROP;
        // RFC 9293 3.6.1, half-duplex close: data that comes after close() cannot be delivered, and the peer is
        // told so.
        if (!seg.fin() || seg.endSeq() != rcvNxt + 1) return Disposition.RESET_AND_GONE;
        state = TcpState.TIME_WAIT;
        rcvNxt = seg.endSeq();
        takeTimestamp(seg, now);
        enteredAt = now;
        deadline = now + LENGTH;
        ack(reply, now);
        // Linux: as all of the connection's ACKs; what comes too late is answered without.
        reply.ecn = codepoint;
        return Disposition.REPLY;
    }

    private Disposition onTimeWait(Segment seg, boolean paws, Segment reply, long now) {
        boolean bare = seg.seq == seg.endSeq();
        if (!paws && seg.seq == rcvNxt && (bare || seg.rst())) return onExpected(seg, now);
        // RFC 9293 3.6.1, MAY-2, SHLD-4: a SYN that is newer than everything of the old connection opens a new one.
        if (!paws && isNewSyn(seg)) return Disposition.NEW_SYN;
        if (paws) context.count(TcpMib.PAWSTimewait);
        if (seg.rst()) return Disposition.DROP;
        // RFC 9293 3.10.7.4, TIME-WAIT: a retransmitted FIN is acknowledged and restarts the 2 MSL.
        if (paws || seg.hasAck()) deadline = now + LENGTH;
        return answer(seg, TcpMib.TCPACKSkippedTimeWait, reply, now);
    }

    /// A bare ACK, or a RST, exactly where the next segment would be.
    private Disposition onExpected(Segment seg, long now) {
        // RFC 1337: a RST must not end TIME_WAIT early. Linux lets it, unless tcp_rfc1337 is set.
        if (seg.rst() && context.sysctl.tcp_rfc1337 == 0) return Disposition.GONE;
        if (!seg.rst()) deadline = now + LENGTH;
        takeTimestamp(seg, now);
        return Disposition.DROP;
    }

    private boolean isNewSyn(Segment seg) {
        if (!seg.syn() || seg.rst() || seg.hasAck()) return false;
        return Seq.gt(seg.seq, rcvNxt) || timestamps && seg.timestamps && tsRecent - seg.tsVal < 0;
    }

    private void takeTimestamp(Segment seg, long now) {
        if (!timestamps || !seg.timestamps) return;
        tsRecent = seg.tsVal;
        tsRecentAt = now;
    }

    private boolean isInWindow(Segment seg) {
        if (seg.seq == rcvNxt) return true;
        int end = seg.endSeq();
        if (Seq.gt(end, rcvNxt) && Seq.lt(seg.seq, rcvNxt + receiveWindow)) return true;
        return seg.seq == rcvNxt + receiveWindow && seg.seq == end;
    }

    /// An ACK, but not more often than `tcp_invalid_ratelimit` allows for segments without data.
    private Disposition answer(Segment seg, TcpMib skipped, Segment reply, long now) {
        if (seg.sequenceLength() == 0 || seg.syn()) {
            long limit = context.sysctl.tcp_invalid_ratelimit * 1_000_000L;
            if (lastAckAt >= 0 && now - lastAckAt < limit) {
                context.count(skipped);
                return Disposition.DROP;
            }
            lastAckAt = now;
        }
        ack(reply, now);
        return Disposition.REPLY;
    }

    // ---------------------------------------------------------------- outputs

    /// The ACK that answers what comes too late.
    public void ack(Segment reply, long now) {
        reply.clear();
        reply.flags = Segment.ACK;
        reply.seq = sndNxt;
        reply.ack = rcvNxt;
        // Linux: of a larger window what 16 bits hold, see docs/linux/differential.md
        reply.window = (receiveWindow >> Math.max(0, windowScale)) & 0xffff;
        if (!timestamps) return;
        reply.timestamps = true;
        reply.tsVal = IsnGenerator.timestamp(now, tsOffset);
        reply.tsEcr = tsRecent;
    }
}
