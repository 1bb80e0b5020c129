package dev.sockeye.host;

import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.SipHash;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpContext;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PageCache;
import dev.sockeye.wire.PagePool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One machine's TCP/IP, without thread, clock or device: a function of its inputs.
///
/// Its methods are of four kinds. Getters tell. Set-up ([#addInterface], [#openTcp], [#openUdp]); the user's calls
/// are on [TcpEndpoint] and [UdpEndpoint]. Events: [#onPacket], [#onTime]. Outputs, to be taken after every call
/// and event: [#pollTransmit] has packets to carry, [#pollReady] sockets whose waiters are to be woken,
/// [#nextDeadline] when [#onTime] is to be called.
///
/// All of it is used by one thread at a time: who holds the host's lock. `now` is nanoseconds since the host
/// started and never goes back.
public final class Host {

    private final String name;
    private final Sysctl sysctl;
    private final PageCache pages;
    private final TcpContext tcp;
    private final Counters counters;
    private final List<Interface> interfaces = new ArrayList<>(2);
    private final RoutingTable routes = new RoutingTable(interfaces);
    private final LocalAddresses addresses = new LocalAddresses(interfaces);
    private @Nullable Path lastPath;
    private final PathMtu pathMtu;
    private final Shard shard;
    private final PortTable tcpPorts = new PortTable();
    private final PortTable udpPorts = new PortTable();
    private final PortAllocator tcpAllocator;
    private final PortAllocator udpAllocator;
    private final EndpointList sockets = new EndpointList();
    private final Reassembly reassembly;
    private final IpInput ipInput;
    private final IpOutput ipOutput;
    private final IcmpInput icmpInput = new IcmpInput(this);
    private final IcmpOutput icmpOutput;
    private final UdpInput udpInput = new UdpInput(this);
    private final long reusePortKey;
    private long lastInode;
    private @Nullable SignedBytes signedBytes;

    /// A machine with nothing but `lo`, 127.0.0.1 and ::1.
    ///
    /// @param seed of all of its randomness: two hosts with the same seed and inputs do the same
    public Host(String name, Sysctl sysctl, PagePool pool, long seed) {
        var random = new SplittableRandom(seed);
        this.name = name;
        this.sysctl = sysctl;
        this.pages = new PageCache(pool);
        this.tcp = new TcpContext(sysctl.tcp(), pages, random);
        tcp.receiveMaximum = () -> sysctl.core().rmem_max;
        this.counters = new Counters(tcp.counters, sysctl.ipv4().ip_default_ttl);
        this.pathMtu = new PathMtu(sysctl);
        this.tcpAllocator = new PortAllocator(tcpPorts, sysctl.ipv4(), random);
        this.udpAllocator = new PortAllocator(udpPorts, sysctl.ipv4(), random);
        this.ipOutput = new IpOutput(this, random);
        this.icmpOutput = new IcmpOutput(this, random);
        this.reusePortKey = random.nextLong();
        this.reassembly = new Reassembly(this, new SplittableRandom(~seed));
        Interface lo = new Interface(this, "lo", 1, 65536);
        lo.setOffload(true, true);
        interfaces.add(lo);
        lo.addAddress("127.0.0.1/8").addAddress("::1/128");
        this.ipInput = new IpInput(this, lo);
        this.shard = new Shard(this, random);
    }

    // ---------------------------------------------------------------- getters

    /// `hostname`
    public String name() {
        return name;
    }

    /// Its settings; effective at once.
    public Sysctl sysctl() {
        return sysctl;
    }

    /// What it has counted.
    public Counters counters() {
        return counters;
    }

    /// What its TCP sockets share.
    public TcpContext tcp() {
        return tcp;
    }

    /// Its store of free pages.
    public PageCache pages() {
        return pages;
    }

    /// Its interfaces, `lo` first.
    public List<Interface> interfaces() {
        return Collections.unmodifiableList(interfaces);
    }

    /// Its interface of this name.
    ///
    /// @throws IllegalArgumentException if there is none
    public Interface networkInterface(String name) {
        for (Interface each : interfaces) {
            if (each.name().equals(name)) return each;
        }
        throw new IllegalArgumentException(this.name + " has no interface '" + name + "'");
    }

    /// Its routes.
    public RoutingTable routes() {
        return routes;
    }

    /// Whether a packet to this address would come straight back: one of the host's own, or of 127.0.0.0/8.
    public boolean isLocal(IpAddress ip) {
        return addresses.isLocal(ip);
    }

    /// Shows every TCP socket there is: listeners, connections, orphans, those in accept queues, half-open and in
    /// TIME_WAIT. Nothing may be opened or closed meanwhile.
    public void forEachTcp(TcpVisitor visitor) {
        sockets.forEach(socket -> {
            if (socket instanceof TcpEndpoint endpoint) visitor.endpoint(endpoint);
        });
        shard.flows.table().forEach(flow -> {
            if (flow.socket instanceof HalfOpen halfOpen) visitor.halfOpen(halfOpen);
            if (flow.socket instanceof TimeWait timeWait) visitor.timeWait(timeWait);
        });
    }

