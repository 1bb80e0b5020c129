package dev.sockeye.socket;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// A TCP socket that connects, or that a [ListenSocket] has accepted. See [Socket] for results, waiting and
/// threads.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class StreamSocket extends TcpSocket {

    StreamSocket(Machine machine, TcpEndpoint endpoint) {
        super(machine, endpoint);
    }

    // ---------------------------------------------------------------- connect

    /// `connect(2)`, waiting as `SO_SNDTIMEO` says.
    public int connect(TransportAddress remote) {
        return connect(remote, 0, sendTimeout());
    }

    /// `connect(2)`
    ///
    /// @param flags   [#UNINTERRUPTIBLE] or 0
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return 0; `-EINPROGRESS` if it goes on (then [#finishConnect], or `OUT` in [#readiness]), also after the
    ///     timeout and, on a non-blocking connect, always unless it failed at once; `-EALREADY` if one is under
    ///     way; `-EISCONN`; or why it failed: `-ECONNREFUSED`, `-ETIMEDOUT`, `-EHOSTUNREACH`, `-ENETUNREACH`, ...
    public int connect(TransportAddress remote, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// Waits for the end of a connect that is under way.
    ///
    /// @return 0 if it is connected; `-EINPROGRESS` if that has not ended within the timeout; `-ENOTCONN` if none
    ///     was begun; or why it failed, once
    public int finishConnect(int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- read

    /// Reads into what remains of `to`, waiting as `SO_RCVTIMEO` says; see the last variant.
    public int read(ByteBuffer to) {
        return read(to, 0, receiveTimeout());
    }

    /// Reads into what remains of `to` and moves its position; see the last variant.
    public int read(ByteBuffer to, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// Reads into an array; see the last variant.
    public int read(byte[] to, int offset, int length, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// `recv(2)`
    ///
    /// @param flags   of [#MSG_PEEK], [#MSG_WAITALL], [#MSG_TRUNC], [#MSG_OOB], [#UNINTERRUPTIBLE]
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return the count, at least 1; **0 at the end of the stream** (or if `length` is 0); `-EAGAIN` if nothing
    ///     came in time; `-ECONNRESET` and other errors of the connection, once; `-ENOTCONN`, `-EINTR`, `-EBADF`
    public int read(MemorySegment to, long offset, int length, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// `SIOCINQ`: how many bytes a read would find now, 0 also at the end of the stream.
    public int available() {
        throw new UnsupportedOperationException();
    }

    /// `SIOCOUTQ`: bytes written that the peer has not acknowledged.
    public int unacknowledged() {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- write

    /// Writes what remains of `from`, waiting as `SO_SNDTIMEO` says; see the last variant.
    public int write(ByteBuffer from) {
        return write(from, 0, sendTimeout());
    }

    /// Writes what remains of `from` and moves its position; see the last variant.
    public int write(ByteBuffer from, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// Writes from an array; see the last variant.
    public int write(byte[] from, int offset, int length, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// `send(2)`. With a timeout it waits until all is taken, as a blocking send does; a wait that ends early
    /// gives the count so far if there is one, and the error with the next call.
    ///
    /// @param flags   of [#MSG_MORE], [#MSG_OOB], [#UNINTERRUPTIBLE]
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return the count taken, less than `length` only with a timeout; `-EAGAIN` if there was no room in time;
    ///     `-EPIPE` after shutdown or reset; errors of the connection, once; `-ENOTCONN`, `-EINTR`, `-EBADF`
    public int write(MemorySegment from, long offset, int length, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- the end

    /// `shutdown(2)`: half-close. Threads that wait in a direction that ends here are woken.
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how) {
        throw new UnsupportedOperationException();
    }

    /// `close(2)`: FIN after what is queued; a reset if data was left unread or `SO_LINGER` is 0. With a longer
    /// `SO_LINGER` waits that long for what is queued to be acknowledged.
    @Override
    public void close() {
        close(FOREVER);
    }

    /// As [#close], but waits for `SO_LINGER` no longer than this.
    ///
    /// @param lingerLimit nanoseconds; [#NOW] for a close that never waits
    public void close(long lingerLimit) {
        throw new UnsupportedOperationException();
    }

    /// Resets the connection (`SOCK_DESTROY`); the program still holds the socket, and finds `-ECONNABORTED`.
    public void abort() {
        throw new UnsupportedOperationException();
    }

    private long sendTimeout() {
        throw new UnsupportedOperationException();
    }

    private long receiveTimeout() {
        throw new UnsupportedOperationException();
    }
}
