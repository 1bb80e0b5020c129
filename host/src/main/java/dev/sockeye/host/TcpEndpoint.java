package dev.sockeye.host;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.Handshake;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Listener;
import dev.sockeye.tcp.MemoryInfo;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A TCP socket: closed, bound, listening or connected. What its calls return, and in which order they check, is
/// Linux's (net/ipv4/af_inet.c, docs/linux/bind.md).
public final class TcpEndpoint extends Endpoint {

    /// `MSG_FASTOPEN`: connect, and send the data with the SYN.
    public static final int MSG_FASTOPEN = 0x2000_0000;

    /// How far `connect` is, as the program has been told (`struct socket`'s state).
    private enum Phase {
        UNCONNECTED,
        CONNECTING,
        CONNECTED,
        /// Shut down before it was connected: it never will be.
        DISCONNECTING
    }

    private final SocketOptions options;
    private Phase phase = Phase.UNCONNECTED;
    private @Nullable Connection connection;
    private @Nullable Listener<TcpEndpoint> listener;
    private @Nullable Journal ownJournal;
    private IpAddress localIp;
    private int localPort;
    private boolean boundAddress;
    private boolean boundPort;
    private boolean closed;
    private boolean unaccepted;
    private int error;
    private byte @Nullable [] savedSyn;
    private int peekOffset = -1;
    private @Nullable SegmentKeys keys;

    /// The directions in which it was shut down while there was no connection; the last window of the one before.
    private int shut, windowLeft;

    private @Nullable Path path;
    private long pathGeneration;

    /// Its entry of the endpoint table, while it is connected.
    @Nullable
    Flow flow;

    /// IPv4's identification of its next packet.
    int identification;

    TcpEndpoint(Host host, Family family, long inode, SocketOptions options) {
        super(host, family, inode);
        this.options = options;
        this.localIp = wildcard();
    }

    // ---------------------------------------------------------------- bind and listen

    @Override
    public int bind(TransportAddress local, long now) {
        if (closed) return Errno.EBADF.asResult();
        boolean busy = isBound() || state() != TcpState.CLOSED;
        int refused = checkBind(local, busy);
        if (refused < 0) return refused;
        IpAddress ip = toOwnFamily(local.ip());
        if (ip.isMulticast() && !ip.isV4()) return Errno.EINVAL.asResult();
        if (options.bindAddressNoPort && local.port() == 0) {
            localIp = ip;
            boundAddress = !ip.isAny();
            return 0;
        }
        return hold(ip, local.port(), !ip.isAny(), local.port() != 0);
    }

    /// Holds a port; 0: any.
    private int hold(IpAddress ip, int port, boolean addressNamed, boolean portNamed) {
        PortAllocator allocator = host.tcpAllocator();
        if (port == 0) port = allocator.chooseForBind(this, ip);
        else if (!allocator.mayBindTcp(this, ip, port)) port = Errno.EADDRINUSE.asResult();
        if (port < 0) return port;
        localIp = ip;
        localPort = port;
        boundAddress = addressNamed;
        boundPort = portNamed;
        host.tcpPorts().hold(port, this).bound = true;
        return 0;
    }

    private void releasePort() {
        PortBucket held = bucket;
        if (held != null) held.removeListener(this);
        host.tcpPorts().release(this);
    }

    /// `listen(2)`: also changes the backlog of a socket that listens already.
    ///
    /// @param backlog capped by `net.core.somaxconn`; a negative one means as much as that
    /// @return 0, or `-EINVAL` if it is connected, `-EADDRINUSE`
    public int listen(int backlog, long now) {
        if (closed) return Errno.EBADF.asResult();
        int most = host.sysctl().core().somaxconn;
        int capped = Integer.compareUnsigned(backlog, most) > 0 ? most : backlog;
        Listener<TcpEndpoint> current = listener;
        if (current != null) {
            current.setBacklog(capped);
            return 0;
        }
        // RFC 9293 3.9.1.1, MUST-41: a connection never becomes a listener.
        if (phase != Phase.UNCONNECTED || state() != TcpState.CLOSED) return Errno.EINVAL.asResult();
        if (!isBound()) {
            int held = hold(localIp, 0, boundAddress, false);
            if (held < 0) return held;
        } else if (!host.tcpAllocator().mayBindTcp(this, localIp, localPort)) {
            return Errno.EADDRINUSE.asResult();
        }
        // Linux: who listens has forgotten how it wanted to acknowledge.
        options.delayAcks = false;
        listener = new Listener<>(host.tcp(), options, capped);
        PortBucket held = bucket;
        if (held != null) held.addListener(this);
        ownJournal().record(now, TcpState.CLOSED, TcpState.LISTEN, Journal.Cause.CALL_LISTEN, 0);
        return 0;
    }

