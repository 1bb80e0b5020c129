package dev.sockeye.host;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Listener;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A TCP socket: closed, bound, listening or connected.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class TcpEndpoint extends Endpoint {

    private final SocketOptions options = new SocketOptions();

    TcpEndpoint(Host host, Family family, long inode) {
        super(host, family, inode);
    }

    @Override
    public int bind(TransportAddress local, long now) {
        throw new UnsupportedOperationException();
    }

    /// `listen(2)`: also changes the backlog of a socket that listens already.
    ///
    /// @return 0, or `-EINVAL` if it is connected, `-EADDRINUSE`
    public int listen(int backlog, long now) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int connect(TransportAddress remote, long now) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int disconnect(long now) {
        throw new UnsupportedOperationException();
    }

    /// `accept(2)`: the connection that has waited longest; null if none waits (EAGAIN), or if this socket does not
    /// listen (EINVAL: [#listener] is null).
    public @Nullable TcpEndpoint accept(long now) {
        throw new UnsupportedOperationException();
    }

    /// `send(2)`; see [Connection#send].
    public int send(MemorySegment from, long offset, int length, int flags, long now) {
        throw new UnsupportedOperationException();
    }

    /// `recv(2)`; see [Connection#receive].
    public int receive(MemorySegment to, long offset, int length, int flags, long now) {
        throw new UnsupportedOperationException();
    }

    /// `shutdown(2)`; on a listener READ ends listening, as on Linux.
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how, long now) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close(long now) {
        throw new UnsupportedOperationException();
    }

    /// Ends it now: a reset where the peer needs one. The program still holds it and finds ECONNABORTED.
    public void abort(long now) {
        throw new UnsupportedOperationException();
    }

    /// The options; after a change call [#onOptionsChanged].
    public SocketOptions options() {
        return options;
    }

    /// To be called after [#options] have changed.
    public void onOptionsChanged(long now) {
        throw new UnsupportedOperationException();
    }

    /// Its state; CLOSED also where it is merely bound.
    public TcpState state() {
        throw new UnsupportedOperationException();
    }

    /// `TCP_INFO`; a listener's `unacked` is its accept queue's length and `sacked` the backlog, as on Linux.
    public TcpInfo info(long now) {
        throw new UnsupportedOperationException();
    }

    /// Its life so far.
    public Journal journal() {
        throw new UnsupportedOperationException();
    }

    /// The connection, where it has one, or had: it stays until the socket connects again.
    public @Nullable Connection connection() {
        return null;
    }

    /// The listener, where it listens.
    public @Nullable Listener<TcpEndpoint> listener() {
        return null;
    }

    /// Whether it waits in a listener's accept queue.
    public boolean isUnaccepted() {
        return false;
    }

    /// Whether the program has closed it and the protocol goes on.
    public boolean isOrphan() {
        return false;
    }

    @Override
    public int readiness() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int takeEvents() {
        throw new UnsupportedOperationException();
    }

    @Override
    public TransportAddress localAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable TransportAddress remoteAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int takeError() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isClosed() {
        return false;
    }
}
