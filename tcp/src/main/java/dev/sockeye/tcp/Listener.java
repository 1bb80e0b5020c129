package dev.sockeye.tcp;

import dev.sockeye.wire.FourTuple;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A socket in LISTEN: its SYN queue and its accept queue, with Linux's bounds. `listen(fd, n)` lets n + 1
/// connections wait to be accepted and n + 1 handshakes be under way; what comes beyond is dropped, or answered
/// with a SYN cookie.
///
/// Its methods are of four kinds. Getters tell. User calls: [#accept], [#setBacklog], [#close]. Events:
/// [#onSegment], for a segment of no known connection; [#complete], [#remove]. Outputs: [#halfOpen], [#handshake]
/// of the last event.
///
/// @param <A> what `accept` hands out
public final class Listener<A> {

    /// What the host does after an event.
    public enum Disposition {
        /// Nothing.
        DROP,
        /// Answer the segment with a reset.
        RESET,
        /// [Listener#halfOpen] is new: keep it, and send its SYN-ACK.
        HALF_OPEN,
        /// Make the connection of [Listener#halfOpen] at once, with [Connection#openedFast]: its SYN had a Fast Open
        /// cookie.
        FAST_OPEN,
        /// Send `reply`, a SYN-ACK that nothing remembers.
        COOKIE,
        /// The segment has brought a cookie back: make the connection of [Listener#handshake], and hand it the
        /// segment.
        COMPLETE
    }

    /// How long after an overflow an ACK can bring a cookie back, nanoseconds.
    private static final long COOKIES_VALID = 120_000_000_000L;

    final TcpContext context;
    final SocketOptions options;
    private final ArrayDeque<A> acceptQueue = new ArrayDeque<>();
    private final SynCookies cookies;
    final FastOpenServer fastOpen;
    private @Nullable HalfOpen first;
    private @Nullable HalfOpen made;
    private @Nullable Handshake returned;
    private int backlog;
    private int synQueueLength;
    private long lastOverflowAt = Long.MIN_VALUE / 2;
    private long overflows;

    /// Half-open connections that have not timed out once.
    int young;

    /// @param options the listening socket's
    /// @param backlog as given to `listen`, capped by `net.core.somaxconn`
    public Listener(TcpContext context, SocketOptions options, int backlog) {
        this.context = context;
        this.options = options;
        this.backlog = backlog;
        this.cookies = new SynCookies(context);
        this.fastOpen = new FastOpenServer(context, options);
        int everyListener = FastOpenServer.EVERY_LISTENER | FastOpenServer.SERVER;
        if ((context.sysctl.tcp_fastopen & everyListener) == everyListener && options.fastOpenQueue == 0) {
            options.fastOpenQueue = backlog;
            context.fastOpenKeys();
        }
    }

    // ---------------------------------------------------------------- getters

    /// The backlog as given to `listen`, capped by `net.core.somaxconn`: the Send-Q of `ss -l`.
    public int backlog() {
        return backlog;
    }

    /// Connections that wait to be accepted: the Recv-Q of `ss -l`. At most [#backlog] + 1.
    public int acceptQueueLength() {
        return acceptQueue.size();
    }

    /// Connections whose handshake is not complete.
    public int synQueueLength() {
        return synQueueLength;
    }

    /// Linux's `sk_acceptq_is_full`: more than the backlog wait.
    public boolean isAcceptQueueFull() {
        return acceptQueue.size() > backlog;
    }

    /// How often a SYN, or the ACK that ends a handshake, was dropped because the accept queue was full.
    public long overflows() {
        return overflows;
    }

    /// Shows each half-open connection.
    public void forEachHalfOpen(Consumer<? super HalfOpen> visitor) {
        for (HalfOpen each = first; each != null; ) {
            HalfOpen next = each.next;
            visitor.accept(each);
            each = next;
        }
    }

    // ---------------------------------------------------------------- user calls

