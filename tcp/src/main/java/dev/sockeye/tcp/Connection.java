package dev.sockeye.tcp;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.FourTuple;
import java.lang.foreign.MemorySegment;

/// One TCP connection, from SYN_SENT or SYN_RCVD until it is closed: the TCB of RFC 9293 3.3.1.
///
/// Its methods are of four kinds. Getters tell. User calls ([#connect], [#send], [#receive], [#shutdown], [#close],
/// [#abort]) are
/// what a program does; they return a count, or a negated [Errno]. Events ([#onSegment], [#onTimer], [#onIcmpError],
/// [#onPacketTooBig]) are what the world does. Outputs ([#nextSegment], [#nextDeadline], [#takeEvents]) say what is to
/// be
/// done: after every user call and event the host sends segments until [#nextSegment] has none, arms a timer for
/// [#nextDeadline], and tells waiting programs of [#takeEvents].
///
/// `now` is nanoseconds of the host's clock and never goes back.
@SuppressWarnings("DoNotCallSuggester")
public final class Connection {

    /// `MSG_PEEK`: leave what was read in the queue.
    public static final int MSG_PEEK = 2;
    /// `MSG_OOB`: urgent data.
    public static final int MSG_OOB = 1;
    /// `MSG_MORE`: more will follow, as `TCP_CORK` for one call.
    public static final int MSG_MORE = 0x8000;
    /// `MSG_TRUNC`: skip instead of copying.
    public static final int MSG_TRUNC = 0x20;

    /// A connection about to be opened with [#connect].
    ///
    /// @param mtu of the path, bytes
    public Connection(TcpContext context, FourTuple tuple, SocketOptions options, int mtu) {
        throw new UnsupportedOperationException();
    }

    /// The connection of a passive open, in SYN_RCVD: the segment that completes the handshake is its first event.
    public static Connection accepted(
            TcpContext context, FourTuple tuple, SocketOptions options, int mtu, Handshake handshake, long now) {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- getters

    /// Which connection this is.
    public FourTuple tuple() {
        throw new UnsupportedOperationException();
    }

    /// Its state. In TIME_WAIT it is the host that goes on with it: see [#timeWait].
    public TcpState state() {
        throw new UnsupportedOperationException();
    }

    /// The socket options; after a change the host calls [#onOptionsChanged].
    public SocketOptions options() {
        throw new UnsupportedOperationException();
    }

    /// What a program can do now: bits of [Readiness].
    public int readiness() {
        throw new UnsupportedOperationException();
    }

    /// Its life so far.
    public Journal journal() {
        throw new UnsupportedOperationException();
    }

    /// `TCP_INFO`
    public TcpInfo info(long now) {
        throw new UnsupportedOperationException();
    }

    /// Whether no program holds it any more.
    public boolean isOrphan() {
        throw new UnsupportedOperationException();
    }

    /// Bytes received and not yet read: `SIOCINQ`, the Recv-Q of `ss`.
    public int receiveQueueBytes() {
        throw new UnsupportedOperationException();
    }

    /// Bytes written and not yet acknowledged: `SIOCOUTQ`, the Send-Q of `ss`.
    public int sendQueueBytes() {
        throw new UnsupportedOperationException();
    }

    /// When a program last read and last wrote, and when it was told of the end of the stream; nanoseconds, -1 if
    /// never.
    public long lastReadAt() {
        throw new UnsupportedOperationException();
    }

    /// See [#lastReadAt].
    public long lastWriteAt() {
        throw new UnsupportedOperationException();
    }

    /// See [#lastReadAt].
    public long endOfStreamReadAt() {
        throw new UnsupportedOperationException();
    }

    /// What the connection asks its host to go on with in its place, once [#state] is CLOSED; null if nothing: a socket
    /// in
    /// TIME_WAIT, or an orphan in FIN_WAIT2, is a [TimeWait], which costs little.
    public @org.jspecify.annotations.Nullable TimeWait timeWait() {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- user calls

    /// Starts an active open: SYN_SENT.
    public int connect(long now) {
        throw new UnsupportedOperationException();
    }

    /// Takes as many of the bytes as there is room for in the send buffer.
    ///
    /// @return the count, or `-EAGAIN` without room, `-EPIPE` after shutdown or reset, or the pending error
    public int send(MemorySegment from, long offset, int length, int flags, long now) {
        throw new UnsupportedOperationException();
    }

    /// Copies what has arrived, up to `length` bytes.
    ///
    /// @return the count, 0 at the end of the stream, or `-EAGAIN` if nothing is there, or the pending error
    public int receive(MemorySegment to, long offset, int length, int flags, long now) {
        throw new UnsupportedOperationException();
    }

    /// `shutdown(2)`
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how, long now) {
        throw new UnsupportedOperationException();
    }

    /// The program lets go: FIN after what is queued, or a reset if it left data unread or lingers for 0 seconds.
    public void close(long now) {
        throw new UnsupportedOperationException();
    }

    /// The connection ends now, with a reset where the peer needs one.
    public void abort(long now) {
        throw new UnsupportedOperationException();
    }

    /// `SO_ERROR`: the pending error's number, which is cleared; 0 if there is none.
    public int takeError() {
        throw new UnsupportedOperationException();
    }

    /// To be called after [#options] have changed, so that what they held back goes.
    public void onOptionsChanged(long now) {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- events

    /// A segment for this connection has arrived, its checksum good.
    public void onSegment(Segment seg, long now) {
        throw new UnsupportedOperationException();
    }

    /// `now` has reached [#nextDeadline].
    public void onTimer(long now) {
        throw new UnsupportedOperationException();
    }

    /// An ICMP error about a segment of ours.
    ///
    /// @param error what it means (`EHOSTUNREACH`, `ECONNREFUSED`, ...)
    /// @param fatal whether Linux treats it as hard (icmp_err_convert)
    /// @param seq   the sequence number in the quoted header
    public void onIcmpError(Errno error, boolean fatal, int seq, long now) {
        throw new UnsupportedOperationException();
    }

    /// The path's MTU has changed: ICMP fragmentation needed, packet too big, or a new route.
    public void onPacketTooBig(int mtu, int seq, long now) {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- outputs

    /// The next segment to send, if there is one.
    ///
    /// @param out is filled in; its payload is borrowed until the next call to this connection
    /// @return whether there was one
    public boolean nextSegment(Segment out, long now) {
        throw new UnsupportedOperationException();
    }

    /// When [#onTimer] is to be called; `Long.MAX_VALUE` for never.
    public long nextDeadline() {
        throw new UnsupportedOperationException();
    }

    /// The [Readiness] bits of what has happened since the last call: what a waiting program is to be woken for. Unlike
    /// [#readiness] a bit comes again with each new event, as an edge.
    public int takeEvents() {
        throw new UnsupportedOperationException();
    }
}
