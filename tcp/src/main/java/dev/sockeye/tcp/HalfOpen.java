package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import org.jspecify.annotations.Nullable;

/// A connection whose handshake a [Listener] waits for: SYN_RCVD of a passive open (`struct request_sock`). It is
/// small, for anybody can make many of them. Where the SYN has opened the connection already, with a Fast Open
/// cookie, the [Connection] keeps it until the handshake is complete: see [PassiveFastOpen].
///
/// Its methods are of three kinds. Getters tell. Events ([#onSegment], [#onTimer]) return what the host is to do.
/// Outputs: [#synAck], [#nextDeadline].
public final class HalfOpen {

    /// What the host does after an event.
    public enum Disposition {
        /// Nothing.
        DROP,
        /// Send `reply`.
        REPLY,
        /// Send [#synAck] again.
        SYN_ACK,
        /// Answer the segment with a reset; the half-open connection stays.
        RESET,
        /// Answer the segment with a reset; the half-open connection is gone.
        RESET_AND_GONE,
        /// It is gone.
        GONE,
        /// The handshake is complete: make the connection, and hand it the segment.
        COMPLETE
    }

    /// The first wait for the final ACK (RFC 6298 2), nanoseconds.
    static final long INITIAL_TIMEOUT = 1_000_000_000L;

    /// `TCP_RTO_MAX`, nanoseconds.
    private static final long MAX_TIMEOUT = 120_000_000_000L;

    private final Listener<?> listener;
    private final FourTuple tuple;
    private final Handshake handshake;
    private long deadline;
    private long synAckSentLastAt;
    private long lastAckAt = -1;
    private int timeouts;
    private boolean acked;

    /// What our SYN-ACK acknowledges: the SYN, and with Fast Open the data on it.
    private int rcvNxt;

    private boolean fastOpen;

    /// Its neighbours in the listener's SYN queue.
    @Nullable
    HalfOpen previous;

    @Nullable
    HalfOpen next;

    boolean queued;

    HalfOpen(Listener<?> listener, FourTuple tuple, Handshake handshake, long now) {
        this.listener = listener;
        this.tuple = tuple;
        this.handshake = handshake;
        this.deadline = now + INITIAL_TIMEOUT;
        this.rcvNxt = handshake.irs + 1;
    }

    /// Its connection exists already and has taken the data on the SYN, up to `rcvNxt`.
    void openFast(int rcvNxt) {
        this.rcvNxt = rcvNxt;
        fastOpen = true;
    }

    // ---------------------------------------------------------------- getters

    /// Which connection it is to be.
    public FourTuple tuple() {
        return tuple;
    }

    /// What has been agreed on so far.
    public Handshake handshake() {
        return handshake;
    }

    /// Whose it is.
    public Listener<?> listener() {
        return listener;
    }

    /// How often it has waited in vain.
    public int timeouts() {
        return timeouts;
    }

    // ---------------------------------------------------------------- events

    /// A segment of this 4-tuple has arrived: RFC 9293 3.10.7.4 for SYN_RCVD, in the order of Linux's
    /// `tcp_check_req`.
    ///
    /// @param reply is filled in where the disposition says so
    public Disposition onSegment(Segment seg, Segment reply, long now) {
        Disposition disposition = check(seg, now);
        if (disposition == Disposition.REPLY) composeAck(reply, now);
        return disposition;
    }

