package dev.sockeye.host;

import dev.sockeye.wire.TransportAddress;
import org.jspecify.annotations.Nullable;

/// A socket as the host sees it, what Linux calls `struct sock`. No call blocks; each returns a count or a negated
/// [Errno]. Everything is used under the host's lock; `now` is nanoseconds since the host started.
public abstract sealed class Endpoint permits TcpEndpoint, UdpEndpoint {

    final Host host;
    private final Family family;
    private final long inode;
    private @Nullable Object attachment;

    Endpoint(Host host, Family family, long inode) {
        this.host = host;
        this.family = family;
        this.inode = inode;
    }

    /// The host it is on.
    public final Host host() {
        return host;
    }

    /// `SO_DOMAIN`
    public final Family family() {
        return family;
    }

    /// A number that no other socket of this host ever has, as `ss -e` shows.
    public final long inode() {
        return inode;
    }

    /// What the floor above keeps with this socket.
    public final @Nullable Object attachment() {
        return attachment;
    }

    /// Keeps something with this socket.
    public final void attach(@Nullable Object attachment) {
        this.attachment = attachment;
    }

    /// What a program can do now: bits of [Readiness].
    public abstract int readiness();

    /// The [Readiness] bits of what has happened since the last call, cleared: what waiting programs are to be woken
    /// for. A bit comes again with each new event, as an edge.
    public abstract int takeEvents();

    /// `getsockname`: with the family's wildcard and port 0 where it is not bound.
    public abstract TransportAddress localAddress();

    /// `getpeername`; null where it is not connected (ENOTCONN).
    public abstract @Nullable TransportAddress remoteAddress();

    /// `SO_ERROR`: the pending error's number, which is cleared; 0 if there is none.
    public abstract int takeError();

    /// Whether the program has closed it.
    public abstract boolean isClosed();

    /// `bind(2)`
    ///
    /// @return 0, or `-EINVAL` if it is bound, `-EADDRINUSE`, `-EADDRNOTAVAIL`, `-EAFNOSUPPORT`
    public abstract int bind(TransportAddress local, long now);

    /// `connect(2)`
    ///
    /// @return 0, or a negated [Errno]; of a TCP socket `-EINPROGRESS`
    public abstract int connect(TransportAddress remote, long now);

    /// `connect(2)` with AF_UNSPEC: undoes `connect`.
    public abstract int disconnect(long now);

    /// The program lets go of it: `close(2)` of the last descriptor.
    public abstract void close(long now);

    /// `SO_REUSEADDR`
    public boolean reuseAddress() {
        return false;
    }

    /// Sets `SO_REUSEADDR`.
    public void setReuseAddress(boolean on) {}

    /// `SO_REUSEPORT`
    public boolean reusePort() {
        return false;
    }

    /// Sets `SO_REUSEPORT`.
    public void setReusePort(boolean on) {}

    /// `IPV6_V6ONLY`
    public boolean v6Only() {
        return false;
    }

    /// Sets `IPV6_V6ONLY`.
    ///
    /// @return 0, or `-EINVAL` if it is bound, `-ENOPROTOOPT` for an IPv4 socket
    public int setV6Only(boolean on) {
        return 0;
    }

    /// `SO_BINDTODEVICE`; null: any.
    public @Nullable Interface boundDevice() {
        return null;
    }

    /// Sets `SO_BINDTODEVICE`.
    public void setBoundDevice(@Nullable Interface device) {}
}
