package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.FourTuple;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// One TCP connection, from SYN_SENT or SYN_RCVD until it is closed: the TCB of RFC 9293 3.3.1.
///
/// Its methods are of four kinds. Getters tell. User calls ([#connect], [#send], [#receive], [#shutdown],
/// [#close], [#abort]) are what a program does; they return a count, or a negated [Errno]. Events ([#onSegment],
/// [#onTimer], [#onIcmpError], [#onPacketTooBig]) are what the world does. Outputs ([#nextSegment],
/// [#nextDeadline], [#takeEvents], [#timeWait]) say what is to be done: after every user call and event the host
/// sends segments until [#nextSegment] has none, arms a timer for [#nextDeadline], tells waiting programs of
/// [#takeEvents], and once [#state] is CLOSED puts [#timeWait] in its place.
///
/// `now` is nanoseconds of the host's clock and never goes back.
///
/// It is the place where the parts meet: what a connection *knows* is here, what it *does* is in [Opening],
/// [SegmentArrives], [Acknowledgment], [LossRecovery], [Output] and [Timeouts].
public final class Connection {

    /// `MSG_OOB`: urgent data.
    public static final int MSG_OOB = 1;
    /// `MSG_PEEK`: leave what was read in the queue.
    public static final int MSG_PEEK = 2;
    /// `MSG_TRUNC`: skip instead of copying.
    public static final int MSG_TRUNC = 0x20;
    /// `MSG_EOR`: nothing is appended to this write's last segment.
    public static final int MSG_EOR = 0x80;
    /// `MSG_MORE`: more will follow, as `TCP_CORK` for one call.
    public static final int MSG_MORE = 0x8000;
    /// `MSG_ZEROCOPY`: with `SO_ZEROCOPY` set, [#errorQueue] tells when all of it is acknowledged.
    public static final int MSG_ZEROCOPY = 0x400_0000;
    /// Not Linux's: the rest of a write whose begin was taken by calls before.
    public static final int MSG_REST = 1 << 29;

    /// Bits of [#shutdown], with Linux's numbers (`RCV_SHUTDOWN`, `SEND_SHUTDOWN`).
    static final int RECEIVE = 1, SEND = 2;

    final TcpContext context;
    final FourTuple tuple;
    final SocketOptions options;
    final Journal journal = new Journal();
    TcpState state = TcpState.CLOSED;

    // The send sequence space (RFC 9293 3.3.1), and the largest window ever seen. RFC 9293 3.1, REC-1
    int iss, sndUna, sndNxt, sndWnd, sndWl1, sndUp, maxWindow;
    int sendScale;
    // The receive sequence space, and how far the program has read.
    int rcvNxt, copiedSeq;
    boolean offersScaling, sackPermitted;
    /// The options of our SYN: a window scale, -1 without; whether with timestamps.
    int synScale = -1;

    boolean synTimestamps;
    /// When the SYN was first sent, nanoseconds.
    long synSentAt = 1;

    final SegmentSizes sizes;
    final SocketMemory memory;
    final SendQueue send;
    final SendBuffer sendBuffer;
    final ReceiveQueue receiveQueue;
    final OutOfOrderQueue outOfOrder;
    final SackList sackList = new SackList();
    final ReceiveWindow receive;
    final ReceiveBuffer receiveBuffer = new ReceiveBuffer(this);
    final Timestamps timestamps;
    final AckPolicy acks;
    final AckSchedule ackSchedule = new AckSchedule(this);
    UrgentData urgent = UrgentData.NONE;
    final StreamReader reader = new StreamReader(this);
    final StreamWriter writer = new StreamWriter(this);
    final Ecn ecn = new Ecn(this);
    final RttEstimator rtt;
    final DeliveryRate rate;
    final CongestionWindow cwnd = new CongestionWindow();
    final Pacer pacer = new Pacer(this);
    CongestionControl congestion;
    final Scoreboard board;
    final LossRecovery recovery;
    final Timers timers = new Timers();
    final Timeouts timeouts;
    final Output output;
    final Acknowledgment acknowledgment;
    final Teardown teardown = new Teardown(this);
    final HeaderPrediction prediction = new HeaderPrediction(this);
    final SegmentArrives arrives;
    final BusyTime busy = new BusyTime();
    private final OptionEffects effects;
    final MtuProbing probing = new MtuProbing(this);
    // Of those that have them, few: made when they are first needed.
    @Nullable
    ZeroCopy zeroCopy;

