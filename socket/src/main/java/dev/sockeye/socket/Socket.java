package dev.sockeye.socket;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Family;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.util.Arrays;
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
    /// `MSG_EOR`: nothing is appended to the last segment of what is written.
    public static final int MSG_EOR = 0x80;
    /// `MSG_WAITALL`: wait until all that was asked for is there.
    public static final int MSG_WAITALL = 0x100;
    /// `MSG_MORE`: more will follow.
    public static final int MSG_MORE = 0x8000;
    /// `MSG_FASTOPEN`: connect, and send the data with the SYN (RFC 7413); see [StreamSocket#sendTo].
    public static final int MSG_FASTOPEN = TcpEndpoint.MSG_FASTOPEN;

    /// `MSG_ZEROCOPY`: with `SO_ZEROCOPY`, the error queue tells when all of a write is acknowledged. The bytes are
    /// copied nonetheless, so that the buffer may be used again at once.
    public static final int MSG_ZEROCOPY = Connection.MSG_ZEROCOPY;
    /// Not Linux's: an interrupt does not end the wait; the thread's status is set again afterwards.
    public static final int UNINTERRUPTIBLE = 1 << 30;

    /// `POLLNVAL`: in [#readiness] and in events, that the socket is closed.
    public static final int CLOSED = 0x20;

    static final int EAGAIN = Errno.EAGAIN.asResult();
    static final int EBADF = Errno.EBADF.asResult();
    static final int EINTR = Errno.EINTR.asResult();

    /// What is told to everybody, whatever they wait for.
    static final int ALWAYS = Readiness.ERR | Readiness.HUP | CLOSED;

    private static final ReadinessListener[] NOBODY = {};

    private final Machine machine;
    final LockedHost locked;
    private final Waiters waiters = new Waiters();
    private final @Nullable Origin opened;
    private volatile ReadinessListener[] listeners = NOBODY;
    private volatile int readiness;
    private volatile boolean closed;
    private volatile @Nullable Origin lastRead;
    private volatile @Nullable Origin lastWrite;
    private volatile long receiveTimeout;
    private volatile long sendTimeout;

    /// Under the lock.
    Socket(Machine machine, Endpoint endpoint, long now) {
        this.machine = machine;
        this.locked = machine.locked();
        this.opened = machine.originDetail() == Origin.Detail.NONE ? null : Origin.here(now);
        this.readiness = endpoint.readiness();
        endpoint.attach(this);
    }

    abstract Endpoint endpoint();

    // ---------------------------------------------------------------- what it is

    /// The machine it is on.
    public final Machine machine() {
        return machine;
    }

    /// The socket that a program holds, or held, of a host's endpoint; null if none ever did.
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
        return readiness;
    }

    /// Whether [#close] has been called.
    public final boolean isClosed() {
        return closed;
    }

    /// `getsockname(2)`: the family's wildcard and port 0 where it is not bound. Also after [#close].
    public final TransportAddress localAddress() {
        long now = locked.enter();
        try {
            return endpoint().localAddress();
        } finally {
            locked.leave(now);
        }
    }

    /// `getpeername(2)`; null where it is not connected. Also after [#close].
    public final @Nullable TransportAddress remoteAddress() {
        long now = locked.enter();
        try {
            return endpoint().remoteAddress();
        } finally {
            locked.leave(now);
        }
    }

    /// `bind(2)`
    ///
    /// @return 0, or `-EINVAL` if it is bound, `-EADDRINUSE`, `-EADDRNOTAVAIL`, `-EAFNOSUPPORT`
    public final int bind(TransportAddress local) {
        long now = locked.enter();
        try {
            return closed ? EBADF : endpoint().bind(local, now);
        } finally {
            locked.leave(now);
        }
    }

    // ---------------------------------------------------------------- options

    /// `getsockopt(2)`
    ///
    /// @return null if this kind of socket has no such option (ENOPROTOOPT)
    public final <T> @Nullable T getOption(SocketOption<T> option) {
        if (option == SocketOption.SO_RCVTIMEO) return option.type().cast(receiveTimeout);
        if (option == SocketOption.SO_SNDTIMEO) return option.type().cast(sendTimeout);
        long now = locked.enter();
        try {
            T value = readOption(option, now);
            // Asking for SO_ERROR takes it away.
            refresh();
            return value;
        } finally {
            locked.leave(now);
        }
    }

    /// `setsockopt(2)`, with Linux's clamping.
    ///
    /// @return 0, or `-EINVAL` for a value it cannot have, `-ENOPROTOOPT` if this kind of socket has no such
    ///     option
    public final <T> int setOption(SocketOption<T> option, T value) {
        if (option == SocketOption.SO_RCVTIMEO || option == SocketOption.SO_SNDTIMEO) {
            return setTimeout(option, (Long) value);
        }
        long now = locked.enter();
        try {
            if (closed) return EBADF;
            int result = writeOption(option, value, now);
            refresh();
            return result;
        } finally {
            locked.leave(now);
        }
    }

    private int setTimeout(SocketOption<?> option, long nanos) {
        if (nanos < 0) return Errno.EDOM.asResult();
        if (option == SocketOption.SO_RCVTIMEO) receiveTimeout = nanos;
        else sendTimeout = nanos;
        return 0;
    }

    /// What a call without a timeout of its own waits.
    final long receiveTimeout() {
        return receiveTimeout == 0 ? FOREVER : receiveTimeout;
    }

    /// What a call without a timeout of its own waits.
    final long sendTimeout() {
        return sendTimeout == 0 ? FOREVER : sendTimeout;
    }

    abstract <T> @Nullable T readOption(SocketOption<T> option, long now);

    abstract <T> int writeOption(SocketOption<T> option, T value, long now);

    /// The options that this kind of socket has.
    public abstract Set<SocketOption<?>> supportedOptions();

    // ---------------------------------------------------------------- readiness, and who is told

    /// Has `listener` told of every event from now on, and, if the socket is ready already, at once. Many may
    /// listen to one socket; each listener is added once.
    public final void addListener(ReadinessListener listener) {
        synchronized (waiters) {
            ReadinessListener[] now = listeners;
            if (Arrays.asList(now).contains(listener)) return;
            ReadinessListener[] more = Arrays.copyOf(now, now.length + 1);
            more[now.length] = listener;
            listeners = more;
        }
        // An event that came before the listener was seen has changed the readiness before that.
        int ready = readiness;
        if (ready != 0) listener.onReady(this, ready);
    }

    /// Ends what [#addListener] began; a call that is under way may still come.
    public final void removeListener(ReadinessListener listener) {
        synchronized (waiters) {
            ReadinessListener[] now = listeners;
            int at = Arrays.asList(now).indexOf(listener);
            if (at < 0) return;
            ReadinessListener[] fewer = Arrays.copyOf(now, now.length - 1);
            System.arraycopy(now, at + 1, fewer, at, fewer.length - at);
            listeners = fewer.length == 0 ? NOBODY : fewer;
        }
    }

    final void tellListeners(int events) {
        for (ReadinessListener listener : listeners) {
            try {
                listener.onReady(this, events);
            } catch (RuntimeException e) {
                // The thread is somebody else's: a listener's fault is not its fault.
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }

    /// Under the lock: the endpoint has had events.
    final void happened(int events, Errands errands) {
        refresh();
        if (!waiters.isEmpty()) waiters.signal(readiness | events, wakesOne(), errands);
        if (listeners.length > 0) errands.tell(this, events);
    }

    /// Whether an event is for one waiter only, as a connection to accept is.
    boolean wakesOne() {
        return false;
    }

    /// Under the lock, after a call that may have changed what the program can do.
    final void refresh() {
        if (closed) return;
        int now = endpoint().readiness();
        if (now != readiness) readiness = now;
    }

    /// Under the lock: after a call of the program's own that other threads may be waiting for.
    final void wakeOthers() {
        refresh();
        if (!waiters.isEmpty()) waiters.signal(readiness, wakesOne(), locked.errands());
    }

    /// Under the lock: everybody who waits tries again.
    final void wakeAll() {
        refresh();
        waiters.signal(-1, false, locked.errands());
    }

    /// Under the lock: no call succeeds from now on, and nobody waits.
    final void markClosed(Errands errands) {
        closed = true;
        readiness = CLOSED;
        waiters.signal(-1, false, errands);
        if (listeners.length > 0) errands.tell(this, CLOSED);
    }

    // ---------------------------------------------------------------- waiting

    /// Under the lock, after a call that would block: the calling thread is going to [#await].
    final Waiter expect(int interest) {
        return waiters.add(interest | ALWAYS);
    }

    /// Without the lock: waits.
    ///
    /// @return 0 if the call is to be tried again, or `-EAGAIN` at the deadline, or `-EINTR`
    final int await(Waiter waiter, long deadline, int flags) {
        boolean interrupted = false;
        int result = 0;
        while (!waiter.isSignalled()) {
            if (Thread.currentThread().isInterrupted()) {
                if ((flags & UNINTERRUPTIBLE) == 0) {
                    result = EINTR;
                    break;
                }
                interrupted |= Thread.interrupted();
            }
            if (deadline != FOREVER && locked.driver.now() >= deadline) {
                result = EAGAIN;
                break;
            }
            locked.driver.await(waiter, deadline);
        }
        if (result != 0) result = withdraw(waiter, result);
        waiters.recycle(waiter);
        if (interrupted) Thread.currentThread().interrupt();
        return result;
    }

    /// A signal that came at the last moment counts, for it is sent to one thread only.
    private int withdraw(Waiter waiter, int result) {
        long now = locked.enter();
        try {
            waiters.remove(waiter);
            return waiter.isSignalled() ? 0 : result;
        } finally {
            locked.leave(now);
        }
    }

    /// When a wait of `timeout` that begins now ends.
    static long deadline(long now, long timeout) {
        long deadline = now + timeout;
        return timeout == FOREVER || deadline < 0 ? FOREVER : deadline;
    }

    // ---------------------------------------------------------------- origins

    /// Where it was opened or accepted; null if [Machine#originDetail] was NONE.
    public final @Nullable Origin opened() {
        return opened;
    }

    /// Where it was read last; null if never, or if [Machine#originDetail] is not CALLS.
    public final @Nullable Origin lastRead() {
        return lastRead;
    }

    /// Where it was written to last; null if never, or if [Machine#originDetail] is not CALLS.
    public final @Nullable Origin lastWrite() {
        return lastWrite;
    }

    final void noteRead() {
        if (machine.originDetail() == Origin.Detail.CALLS) lastRead = Origin.here(locked.driver.now());
    }

    final void noteWrite() {
        if (machine.originDetail() == Origin.Detail.CALLS) lastWrite = Origin.here(locked.driver.now());
    }

    // ---------------------------------------------------------------- the end

    /// `close(2)`: threads that wait in a call get `-EBADF`, listeners [#CLOSED]. A second close does nothing.
    /// With `SO_LINGER` it waits as long as that says for what is queued to be acknowledged.
    @Override
    public abstract void close();
}
