package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A UDP socket.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class UdpEndpoint extends Endpoint {

    private final UdpOptions options = new UdpOptions();

    UdpEndpoint(Host host, Family family, long inode) {
        super(host, family, inode);
    }

    @Override
    public int bind(TransportAddress local, long now) {
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

    /// `sendto(2)`: one datagram.
    ///
    /// @param to null for the connected peer
    /// @return `length`, or `-EDESTADDRREQ`, `-EMSGSIZE`, `-EACCES`, `-ENETUNREACH`, the pending error
    public int send(MemorySegment from, long offset, int length, @Nullable TransportAddress to, int flags, long now) {
        throw new UnsupportedOperationException();
    }

    /// `recvfrom(2)`: the datagram that has waited longest, or as much of it as there is room for.
    ///
    /// @param flags [Connection#MSG_PEEK]
    /// @param info  is filled in
    /// @return the count copied, or `-EAGAIN` if none waits, or the pending error
    public int receive(MemorySegment to, long offset, int length, int flags, DatagramInfo info, long now) {
        throw new UnsupportedOperationException();
    }

    /// `shutdown(2)` for reading
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(dev.sockeye.tcp.Shutdown how, long now) {
        throw new UnsupportedOperationException();
    }

    /// `IP_ADD_MEMBERSHIP`, `IPV6_JOIN_GROUP`
    ///
    /// @param on null: the interface that the route to the group goes by
    /// @return 0, or `-EINVAL` if it is no group, `-EADDRINUSE` if joined, `-ENODEV`
    public int join(IpAddress group, @Nullable Interface on) {
        throw new UnsupportedOperationException();
    }

    /// `IP_DROP_MEMBERSHIP`, `IPV6_LEAVE_GROUP`
    ///
    /// @return 0 or `-EADDRNOTAVAIL`
    public int leave(IpAddress group, @Nullable Interface on) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close(long now) {
        throw new UnsupportedOperationException();
    }

    /// The options, effective at once.
    public UdpOptions options() {
        return options;
    }

    /// Bytes of memory in the receive queue: the Recv-Q of `ss`.
    public int receiveQueueBytes() {
        throw new UnsupportedOperationException();
    }

    /// Datagrams dropped because the queue was full: the `d` of `ss -m`.
    public long drops() {
        throw new UnsupportedOperationException();
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