    private void stopListening(Journal.Cause cause, long now) {
        Listener<TcpEndpoint> ending = listener;
        if (ending == null) return;
        listener = null;
        PortBucket held = bucket;
        if (held != null) held.removeListener(this);
        ownJournal().record(now, TcpState.LISTEN, TcpState.CLOSED, cause, 0);
        ending.close(halfOpen -> host.flows().forget(halfOpen), child -> child.refuse(now));
    }

    /// It waited to be accepted, and the listener has closed: the peer is reset.
    private void refuse(long now) {
        unaccepted = false;
        closed = true;
        Connection refused = connection;
        if (refused != null) {
            refused.abort(now);
            refused.close(now);
        }
        host.flows().settle(this, now);
        forgetIfOver();
    }

    /// `accept(2)`: the connection that has waited longest; null if none waits (EAGAIN), or if this socket does
    /// not listen (EINVAL: [#listener] is null).
    public @Nullable TcpEndpoint accept(long now) {
        Listener<TcpEndpoint> listening = listener;
        TcpEndpoint child = listening == null ? null : listening.accept();
        if (child != null) child.onAccept();
        return child;
    }

    private void onAccept() {
        unaccepted = false;
        Connection accepted = connection;
        if (accepted != null) accepted.onAccepted();
    }

    /// A listener's handshake is complete, and this socket is its connection.
    void onAccepted(FourTuple tuple, Handshake handshake, long now) {
        savedSyn = handshake.savedSyn;
        int mtu = beChild(tuple, now);
        connection = Connection.accepted(host.tcp(), tuple, options, mtu, handshake, now);
    }

    /// A SYN with a Fast Open cookie has come to the listener, and this socket is its connection.
    void onOpenedFast(HalfOpen request, Segment syn, long now) {
        savedSyn = request.handshake().savedSyn;
        int mtu = beChild(request.tuple(), now);
        connection = Connection.openedFast(host.tcp(), request.tuple(), options, mtu, request, syn, now);
    }

    /// @return the MTU of the path, bytes
    private int beChild(FourTuple tuple, long now) {
        phase = Phase.CONNECTED;
        unaccepted = true;
        localIp = tuple.local().ip();
        localPort = tuple.local().port();
        boundAddress = true;
        boundPort = true;
        identification = host.tcp().random.nextInt() | 1;
        return path(tuple.remote().ip(), now).mtu();
    }

    // ---------------------------------------------------------------- connect

    @Override
    public int connect(TransportAddress remote, long now) {
        if (closed) return Errno.EBADF.asResult();
        int refused = checkRemote(remote);
        if (refused < 0) return refused;
        int known = continueConnect();
        if (known != Integer.MIN_VALUE) return known;
        return beginConnect(remote, MemorySegment.NULL, 0, -1, 0, now);
    }