    private @Nullable ErrorQueue errors;
    /// `SO_TIMESTAMPING`
    @Nullable
    Stamping stamping;

    int shutdown;
    boolean finReceived;
    boolean orphan;
    /// A listener's program has not accepted it yet.
    boolean unaccepted;
    /// `sk_err` and `sk_err_soft`: numbers of [Errno].
    int error;

    int softError;
    private int events;

    final FastOpen fastOpen = new FastOpen(this);
    /// A program waits to write more once the connection is established.
    private boolean writePending;

    @Nullable
    TimeWait timeWait;

    /// The time of the call at hand.
    long now;
    /// When the connection last looked at the clock (`tcp_mstamp_refresh`).
    private long clock;

    long lastAckReceivedAt, lastAckSentAt;
    /// When a segment that did not fit was last answered, nanoseconds: `last_oow_ack_time`.
    long lastOutOfWindowAckAt = -1;

    // What TCP_INFO counts.
    long bytesAcked, bytesReceived, bytesSent, bytesRetransmitted;
    int segmentsIn, segmentsOut, dataSegmentsIn, dataSegmentsOut, totalRetransmits, outOfOrderPackets;

    /// A connection about to be opened with [#connect].
    ///
    /// @param mtu of the path, bytes
    public Connection(TcpContext context, FourTuple tuple, SocketOptions options, int mtu) {
        this.context = context;
        this.tuple = tuple;
        this.options = options;
        acks = new AckPolicy(context.sysctl);
        sizes = new SegmentSizes(this, mtu);
        memory = new SocketMemory(this);
        send = new SendQueue(context, memory);
        receiveQueue = new ReceiveQueue(context.pages, memory);
        outOfOrder = new OutOfOrderQueue(context.pages, memory);
        receive = new ReceiveWindow(context, options);
        timestamps = new Timestamps(receive);
        rtt = new RttEstimator(context.sysctl, options);
        rate = new DeliveryRate(context.rateSample);
        board = new Scoreboard(this);
        recovery = new LossRecovery(this);
        timeouts = new Timeouts(this);
        output = new Output(this);
        acknowledgment = new Acknowledgment(this);
        arrives = new SegmentArrives(this);
        sendBuffer = new SendBuffer(this);
        congestion = chooseCongestionControl();
        pacer.bound(options.maxPacingRate);
        effects = new OptionEffects(this);
        if (options.timestamping != 0) stamping = new Stamping(this);
        if (options.delayAcks) acks.enterPingPong();
        timestamps.offset =
                context.isn.timestampOffset(tuple.local().ip(), tuple.remote().ip());
    }

    /// The connection of a passive open, in SYN_RCVD: the segment that completes the handshake is its first event.
    public static Connection accepted(
            TcpContext context, FourTuple tuple, SocketOptions options, int mtu, Handshake handshake, long now) {
        var connection = new Connection(context, tuple, options, mtu);
        Opening.take(connection, handshake, now);
        return connection;
    }

    /// The connection of a SYN with a Fast Open cookie, in SYN_RCVD (RFC 7413 4.2.2): it has the data on the SYN
    /// already, and sends the SYN-ACK.
    ///
    /// @param request what [Listener#halfOpen] has made of the SYN
    public static Connection openedFast(
            TcpContext context,
            FourTuple tuple,
            SocketOptions options,
            int mtu,
            HalfOpen request,
            Segment syn,
            long now) {
        var connection = new Connection(context, tuple, options, mtu);
        Opening.take(connection, request.handshake(), now);
        Opening.startTransfer(connection, now);
        connection.fastOpen.beginPassive(request, syn, now);
        return connection;
    }

    /// RFC 9293 3.8.2, MAY-18
    private CongestionControl chooseCongestionControl() {
        String wanted =
                options.congestionControl.isEmpty() ? context.sysctl.tcp_congestion_control : options.congestionControl;
        CongestionControl chosen = CongestionControls.named(wanted, this);
        return chosen != null ? chosen : new Cubic(this);
    }

    // ---------------------------------------------------------------- getters

    /// Which connection this is.
    public FourTuple tuple() {
        return tuple;
    }