    /// As [#onSegment], but the reply is the caller's matter: the ACK that acknowledges what has come.
    Disposition check(Segment seg, long now) {
        boolean paws = failsPaws(seg);
        if (isDuplicateSyn(seg) && !paws) return onDuplicateSyn(seg, now);
        // RFC 9293 3.10.7.4, SYN-RECEIVED: "If the segment acknowledgment is not acceptable, form a reset
        // segment". What a Fast Open connection has sent may be acknowledged, too: it looks itself.
        // Linux: a RST says what it says, whatever it acknowledges.
        if (!fastOpen && seg.hasAck() && !seg.rst() && seg.ack != handshake.iss + 1) return Disposition.RESET;
        if (paws || failsEcho(seg) || !isInWindow(seg)) return onOutOfWindow(seg, paws, now);
        // RFC 5961 3.2, MUST-2: a RST inside the window, but not at its begin, gets a challenge ACK.
        if (seg.rst() && seg.seq != rcvNxt) return challenge(now);
        // A SYN at IRS is left of the window and trimmed; one inside the window resets, as does a RST at its
        // begin.
        boolean syn = seg.syn() && seg.seq != handshake.irs;
        // RFC 9293 3.5, MUST-11: the listener listens on, and nobody is told.
        if (seg.rst() || syn) return onEmbryonicReset(seg);
        if (!seg.hasAck()) return Disposition.DROP;
        // Linux: an ACK that is put off is as if it had not come, its timestamp, too.
        if (!fastOpen && isDeferred(seg)) return Disposition.DROP;
        if (fastOpen) return Disposition.COMPLETE;
        Disposition disposition = complete();
        // Linux: the request's own stays that of the SYN, see docs/linux/differential.md, "request_timestamp"
        if (disposition == Disposition.COMPLETE) updateTsRecent(seg, now);
        return disposition;
    }

    /// The SYN again, as first sent. Linux: with a FIN, too.
    private boolean isDuplicateSyn(Segment seg) {
        return seg.seq == handshake.irs && (seg.flags & (Segment.SYN | Segment.RST | Segment.ACK)) == Segment.SYN;
    }

    /// Our SYN-ACK was lost, or is late: again, and the timer starts anew.
    private Disposition onDuplicateSyn(Segment seg, long now) {
        if (isRateLimited(seg, now)) return Disposition.DROP;
        deadline = now + timeout();
        handshake.onSynAgain(seg);
        return Disposition.SYN_ACK;
    }

    /// RFC 7323 5.3 R1: TSval less than TS.Recent. A RST is exempt (RFC 7323 5.2).
    private boolean failsPaws(Segment seg) {
        return handshake.timestamps && seg.timestamps && !seg.rst() && seg.tsVal - handshake.tsRecent < 0;
    }

    /// Linux since 6.15: TSecr must echo one of our SYN-ACKs, else somebody guesses.
    private boolean failsEcho(Segment seg) {
        if (fastOpen || !handshake.timestamps || !seg.timestamps || seg.tsEcr == 0) return false;
        if (handshake.synAckSentAt < 0) return false;
        int first = IsnGenerator.timestamp(handshake.synAckSentAt, handshake.tsOffset);
        int last = IsnGenerator.timestamp(synAckSentLastAt, handshake.tsOffset);
        boolean fails = !Seq.between(seg.tsEcr, first, last);
        if (fails) listener.context.count(TcpMib.TSEcrRejected);
        return fails;
    }

    /// RFC 9293 3.10.7.4, first check; the window is the one our SYN-ACK announced.
    private boolean isInWindow(Segment seg) {
        int end = seg.endSeq();
        if (seg.seq == rcvNxt) return true;
        int edge = rcvNxt + announced();
        if (Seq.gt(end, rcvNxt) && Seq.lt(seg.seq, edge)) return true;
        return seg.seq == edge && seg.seq == end;
    }

    /// RFC 9293 3.10.7.4: "If an incoming segment is not acceptable, an acknowledgment should be sent in reply
    /// (unless the RST bit is set)".
    private Disposition onOutOfWindow(Segment seg, boolean paws, long now) {
        if (paws) listener.context.count(TcpMib.PAWSEstab);
        return seg.rst() || isRateLimited(seg, now) ? Disposition.DROP : Disposition.REPLY;
    }

