package dev.sockeye.host;

import dev.sockeye.tcp.TcpContext;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PageCache;
import dev.sockeye.wire.PagePool;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One machine's TCP/IP, without thread, clock or device: a function of its inputs.
///
/// Its methods are of four kinds. Getters tell. Set-up ([#addInterface], [#openTcp], [#openUdp]); the user's calls are
/// on [TcpEndpoint] and [UdpEndpoint]. Events: [#onPacket], [#onTime]. Outputs, to be taken after every call and event:
/// [#pollTransmit] has packets to carry, [#pollReady] sockets whose waiters are to be woken, [#nextDeadline] when
/// [#onTime] is to be called.
///
/// All of it is used by one thread at a time: who holds the host's lock. `now` is nanoseconds since the host started
/// and never goes back.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Host {

    private final String name;
    private final Sysctl sysctl;
    private final PageCache pages;
    private final TcpContext tcp;
    private final Counters counters;
    private final RoutingTable routes = new RoutingTable();
    private final List<Interface> interfaces = new ArrayList<>();
    private long lastInode;

    /// A machine with nothing but `lo`, 127.0.0.1 and ::1.
    ///
    /// @param seed of all of its randomness: two hosts with the same seed and inputs do the same
    public Host(String name, Sysctl sysctl, PagePool pool, long seed) {
        this.name = name;
        this.sysctl = sysctl;
        this.pages = new PageCache(pool);
        this.tcp = new TcpContext(sysctl.tcp(), pages, new Random(seed));
        this.counters = new Counters(tcp.counters);
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

    /// Its routes.
    public RoutingTable routes() {
        return routes;
    }

    /// Shows every TCP socket there is: listeners, connections, orphans, those in accept queues, half-open and in
    /// TIME_WAIT. Nothing may be opened or closed meanwhile.
    public void forEachTcp(TcpVisitor visitor) {
        throw new UnsupportedOperationException();
    }

    /// Shows every UDP socket there is.
    public void forEachUdp(Consumer<? super UdpEndpoint> visitor) {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- set-up

    /// Adds an interface, up and without an address.
    ///
    /// @param mtu bytes, at least 68; below 1280 it has no IPv6
    /// @throws IllegalArgumentException if there is one of that name
    public Interface addInterface(String name, int mtu) {
        throw new UnsupportedOperationException();
    }

    /// `socket(family, SOCK_STREAM, 0)`
    public TcpEndpoint openTcp(Family family) {
        return new TcpEndpoint(this, family, ++lastInode);
    }

    /// `socket(family, SOCK_DGRAM, 0)`
    public UdpEndpoint openUdp(Family family) {
        return new UdpEndpoint(this, family, ++lastInode);
    }

    /// The machine is switched off: everything is forgotten without a word to anybody, all memory given back.
    public void powerOff() {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- events

    /// A packet has come in; the host takes it over.
    public void onPacket(Interface in, Packet packet, long now) {
        throw new UnsupportedOperationException();
    }

    /// `now` has reached [#nextDeadline], or passed it.
    public void onTime(long now) {
        throw new UnsupportedOperationException();
    }

    // ---------------------------------------------------------------- outputs

    /// When [#onTime] is to be called: never later than the first timer is due; `Long.MAX_VALUE` for never.
    public long nextDeadline() {
        throw new UnsupportedOperationException();
    }

    /// The next packet to carry, which the caller takes over; null if there is none. It goes out by
    /// [#transmitInterface], which is never `lo`: what is sent to this host's own addresses never leaves it.
    public @Nullable Packet pollTransmit() {
        throw new UnsupportedOperationException();
    }

    /// Where the packet that was polled last goes out.
    public Interface transmitInterface() {
        throw new UnsupportedOperationException();
    }

    /// A socket with events that have not been taken; null if there is none. [Endpoint#takeEvents] says which.
    public @Nullable Endpoint pollReady() {
        throw new UnsupportedOperationException();
    }
}
