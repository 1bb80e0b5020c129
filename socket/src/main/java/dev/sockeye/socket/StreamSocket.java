package dev.sockeye.socket;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A TCP socket that connects, or that a [ListenSocket] has accepted. See [Socket] for results, waiting and
/// threads.
public final class StreamSocket extends TcpSocket {

    private static final int EINPROGRESS = Errno.EINPROGRESS.asResult();

    /// Flags of Linux that the core knows; the others are of this floor.
    private static final int CORE_FLAGS =
            MSG_OOB | MSG_PEEK | MSG_TRUNC | MSG_EOR | MSG_MORE | MSG_FASTOPEN | MSG_ZEROCOPY;

    private static final int READABLE = Readiness.IN | Readiness.RDHUP;

    /// Connecting waits for the first write (`TCP_FASTOPEN_CONNECT`).
    private volatile boolean connectDeferred;

    StreamSocket(Machine machine, TcpEndpoint endpoint, long now) {
        super(machine, endpoint, now);
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

        int result;
        long now = locked.enter();
        try {
            result = isClosed() ? EBADF : endpoint.connect(remote, now);
            connectDeferred = endpoint.isConnectDeferred();
            refresh();
        } finally {
            locked.leave(now);
        }
        return result == EINPROGRESS && timeout != NOW ? finishConnect(flags, timeout) : result;
    }

    /// Waits for the end of a connect that is under way.
    ///
    /// @return 0 if it is connected; `-EINPROGRESS` if that has not ended within the timeout; `-ENOTCONN` if none
    ///     was begun; or why it failed, once
    public int finishConnect(int flags, long timeout) {

        long deadline = -1;
        for (; ; ) {
            Waiter waiter = null;
            int result;
            long now = locked.enter();
            try {
                result = isClosed() ? EBADF : endpoint.connectResult();
                if (result == EINPROGRESS && timeout != NOW) waiter = expect(Readiness.OUT);
                else refresh();
            } finally {
                locked.leave(now);
            }
            if (waiter == null) return result;
            if (deadline < 0) deadline = deadline(now, timeout);
            int waited = await(waiter, deadline, flags);
            if (waited != 0) return waited == EAGAIN ? EINPROGRESS : waited;
        }
    }

    // ---------------------------------------------------------------- read

    /// Reads into what remains of `to`, waiting as `SO_RCVTIMEO` says; see the last variant.
    public int read(ByteBuffer to) {
        return read(to, 0, receiveTimeout());
    }

    /// Reads into what remains of `to` and moves its position; see the last variant.
    public int read(ByteBuffer to, int flags, long timeout) {

        if (to.isReadOnly()) throw new ReadOnlyBufferException();
        int position = to.position();
        int length = to.remaining();
        int count = to.hasArray()
                ? read(to.array(), to.arrayOffset() + position, length, flags, timeout)
                : read(MemorySegment.ofBuffer(to), 0, length, flags, timeout);
        if (count > 0) to.position(position + count);
        return count;
    }

    /// Reads into an array; see the last variant.
    public int read(byte[] to, int offset, int length, int flags, long timeout) {

        return read(HeapMemory.of(to), offset, length, flags, timeout);
    }

    /// `recv(2)`
    ///
    /// @param flags   of [#MSG_PEEK], [#MSG_WAITALL], [#MSG_TRUNC], [#MSG_OOB], [#UNINTERRUPTIBLE]
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return the count, at least 1; **0 at the end of the stream** (or if `length` is 0); `-EAGAIN` if nothing
    ///     came in time; `-ECONNRESET` and other errors of the connection, once; `-ENOTCONN`, `-EINTR`, `-EBADF`
    public int read(MemorySegment to, long offset, int length, int flags, long timeout) {

        Objects.checkFromIndexSize(offset, length, to.byteSize());
        noteRead();
        long deadline = -1;
        int done = 0;
        for (; ; ) {
            Waiter waiter = null;
            int result;
            long now = locked.enter();
            try {
                // A peek that waits for more looks from the front again.
                boolean again = (flags & MSG_PEEK) != 0 && endpoint.peekOffset() < 0;
                int kept = again ? 0 : done;
                // What was read is told first, and the error by the next call.
                if (done > 0 && !again && hasOnlyAnError()) return done;
                result = isClosed()
                        ? EBADF
                        : endpoint.receive(to, offset + kept, length - kept, flags & CORE_FLAGS, now);
                if (result > 0) done = kept + result;
                // Linux: urgent data is never waited for, see docs/linux/urgent.md
                boolean urgent = (flags & MSG_OOB) != 0;
                // With no room to read into there is nothing to wait for.
                if (result == EAGAIN && length == 0 && !urgent) result = 0;
                boolean wait = result == EAGAIN || (result > 0 && done < target(length, flags));
                if (wait && !urgent && timeout != NOW) waiter = expect(READABLE);
                refresh();
            } finally {
                locked.leave(now);
            }
            if (waiter == null) return done > 0 ? done : result;
            if (deadline < 0) deadline = deadline(now, timeout);
            int waited = await(waiter, deadline, flags);
            if (waited != 0) return done > 0 ? done : waited;
        }
    }

