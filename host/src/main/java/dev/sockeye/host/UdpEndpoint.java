package dev.sockeye.host;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.IpProtocol;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Page;
import dev.sockeye.wire.TransportAddress;
import dev.sockeye.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A UDP socket.
///
/// What it has not: sending is never held back (`SO_SNDBUF` bounds the size of one datagram only), as there is no
/// device queue to wait for; `MSG_ERRQUEUE`; source-specific multicast; group membership is not announced to
/// routers, there being no IGMP and no MLD.
public final class UdpEndpoint extends Endpoint {

    /// The most bytes in one datagram over IPv4, and over IPv6.
    private static final int MOST_V4 = 65535 - 20 - UdpHeader.LENGTH, MOST_V6 = 65535 - UdpHeader.LENGTH;

    private record Membership(IpAddress group, Interface on) {}

    private final UdpOptions options = new UdpOptions();
    private final DatagramQueue queue = new DatagramQueue();
    private final List<Membership> memberships = new ArrayList<>(0);
    private IpAddress localIp;
    private int localPort;
    private boolean boundAddress;
    private boolean boundPort;
    private @Nullable TransportAddress remote;
    private @Nullable Path lastPath;
    private @Nullable IpAddress lastDestination;
    private long lastGeneration;
    private boolean closed;
    private boolean readShut;
    private boolean writeShut;
    private int error;
    private long drops;

    UdpEndpoint(Host host, Family family, long inode) {
        super(host, family, inode);
        this.localIp = wildcard();
    }

    // ---------------------------------------------------------------- bind and connect

    @Override
    public int bind(TransportAddress local, long now) {
        int refused = checkBind(local, localPort != 0);
        if (refused < 0) return refused;
        IpAddress ip = toOwnFamily(local.ip());
        return take(ip, local.port(), !ip.isAny(), local.port() != 0);
    }

    /// Holds a port; 0: any.
    private int take(IpAddress ip, int port, boolean addressNamed, boolean portNamed) {
        PortAllocator allocator = host.udpAllocator();
        if (port == 0) port = allocator.chooseForUdp(this, ip);
        else if (!allocator.mayBindUdp(this, ip, port)) port = Errno.EADDRINUSE.asResult();
        if (port < 0) return port;
        localIp = ip;
        localPort = port;
        boundAddress = addressNamed;
        boundPort = portNamed;
        host.udpPorts().hold(port, this).bound = true;
        return 0;
    }

    private int autoBind() {
        if (localPort != 0) return 0;
        // Linux: inet_autobind fails with EAGAIN, whatever the reason.
        return take(wildcard(), 0, false, false) < 0 ? Errno.EAGAIN.asResult() : 0;
    }

    @Override
    public int connect(TransportAddress to, long now) {
        int refused = checkRemote(to);
        if (refused < 0) return refused;
        TransportAddress target = new TransportAddress(reachable(to.ip(), localIp), to.port());
        int bound = autoBind();
        if (bound < 0) return bound;
        Path path = host.path(target.ip(), boundDevice(), now);
        Errno unreachable = path.error();
        if (unreachable != null) return unreachable.asResult();
        if (host.addresses().isBroadcast(target.ip()) && !options.broadcast) return Errno.EACCES.asResult();
        if (!boundAddress) localIp = path.source();
        remote = target;
        return 0;
    }

    @Override
    public int disconnect(long now) {
        remote = null;
        error = 0;
        if (!boundAddress) localIp = wildcard();
        if (!boundPort) release();
        return 0;
    }

    private void release() {
        host.udpPorts().release(this);
        localPort = 0;
    }

    // ---------------------------------------------------------------- data

