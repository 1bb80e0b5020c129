package dev.sockeye.socket;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Family;
import dev.sockeye.wire.TransportAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What all sockets have in common.
///
/// **Results.** A call returns a count or 0, or a negated [Errno] as a system call does. Three are of the wait,
/// not of the protocol: `-EAGAIN` if nothing could be done at once or within the timeout, `-EINTR` if the waiting
/// thread was interrupted (its interrupt status stays set), `-EBADF` if the socket is closed, or was closed while
/// the call waited.
///
/// **Waiting.** A call that can wait takes a timeout in nanoseconds: [#NOW] for not at all (`MSG_DONTWAIT`),
/// [#FOREVER], or any in between. Its variant without one waits as long as `SO_RCVTIMEO` or `SO_SNDTIMEO` say.
/// Threads park, virtual threads too, and never pin.
///
/// **Threads.** Any thread may make any call at any time. Two readers at once each get a part of the stream.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public abstract sealed class Socket implements AutoCloseable permits TcpSocket, DatagramSocket {

    /// A timeout: do not wait.
    public static final long NOW = 0;

    /// A timeout: wait without end.
    public static final long FOREVER = Long.MAX_VALUE;

    /// `MSG_OOB`: urgent data.
    public static final int MSG_OOB = 0x1;
    /// `MSG_PEEK`: leave what is read in the queue.
    public static final int MSG_PEEK = 0x2;
    /// `MSG_TRUNC`: skip instead of copying.
    public static final int MSG_TRUNC = 0x20;
    /// `MSG_WAITALL`: wait until all that was asked for is there.
    public static final int MSG_WAITALL = 0x100;
    /// `MSG_MORE`: more will follow.
    public static final int MSG_MORE = 0x8000;
    /// Not Linux's: an interrupt does not end the wait; the thread's status is set again afterwards.
    public static final int UNINTERRUPTIBLE = 1 << 30;

    /// `POLLNVAL`: in [#readiness] and in events, that the socket is closed.
    public static final int CLOSED = 0x20;

    private final Machine machine;

    Socket(Machine machine) {
        this.machine = machine;
    }

    abstract Endpoint endpoint();

    /// The machine it is on.
    public final Machine machine() {
        return machine;
    }

    /// The socket that a program holds of a host's endpoint; null if none does.
    public static @Nullable Socket of(Endpoint endpoint) {
        return endpoint.attachment() instanceof Socket socket ? socket : null;
    }

    /// `SO_DOMAIN`
    public final Family family() {
        return endpoint().family();
    }

    /// A number that no other socket of this machine ever has, as `ss -e` shows.
    public final long inode() {
        return endpoint().inode();
    }

    /// What the program could do now without waiting: bits of [Readiness], or [#CLOSED]. Takes no lock.
    public final int readiness() {
        throw new UnsupportedOperationException();
    }

    /// Whether [#close] has been called.
    public final boolean isClosed() {
        throw new UnsupportedOperationException();
    }

    /// `bind(2)`
    ///
    /// @return 0, or `-EINVAL` if it is bound, `-EADDRINUSE`, `-EADDRNOTAVAIL`, `-EAFNOSUPPORT`
    public final int bind(TransportAddress local) {
        throw new UnsupportedOperationException();
    }

    /// `getsockname(2)`: the family's wildcard and port 0 where it is not bound. Also after [#close].
    public final TransportAddress localAddress() {
        throw new UnsupportedOperationException();
    }

    /// `getpeername(2)`; null where it is not connected. Also after [#close].
    public final @Nullable TransportAddress remoteAddress() {
        throw new UnsupportedOperationException();
    }

    /// `getsockopt(2)`
    ///
    /// @return null if this kind of socket has no such option (ENOPROTOOPT)
    public final <T> @Nullable T getOption(SocketOption<T> option) {
        throw new UnsupportedOperationException();
    }

    /// `setsockopt(2)`, with Linux's clamping.
    ///
    /// @return 0, or `-EINVAL` for a value it cannot have, `-ENOPROTOOPT` if this kind of socket has no such
    ///     option
    public final <T> int setOption(SocketOption<T> option, T value) {
        throw new UnsupportedOperationException();
    }

    /// The options that this kind of socket has.
    public abstract Set<SocketOption<?>> supportedOptions();

    /// Has `listener` told of every event from now on, and, if the socket is ready already, at once. Many may
    /// listen to one socket; each listener is added once.
    public final void addListener(ReadinessListener listener) {
        throw new UnsupportedOperationException();
    }

    /// Ends what [#addListener] began; a call that is under way may still come.
    public final void removeListener(ReadinessListener listener) {
        throw new UnsupportedOperationException();
    }

    /// `close(2)`: threads that wait in a call get `-EBADF`, listeners [#CLOSED]. A second close does nothing.
    /// With `SO_LINGER` it waits as long as that says for what is queued to be acknowledged.
    @Override
    public abstract void close();

    /// Where it was opened or accepted; null if [Machine#originDetail] was NONE.
    public final @Nullable Origin opened() {
        throw new UnsupportedOperationException();
    }

    /// Where it was read last; null if never, or if [Machine#originDetail] is not CALLS.
    public final @Nullable Origin lastRead() {
        throw new UnsupportedOperationException();
    }

    /// Where it was written to last; null if never, or if [Machine#originDetail] is not CALLS.
    public final @Nullable Origin lastWrite() {
        throw new UnsupportedOperationException();
    }
}