    /// Shows every UDP socket there is.
    public void forEachUdp(Consumer<? super UdpEndpoint> visitor) {
        sockets.forEach(socket -> {
            if (socket instanceof UdpEndpoint endpoint) visitor.accept(endpoint);
        });
    }

    // ---------------------------------------------------------------- set-up

    /// Adds an interface, up and without an address.
    ///
    /// @param mtu bytes, 68 to 65536; below 1280 it has no IPv6
    /// @throws IllegalArgumentException if there is one of that name
    public Interface addInterface(String name, int mtu) {
        Interface.checkMtu(mtu);
        for (Interface each : interfaces) {
            if (!each.name().equals(name)) continue;
            throw new IllegalArgumentException(this.name + " has an interface '" + name + "' already");
        }
        Interface added = new Interface(this, name, interfaces.size() + 1, mtu);
        interfaces.add(added);
        return added;
    }

    /// `socket(family, SOCK_STREAM, 0)`
    public TcpEndpoint openTcp(Family family) {
        var options = new SocketOptions();
        options.congestionControl = sysctl.tcp().tcp_congestion_control;
        if (sysctl.ipv4().ip_no_pmtu_disc != 0) options.pathMtuDiscovery = SocketOptions.PMTU_DONT;
        var socket = new TcpEndpoint(this, family, ++lastInode, options);
        sockets.add(socket);
        return socket;
    }

    /// The socket that `accept` will return.
    TcpEndpoint newChild(TcpEndpoint listening) {
        var options = listening.options().copy();
        if (!options.congestionControlSet) options.congestionControl = sysctl.tcp().tcp_congestion_control;
        var child = new TcpEndpoint(this, listening.family(), ++lastInode, options);
        child.inheritFrom(listening);
        sockets.add(child);
        return child;
    }

    /// `socket(family, SOCK_DGRAM, 0)`
    public UdpEndpoint openUdp(Family family) {
        var socket = new UdpEndpoint(this, family, ++lastInode);
        sockets.add(socket);
        return socket;
    }

    /// A socket is closed and all that belonged to it is over.
    void forget(Endpoint socket) {
        sockets.remove(socket);
    }

    /// The machine is switched off: everything is forgotten without a word to anybody, and all memory given back.
    public void powerOff(long now) {
        sockets.forEach(socket -> {
            if (socket instanceof TcpEndpoint endpoint) endpoint.drop(now);
            else socket.close(now);
        });
        sockets.clear();
        reassembly.clear();
        tcpPorts.clear();
        udpPorts.clear();
        shard.clear();
        pages.clear();
    }

    // ---------------------------------------------------------------- events

    /// A packet has come in; the host takes it over.
    public void onPacket(Interface in, Packet packet, long now) {
        ipInput.receive(in, packet, false, now);
        settleLoopback(now);
    }

    /// `now` has reached [#nextDeadline], or passed it.
    public void onTime(long now) {
        shard.timers.advance(now);
        settleLoopback(now);
    }

    /// Delivers what the host has sent to itself, and what that brings about, until nothing is left: a worklist,
    /// so that a long exchange does not deepen the stack.
    void settleLoopback(long now) {
        if (shard.delivering) return;
        shard.delivering = true;
        try {
            for (Packet own = shard.loopback.poll(); own != null; own = shard.loopback.poll()) {
                ipInput.receive(shard.loopback.lastInterface(), own, true, now);
            }
        } finally {
            shard.delivering = false;
        }
    }

    // ---------------------------------------------------------------- outputs

    /// When [#onTime] is to be called: never later than the first timer is due; `Long.MAX_VALUE` for never.
    public long nextDeadline() {
        return shard.timers.nextDeadline();
    }

    /// The next packet to carry, which the caller takes over; null if there is none. It goes out by
    /// [#transmitInterface], which is never `lo`: what is sent to this host's own addresses never leaves it.
    public @Nullable Packet pollTransmit() {
        return shard.transmit.poll();
    }

    /// Where the packet that was polled last goes out.
    public Interface transmitInterface() {
        return shard.transmit.lastInterface();
    }

    /// A socket with events that have not been taken; null if there is none. [Endpoint#takeEvents] says which.
    public @Nullable Endpoint pollReady() {
        return shard.ready.poll();
    }

    // ---------------------------------------------------------------- paths

    /// How to reach a destination.
    ///
    /// @param device null for any
    Path path(IpAddress destination, @Nullable Interface device, long now) {
        Interface lo = interfaces.getFirst();
        // No IPv4 datagram is longer than 65535 bytes, though lo's MTU is 65536.
        int most = destination.isV4() ? Ipv4Header.MAX_TOTAL_LENGTH : 65536;
        if (addresses.isLocal(destination)) {
            int mtu = Math.min(lo.mtu(), most);
            return new Path(null, lo, destination, mtu, mtu);
        }
        Route route = device == null ? routes.lookup(destination) : routes.lookup(destination, device);
        if (route == null) return Path.none(Errno.ENETUNREACH, lo, destination);
        Interface out = route.out();
        if (out == null) return Path.none(Errno.EHOSTUNREACH, lo, destination);
        boolean tooNarrow = !destination.isV4() && out.mtu() < PathMtu.LEAST_V6;
        if (tooNarrow) return Path.none(Errno.ENETUNREACH, lo, destination);
        IpAddress source = routes.sourceFor(destination, route);
        if (source == null) return Path.none(Errno.EADDRNOTAVAIL, lo, destination);
        int link = Math.min(route.mtu() > 0 ? Math.min(route.mtu(), out.mtu()) : out.mtu(), most);
        return shared(new Path(null, out, source, pathMtu.of(destination, link, now), link));
    }

