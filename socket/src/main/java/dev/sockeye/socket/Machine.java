package dev.sockeye.socket;

import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.link.Medium;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A host that runs: its lock, its links, its sockets, and the driver that gives it time.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Machine implements AutoCloseable {

    /// Lets a host run. From now on it is used only through this.
    public Machine(Host host, Driver driver) {
        throw new UnsupportedOperationException();
    }

    /// The machines of this JVM that run, in the order they were started.
    public static List<Machine> running() {
        throw new UnsupportedOperationException();
    }

    /// The host's name.
    public String name() {
        throw new UnsupportedOperationException();
    }

    /// What drives it.
    public Driver driver() {
        throw new UnsupportedOperationException();
    }

    /// Does something with the host under its lock, and carries what comes of it. This is how a host is
    /// configured and inspected.
    public <R extends @Nullable Object> R inHost(HostCall<R> call) {
        throw new UnsupportedOperationException();
    }

    /// Adds an interface with addresses, and plugs it into a cable, a switch or a device.
    ///
    /// @param mtu   bytes
    /// @param cidrs addresses, such as `10.0.0.1/24`
    public Interface attach(String name, int mtu, Medium medium, String... cidrs) {
        throw new UnsupportedOperationException();
    }

    /// `socket(family, SOCK_STREAM, 0)`, to connect.
    public StreamSocket openStream(Family family) {
        throw new UnsupportedOperationException();
    }

    /// `socket(family, SOCK_STREAM, 0)`, to listen.
    public ListenSocket openListen(Family family) {
        throw new UnsupportedOperationException();
    }

    /// `socket(family, SOCK_DGRAM, 0)`
    public DatagramSocket openDatagram(Family family) {
        throw new UnsupportedOperationException();
    }

    /// How much is noted about who uses its sockets; NONE at first.
    public Origin.Detail originDetail() {
        throw new UnsupportedOperationException();
    }

    /// Sets how much is noted from now on.
    public void setOriginDetail(Origin.Detail detail) {
        throw new UnsupportedOperationException();
    }

    /// Switches it off: waiting threads get `-EBADF`, peers hear nothing, all memory is given back.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