    private boolean hasOnlyAnError() {
        Connection connection = endpoint.connection();
        boolean empty = connection == null || connection.receiveQueueBytes() == 0;
        return empty && (endpoint.readiness() & Readiness.ERR) != 0;
    }

    /// How many bytes a blocking read waits for: `SO_RCVLOWAT`, or all with `MSG_WAITALL`; a peek, too.
    private int target(int length, int flags) {
        if ((flags & MSG_WAITALL) != 0) return length;
        return Math.min(length, endpoint.options().receiveLowWater);
    }

    /// `recvmsg` with `MSG_ERRQUEUE`: the oldest record of the error queue, which never waits; null if there is none.
    /// While there is one, [#readiness] has [Readiness#ERR].
    public @Nullable ErrorRecord readErrorQueue() {
        long now = locked.enter();
        try {
            ErrorRecord record = isClosed() ? null : endpoint.takeErrorRecord();
            refresh();
            return record;
        } finally {
            locked.leave(now);
        }
    }

    /// When the last byte came that the last read has returned, as `SO_TIMESTAMPING` tells it; nanoseconds since the
    /// Unix epoch, 0 if it was not noted.
    public long receiveTime() {
        long now = locked.enter();
        try {
            Connection connection = isClosed() ? null : endpoint.connection();
            return connection == null ? 0 : connection.receiveTime();
        } finally {
            locked.leave(now);
        }
    }

    /// `SIOCINQ`: how many bytes a read would find now, up to the urgent mark; 0 also at the end of the stream.
    public int available() {

        long now = locked.enter();
        try {
            Connection connection = endpoint.connection();
            return isClosed() ? EBADF : connection == null ? 0 : connection.available();
        } finally {
            locked.leave(now);
        }
    }

    /// `SIOCOUTQ`: bytes written that the peer has not acknowledged.
    public int unacknowledged() {

        long now = locked.enter();
        try {
            return isClosed() ? EBADF : endpoint.unacknowledgedBytes();
        } finally {
            locked.leave(now);
        }
    }

    /// `SIOCOUTQNSD`: bytes written that have not been sent.
    public int unsent() {

        long now = locked.enter();
        try {
            return isClosed() ? EBADF : endpoint.unsentBytes();
        } finally {
            locked.leave(now);
        }
    }

    /// `SIOCATMARK`: whether the next byte to be read is the urgent one.
    public boolean isAtUrgentMark() {

        long now = locked.enter();
        try {
            Connection connection = endpoint.connection();
            return connection != null && connection.isAtUrgentMark();
        } finally {
            locked.leave(now);
        }
    }

    // ---------------------------------------------------------------- write

    /// Writes what remains of `from`, waiting as `SO_SNDTIMEO` says; see the last variant.
    public int write(ByteBuffer from) {
        return write(from, 0, sendTimeout());
    }

    /// Writes what remains of `from` and moves its position; see the last variant.
    public int write(ByteBuffer from, int flags, long timeout) {

        int position = from.position();
        int length = from.remaining();
        int count = from.hasArray()
                ? write(from.array(), from.arrayOffset() + position, length, flags, timeout)
                : write(MemorySegment.ofBuffer(from), 0, length, flags, timeout);
        if (count > 0) from.position(position + count);
        return count;
    }

    /// Writes from an array; see the last variant.
    public int write(byte[] from, int offset, int length, int flags, long timeout) {

        return write(HeapMemory.of(from), offset, length, flags, timeout);
    }

    /// `send(2)`. With a timeout it waits until all is taken, as a blocking send does; a wait that ends early
    /// gives the count so far if there is one, and the error with the next call.
    ///
    /// @param flags   of [#MSG_MORE], [#MSG_EOR], [#MSG_OOB], [#MSG_ZEROCOPY], [#UNINTERRUPTIBLE]
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return the count taken, less than `length` only with a timeout; `-EAGAIN` if there was no room in time;
    ///     `-EPIPE` after shutdown or reset; errors of the connection, once; `-ENOTCONN`, `-EINTR`, `-EBADF`
    public int write(MemorySegment from, long offset, int length, int flags, long timeout) {

        Objects.checkFromIndexSize(offset, length, from.byteSize());
        noteWrite();
        return connectDeferred
                ? open(from, offset, length, flags, null, timeout)
                : writeAll(from, offset, length, flags, timeout);
    }

