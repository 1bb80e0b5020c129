package dev.sockeye.jdk;

import dev.sockeye.host.Interface;
import dev.sockeye.socket.Machine;
import dev.sockeye.wire.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the sockets of this JVM's programs are: on which of its hosts, or outside, on the kernel.
///
/// An address belongs to the stack if a host owns it, or if the host that connects has a route to it, so that the
/// stack's own tables decide. The loopback is the stack's, unless it is said to be the kernel's, or some of its ports.
/// What is left is outside: the kernel's, or, where the kernel is left out of it, an unreachable network.
public final class Placement {

    /// What becomes of addresses to which no host has a route.
    public enum Outside {
        /// They are the kernel's; who listens on the wildcard can be reached from both.
        KERNEL,
        /// They are unreachable. No socket is the kernel's, UNIX-domain sockets and datagrams aside.
        UNREACHABLE
    }

    /// Where a socket is bound: on a host, on the kernel, or on both.
    record Binding(@Nullable Machine host, boolean kernel) {}

    private final Machine defaultHost;
    private final Outside outside;
    private final boolean kernelLoopback;
    private final Set<Integer> kernelPorts;

    /// @param defaultHost    the host of threads that were told none
    /// @param kernelLoopback whether `127.0.0.0/8` and `::1` are the kernel's; only with an outside
    /// @param kernelPorts    ports of the loopback that are the kernel's: services of the machine outside
    public Placement(Machine defaultHost, Outside outside, boolean kernelLoopback, Set<Integer> kernelPorts) {
        this.defaultHost = defaultHost;
        this.outside = outside;
        this.kernelLoopback = kernelLoopback && outside == Outside.KERNEL;
        this.kernelPorts = Set.copyOf(kernelPorts);
    }

    /// The loopback is the stack's, but for some ports.
    public Placement(Machine defaultHost, Outside outside, Set<Integer> kernelPorts) {
        this(defaultHost, outside, false, kernelPorts);
    }

    /// The host of the thread that asks.
    Machine here() {
        Machine told = HostScope.current();
        return told == null ? defaultHost : told;
    }

    /// Where a socket bound to this address is.
    Binding binding(InetAddress address) {
        if (address.isAnyLocalAddress()) return new Binding(here(), outside == Outside.KERNEL);
        Machine owner = owner(Addresses.toIp(address));
        if (owner != null) return new Binding(owner, false);
        return outside == Outside.KERNEL ? new Binding(null, true) : new Binding(here(), false);
    }

    /// The host with this address, the asking thread's for a loopback address; null if there is none.
    @Nullable
    Machine owner(IpAddress ip) {
        if (ip.isLoopback()) return kernelLoopback ? null : here();
        if (owns(here(), ip)) return here();
        for (Machine machine : Machine.running()) if (owns(machine, ip)) return machine;
        return null;
    }

    private static boolean owns(Machine machine, IpAddress ip) {
        return machine.inHost((host, now) -> {
            for (Interface candidate : host.interfaces())
                for (Interface.Address address : candidate.addresses())
                    if (address.ip().equals(ip)) return true;
            return false;
        });
    }

    /// Whether a socket of `host` reaches this address over the stack; if not, it is to connect over the kernel.
    boolean isOnStack(Machine host, InetSocketAddress remote) {
        if (outside == Outside.UNREACHABLE) return true;
        IpAddress ip = Addresses.toIp(remote.getAddress());
        if (ip.isLoopback()) return !kernelLoopback && !kernelPorts.contains(remote.getPort());
        return host.inHost((tables, now) -> tables.routes().lookup(ip) != null);
    }
}
