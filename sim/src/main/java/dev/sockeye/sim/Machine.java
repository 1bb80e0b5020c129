package dev.sockeye.sim;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.host.Sysctl;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.link.Capture;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.Pcapng;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A machine of a [Network]: a [Host] with power, cables and programs. It can vanish and come back, which its host does
/// not survive, and its programs can stand still while its host goes on.
public final class Machine {

    /// What is attached to a machine's sockets.
    interface Ready {
        /// The socket has events.
        void ready();
    }

    /// Anything that uses the host, at the machine's own time.
    @FunctionalInterface
    public interface Call {
        /// @param now nanoseconds since the host started
        int at(long now);
    }

    private final Network network;
    private final String name;
    private final int number;
    private final Sysctl sysctl;
    private final IpAddress address;
    private final IpAddress address6;
    private final List<Port> ports = new ArrayList<>();
    private final List<Consumer<Machine>> startPrograms = new ArrayList<>();
    private final ArrayDeque<Port> inboxPorts = new ArrayDeque<>();
    private final ArrayDeque<Packet> inboxPackets = new ArrayDeque<>();
    private final Event timer = new Event() {
        @Override
        void fire(long now) {
            timerDue = true;
            network.wake(Machine.this);
        }
    };

    private @Nullable Host host;
    private long bootedAt;
    private int boots;
    private boolean frozen;
    private boolean timerDue;
    boolean awake;

    Machine(Network network, String name, int number, IpAddress address, IpAddress address6, Sysctl sysctl) {
        this.network = network;
        this.name = name;
        this.number = number;
        this.address = address;
        this.address6 = address6;
        this.sysctl = sysctl;
    }

    // ---------------------------------------------------------------- getters

    /// Its name, which every machine of the network can resolve.
    public String name() {
        return name;
    }

    /// Its IPv4 address.
    public IpAddress address() {
        return address;
    }

    /// Its IPv6 address.
    public IpAddress address6() {
        return address6;
    }

    /// A port of its IPv4 address.
    public TransportAddress at(int port) {
        return new TransportAddress(address, port);
    }

    /// The network that it is in.
    public Network network() {
        return network;
    }

    /// Its settings, which outlive a reboot.
    public Sysctl sysctl() {
        return sysctl;
    }

    /// Whether it has power.
    public boolean isOn() {
        return host != null;
    }

    /// What runs on it now.
    ///
    /// @throws IllegalStateException if it is off
    public Host host() {
        Host running = host;
        if (running == null) throw new IllegalStateException("the machine '" + name + "' is off");
        return running;
    }

    /// Its host's clock, nanoseconds since it started.
    public long now() {
        return network.now() - bootedAt;
    }

    // ---------------------------------------------------------------- programs

    /// Starts a program, now and after each boot.
    public void run(Consumer<Machine> start) {
        startPrograms.add(start);
        if (isOn()) start.accept(this);
    }

    /// Calls the host, and carries what comes of it.
    ///
    /// @return what the call returns
    public int call(Call call) {
        return call(host(), call);
    }

    /// As [#call(Call)], for a socket of the given host, which must not have been switched off.
    int call(Host owner, Call call) {
        if (owner != host) throw new IllegalStateException("the host of this socket on '" + name + "' is gone");
        int result = call.at(now());
        network.trace(number, result);
        // What a call sends is on its way before the next call, also in the middle of a program.
        transmit(owner);
        network.wake(this);
        network.settle();
        return result;
    }

    /// A socket that connects to `to`.
    ///
    /// @param program is called when it is connected, or has failed
    public Stream connect(TransportAddress to, Program program) {
        return connect(to, program, stream -> {});
    }

    /// A socket that connects to `to`.
    ///
    /// @param setUp sets options, or binds, before
    public Stream connect(TransportAddress to, Program program, Consumer<Stream> setUp) {
        TcpEndpoint endpoint = host().openTcp(to.ip().isV4() ? Family.INET : Family.INET6);
        var stream = new Stream(this, endpoint, program);
        setUp.accept(stream);
        int result = call(now -> endpoint.connect(to, now));
        if (result < 0 && result != Errno.EINPROGRESS.asResult()) {
            throw new IllegalStateException("connect to " + to + ": " + Errno.ofResult(result));
        }
        return stream;
    }

    /// A socket that listens on a port of all addresses, IPv4 and IPv6.
    ///
    /// @param programs is asked for a program for each connection
    public Listening listen(int port, int backlog, Function<Stream, Program> programs) {
        return listening(port, backlog, programs);
    }

    /// A socket that listens and accepts only when the test says so.
    public Listening listen(int port, int backlog) {
        return listening(port, backlog, null);
    }