    /// What has waited longest; null if nothing waits.
    public @Nullable A accept() {
        return acceptQueue.poll();
    }

    /// `listen` on a socket that listens already.
    public void setBacklog(int backlog) {
        this.backlog = backlog;
    }

    /// Ends listening: empties both queues. What waited to be accepted is to be reset; half-open connections are
    /// forgotten without a word, and the peer's ACK finds no listener.
    public void close(Consumer<? super HalfOpen> halfOpen, Consumer<? super A> unaccepted) {
        fastOpen.close();
        for (HalfOpen each = first; each != null; each = first) {
            remove(each);
            halfOpen.accept(each);
        }
        for (A each = acceptQueue.poll(); each != null; each = acceptQueue.poll()) unaccepted.accept(each);
    }

    // ---------------------------------------------------------------- events

    /// A segment has arrived that belongs to no connection: RFC 9293 3.10.7.2.
    ///
    /// @param mtu   of the path back, bytes
    /// @param isn   our initial sequence number where a connection in TIME_WAIT is followed up, else 0
    /// @param reply is filled in where the disposition is COOKIE
    public Disposition onSegment(FourTuple tuple, Segment seg, int mtu, int isn, Segment reply, long now) {
        // First: "An incoming RST segment should be ignored."
        if (seg.rst()) return Disposition.DROP;
        // Second: "Any acknowledgment is bad if it arrives on a connection still in the LISTEN state."
        if (seg.hasAck()) return seg.syn() ? Disposition.RESET : onAck(tuple, seg, mtu, now);
        // Third, the SYN. Linux drops SYN with FIN; fourth, anything else is dropped.
        if (!seg.syn() || seg.fin()) return Disposition.DROP;
        return onSyn(tuple, seg, mtu, isn, reply, now);
    }

    private Disposition onSyn(FourTuple tuple, Segment syn, int mtu, int isn, Segment reply, long now) {
        int syncookies = context.sysctl.tcp_syncookies;
        boolean cookie = false;
        if (isn == 0 && (syncookies == 2 || isSynQueueFull())) {
            if (syncookies == 0) {
                context.count(TcpMib.TCPReqQFullDrop);
                return drop();
            }
            context.count(TcpMib.TCPReqQFullDoCookies);
            cookie = true;
        }
        if (isAcceptQueueFull()) {
            overflows++;
            context.count(TcpMib.ListenOverflows);
            return drop();
        }
        if (syncookies == 0 && isn == 0 && isNearlyFull() && !context.metrics.isProven(tuple, now)) return drop();
        Handshake handshake = Handshake.ofSyn(syn, context, options, tuple.isV4(), mtu, now);
        handshake.tsOffset = timestampOffset(tuple);
        if (cookie) return sendCookie(tuple, handshake, reply, now);
        handshake.makeRoomForSignature();
        handshake.iss = isn != 0 ? isn : context.isn.next(tuple, now);
        var halfOpen = new HalfOpen(this, tuple, handshake, now);
        made = halfOpen;
        if (fastOpen.admits(tuple, syn, handshake, now)) return Disposition.FAST_OPEN;
        add(halfOpen);
        return Disposition.HALF_OPEN;
    }

    private Disposition drop() {
        context.count(TcpMib.ListenDrops);
        return Disposition.DROP;
    }

    /// The accept queue was full when a handshake ended.
    void countOverflow() {
        overflows++;
        context.count(TcpMib.ListenOverflows);
        context.count(TcpMib.ListenDrops);
    }

    /// Linux: more handshakes under way than the backlog; see docs/linux/listen.md
    private boolean isSynQueueFull() {
        return synQueueLength > backlog;
    }

    /// Without SYN cookies the last quarter of `tcp_max_syn_backlog` is for peers that are known.
    private boolean isNearlyFull() {
        int most = context.sysctl.tcp_max_syn_backlog;
        return most - synQueueLength < most >> 2;
    }