    /// What `connect` says on a socket that has been told to connect before (`__inet_stream_connect`).
    ///
    /// @return MIN_VALUE: it may begin
    private int continueConnect() {
        return switch (phase) {
            case UNCONNECTED -> listener != null ? Errno.EISCONN.asResult() : Integer.MIN_VALUE;
            case CONNECTED -> Errno.EISCONN.asResult();
            case DISCONNECTING -> Errno.EINVAL.asResult();
            case CONNECTING ->
                switch (state()) {
                    case SYN_SENT, SYN_RCVD -> (isConnectDeferred() ? Errno.EISCONN : Errno.EALREADY).asResult();
                    case CLOSED -> {
                        phase = Phase.UNCONNECTED;
                        Connection failed = connection;
                        int pending = error != 0 || failed == null ? error : failed.takeError();
                        error = 0;
                        if (failed != null) failed.forgetEnd();
                        shut = 0;
                        raise(Readiness.ERR); // as everything that ends a connection does
                        yield pending != 0 ? -pending : Errno.ECONNABORTED.asResult();
                    }
                    default -> {
                        phase = Phase.CONNECTED;
                        yield 0;
                    }
                };
        };
    }

    /// How the connect that is under way has ended, as a `connect` that waits returns it.
    ///
    /// @return 0 if it is connected, `-EINPROGRESS` if that has not ended; or why it failed, once; then
    ///     `-ENOTCONN`
    public int connectResult() {
        TcpState state = state();
        if (state == TcpState.SYN_SENT || state == TcpState.SYN_RCVD) return Errno.EINPROGRESS.asResult();
        if (state.isSynchronized()) return 0;
        if (phase == Phase.CONNECTING) return continueConnect();
        int pending = takeError();
        return pending != 0 ? -pending : Errno.ENOTCONN.asResult();
    }

    /// @param length of what is to go with the SYN (`MSG_FASTOPEN`); -1 for a plain connect
    /// @return how much of it goes, or 0 where connecting waits for the first write, or a negated errno
    private int beginConnect(
            TransportAddress remote, MemorySegment from, long offset, int length, int flags, long now) {
        if (!isBound()) localIp = boundAddress ? localIp : wildcard();
        IpAddress target = reachable(remote.ip(), localIp);
        // RFC 9293 3.9.1.1, MUST-46
        if (target.isMulticast() || host.addresses().isBroadcast(target)) return Errno.ENETUNREACH.asResult();
        Path route = path(target, now);
        Errno unreachable = route.error();
        if (unreachable != null) return unreachable.asResult();
        // RFC 9293 3.9.1.1, MUST-43, MUST-44
        IpAddress source = localIp.isAny() ? route.source() : localIp;
        if (!host.isLocal(source)) return Errno.ENETUNREACH.asResult();
        if (source.isLoopback() && !route.out().isLoopback()) return Errno.EINVAL.asResult();
        var peer = new TransportAddress(target, remote.port());
        int port = choosePort(source, peer, now);
        if (port < 0) return port;
        // RFC 9293 3.9.1.1, MUST-45: every segment is sent from the address in the tuple.
        var tuple = new FourTuple(new TransportAddress(source, port), peer);
        SegmentKeys own = keys;
        int rejected = own == null ? 0 : own.connect(target);
        if (rejected < 0) return rejected;
        discardConnection(now);
        if (own != null) own.describe(target, options);
        TimeWait before = host.flows().takeOver(tuple);
        localIp = source;
        localPort = port;
        if (!isBound()) host.tcpPorts().hold(port, this);
        identification = host.tcp().random.nextInt() | 1;
        var opened = new Connection(host.tcp(), tuple, options, route.linkMtu());
        opened.onPathMtu(route.mtu());
        opened.setPeekOffset(peekOffset);
        opened.follow(windowLeft, shut);
        connection = opened;
        phase = Phase.CONNECTING;
        flow = host.flows().add(this, tuple);
        int result;
        if (length >= 0) {
            result = opened.connect(from, offset, length, flags, now, before);
        } else {
            result = opened.connect(now, before);
            if (result == 0 && !opened.isDeferred()) result = Errno.EINPROGRESS.asResult();
        }
        finish(now);
        return result;
    }

    /// The port that `bind` has given, if the 4-tuple is free; else one that the host chooses.
    private int choosePort(IpAddress source, TransportAddress peer, long now) {
        if (isBound()) {
            var tuple = new FourTuple(new TransportAddress(source, localPort), peer);
            return host.flows().isFree(tuple, false, now) ? localPort : Errno.EADDRNOTAVAIL.asResult();
        }
        return host.tcpAllocator()
                .chooseForConnect(
                        source,
                        peer.ip(),
                        peer.port(),
                        port -> host.flows()
                                .isFree(new FourTuple(new TransportAddress(source, port), peer), true, now));
    }

