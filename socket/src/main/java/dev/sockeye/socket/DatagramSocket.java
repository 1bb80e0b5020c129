package dev.sockeye.socket;

import dev.sockeye.host.DatagramInfo;
import dev.sockeye.host.Interface;
import dev.sockeye.host.UdpEndpoint;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A UDP socket. See [Socket] for results, waiting and threads.
public final class DatagramSocket extends Socket {

    private final UdpEndpoint endpoint;

    DatagramSocket(Machine machine, UdpEndpoint endpoint, long now) {
        super(machine, endpoint, now);
        this.endpoint = endpoint;
    }

    @Override
    UdpEndpoint endpoint() {
        return endpoint;
    }

    @Override
    <T> @Nullable T readOption(SocketOption<T> option, long now) {
        return UdpOptionTable.TABLE.get(option, endpoint, now);
    }

    @Override
    <T> int writeOption(SocketOption<T> option, T value, long now) {
        return UdpOptionTable.TABLE.set(option, endpoint, value, now);
    }

    /// `connect(2)`: the only peer from now on.
    ///
    /// @return 0, or `-ENETUNREACH`, `-EADDRNOTAVAIL`, `-EAFNOSUPPORT`, ...
    public int connect(TransportAddress remote) {

        long now = locked.enter();
        try {
            int result = isClosed() ? EBADF : endpoint.connect(remote, now);
            wakeOthers();
            return result;
        } finally {
            locked.leave(now);
        }
    }

    /// `connect(2)` with `AF_UNSPEC`: any peer again.
    public int disconnect() {

        long now = locked.enter();
        try {
            int result = isClosed() ? EBADF : endpoint.disconnect(now);
            wakeOthers();
            return result;
        } finally {
            locked.leave(now);
        }
    }

    /// Sends what remains of `from` as one datagram, and moves its position.
    ///
    /// @param to null for the connected peer
    /// @return the count; `-EDESTADDRREQ`, `-EMSGSIZE`, `-EACCES`, `-ENETUNREACH`, the pending error, `-EBADF`
    public int send(ByteBuffer from, @Nullable TransportAddress to) {

        int position = from.position();
        int length = from.remaining();
        int count = from.hasArray()
                ? send(from.array(), from.arrayOffset() + position, length, to)
                : send(MemorySegment.ofBuffer(from), 0, length, to);
        if (count > 0) from.position(position + count);
        return count;
    }

    /// Sends an array's part as one datagram; see [#send(ByteBuffer, TransportAddress)].
    public int send(byte[] from, int offset, int length, @Nullable TransportAddress to) {

        return send(HeapMemory.of(from), offset, length, to);
    }

    /// `sendto(2)`: one datagram; see [#send(ByteBuffer, TransportAddress)].
    public int send(MemorySegment from, long offset, int length, @Nullable TransportAddress to) {

        Objects.checkFromIndexSize(offset, length, from.byteSize());
        noteWrite();
        long now = locked.enter();
        try {
            int result = isClosed() ? EBADF : endpoint.send(from, offset, length, to, 0, now);
            refresh();
            return result;
        } finally {
            locked.leave(now);
        }
    }

    /// Receives one datagram into what remains of `to`, and moves its position; see the last variant.
    public int receive(ByteBuffer to, DatagramInfo info, int flags, long timeout) {

        if (to.isReadOnly()) throw new ReadOnlyBufferException();
        int position = to.position();
        int length = to.remaining();
        int count = to.hasArray()
                ? receive(to.array(), to.arrayOffset() + position, length, info, flags, timeout)
                : receive(MemorySegment.ofBuffer(to), 0, length, info, flags, timeout);
        if (count > 0) to.position(position + count);
        return count;
    }

    /// Receives one datagram into an array; see the last variant.
    public int receive(byte[] to, int offset, int length, DatagramInfo info, int flags, long timeout) {

        return receive(HeapMemory.of(to), offset, length, info, flags, timeout);
    }

    /// `recvfrom(2)`: the datagram that has waited longest; what there is no room for is lost.
    ///
    /// @param info    is filled in: who sent it, its whole length
    /// @param flags   [#MSG_PEEK], [#UNINTERRUPTIBLE]
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return the count, which may be 0; `-EAGAIN` if none came in time; the pending error; `-EINTR`, `-EBADF`
    public int receive(MemorySegment to, long offset, int length, DatagramInfo info, int flags, long timeout) {

        Objects.checkFromIndexSize(offset, length, to.byteSize());
        noteRead();
        long deadline = -1;
        for (; ; ) {
            Waiter waiter = null;
            int result;
            long now = locked.enter();
            try {
                result = isClosed() ? EBADF : endpoint.receive(to, offset, length, flags & MSG_PEEK, info, now);
                if (result == EAGAIN && timeout != NOW) waiter = expect(Readiness.IN | Readiness.RDHUP);
                refresh();
            } finally {
                locked.leave(now);
            }
            if (waiter == null) return result;
            if (deadline < 0) deadline = deadline(now, timeout);
            int waited = await(waiter, deadline, flags);
            if (waited != 0) return waited;
        }
    }

    /// `IP_ADD_MEMBERSHIP`, `IPV6_JOIN_GROUP`
    ///
    /// @param on null: the interface that the route to the group goes by
    /// @return 0; `-EINVAL` if it is no group, `-EADDRINUSE` if it has joined, `-ENODEV`, `-EBADF`
    public int join(IpAddress group, @Nullable Interface on) {
        long now = locked.enter();
        try {
            return isClosed() ? EBADF : endpoint.join(group, on);
        } finally {
            locked.leave(now);
        }
    }

    /// `IP_DROP_MEMBERSHIP`, `IPV6_LEAVE_GROUP`
    ///
    /// @return 0, or `-EADDRNOTAVAIL` if it has not joined, `-EBADF`
    public int leave(IpAddress group, @Nullable Interface on) {
        long now = locked.enter();
        try {
            return isClosed() ? EBADF : endpoint.leave(group, on);
        } finally {
            locked.leave(now);
        }
    }

    /// `shutdown(2)`
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

    @Override
    public Set<SocketOption<?>> supportedOptions() {

        return UdpOptionTable.TABLE.supported();
    }

    @Override
    public void close() {

        long now = locked.enter();
        try {
            if (isClosed()) return;
            endpoint.close(now);
            markClosed(locked.errands());
        } finally {
            locked.leave(now);
        }
    }
}
