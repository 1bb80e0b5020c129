package dev.sockeye.socket;

import dev.sockeye.host.DatagramInfo;
import dev.sockeye.host.UdpEndpoint;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A UDP socket. See [Socket] for results, waiting and threads.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class DatagramSocket extends Socket {

    private final UdpEndpoint endpoint;

    DatagramSocket(Machine machine, UdpEndpoint endpoint) {
        super(machine);
        this.endpoint = endpoint;
    }

    @Override
    UdpEndpoint endpoint() {
        return endpoint;
    }

    /// `connect(2)`: the only peer from now on.
    ///
    /// @return 0, or `-ENETUNREACH`, `-EADDRNOTAVAIL`, `-EAFNOSUPPORT`, ...
    public int connect(TransportAddress remote) {
        throw new UnsupportedOperationException();
    }

    /// `connect(2)` with `AF_UNSPEC`: any peer again.
    public int disconnect() {
        throw new UnsupportedOperationException();
    }

    /// Sends what remains of `from` as one datagram, and moves its position.
    ///
    /// @param to null for the connected peer
    /// @return the count; `-EDESTADDRREQ`, `-EMSGSIZE`, `-EACCES`, `-ENETUNREACH`, the pending error, `-EBADF`
    public int send(ByteBuffer from, @Nullable TransportAddress to) {
        throw new UnsupportedOperationException();
    }

    /// Sends an array's part as one datagram; see [#send(ByteBuffer, TransportAddress)].
    public int send(byte[] from, int offset, int length, @Nullable TransportAddress to) {
        throw new UnsupportedOperationException();
    }

    /// `sendto(2)`: one datagram; see [#send(ByteBuffer, TransportAddress)].
    public int send(MemorySegment from, long offset, int length, @Nullable TransportAddress to) {
        throw new UnsupportedOperationException();
    }

    /// Receives one datagram into what remains of `to`, and moves its position; see the last variant.
    public int receive(ByteBuffer to, DatagramInfo info, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// Receives one datagram into an array; see the last variant.
    public int receive(byte[] to, int offset, int length, DatagramInfo info, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// `recvfrom(2)`: the datagram that has waited longest; what there is no room for is lost.
    ///
    /// @param info    is filled in: who sent it, its whole length
    /// @param flags   [#MSG_PEEK], [#UNINTERRUPTIBLE]
    /// @param timeout nanoseconds, [#NOW] or [#FOREVER]
    /// @return the count, which may be 0; `-EAGAIN` if none came in time; the pending error; `-EINTR`, `-EBADF`
    public int receive(MemorySegment to, long offset, int length, DatagramInfo info, int flags, long timeout) {
        throw new UnsupportedOperationException();
    }

    /// `shutdown(2)`
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