    /// A socket may connect again after it failed: what is left of the last connection goes.
    private void discardConnection(long now) {
        Connection before = connection;
        connection = null;
        if (before == null) return;
        windowLeft = before.windowLeft();
        shut |= before.shutDirections();
        before.close(now);
    }

    @Override
    public int disconnect(long now) {
        if (closed) return Errno.EBADF.asResult();
        stopListening(Journal.Cause.CALL_ABORT, now);
        Connection ending = connection;
        if (ending != null) {
            boolean alive = ending.state() != TcpState.CLOSED;
            ending.abort(now);
            host.flows().settle(this, now);
            ending.takeError();
            if (alive) error = Errno.ECONNRESET.number();
        }
        discardConnection(now);
        phase = Phase.UNCONNECTED;
        shut = 0;
        raise(Readiness.ERR);
        if (!boundPort) releasePort();
        if (!boundAddress) localIp = wildcard();
        host.settleLoopback(now);
        return 0;
    }

    // ---------------------------------------------------------------- data, end

    /// `sendto(2)`: as [#send]; with [#MSG_FASTOPEN] on a socket that is not connected, connects to `to`, and the
    /// SYN carries what it can of the bytes (RFC 7413).
    ///
    /// @param to counts only there; null for none
    /// @return the count, perhaps of what goes with the SYN; `-EINPROGRESS` where nothing does; `-EALREADY` while
    ///     it connects, `-EISCONN`; `-EOPNOTSUPP` if `tcp_fastopen` has it switched off; what connecting says
    public int send(MemorySegment from, long offset, int length, int flags, @Nullable TransportAddress to, long now) {
        if ((flags & MSG_FASTOPEN) == 0 || isConnectDeferred()) return send(from, offset, length, flags, now);
        if (closed) return Errno.EBADF.asResult();
        if ((host.sysctl().tcp().tcp_fastopen & 1) == 0) return Errno.EOPNOTSUPP.asResult();
        Connection current = connection;
        if (current != null && current.isFastOpenBusy()) return Errno.EALREADY.asResult();
        int known = continueConnect();
        if (known == 0) return send(from, offset, length, flags, now);
        if (known != Integer.MIN_VALUE) return known;
        if (to == null) return Errno.EINVAL.asResult();
        int refused = checkRemote(to);
        return refused < 0 ? refused : beginConnect(to, from, offset, length, flags, now);
    }

    /// Whether a `connect` is under way: it has begun, and the handshake is not complete.
    public boolean isConnecting() {
        TcpState state = state();
        return phase == Phase.CONNECTING && (state == TcpState.SYN_SENT || state == TcpState.SYN_RCVD);
    }

    /// Whether connecting waits for the first write: `connect` with `TCP_FASTOPEN_CONNECT`.
    public boolean isConnectDeferred() {
        Connection current = connection;
        return current != null && current.isDeferred();
    }

    /// A program waits for the connection to be established and is going to write more at once, or does so no more.
    public void setWritePending(boolean pending) {
        Connection current = connection;
        if (current != null) current.setWritePending(pending);
    }

    /// `send(2)`; see [Connection#send]. What is taken goes out in between, and what comes back at once, as on
    /// loopback, makes room for more.
    public int send(MemorySegment from, long offset, int length, int flags, long now) {
        Connection sending = connection;
        if (closed) return Errno.EBADF.asResult();
        if (sending == null || error != 0) return noConnection(Errno.EPIPE);
        int sent = sending.send(from, offset, length, flags, now);
        finish(now);
        int total = Math.max(0, sent);
        while (sent > 0 && total < length) {
            sent = sending.send(from, offset + total, length - total, flags | Connection.MSG_REST, now);
            finish(now);
            total += Math.max(0, sent);
        }
        if (total == 0 || sent >= 0 || sent == Errno.EAGAIN.asResult()) return total > 0 ? total : sent;
        // What was taken is told first, and the error by the next call.
        if (sent != Errno.EPIPE.asResult()) error = -sent;
        return total;
    }

