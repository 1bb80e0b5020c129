package dev.sockeye.socket;

import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.host.TcpVisitor;
import dev.sockeye.link.Medium;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A host that runs: its lock, its links, its sockets, and the driver that gives it time.
public final class Machine implements AutoCloseable {

    private static final List<Machine> RUNNING = new CopyOnWriteArrayList<>();

    private final LockedHost locked;
    private final String name;
    private volatile Origin.Detail originDetail = Origin.Detail.NONE;

    /// Lets a host run. From now on it is used only through this.
    public Machine(Host host, Driver driver) {
        name = host.name();
        host.tcp().epochNanos = driver.epochNanos();
        locked = new LockedHost(host, driver);
        locked.join();
        RUNNING.add(this);
    }

    /// The machines of this JVM that run, in the order they were started.
    public static List<Machine> running() {
        return List.copyOf(RUNNING);
    }

    /// The host's name.
    public String name() {
        return name;
    }

    /// What drives it.
    public Driver driver() {
        return locked.driver;
    }

    /// Does something with the host under its lock, and carries what comes of it. This is how a host is
    /// configured and inspected.
    public <R extends @Nullable Object> R inHost(HostCall<R> call) {
        long now = locked.enter();
        try {
            return call.run(locked.host(), now);
        } finally {
            locked.leave(now);
        }
    }

    LockedHost locked() {
        return locked;
    }

    // ---------------------------------------------------------------- interfaces

    /// Adds an interface with addresses, and plugs it into a cable, a switch or a device.
    ///
    /// @param mtu   bytes
    /// @param cidrs addresses, such as `10.0.0.1/24`
    public Interface attach(String name, int mtu, Medium medium, String... cidrs) {
        Interface added = inHost((host, now) -> {
            Interface fresh = host.addInterface(name, mtu);
            for (String cidr : cidrs) fresh.addAddress(cidr);
            return fresh;
        });
        var arrivals = new Arrivals(locked, added);
        var addresses = added.addresses().stream().map(Interface.Address::ip).toArray(IpAddress[]::new);
        var outbox = new Outbox(locked.driver, medium.plug(arrivals, addresses));
        outbox.join();
        return inHost((host, now) -> {
            locked.plug(added, arrivals, outbox);
            return added;
        });
    }

    // ---------------------------------------------------------------- sockets

    /// `socket(family, SOCK_STREAM, 0)`, to connect.
    public StreamSocket openStream(Family family) {
        return inHost((host, now) -> new StreamSocket(this, alive(host).openTcp(family), now));
    }

    /// `socket(family, SOCK_STREAM, 0)`, to listen.
    public ListenSocket openListen(Family family) {
        return inHost((host, now) -> new ListenSocket(this, alive(host).openTcp(family), now));
    }

    /// `socket(family, SOCK_DGRAM, 0)`
    public DatagramSocket openDatagram(Family family) {
        return inHost((host, now) -> new DatagramSocket(this, alive(host).openUdp(family), now));
    }

    private Host alive(Host host) {
        if (locked.isOff()) throw new IllegalStateException("the machine " + name + " is switched off");
        return host;
    }

    /// A poller whose waiting this machine's driver does.
    public Poller openPoller() {
        return new Poller(locked.driver);
    }

    // ---------------------------------------------------------------- origins

    /// How much is noted about who uses its sockets; NONE at first.
    public Origin.Detail originDetail() {
        return originDetail;
    }

    /// Sets how much is noted from now on.
    public void setOriginDetail(Origin.Detail detail) {
        originDetail = detail;
    }

    // ---------------------------------------------------------------- the end

    /// Switches it off: waiting threads get `-EBADF`, peers hear nothing, all memory is given back.
    @Override
    public void close() {
        if (!RUNNING.remove(this)) return;
        inHost((host, now) -> {
            for (Socket socket : openSockets(host)) socket.markClosed(locked.errands());
            locked.switchOff(now);
            return null;
        });
        for (Outbox outbox : locked.outboxes()) if (outbox != null) outbox.clear();
        locked.retire();
    }

    private static List<Socket> openSockets(Host host) {
        List<Socket> sockets = new ArrayList<>();
        host.forEachTcp(new TcpVisitor() {
            @Override
            public void endpoint(TcpEndpoint endpoint) {
                Socket socket = Socket.of(endpoint);
                if (socket != null) sockets.add(socket);
            }

            @Override
            public void halfOpen(HalfOpen halfOpen) {}

            @Override
            public void timeWait(TimeWait timeWait) {}
        });
        host.forEachUdp(endpoint -> {
            Socket socket = Socket.of(endpoint);
            if (socket != null) sockets.add(socket);
        });
        return sockets;
    }

    @Override
    public String toString() {
        return name;
    }
}