    private Listening listening(int port, int backlog, @Nullable Function<Stream, Program> programs) {
        TcpEndpoint endpoint = host().openTcp(Family.INET6);
        var listening = new Listening(this, endpoint, programs);
        endpoint.setReuseAddress(true);
        check("bind", call(now -> endpoint.bind(new TransportAddress(IpAddress.ANY_V6, port), now)));
        check("listen", call(now -> endpoint.listen(backlog, now)));
        return listening;
    }

    private void check(String what, int result) {
        if (result < 0) throw new IllegalStateException(what + " on '" + name + "': " + Errno.ofResult(result));
    }

    boolean runs(Host owner) {
        return owner == host;
    }

    // ---------------------------------------------------------------- faults

    /// Its power fails: nothing is said to anybody, and all that the host knew is gone.
    public void vanish() {
        Host running = host;
        if (running == null) return;
        network.note(name + " vanishes");
        host = null;
        timerDue = false;
        network.events().plan(timer, Long.MAX_VALUE);
        running.powerOff(network.now() - bootedAt);
        for (Port port : ports) port.plugged = null;
        while (!inboxPackets.isEmpty()) inboxPackets.remove().release(network.pool());
        inboxPorts.clear();
    }

    /// It comes back with a new host, and starts its programs.
    public void boot() {
        if (isOn()) return;
        network.note(name + " boots");
        bootedAt = network.now();
        frozen = false;
        host = new Host(name, sysctl, network.pool(), Seeds.derive(network.seed(), name + "#" + boots++));
        for (Port port : ports) plug(port);
        for (Consumer<Machine> start : startPrograms) start.accept(this);
        network.wake(this);
        network.settle();
    }

    /// Vanishes and comes back at once: old connections meet a host that does not know them.
    public void reboot() {
        vanish();
        boot();
    }

    /// Its programs stand still, as after SIGSTOP; its host goes on.
    public void freeze() {
        frozen = true;
    }

    /// Its programs go on.
    public void thaw() {
        frozen = false;
        if (!isOn()) return;
        network.wake(this);
        network.settle();
    }

    /// Records what goes in and out from now on, as tcpdump on this machine would.
    public void capture(Capture to) {
        for (Port port : ports) port.captureTo(to);
    }

    // ---------------------------------------------------------------- for the network

    void add(Port port) {
        ports.add(port);
        if (isOn()) plug(port);
    }

    int portCount() {
        return ports.size();
    }

    private void plug(Port port) {
        Interface plugged = host().addInterface(port.name, port.mtu);
        for (String own : port.addresses) plugged.addAddress(own);
        for (String neighbour : port.neighbours) host().routes().add(neighbour, plugged);
        port.plugged = plugged;
    }

    /// A packet has reached one of its ports.
    void arrive(Port port, Packet packet) {
        if (!isOn()) {
            packet.release(network.pool());
            return;
        }
        inboxPorts.add(port);
        inboxPackets.add(packet);
        network.wake(this);
    }

    /// Does all that there is to do now.
    void work() {
        if (timerDue && host != null) {
            timerDue = false;
            network.trace(~number, 0);
            host.onTime(now());
            pump();
        }
        while (!inboxPackets.isEmpty() && host != null) receive(inboxPorts.remove(), inboxPackets.remove(), host);
        pump();
        if (host != null) planTimer(host);
    }

    private void receive(Port port, Packet packet, Host running) {
        network.trace(number, packet);
        Interface in = port.plugged;
        if (in == null) {
            packet.release(network.pool());
            return;
        }
        port.note(packet, Pcapng.Direction.IN, network.now());
        network.tell(name, "<", packet);
        running.onPacket(in, packet, now());
        pump();
    }

    /// Carries what the host sends and tells programs, whose calls may send more, until nothing is left.
    private void pump() {
        while (host != null) {
            transmit(host);
            Endpoint endpoint = frozen ? null : host.pollReady();
            if (endpoint == null) return;
            if (endpoint.attachment() instanceof Ready program) program.ready();
            else endpoint.takeEvents();
        }
    }

    private void transmit(Host running) {
        for (Packet packet = running.pollTransmit(); packet != null; packet = running.pollTransmit()) {
            send(port(running.transmitInterface()), packet);
        }
    }

    private void send(@Nullable Port by, Packet packet) {
        Direction out = by == null ? null : by.out;
        if (by == null || out == null) {
            packet.release(network.pool());
            return;
        }
        by.note(packet, Pcapng.Direction.OUT, network.now());
        network.tell(name, ">", packet);
        out.send(packet, network.now());
    }

    private @Nullable Port port(Interface plugged) {
        for (Port port : ports) {
            if (port.plugged == plugged) return port;
        }
        return null;
    }

    private void planTimer(Host running) {
        long deadline = running.nextDeadline();
        network.events()
                .plan(timer, deadline == Long.MAX_VALUE ? deadline : Math.max(deadline + bootedAt, network.now()));
    }

    @Override
    public String toString() {
        return name;
    }
}