    /// `sendto(2)` with [#MSG_FASTOPEN]: connects, and the SYN carries as much of the data as it can, if the
    /// server has given a cookie before, or asks for none (RFC 7413; `net.ipv4.tcp_fastopen`). With a timeout
    /// it waits for the connection, and then until all is taken. Without the flag it does what [#write] does.
    /// What went with the SYN may reach the server's program twice, if the network duplicates the SYN (RFC 7413
    /// 6.1): use it where that does no harm.
    ///
    /// @param flags   of [#MSG_FASTOPEN], [#MSG_MORE], [#UNINTERRUPTIBLE]
    /// @param to      where to connect; counts only where the socket is not connected
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return the count taken; without a timeout that is what goes with the SYN, or `-EINPROGRESS` if
    ///     nothing does; `-EALREADY` while it connects; `-EISCONN`; `-EOPNOTSUPP` where Fast Open is switched
    ///     off; or what [#connect] and [#write] say
    public int sendTo(MemorySegment from, long offset, int length, int flags, TransportAddress to, long timeout) {

        if ((flags & MSG_FASTOPEN) == 0) return write(from, offset, length, flags, timeout);
        Objects.checkFromIndexSize(offset, length, from.byteSize());
        noteWrite();
        return open(from, offset, length, flags, to, timeout);
    }

    /// Connects with the first write, waits for the connection, and writes what the SYN did not carry.
    private int open(
            MemorySegment from, long offset, int length, int flags, @Nullable TransportAddress to, long timeout) {
        int result;
        boolean opening;
        long now = locked.enter();
        try {
            result = isClosed() ? EBADF : endpoint.send(from, offset, length, flags & CORE_FLAGS, to, now);
            connectDeferred = endpoint.isConnectDeferred();
            // Where the server is this machine's own, it may be connected by now.
            opening = result >= 0 || result == EINPROGRESS;
            endpoint.setWritePending(opening && timeout != NOW && Math.max(result, 0) < length);
            refresh();
        } finally {
            locked.leave(now);
        }
        int taken = Math.max(result, 0);
        if (timeout == NOW || !opening) return result;
        int connected = finishConnect(flags, timeout);
        if (connected != 0) return connected == EINPROGRESS && taken > 0 ? taken : connected;
        if (taken == length) return taken;
        int more = writeAll(from, offset + taken, length - taken, flags & ~MSG_FASTOPEN, timeout);
        return more >= 0 ? taken + more : taken > 0 ? taken : more;
    }

    private int writeAll(MemorySegment from, long offset, int length, int flags, long timeout) {
        long deadline = -1;
        int done = 0;
        for (; ; ) {
            Waiter waiter = null;
            boolean more;
            int result;
            long now = locked.enter();
            try {
                int rest = done > 0 ? Connection.MSG_REST : 0;
                result = isClosed()
                        ? EBADF
                        : endpoint.send(from, offset + done, length - done, flags & CORE_FLAGS | rest, now);
                if (result > 0) done += result;
                more = result > 0 && done < length && timeout != NOW;
                refresh();
                // A part was taken: only if there is no room now will there be an event when there is.
                boolean full = more && (readiness() & Readiness.OUT) == 0;
                if (full || (result == EAGAIN && timeout != NOW)) {
                    waiter = expect(Readiness.OUT);
                    endpoint.setWritePending(true);
                }
            } finally {
                locked.leave(now);
            }
            if (waiter == null) {
                if (more) continue;
                return done > 0 ? done : result;
            }
            if (deadline < 0) deadline = deadline(now, timeout);
            int waited = await(waiter, deadline, flags);
            if (waited != 0) return done > 0 ? done : waited;
        }
    }

    // ---------------------------------------------------------------- the end

    /// `shutdown(2)`: half-close. Threads that wait in a direction that ends here are woken.
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how) {

        long now = locked.enter();
        try {
            int result = isClosed() ? EBADF : endpoint.shutdown(how, now);
            wakeOthers();
            return result;
        } finally {
            locked.leave(now);
        }
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

        long linger;
        long now = locked.enter();
        try {
            if (isClosed()) return;
            linger = TimeUnit.SECONDS.toNanos(endpoint.options().lingerSeconds);
            endpoint.close(now);
            markClosed(locked.errands());
        } finally {
            locked.leave(now);
        }
        if (linger > 0 && lingerLimit != NOW) linger(Math.min(linger, lingerLimit));
    }

    /// Waits until the peer has acknowledged all that was queued and the FIN, or the time is up.
    private void linger(long timeout) {
        long deadline = -1;
        for (; ; ) {
            Waiter waiter = null;
            long now = locked.enter();
            try {
                TcpState state = endpoint.state();
                boolean lingers =
                        state == TcpState.FIN_WAIT1 || state == TcpState.CLOSING || state == TcpState.LAST_ACK;
                if (lingers) waiter = expect(Readiness.OUT);
            } finally {
                locked.leave(now);
            }
            if (waiter == null) return;
            if (deadline < 0) deadline = deadline(now, timeout);
            if (await(waiter, deadline, 0) != 0) return;
        }
    }

    /// Resets the connection (`SOCK_DESTROY`); the program still holds the socket, and finds `-ECONNABORTED`.
    public void abort() {

        long now = locked.enter();
        try {
            if (isClosed()) return;
            endpoint.abort(now);
            wakeOthers();
        } finally {
            locked.leave(now);
        }
    }
}