    /// `recv(2)`; see [Connection#receive].
    public int receive(MemorySegment to, long offset, int length, int flags, long now) {
        Connection receiving = connection;
        if (closed) return Errno.EBADF.asResult();
        // Linux: first, whether there is any urgent data.
        boolean urgent = (flags & Connection.MSG_OOB) != 0;
        // Once `connect` has told why it failed, there was no connection (`tcp_disconnect`).
        if (receiving == null || phase == Phase.UNCONNECTED) {
            if (urgent && listener == null) return Errno.EINVAL.asResult();
            // Linux: a shutdown for reading is the end of the stream, though it was refused.
            return (shut & Shutdown.READ.directions) != 0 && error == 0 ? 0 : noConnection(Errno.ENOTCONN);
        }
        if (!urgent && error != 0 && receiving.receiveQueueBytes() == 0) return noConnection(Errno.ENOTCONN);
        int received = receiving.receive(to, offset, length, flags, now);
        finish(now);
        return received;
    }

    private int noConnection(Errno otherwise) {
        int pending = error;
        error = 0;
        return pending != 0 ? -pending : otherwise.asResult();
    }

    /// `shutdown(2)`; on a listener READ ends listening, and on a socket that connects any ends that, as on Linux.
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how, long now) {
        noteShutdown();
        if (listener != null) {
            if (how != Shutdown.WRITE) stopListening(Journal.Cause.CALL_SHUTDOWN, now);
            raise(Readiness.IN | Readiness.OUT | Readiness.HUP);
            host.settleLoopback(now);
            return 0;
        }
        Connection shutting = connection;
        if (shutting == null) {
            // Linux: it counts all the same
            shut |= how.directions;
            raise(Readiness.IN | Readiness.OUT | Readiness.HUP);
            return Errno.ENOTCONN.asResult();
        }
        if (shutting.state() == TcpState.SYN_SENT) {
            int ended = disconnect(now);
            raise(Readiness.IN | Readiness.OUT | Readiness.HUP);
            return ended;
        }
        int result = shutting.shutdown(how, now);
        finish(now);
        return result;
    }

    /// What a later `connect` says of a connection that this one was shut down on (`inet_shutdown`).
    private void noteShutdown() {
        if (phase != Phase.CONNECTING) return;
        phase = switch (state()) {
            case SYN_SENT, SYN_RCVD, CLOSED -> Phase.DISCONNECTING;
            default -> Phase.CONNECTED;
        };
    }

    @Override
    public void close(long now) {
        if (closed) return;
        closed = true;
        stopListening(Journal.Cause.CALL_CLOSE, now);
        Connection closing = connection;
        if (closing != null) closing.close(now);
        host.flows().settle(this, now);
        forgetIfOver();
        host.settleLoopback(now);
    }

    /// Ends it now: a reset where the peer needs one. The program still holds it and finds ECONNABORTED.
    public void abort(long now) {
        stopListening(Journal.Cause.CALL_ABORT, now);
        Connection aborting = connection;
        if (aborting != null && aborting.state() != TcpState.CLOSED) {
            error = Errno.ECONNABORTED.number();
            aborting.abort(now);
            finish(now);
        }
        host.settleLoopback(now);
    }

    /// The connection has left the endpoint table.
    void onConnectionOver() {
        flow = null;
        // Linux: inet_put_port, unless the program named the port (SOCK_BINDPORT_LOCK).
        if (!boundPort) releasePort();
        forgetIfOver();
    }

    private void forgetIfOver() {
        if (!closed || flow != null) return;
        releasePort();
        host.forget(this);
    }

    /// Gives back what it holds without a word to anybody: the machine is switched off.
    void drop(long now) {
        closed = true;
        listener = null;
        Connection dropped = connection;
        if (dropped != null) {
            dropped.abort(now);
            dropped.close(now);
        }
    }

    /// After each call.
    private void finish(long now) {
        host.flows().settle(this, now);
        host.settleLoopback(now);
    }

    /// To be called after [#options] have changed.
    public void onOptionsChanged(long now) {
        Connection changed = connection;
        if (changed == null) return;
        changed.onOptionsChanged(now);
        finish(now);
    }

    /// The path is looked up again when it is needed.
    void forgetPath() {
        path = null;
    }

    /// The path to the peer, looked up again when routes, addresses or a path MTU have changed.
    Path path(IpAddress remote, long now) {
        Path known = path;
        long generation = host.pathGeneration(now);
        if (known != null && pathGeneration == generation) return known;
        known = host.path(remote, boundDevice(), now);
        path = known;
        pathGeneration = generation;
        return known;
    }

    // ---------------------------------------------------------------- keys

    /// Its MD5 signatures and TCP-AO, to be set and looked at.
    public Signatures signatures() {
        return new Signatures(this);
    }

    /// What a signature takes of the segments is reckoned anew.
    void onKeysChanged() {
        Connection current = connection;
        SegmentKeys own = keys;
        if (current != null && own != null)
            own.describe(current.tuple().remote().ip(), options);
    }

    /// Takes over the listener's keys for its peer.
    void inheritKeys(TcpEndpoint listening, IpAddress peer, Handshake handshake) {
        SegmentKeys theirs = listening.keys;
        if (theirs == null) return;
        keys = theirs.forChild(peer, handshake);
        SegmentKeys own = keys;
        if (own != null) own.describe(peer, options);
    }

    SegmentKeys ensureKeys() {
        SegmentKeys own = keys;
        if (own == null) keys = own = new SegmentKeys(host.tcp().counters, host.signedBytes());
        return own;
    }

    /// Its keys; null where none was ever set.
    @Nullable
    SegmentKeys keys() {
        return keys;
    }

    /// What signs its connection's segments; null: nothing.
    @Nullable
    SegmentSigner signer() {
        Connection current = connection;
        SegmentKeys own = keys;
        return own == null || current == null
                ? null
                : own.signerFor(current.tuple().remote().ip());
    }

    // ---------------------------------------------------------------- getters

    /// `SIOCOUTQ`: bytes written that the peer has not acknowledged. Linux: a SYN is none.
    public int unacknowledgedBytes() {
        Connection current = connection;
        return current == null || isHandshaking(current) ? 0 : current.sendQueueBytes();
    }

    /// `SIOCOUTQNSD`: bytes written that have not been sent.
    public int unsentBytes() {
        Connection current = connection;
        return current == null || isHandshaking(current) ? 0 : current.notSentBytes();
    }

    private static boolean isHandshaking(Connection connection) {
        return connection.state() == TcpState.SYN_SENT || connection.state() == TcpState.SYN_RCVD;
    }

    /// The options; after a change call [#onOptionsChanged].
    public SocketOptions options() {
        return options;
    }

    /// Its state; CLOSED also where it is merely bound.
    public TcpState state() {
        if (listener != null) return TcpState.LISTEN;
        Connection current = connection;
        return current == null ? TcpState.CLOSED : current.state();
    }

    /// `TCP_INFO`; a listener's `unacked` is its accept queue's length and `sacked` the backlog, as on Linux.
    public TcpInfo info(long now) {
        Connection current = connection;
        return current != null ? current.info(now) : IdleTcpInfo.of(listener, now);
    }

    /// Its life so far: the connection's, or as long as it has none, of the socket itself.
    public Journal journal() {
        Connection current = connection;
        return current != null ? current.journal() : ownJournal();
    }

    private Journal ownJournal() {
        Journal journal = ownJournal;
        if (journal == null) ownJournal = journal = new Journal();
        return journal;
    }

    /// The connection, where it has one, or had: it stays until the socket connects again.
    public @Nullable Connection connection() {
        return connection;
    }

    /// The listener, where it listens.
    public @Nullable Listener<TcpEndpoint> listener() {
        return listener;
    }

    /// Whether it waits in a listener's accept queue.
    public boolean isUnaccepted() {
        return unaccepted;
    }

    /// Whether the program has closed it and the protocol goes on.
    public boolean isOrphan() {
        return closed && flow != null;
    }

    @Override
    public int readiness() {
        Listener<TcpEndpoint> listening = listener;
        if (listening != null) return listening.acceptQueueLength() > 0 ? Readiness.IN : 0;
        Connection current = connection;
        int failed = error != 0 ? Readiness.ERR : 0;
        if (current != null) return current.readiness() | failed;
        // Linux: a socket that is not connected is writable, and hung up.
        int ended = (shut & Shutdown.READ.directions) != 0 ? Readiness.IN | Readiness.RDHUP : 0;
        return Readiness.OUT | Readiness.HUP | ended | failed;
    }

    @Override
    public TransportAddress localAddress() {
        return new TransportAddress(localIp, localPort);
    }

    @Override
    public @Nullable TransportAddress remoteAddress() {
        Connection current = connection;
        if (current == null) return null;
        return switch (current.state()) {
            case CLOSED, SYN_SENT -> null;
            default -> current.tuple().remote();
        };
    }

    @Override
    public int takeError() {
        int own = error;
        error = 0;
        Connection current = connection;
        return own != 0 || current == null ? own : current.socketError();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /// How well this listener fits a segment; -1: not at all.
    int listenerScore(Arrival arrival) {
        Interface device = boundDevice();
        if (device != null && device != arrival.in) return -1;
        int score = (device != null ? 2 : 1) + (family() == Family.INET ? 1 : 0);
        IpAddress ip = localIp;
        if (ip.low() == arrival.destinationLow && ip.high() == arrival.destinationHigh) return score + 100;
        boolean takesIn = ip.isAny() && (ip.isV4() ? arrival.v4 : !(arrival.v4 && v6Only()));
        return takesIn ? score : -1;
    }

    @Override
    boolean isFreeBind() {
        return options.freeBind;
    }

    /// `TCP_NODELAY`; what is held back goes, even if it was on before.
    public void setNoDelay(boolean on, long now) {
        options.noDelay = on;
        Connection current = connection;
        if (current == null) return;
        current.noDelay(on, now);
        finish(now);
    }

    /// `TCP_QUICKACK`
    public void setQuickAck(boolean on, long now) {
        options.delayAcks = !on;
        Connection current = connection;
        if (current == null) return;
        current.quickAck(on, now);
        finish(now);
    }

    /// `SO_PEEK_OFF`
    public int peekOffset() {
        Connection current = connection;
        return current == null ? peekOffset : current.peekOffset();
    }

    /// Sets `SO_PEEK_OFF`.
    public void setPeekOffset(int offset) {
        peekOffset = offset;
        Connection current = connection;
        if (current != null) current.setPeekOffset(offset);
    }

    /// `recvmsg` with `MSG_ERRQUEUE`: the oldest record of its error queue; null if there is none.
    public @Nullable ErrorRecord takeErrorRecord() {
        Connection current = connection;
        return current == null ? null : current.errorQueue().take();
    }

    /// `SO_MEMINFO`
    public MemoryInfo memoryInfo() {
        Connection current = connection;
        return current != null
                ? current.memoryInfo()
                : IdleTcpInfo.memory(listener, options, host.sysctl().tcp());
    }

    /// `IP_MTU`: of the path to the peer, bytes; -1 where it has none.
    public int pathMtu(long now) {
        Connection current = connection;
        if (current == null) return -1;
        Path known = path(current.tuple().remote().ip(), now);
        return known.error() != null ? -1 : known.mtu();
    }

    /// `TCP_SAVED_SYN`: the headers of the SYN that began the connection, once; empty where they were not kept.
    public byte[] takeSavedSyn() {
        byte[] saved = savedSyn;
        savedSyn = null;
        return saved == null ? new byte[0] : saved;
    }

    @Override
    IpAddress holderAddress() {
        return localIp;
    }

    @Override
    boolean isListening() {
        return listener != null;
    }

    @Override
    boolean isBound() {
        return bucket != null;
    }
}
