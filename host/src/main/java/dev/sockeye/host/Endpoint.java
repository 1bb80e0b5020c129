package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import org.jspecify.annotations.Nullable;

/// A socket as the host sees it, what Linux calls `struct sock`. No call blocks; each returns a count or a negated
/// [Errno]. Everything is used under the host's lock; `now` is nanoseconds since the host started.
public abstract sealed class Endpoint extends PortHolder permits TcpEndpoint, UdpEndpoint {

    final Host host;
    private final Family family;
    private final long inode;
    private @Nullable Object attachment;
    private @Nullable Interface boundDevice;
    private boolean reuseAddress;
    private boolean reusePort;
    private boolean v6Only;
    private int events;

    /// Its place in the [ReadyQueue].
    @Nullable
    Endpoint nextReady;

    boolean inReadyQueue;

    /// Its place in the [EndpointList].
    @Nullable
    Endpoint previousSocket;

    @Nullable
    Endpoint nextSocket;

    boolean listed;

    Endpoint(Host host, Family family, long inode) {
        this.host = host;
        this.family = family;
        this.inode = inode;
        this.v6Only = family == Family.INET6 && host.sysctl().ipv6().bindv6only != 0;
    }

    // ---------------------------------------------------------------- getters

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

    /// What a program can do now: bits of [dev.sockeye.tcp.Readiness].
    public abstract int readiness();

    /// The [dev.sockeye.tcp.Readiness] bits of what has happened since the last call, cleared: what waiting programs
    /// are to be
    /// woken for. A bit comes again with each new event, as an edge.
    public int takeEvents() {
        int taken = events;
        events = 0;
        return taken;
    }

    /// `getsockname`: with the family's wildcard and port 0 where it is not bound.
    public abstract TransportAddress localAddress();

    /// `getpeername`; null where it is not connected (ENOTCONN).
    public abstract @Nullable TransportAddress remoteAddress();

    /// `SO_ERROR`: the pending error's number, which is cleared; 0 if there is none.
    public abstract int takeError();

    /// Whether the program has closed it.
    public abstract boolean isClosed();

    // ---------------------------------------------------------------- user calls

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
    @Override
    public final boolean reuseAddress() {
        return reuseAddress;
    }

    /// Sets `SO_REUSEADDR`.
    public final void setReuseAddress(boolean on) {
        reuseAddress = on;
    }

    /// `SO_REUSEPORT`
    @Override
    public final boolean reusePort() {
        return reusePort;
    }

    /// Sets `SO_REUSEPORT`.
    public final void setReusePort(boolean on) {
        reusePort = on;
    }

    /// `IPV6_V6ONLY`
    @Override
    public final boolean v6Only() {
        return v6Only;
    }

    /// Sets `IPV6_V6ONLY`.
    ///
    /// @return 0, or `-EINVAL` if it is bound, `-ENOPROTOOPT` for an IPv4 socket
    public final int setV6Only(boolean on) {
        if (family == Family.INET) return Errno.ENOPROTOOPT.asResult();
        if (isBound()) return Errno.EINVAL.asResult();
        v6Only = on;
        return 0;
    }

    /// `SO_BINDTODEVICE`; null: any.
    @Override
    public final @Nullable Interface boundDevice() {
        return boundDevice;
    }

    /// Sets `SO_BINDTODEVICE`.
    public final void setBoundDevice(@Nullable Interface device) {
        boundDevice = device;
    }

    // ---------------------------------------------------------------- for its kinds

    /// Takes over what `accept` inherits.
    final void inheritFrom(Endpoint listener) {
        reuseAddress = listener.reuseAddress;
        reusePort = listener.reusePort;
        v6Only = listener.v6Only;
        boundDevice = listener.boundDevice;
    }

    /// Whether it holds a local port.
    abstract boolean isBound();

    /// Something has happened that programs may wait for.
    final void raise(int bits) {
        events |= bits;
        host.ready().add(this);
    }

    /// What the socket is bound to while it is not.
    final IpAddress wildcard() {
        return family == Family.INET ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
    }

    /// Whether the socket may be bound to an address, in Linux's order of checks (`__inet_bind`, `__inet6_bind`).
    ///
    /// @param busy whether it is bound, or more, already
    /// @return 0 or a negated errno
    final int checkBind(TransportAddress local, boolean busy) {
        IpAddress ip = local.ip();
        if (family == Family.INET && !ip.isV4() && !ip.isAny()) return Errno.EAFNOSUPPORT.asResult();
        if (family == Family.INET6 && busy) return Errno.EINVAL.asResult();
        if (v6Only && ip.isV4()) return Errno.EINVAL.asResult();
        if (!isBindable(ip)) return Errno.EADDRNOTAVAIL.asResult();
        return busy ? Errno.EINVAL.asResult() : 0;
    }

    private boolean isBindable(IpAddress ip) {
        return ip.isAny()
                || ip.isMulticast()
                || host.addresses().isLocal(ip)
                || host.addresses().isBroadcast(ip)
                || host.sysctl().ipv4().ip_nonlocal_bind != 0
                || isFreeBind();
    }

    /// `IP_FREEBIND`
    boolean isFreeBind() {
        return false;
    }

    /// `::` means `0.0.0.0` to an IPv4 socket.
    final IpAddress toOwnFamily(IpAddress ip) {
        return family == Family.INET && ip.isAny() ? IpAddress.ANY_V4 : ip;
    }

    /// Whether the socket may speak to an address.
    ///
    /// @return 0, or `-EAFNOSUPPORT`, `-ENETUNREACH`
    final int checkRemote(TransportAddress remote) {
        boolean v4 = remote.ip().isV4();
        if (family == Family.INET && !v4) return Errno.EAFNOSUPPORT.asResult();
        if (v6Only && v4) return Errno.ENETUNREACH.asResult();
        IpAddress local = holderAddress();
        if (!local.isAny() && local.isV4() != v4 && !remote.ip().isAny()) {
            return (v4 ? Errno.EINVAL : Errno.ENETUNREACH).asResult();
        }
        return 0;
    }

    /// The address that is meant by a wildcard as a destination: this host, at the socket's own address if it has
    /// one.
    static IpAddress reachable(IpAddress destination, IpAddress local) {
        if (!destination.isAny()) return destination;
        if (local.isV4() && !local.isAny()) return local;
        return destination.isV4() ? IpAddress.LOOPBACK_V4 : IpAddress.LOOPBACK_V6;
    }
}