    /// Its state. In TIME_WAIT it is the host that goes on with it: see [#timeWait].
    public TcpState state() {
        return state;
    }

    /// The socket options; after a change the host calls [#onOptionsChanged].
    public SocketOptions options() {
        return options;
    }

    /// What a program can do now: bits of [Readiness] (`tcp_poll`).
    public int readiness() {
        return Readiness.of(this);
    }

    /// Its life so far.
    public Journal journal() {
        return journal;
    }

    /// Whether no program holds it any more.
    public boolean isOrphan() {
        return orphan;
    }

    /// Whether the next byte to be read is the urgent one: `SIOCATMARK`. RFC 9293 3.8.5, MUST-33
    public boolean isAtUrgentMark() {
        return urgent.pending && urgent.seq == copiedSeq;
    }

    /// `SIOCINQ`: how much one read would get at most, bytes: what is received, up to the urgent mark.
    public int available() {
        return reader.available();
    }

    /// What a `recvmsg` with `TCP_INQ` tells of the bytes left after it (`TCP_CM_INQ`): 1 at least where the peer's FIN
    /// has come, so that the program reads on.
    public int inqHint() {
        return reader.hint();
    }

    /// `SO_PEEK_OFF`: where the next peek begins, bytes from the front of the queue; -1: at the front, each time.
    public int peekOffset() {
        return reader.peekOffset;
    }

    /// Sets `SO_PEEK_OFF`.
    public void setPeekOffset(int offset) {
        reader.peekOffset = offset;
    }

    /// Bytes received and not yet read: the Recv-Q of `ss`.
    public int receiveQueueBytes() {
        return receiveQueue.bytes();
    }

    /// Numbers given out and not yet acknowledged: the Send-Q of `ss`.
    public int sendQueueBytes() {
        return send.writeSeq - sndUna;
    }

    /// Bytes written and not yet sent.
    public int notSentBytes() {
        return send.writeSeq - sndNxt;
    }

    /// What `SO_SNDBUF` tells, bytes.
    public int sendBuffer() {
        return sendBuffer.size;
    }

    /// What `TCP_WINDOW_CLAMP` tells, bytes.
    public int windowClamp() {
        return receive.clamp;
    }

    /// What `TCP_QUICKACK` tells: whether acknowledgments do not wait for data to carry them.
    public boolean isQuickAck() {
        return !acks.inPingPong();
    }

    /// What `TCP_TIMESTAMP` tells: the clock of the timestamp option, milliseconds.
    public int timestamp(long now) {
        return timestamps.now(now);
    }

    /// What `SO_RCVBUF` tells, bytes.
    public int receiveBuffer() {
        return receive.buffer;
    }

    /// The segment size in use, as `TCP_MAXSEG` tells it; bytes.
    public int maxSegment() {
        return sizes.mss;
    }

    /// The MTU of the path, as far as is known; bytes.
    public int pathMtu() {
        return sizes.pathMtu;
    }

    /// `TCP_CC_INFO`: what the congestion control tells of itself; null if nothing.
    public @Nullable CongestionInfo congestionInfo() {
        return congestion.info();
    }

    /// What a read with `MSG_ERRQUEUE` finds.
    public ErrorQueue errorQueue() {
        if (errors == null) errors = new ErrorQueue(this);
        return errors;
    }

    boolean hasQueuedErrors() {
        return errors != null && errors.size() > 0;
    }

    ZeroCopy zeroCopy() {
        if (zeroCopy == null) zeroCopy = new ZeroCopy(this);
        return zeroCopy;
    }

    /// When the last byte came that was read last, as `SO_TIMESTAMPING` tells it; nanoseconds since the Unix epoch, 0
    /// if that was not noted.
    public long receiveTime() {
        return stamping == null ? 0 : stamping.lastRead();
    }

    /// `SO_TIMESTAMPING`, where it is set
    Stamping stamping() {
        if (stamping == null) stamping = new Stamping(this);
        return stamping;
    }

    /// `SO_MEMINFO`
    public MemoryInfo memoryInfo() {
        return new MemoryInfo(
                receiveBuffer.charged(), receive.buffer, 0, sendBuffer.size, memory.reserved(), send.charged, 0, 0, 0);
    }

    /// The name of the congestion control in use.
    public String congestionControl() {
        return congestion.name();
    }