    private Disposition challenge(long now) {
        if (isTooSoon(TcpMib.TCPACKSkippedChallenge, now)) return Disposition.DROP;
        listener.context.count(TcpMib.TCPChallengeACK);
        return Disposition.REPLY;
    }

    /// The window of our SYN-ACK, which is not scaled, bytes.
    private int announced() {
        return Math.min(handshake.receiveWindow, 65535);
    }

    /// The ACK that we would send if the handshake were complete.
    void composeAck(Segment reply, long now) {
        reply.clear();
        reply.flags = Segment.ACK;
        reply.seq = handshake.iss + 1;
        reply.ack = rcvNxt;
        // Linux: of what the SYN-ACK could tell, see docs/linux/differential.md, "half_open_window"
        reply.window = announced() >> Math.max(0, handshake.receiveWindowScale);
        stamp(reply, now);
    }

    private void updateTsRecent(Segment seg, long now) {
        // RFC 7323 4.3 (2): SEG.TSval >= TS.Recent and SEG.SEQ <= Last.ACK.sent
        if (!handshake.timestamps || !seg.timestamps || Seq.gt(seg.seq, rcvNxt)) return;
        handshake.tsRecent = seg.tsVal;
        handshake.tsRecentAt = now;
    }

    /// A RST, or a SYN in the window, ends it. RFC 9293 3.10.7.4: the passive open returns to LISTEN. With Fast
    /// Open a program may have the connection already: a SYN, which anybody can send, does not end it.
    private Disposition onEmbryonicReset(Segment seg) {
        listener.context.count(TcpMib.AttemptFails);
        if (fastOpen) return seg.rst() ? Disposition.GONE : Disposition.RESET;
        listener.context.count(TcpMib.EmbryonicRsts);
        return seg.rst() ? Disposition.GONE : Disposition.RESET_AND_GONE;
    }

    /// `TCP_DEFER_ACCEPT`: a bare ACK is not enough while the time given has not passed.
    private boolean isDeferred(Segment seg) {
        if (timeouts >= deferredTimeouts() || seg.endSeq() != handshake.irs + 1) return false;
        acked = true;
        listener.context.count(TcpMib.TCPDeferAcceptDrop);
        return true;
    }

    /// The final ACK: to the accept queue, if there is room. If not, Linux forgets the ACK: the SYN-ACK goes out
    /// again later, and the peer's next ACK has another chance.
    private Disposition complete() {
        if (!listener.isAcceptQueueFull()) return Disposition.COMPLETE;
        listener.countOverflow();
        if (listener.context.sysctl.tcp_abort_on_overflow != 0) {
            listener.context.count(TcpMib.EmbryonicRsts);
            return Disposition.RESET_AND_GONE;
        }
        acked = true;
        return Disposition.DROP;
    }

    /// [#nextDeadline] is reached.
    ///
    /// @return SYN_ACK, DROP (it only waits on) or GONE
    public Disposition onTimer(long now) {
        int most = listener.synAckRetries();
        int defer = deferredTimeouts();
        listener.context.count(TcpMib.TCPTimeouts);
        boolean expired = timeouts >= most && (defer == 0 || !acked || timeouts >= defer);
        if (expired) return Disposition.GONE;
        // While data is waited for the peer needs no reminder, but for a last one at the end of the time.
        boolean resend = defer == 0 || !acked || timeouts >= defer - 1;
        if (timeouts == 0) listener.young--;
        timeouts++;
        handshake.timeouts = timeouts;
        deadline = now + timeout();
        return resend ? Disposition.SYN_ACK : Disposition.DROP;
    }

    // ---------------------------------------------------------------- outputs

    /// When [#onTimer] is to be called, nanoseconds.
    public long nextDeadline() {
        return deadline;
    }