    /// `sendto(2)`: one datagram.
    ///
    /// @param to    null for the connected peer
    /// @param flags none is known
    /// @return `length`, or `-EDESTADDRREQ`, `-EMSGSIZE`, `-EACCES`, `-ENETUNREACH`, `-EPIPE`, the pending error
    public int send(MemorySegment from, long offset, int length, @Nullable TransportAddress to, int flags, long now) {
        if (closed) return Errno.EBADF.asResult();
        TransportAddress peer = remote;
        TransportAddress target = peer;
        if (to != null) {
            int refused = checkRemote(to);
            if (refused < 0) return refused;
            if (to.port() == 0) return Errno.EINVAL.asResult();
            target = to.ip().isAny() ? new TransportAddress(reachable(to.ip(), localIp), to.port()) : to;
        }
        if (target == null) return Errno.EDESTADDRREQ.asResult();
        boolean v4 = target.ip().isV4();
        if (length > (v4 ? MOST_V4 : MOST_V6)) return Errno.EMSGSIZE.asResult();
        int bound = autoBind();
        if (bound < 0) return bound;
        int pending = -takeError();
        if (pending < 0) return pending;
        if (writeShut) return Errno.EPIPE.asResult();
        return transmit(from, offset, length, target, now);
    }

    private int transmit(MemorySegment from, long offset, int length, TransportAddress target, long now) {
        boolean v4 = target.ip().isV4();
        Path path = pathTo(target.ip(), now);
        Errno unreachable = path.error();
        if (unreachable != null) {
            host.counters().inc(v4 ? Mib.IpOutNoRoutes : Mib.Ip6OutNoRoutes);
            return unreachable.asResult();
        }
        boolean broadcast = host.addresses().isBroadcast(target.ip());
        if (broadcast && !options.broadcast) return Errno.EACCES.asResult();
        boolean group = broadcast || target.ip().isMulticast();
        IpAddress source = localIp.isAny() ? path.source() : localIp;
        Packet packet = compose(from, offset, length, source, target);
        count(v4, Mib.UdpOutDatagrams, Mib.Udp6OutDatagrams);
        int hops = target.ip().isMulticast() ? options.multicastHopLimit : hopLimit(v4);
        Packet copy =
                group && (broadcast || options.multicastLoop) && !path.out().isLoopback()
                        ? packet.duplicate(host.pages())
                        : null;
        int sent = host.ipOutput()
                .send(
                        packet,
                        source,
                        target.ip(),
                        IpProtocol.UDP,
                        options.trafficClass,
                        hops,
                        false,
                        path.out(),
                        path.mtu());
        if (copy != null) loopBack(copy, source, target.ip(), hops, path);
        host.settleLoopback(now);
        return sent < 0 ? sent : length;
    }

    /// The path that the last datagram took, if it is to the same destination and nothing has changed.
    private Path pathTo(IpAddress destination, long now) {
        Path path = lastPath;
        boolean same =
                path != null && destination.equals(lastDestination) && host.pathGeneration(now) == lastGeneration;
        if (path != null && same) return path;
        path = host.path(destination, boundDevice(), now);
        lastPath = path;
        lastDestination = destination;
        lastGeneration = host.pathGeneration(now);
        return path;
    }

    private int hopLimit(boolean v4) {
        return options.hopLimit >= 0 ? options.hopLimit : host.defaultHopLimit(v4);
    }

    /// Members of the group on this host have their copy, whole.
    private void loopBack(Packet copy, IpAddress source, IpAddress group, int hops, Path path) {
        host.ipOutput().writeHeader(copy, source, group, IpProtocol.UDP, options.trafficClass, hops);
        host.ipOutput().loopBack(copy, path.out());
    }

    private Packet compose(MemorySegment from, long offset, int length, IpAddress source, TransportAddress target) {
        boolean v4 = target.ip().isV4();
        int header = IpOutput.headerLength(v4);
        int total = header + UdpHeader.LENGTH + length;
        Packet packet = host.pages().takePacket();
        Page page = host.pages().take(total);
        int first = Math.min(total, page.size());
        UdpHeader.write(page.memory(), header, localPort, target.port(), UdpHeader.LENGTH + length);
        int copied = first - header - UdpHeader.LENGTH;
        MemorySegment.copy(from, offset, page.memory(), header + UdpHeader.LENGTH, copied);
        packet.add(page, 0, first);
        if (copied < length) packet.append(from, offset + copied, length - copied, host.pages());
        int pseudo = Checksum.pseudo(source, target.ip(), IpProtocol.UDP, UdpHeader.LENGTH + length);
        UdpHeader.fillChecksum(packet, header, pseudo);
        return packet;
    }