    /// When a program last read, nanoseconds; -1 if never.
    public long lastReadAt() {
        return reader.lastReadAt;
    }

    /// When a program last wrote, nanoseconds; -1 if never.
    public long lastWriteAt() {
        return writer.lastWriteAt;
    }

    /// When a program was first told of the end of the stream, nanoseconds; -1 if it never was.
    public long endOfStreamReadAt() {
        return reader.endOfStreamReadAt;
    }

    /// What the retransmission timer is set for, as `ss -o` names it: `on`, `persist`, or empty.
    public String timerName() {
        return timers.name();
    }

    /// When that timer runs out, nanoseconds; `Long.MAX_VALUE` without one.
    public long timerDeadline() {
        return timers.retransmission != Timers.Retransmission.OFF ? timers.retransmissionAt : timers.keepAliveAt;
    }

    /// How often another way through the network was worth trying: a flow label that goes with it
    /// finds one where routers choose by flow (RFC 6438).
    public int rehashes() {
        return timeouts.rehashes + arrives.rehashes;
    }

    /// What the connection asks its host to go on with in its place, once [#state] is CLOSED; null if nothing: a
    /// socket in TIME_WAIT, or an orphan in FIN_WAIT2, is a [TimeWait], which costs little.
    public @Nullable TimeWait timeWait() {
        return timeWait;
    }

    /// `TCP_INFO`
    public TcpInfo info(long now) {
        return InfoReport.of(this, busy, now);
    }

    // ---------------------------------------------------------------- user calls

    /// Whether connecting waits for the first write (`TCP_FASTOPEN_CONNECT`).
    public boolean isDeferred() {
        return fastOpen.isDeferred();
    }

    /// Whether `MSG_FASTOPEN` finds another Fast Open under way. Linux: after a connect with
    /// `TCP_FASTOPEN_CONNECT` that had no cookie it always does, see docs/linux/fast-open.md
    public boolean isFastOpenBusy() {
        return fastOpen.active != null && fastOpen.active.isBusy();
    }

    /// Starts an active open: SYN_SENT.
    public int connect(long now) {
        return connect(now, null);
    }

    /// Starts an active open that follows up a connection between the same ends which is still in TIME_WAIT:
    /// numbers and timestamps go on beyond its own, so that nothing of it can be taken for ours (RFC 6191).
    public int connect(long now, @Nullable TimeWait before) {
        Opening.begin(this, now, before);
        if (options.fastOpenConnect) {
            ActiveFastOpen active = fastOpen.beginActive();
            if (!active.defer(now)) active.open(MemorySegment.NULL, 0, 0, 0, now);
            return 0;
        }
        Opening.prepareSyn(this, now);
        send.appendControl(Segment.SYN);
        output.sendSyn();
        return 0;
    }

    /// Starts an active open with Fast Open: `MSG_FASTOPEN`.
    ///
    /// @param flags  of [#MSG_ZEROCOPY]
    /// @param before see [#connect]
    /// @return how many of the bytes go with the SYN, or `-EINPROGRESS` if none do
    public int connect(MemorySegment from, long offset, int length, int flags, long now, @Nullable TimeWait before) {
        Opening.begin(this, now, before);
        return fastOpen.beginActive().open(from, offset, length, flags, now);
    }

    /// The socket had another connection before this one, of which the window's size is left; and it was perhaps shut
    /// down while it had none, which counts from the beginning.
    ///
    /// @param window     what [#windowLeft] says of it, bytes; 0 without one
    /// @param directions of [Shutdown]
    public void follow(int window, int directions) {
        sizes.earlierWindow = window;
        shutdown = directions;
    }

    /// The window that the socket has announced last, on this connection or, if this one never began, before.
    public int windowLeft() {
        return segmentsOut == 0 ? sizes.earlierWindow : receive.window;
    }

    /// The directions that it is shut down in, as bits of [Shutdown].
    public int shutDirections() {
        return shutdown;
    }

    /// Takes bytes, as far as there is room in the send buffer. It may take only some although there is room,
    /// where it is time to send in between: the caller sends, and calls again, with [#MSG_REST], until all are
    /// taken or it says `-EAGAIN`.
    ///
    /// @return the count, or `-EAGAIN` without room, `-EPIPE` after shutdown or reset, or the pending error
    public int send(MemorySegment from, long offset, int length, int flags, long now) {
        lookAtClock(now);
        if (fastOpen.isDeferred()) return fastOpen.openDeferred(from, offset, length, flags, now);
        return writer.write(from, offset, length, flags, now);
    }