    /// Our SYN-ACK: to be sent once when the half-open connection is made, and as the dispositions say.
    public void synAck(Segment out, long now) {
        if (handshake.synAckSentAt < 0) {
            handshake.synAckSentAt = now;
        } else {
            handshake.retransmits++;
            listener.context.count(TcpMib.RetransSegs);
            listener.context.count(TcpMib.TCPSynRetrans);
        }
        synAckSentLastAt = now;
        compose(handshake, out, now);
        out.ack = rcvNxt;
        // Linux: as the listener has it now, see docs/linux/differential.md, "synack_maxseg"
        out.mss = handshake.mssToAnnounce(listener.options);
        // RFC 7413 4.2.2, SHLD-4: the cookie that the client is to use is on the first SYN-ACK only.
        if (handshake.offersCookie && handshake.retransmits == 0) {
            out.fastOpenLength = FastOpenKeys.COOKIE_LENGTH;
            out.fastOpenExperimental = handshake.cookieExperimental;
            FastOpenKeys.write(handshake.cookie, out.fastOpenCookie);
        }
        handshake.markSynAck(out, handshake.retransmits, listener.context.sysctl);
    }

    /// The SYN-ACK has been waited for in vain: [PassiveFastOpen] keeps the time.
    ///
    /// @return how long to wait now, nanoseconds
    long onFastOpenTimeout() {
        timeouts++;
        return timeout();
    }

    /// A SYN-ACK: RFC 9293 3.10.7.2, third.
    static void compose(Handshake handshake, Segment out, long now) {
        out.clear();
        out.flags = Segment.SYN | Segment.ACK;
        out.seq = handshake.iss;
        out.ack = handshake.irs + 1;
        // RFC 7323 2.2, MUST-3
        out.window = Math.min(handshake.receiveWindow, 65535);
        // RFC 9293 3.7.1, MUST-14, SHLD-5, MAY-3
        out.mss = handshake.advertisedMss;
        out.signatureBytes = handshake.signatureBytes;
        out.sackPermitted = handshake.sackPermitted;
        out.windowScale = handshake.receiveWindowScale;
        if (handshake.timestamps) {
            out.timestamps = true;
            out.tsVal = IsnGenerator.timestamp(now, handshake.tsOffset);
            out.tsEcr = handshake.tsRecent;
        }
    }

    private void stamp(Segment out, long now) {
        if (!handshake.timestamps) return;
        out.timestamps = true;
        out.tsVal = IsnGenerator.timestamp(now, handshake.tsOffset);
        out.tsEcr = handshake.tsRecent;
    }

    /// RFC 6298 5.5: doubled each time, up to two minutes, whatever `tcp_rto_max_ms` and `TCP_RTO_MAX_MS` say
    /// (docs/linux/timers.md: `synack_max`).
    private long timeout() {
        return Math.min(INITIAL_TIMEOUT << timeouts, MAX_TIMEOUT);
    }

    /// How many timeouts `TCP_DEFER_ACCEPT`'s seconds are, as Linux counts: 1, 3, 7, 15 ... seconds.
    private int deferredTimeouts() {
        int seconds = listener.options.deferAcceptSeconds;
        int count = 0;
        int timeout = 1;
        int most = (int) (MAX_TIMEOUT / 1_000_000_000);
        for (int period = 0; seconds > period && count < 255; count++) {
            period += timeout;
            timeout = Math.min(2 * timeout, most);
        }
        return count;
    }

    /// `tcp_invalid_ratelimit`: one answer in so many milliseconds, to keep two ends from answering each other
    /// forever. Data and FINs are answered always.
    private boolean isRateLimited(Segment seg, long now) {
        if (seg.sequenceLength() != 0 && !seg.syn()) return false;
        return isTooSoon(TcpMib.TCPACKSkippedSynRecv, now);
    }

    private boolean isTooSoon(TcpMib counter, long now) {
        long limit = listener.context.sysctl.tcp_invalid_ratelimit * 1_000_000L;
        if (lastAckAt >= 0 && now - lastAckAt < limit) {
            listener.context.count(counter);
            return true;
        }
        lastAckAt = now;
        return false;
    }
}