    /// `recvfrom(2)`: the datagram that has waited longest, or as much of it as there is room for.
    ///
    /// @param flags [Connection#MSG_PEEK]
    /// @param info  is filled in
    /// @return the count copied, 0 also after `shutdown`, `-EAGAIN` if none waits, or the pending error
    public int receive(MemorySegment to, long offset, int length, int flags, DatagramInfo info, long now) {
        if (closed) return Errno.EBADF.asResult();
        int pending = -takeError();
        if (pending < 0) return pending;
        if (queue.isEmpty()) return readShut ? 0 : Errno.EAGAIN.asResult();
        int count = queue.copyFirst(to, offset, length, info);
        if ((flags & Connection.MSG_PEEK) == 0) queue.removeFirst(host.pages());
        return count;
    }

    /// A datagram for this socket; takes the packet over.
    void enqueue(Arrival arrival, Packet packet, int sourcePort) {
        int limit = options.receiveBuffer > 0
                ? options.receiveBuffer
                : host.sysctl().core().rmem_default;
        if (readShut || queue.bytes() > limit) {
            drops++;
            count(arrival.v4, Mib.UdpRcvbufErrors, Mib.Udp6RcvbufErrors);
            count(arrival.v4, Mib.UdpInErrors, Mib.Udp6InErrors);
            packet.release(host.pages());
            return;
        }
        count(arrival.v4, Mib.UdpInDatagrams, Mib.Udp6InDatagrams);
        queue.add(arrival, packet, sourcePort);
        raise(Readiness.IN);
    }

    private void count(boolean v4, Mib four, Mib six) {
        host.counters().inc(v4 ? four : six);
    }

    /// An ICMP error about a datagram of ours. RFC 1122 4.1.3.3: only a connected socket can tell which, so only
    /// it is told, unless the program asks with `IP_RECVERR`; of soft errors, nobody.
    void onIcmpError(boolean tooBig, Errno errno, boolean hard) {
        boolean told = options.receiveErrors ? !tooBig || hard : hard && remote != null;
        if (!told) return;
        error = errno.number();
        raise(Readiness.ERR | Readiness.IN | Readiness.OUT);
    }

    /// How well this socket fits a datagram; -1: not at all (`compute_score` of Linux's udp.c).
    int score(Arrival arrival, int sourcePort) {
        Interface device = boundDevice();
        if (device != null && device != arrival.in) return -1;
        int score = scoreAnyDevice(arrival, sourcePort);
        return score < 0 ? -1 : score + (device != null ? 4 : 0);
    }

    int scoreAnyDevice(Arrival arrival, int sourcePort) {
        IpAddress ip = localIp;
        boolean same = ip.low() == arrival.destinationLow && ip.high() == arrival.destinationHigh;
        if (!same && !takesInFamily(arrival.v4)) return -1;
        int score = (same ? 100 : 0) + (family() == Family.INET ? 2 : 1);
        TransportAddress peer = remote;
        if (peer == null) return score;
        boolean samePeer = peer.port() == sourcePort
                && peer.ip().low() == arrival.sourceLow
                && peer.ip().high() == arrival.sourceHigh;
        return samePeer ? score + 8 : -1;
    }

    /// Whether it is bound to a wildcard of the packet's family.
    private boolean takesInFamily(boolean v4) {
        if (!localIp.isAny()) return false;
        return localIp.isV4() ? v4 : !(v4 && v6Only());
    }