    /// Connections are many, and paths are few: one like the last is the last.
    private Path shared(Path path) {
        Path last = lastPath;
        if (last != null && path.equals(last)) return last;
        lastPath = path;
        return path;
    }

    /// Differs from its last value when a path that was looked up may have changed.
    long pathGeneration(long now) {
        pathMtu.expire(now);
        return (long) routes.generation() << 32 | pathMtu.generation() & 0xffff_ffffL;
    }

    /// The interface that packets to a group go out by, or null.
    @Nullable
    Interface interfaceTo(IpAddress group) {
        Route route = routes.lookup(group);
        return route == null ? null : route.out();
    }

    /// A router has told of a narrow link.
    ///
    /// @return the MTU to reckon with, bytes
    int learnPathMtu(IpAddress destination, int mtu, long now) {
        Path path = path(destination, null, now);
        return path.error() != null ? path.mtu() : pathMtu.learn(destination, mtu, path.mtu(), now);
    }

    /// Whether the path to this destination takes less than `min_pmtu`, so that packets go without DF.
    boolean isPathLocked(IpAddress destination, long now) {
        return pathMtu.isLocked(destination, now);
    }

    int defaultHopLimit(boolean v4) {
        return v4 ? sysctl.ipv4().ip_default_ttl : sysctl.ipv6().hop_limit;
    }

    // ---------------------------------------------------------------- listeners

    /// The socket that listens for a segment: bound to the address rather than to the wildcard, then to the
    /// interface, then of IPv4 rather than of both families (`inet_lookup_listener`); of a `SO_REUSEPORT` group,
    /// the one that a hash of the flow selects.
    @Nullable
    TcpEndpoint findListener(Arrival arrival, int localPort, int remotePort) {
        PortBucket bucket = tcpPorts.bucket(localPort);
        if (bucket == null) return null;
        List<TcpEndpoint> listeners = bucket.listeners();
        TcpEndpoint best = null;
        int bestScore = -1;
        int ties = 0;
        for (int i = 0; i < listeners.size(); i++) {
            int score = listeners.get(i).listenerScore(arrival);
            if (score < 0 || score < bestScore) continue;
            ties = score == bestScore ? ties + 1 : 1;
            if (score > bestScore) best = listeners.get(i);
            bestScore = score;
        }
        if (ties <= 1 || best == null || !best.reusePort()) return best;
        int choice = reusePortChoice(arrival, remotePort, localPort, ties);
        for (int i = 0; i < listeners.size(); i++) {
            if (listeners.get(i).listenerScore(arrival) == bestScore && choice-- == 0) return listeners.get(i);
        }
        return best;
    }

    /// Which of `count` sockets of a `SO_REUSEPORT` group a flow belongs to.
    int reusePortChoice(Arrival arrival, int sourcePort, int destinationPort, int count) {
        long hash = SipHash.hash(
                reusePortKey,
                0,
                arrival.destinationHigh,
                arrival.destinationLow,
                arrival.sourceHigh,
                arrival.sourceLow,
                (long) destinationPort << 16 | sourcePort);
        return (int) ((hash >>> 32) * count >>> 32);
    }

    // ---------------------------------------------------------------- its parts

    /// What its signatures are made with.
    SignedBytes signedBytes() {
        SignedBytes known = signedBytes;
        if (known == null) signedBytes = known = new SignedBytes();
        return known;
    }

    LocalAddresses addresses() {
        return addresses;
    }

    PortTable tcpPorts() {
        return tcpPorts;
    }

    PortTable udpPorts() {
        return udpPorts;
    }

    PortAllocator tcpAllocator() {
        return tcpAllocator;
    }

    PortAllocator udpAllocator() {
        return udpAllocator;
    }

    Reassembly reassembly() {
        return reassembly;
    }

    IpOutput ipOutput() {
        return ipOutput;
    }

    IcmpInput icmpInput() {
        return icmpInput;
    }

    IcmpOutput icmpOutput() {
        return icmpOutput;
    }

    UdpInput udpInput() {
        return udpInput;
    }

    TcpInput tcpInput() {
        return shard.tcpInput;
    }

    TcpFlows flows() {
        return shard.flows;
    }

    TimerWheel timers() {
        return shard.timers;
    }

    TransmitQueue transmitQueue() {
        return shard.transmit;
    }

    TransmitQueue loopback() {
        return shard.loopback;
    }

    ReadyQueue ready() {
        return shard.ready;
    }
}