    /// A program waits for the connection to be established and is going to write more at once, or does so no more:
    /// the SYN-ACK is then acknowledged by what it writes (`sk_write_pending`).
    public void setWritePending(boolean pending) {
        writePending = pending;
    }

    boolean isWritePending() {
        return writePending;
    }

    /// Copies what has arrived, up to `length` bytes.
    ///
    /// @return the count, 0 at the end of the stream, or `-EAGAIN` if nothing is there, or the pending error
    public int receive(MemorySegment to, long offset, int length, int flags, long now) {
        this.now = now;
        return reader.read(to, offset, length, flags, now);
    }

    /// `shutdown(2)`
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how, long now) {
        this.now = now;
        return teardown.shutdown(how, now);
    }

    /// The program lets go: FIN after what is queued, or a reset if it left data unread or lingers for 0 seconds.
    public void close(long now) {
        this.now = now;
        teardown.close(now);
    }

    /// The connection ends now, with a reset where the peer needs one (`tcp_disconnect`).
    public void abort(long now) {
        this.now = now;
        teardown.abort(now);
    }

    /// The program has been told how it ended, and may connect again (`tcp_disconnect`).
    public void forgetEnd() {
        teardown.forgetEnd();
    }

    /// `SO_ERROR`: the pending error's number, which is cleared; 0 if there is none. Linux: an ICMP error that did
    /// not end the connection counts here, and nowhere else; see docs/linux/errors.md
    public int socketError() {
        int pending = takeError();
        if (pending != 0) return pending;
        pending = softError;
        softError = 0;
        return pending;
    }

    /// The error that the next call is to return, which is cleared; 0 if there is none.
    public int takeError() {
        int pending = error;
        error = 0;
        return pending;
    }

    /// To be called after [#options] have changed, so that what they held back goes.
    public void onOptionsChanged(long now) {
        this.now = now;
        effects.apply(now);
    }

    void changeCongestionControl(long now) {
        if (options.congestionControl.isEmpty() || options.congestionControl.equals(congestion.name())) return;
        congestion = chooseCongestionControl();
        cwnd.priorSsthresh = 0;
        if (state.isSynchronized()) congestion.init(now);
    }

    /// `TCP_NODELAY`; what is held back goes, even if it was on before.
    public void noDelay(boolean on, long now) {
        this.now = now;
        effects.noDelay(on);
    }

    /// `TCP_WINDOW_CLAMP`, bytes; more than 0.
    public void clampWindow(int bytes, long now) {
        this.now = now;
        receive.setClamp(bytes);
    }

    /// `TCP_QUICKACK`: acknowledge what is delayed, and the next segments at once; or not.
    public void quickAck(boolean on, long now) {
        this.now = now;
        effects.quickAck(on);
    }

    // ---------------------------------------------------------------- events

    /// A segment for this connection has arrived, its checksum good.
    public void onSegment(Segment seg, long now) {
        lookAtClock(now);
        timestamps.onSegment(seg);
        boolean ours = arrives.onSegment(seg, now);
        if (state == TcpState.CLOSED) return;
        // Linux: see docs/linux/differential.md, "space"
        if (ours && sendBuffer.waiting) output.checkSpaceAfterwards();
    }

    /// `now` has reached [#nextDeadline].
    public void onTimer(long now) {
        lookAtClock(now);
        if (state != TcpState.CLOSED) timeouts.onTimer(now);
    }

    /// Whether an ICMP message that quotes this number of ours, which must be in flight, teaches the path's MTU; bytes.
    public boolean learnsMtu(int seq, int mtu) {
        return PathMessages.isInFlight(this, seq) && PathMessages.isNews(this, mtu);
    }

    /// An ICMP error about a segment of ours.
    ///
    /// @param icmp   what it means (`EHOSTUNREACH`, `ECONNREFUSED`, ...)
    /// @param broken whether it says that no way leads to the peer now
    /// @param seq    the sequence number in the quoted header
    /// @return whether the connection, which was being opened, has ended with it
    public boolean onIcmpError(Errno icmp, boolean broken, int seq, long now) {
        this.now = now;
        return PathMessages.onError(this, icmp, broken, seq, now);
    }

    /// The path's MTU has changed: ICMP fragmentation needed, packet too big, or a new route.
    public void onPacketTooBig(int mtu, int seq, long now) {
        this.now = now;
        // Linux does not look at the clock: what goes again bears the time of the last event, see docs/linux/pmtu.md
        output.sendAsOf(clock, now);
        PathMessages.onPacketTooBig(this, mtu, seq, now);
    }

    private void lookAtClock(long now) {
        this.now = clock = now;
        output.sendAsOf(now, now);
    }

    /// The path's MTU as it is now, for what is sent from now on (`tcp_current_mss`).
    public void onPathMtu(int mtu) {
        if (mtu != sizes.pathMtu) sizes.setPathMtu(mtu);
    }

    // ---------------------------------------------------------------- outputs

    /// The next segment to send, if there is one.
    ///
    /// @param out is filled in; its payload is borrowed until the next call to this connection
    /// @return whether there was one
    public boolean nextSegment(Segment out, long now) {
        this.now = now;
        if (!output.next(out, now) && !(teardown.onSent() && output.next(out, now))) return false;
        clock = now;
        return true;
    }

    /// When [#onTimer] is to be called; `Long.MAX_VALUE` for never.
    public long nextDeadline() {
        return timers.next();
    }

    /// Whether since the last call so many retransmissions have failed that the host had better look for the path anew:
    /// RFC 9293 3.8.3's R1, `tcp_retries1`.
    public boolean takeAdviceAgainstPath() {
        return timeouts.takeAdviceAgainstPath();
    }

    /// The [Readiness] bits of what has happened since the last call: what a waiting program is to be woken for.
    /// Unlike [#readiness] a bit comes again with each new event, as an edge.
    public int takeEvents() {
        int taken = events;
        events = 0;
        return taken;
    }

    // ---------------------------------------------------------------- state

    void setState(TcpState next, Journal.Cause cause, int flags) {
        journal.record(now, state, next, cause, flags);
        boolean wasUp = state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT;
        boolean isUp = next == TcpState.ESTABLISHED || next == TcpState.CLOSE_WAIT;
        if (isUp != wasUp) context.counters.add(TcpMib.CurrEstab, isUp ? 1 : -1);
        if (next == TcpState.CLOSED && wasUp) context.count(TcpMib.EstabResets);
        // Linux: not where the program itself gives up.
        boolean failed = cause.ordinal() >= Journal.Cause.SEGMENT.ordinal();
        if (next == TcpState.CLOSED && failed && (state == TcpState.SYN_SENT || state == TcpState.SYN_RCVD)) {
            context.count(TcpMib.AttemptFails);
        }
        state = next;
    }

    /// A program has taken the connection out of the accept queue.
    public void onAccepted() {
        unaccepted = false;
        fastOpen.onAccepted();
    }

    /// Whether data may be sent: both SYNs are acknowledged, or with Fast Open the peer's.
    boolean mayTransmit() {
        return state.isSynchronized() || fastOpen.isHalfOpen();
    }

    void raise(int bits) {
        events |= bits;
    }

    void raiseReadable() {
        if (finReceived || reader.isReadable()) raise(Readiness.IN);
    }

    // ---------------------------------------------------------------- windows

    /// The number after the last that the peer's window allows.
    int windowEnd() {
        return sndUna + sndWnd;
    }

    /// RFC 9293 3.10.7.4: is the window in this segment newer than the one we have?
    boolean mayUpdateWindow(Segment seg, int window) {
        return Seq.gt(seg.ack, sndUna)
                || Seq.gt(seg.seq, sndWl1)
                || (seg.seq == sndWl1 && (Integer.compareUnsigned(window, sndWnd) > 0 || window == 0));
    }

    /// Bytes from the gap to the end of what has come ahead of it.
    int outOfOrderBytes() {
        return outOfOrder.isEmpty() ? 0 : outOfOrder.endSeq() - rcvNxt;
    }

    // ---------------------------------------------------------------- what the time is spent on

    /// Something is in flight, or waits to be sent.
    boolean hasWork() {
        return board.packetsOut > 0 || !send.unsent.isEmpty();
    }
}