    /// Whether a datagram to a group or to all is for this socket too.
    boolean wantsGroup(Arrival arrival, int sourcePort) {
        int score = score(arrival, sourcePort);
        if (score < 0) return false;
        return arrival.kind == LocalAddresses.Kind.BROADCAST || isMember(arrival);
    }

    private boolean isMember(Arrival arrival) {
        for (int i = 0; i < memberships.size(); i++) {
            Membership each = memberships.get(i);
            boolean same = each.group.low() == arrival.destinationLow && each.group.high() == arrival.destinationHigh;
            if (same && each.on == arrival.in) return true;
        }
        // ff02::1 and 224.0.0.1: all hosts are members.
        return arrival.destinationLow == 0xffff_e000_0001L && arrival.destinationHigh == 0
                || arrival.destinationHigh == 0xff02L << 48 && arrival.destinationLow == 1;
    }

    // ---------------------------------------------------------------- groups, end

    /// `IP_ADD_MEMBERSHIP`, `IPV6_JOIN_GROUP`
    ///
    /// @param on null: the interface that the route to the group goes by
    /// @return 0, or `-EINVAL` if it is no group, `-EADDRINUSE` if joined, `-ENODEV`
    public int join(IpAddress group, @Nullable Interface on) {
        if (!group.isMulticast()) return Errno.EINVAL.asResult();
        Interface device = on != null ? on : host.interfaceTo(group);
        if (device == null) return Errno.ENODEV.asResult();
        var membership = new Membership(group, device);
        if (memberships.contains(membership)) return Errno.EADDRINUSE.asResult();
        memberships.add(membership);
        return 0;
    }

    /// `IP_DROP_MEMBERSHIP`, `IPV6_LEAVE_GROUP`
    ///
    /// @return 0 or `-EADDRNOTAVAIL`
    public int leave(IpAddress group, @Nullable Interface on) {
        boolean left = memberships.removeIf(each -> each.group.equals(group) && (on == null || each.on == on));
        return left ? 0 : Errno.EADDRNOTAVAIL.asResult();
    }

    /// `shutdown(2)`
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown(Shutdown how, long now) {
        readShut |= how != Shutdown.WRITE;
        writeShut |= how != Shutdown.READ;
        raise(Readiness.IN | Readiness.OUT);
        // Linux: it takes effect even where it returns ENOTCONN.
        return remote == null ? Errno.ENOTCONN.asResult() : 0;
    }

    @Override
    public void close(long now) {
        if (closed) return;
        closed = true;
        release();
        queue.clear(host.pages());
        memberships.clear();
        host.forget(this);
    }

    // ---------------------------------------------------------------- getters

    /// The options, effective at once.
    public UdpOptions options() {
        return options;
    }

    /// Bytes of memory in the receive queue: the Recv-Q of `ss`.
    public int receiveQueueBytes() {
        return queue.bytes();
    }

    /// Bytes of data in the datagram that is next: `SIOCINQ`; 0 if none waits.
    public int nextDatagramLength() {
        return queue.isEmpty() ? 0 : queue.firstLength();
    }

    /// Datagrams dropped because the queue was full: the `d` of `ss -m`.
    public long drops() {
        return drops;
    }

    @Override
    public int readiness() {
        int readiness = 0;
        if (!queue.isEmpty() || readShut) readiness |= Readiness.IN;
        if (readShut) readiness |= Readiness.RDHUP;
        if (readShut && writeShut) readiness |= Readiness.HUP;
        if (error != 0) readiness |= Readiness.ERR;
        return readiness | Readiness.OUT;
    }

    @Override
    public TransportAddress localAddress() {
        return new TransportAddress(localIp, localPort);
    }

    @Override
    public @Nullable TransportAddress remoteAddress() {
        return remote;
    }

    @Override
    public int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    IpAddress holderAddress() {
        return localIp;
    }

    @Override
    boolean isListening() {
        return false;
    }

    @Override
    boolean isBound() {
        return localPort != 0;
    }
}