    private int timestampOffset(FourTuple tuple) {
        return context.isn.timestampOffset(tuple.local().ip(), tuple.remote().ip());
    }

    private Disposition sendCookie(FourTuple tuple, Handshake handshake, Segment reply, long now) {
        lastOverflowAt = now;
        cookies.encode(tuple, handshake, now);
        HalfOpen.compose(handshake, reply, now);
        handshake.markSynAck(reply, 0, context.sysctl);
        if (handshake.timestamps) reply.tsVal = cookies.timestamp(handshake, now);
        context.count(TcpMib.SyncookiesSent);
        return Disposition.COOKIE;
    }

    /// An ACK that may bring a cookie back.
    private Disposition onAck(FourTuple tuple, Segment ack, int mtu, long now) {
        if (context.sysctl.tcp_syncookies == 0) return Disposition.RESET;
        boolean recent = now - lastOverflowAt <= COOKIES_VALID;
        if (!recent && context.sysctl.tcp_syncookies != 2) return Disposition.RESET;
        Handshake handshake = cookies.decode(tuple, ack, timestampOffset(tuple), context.sysctl, now);
        if (handshake == null) {
            context.count(TcpMib.SyncookiesFailed);
            return Disposition.RESET;
        }
        context.count(TcpMib.SyncookiesRecv);
        handshake.advertisedMss = SegmentSizes.advertised(mtu, tuple.isV4(), options);
        // Linux: whole segments of the size that the cookie tells, not of the one that we announce.
        handshake.chooseReceiveWindow(context, options, handshake.peerMss);
        if (isAcceptQueueFull()) {
            countOverflow();
            return Disposition.DROP;
        }
        returned = handshake;
        return Disposition.COMPLETE;
    }

    /// The connection of a half-open one is made and waits to be accepted.
    public void complete(HalfOpen halfOpen, A connection) {
        remove(halfOpen);
        acceptQueue.add(connection);
    }

    /// The connection of a SYN cookie, or of Fast Open, is made and waits to be accepted.
    public void complete(A connection) {
        acceptQueue.add(connection);
    }

    /// A half-open connection is gone.
    public void remove(HalfOpen halfOpen) {
        if (!halfOpen.queued) return;
        halfOpen.queued = false;
        HalfOpen previous = halfOpen.previous;
        HalfOpen next = halfOpen.next;
        if (previous == null) first = next;
        else previous.next = next;
        if (next != null) next.previous = previous;
        halfOpen.previous = null;
        halfOpen.next = null;
        synQueueLength--;
        if (halfOpen.timeouts() == 0) young--;
    }

    private void add(HalfOpen halfOpen) {
        halfOpen.queued = true;
        halfOpen.next = first;
        if (first != null) first.previous = halfOpen;
        first = halfOpen;
        synQueueLength++;
        young++;
    }

    /// How often a SYN-ACK is sent again: `tcp_synack_retries`, fewer where the SYN queue is more than half full
    /// of old ones.
    int synAckRetries() {
        int most = options.synCount > 0 ? options.synCount : context.sysctl.tcp_synack_retries;
        if (synQueueLength << 1 <= Math.max(8, backlog)) return most;
        for (int limit = young << 1; most > 2 && synQueueLength >= limit; limit <<= 1) most--;
        return most;
    }

    // ---------------------------------------------------------------- outputs

    /// What the last [#onSegment] made, where its disposition was HALF_OPEN or FAST_OPEN.
    public HalfOpen halfOpen() {
        HalfOpen halfOpen = made;
        if (halfOpen == null) throw new IllegalStateException("no half-open connection was made");
        made = null;
        return halfOpen;
    }

    /// What the last [#onSegment] brought back, where its disposition was COMPLETE.
    public Handshake handshake() {
        Handshake handshake = returned;
        if (handshake == null) throw new IllegalStateException("no cookie was brought back");
        returned = null;
        return handshake;
    }
}
