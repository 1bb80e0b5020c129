package dev.sockeye.jdk;

import dev.sockeye.host.Host;
import dev.sockeye.host.Interface;
import dev.sockeye.host.Sysctl;
import dev.sockeye.link.MemorySwitch;
import dev.sockeye.link.TunLink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.Tun;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.RealTime;
import dev.sockeye.wire.PagePool;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/// The hosts of a JVM with the agent, on a switch, and the first of them on a device, where there is one. They are
/// started when the program first opens a socket or asks for a name: one that does neither does not wait for them. With
/// a device they are started before `main`, as others may ask for them.
final class AgentHosts implements Supplier<Placement>, Runnable {

    private static final int MTU = 1_500;

    private final AgentOptions options;
    private List<Machine> hosts = List.of();

    AgentHosts(AgentOptions options) {
        this.options = options;
    }

    @Override
    public Placement get() {
        hosts = start();
        return new Placement(hosts.getFirst(), options.outside(), options.kernelLoopback(), options.kernelPorts());
    }

    /// The hosts run: what goes along with them is started.
    @Override
    public void run() {
        for (AgentExtension extension : ServiceLoader.load(AgentExtension.class, AgentHosts.class.getClassLoader()))
            extension.start(hosts, options.others());
    }

    private List<Machine> start() {
        AgentOptions.Device device = options.device();
        var pool = new PagePool();
        var network = new MemorySwitch(pool);
        var seeds = new SecureRandom();
        var started = new ArrayList<Machine>();
        for (String name : options.hosts()) {
            var host = new Host(name, sysctl(options), pool, seeds.nextLong());
            var machine = new Machine(host, RealTime.shared());
            if (device == null || options.hosts().size() > 1)
                machine.attach("eth0", MTU, network, options.cidrOf(started.size()));
            machine.setOriginDetail(options.origin());
            started.add(machine);
        }
        if (device != null) attach(started.getFirst(), device, pool);
        return started;
    }

    /// Plugs a host into a device of the kernel's, which goes when the process does.
    private static void attach(Machine machine, AgentOptions.Device device, PagePool pool) {
        RealTime driver = RealTime.shared();
        try {
            Tun tun = Tun.inherited(device.fd());
            var link = new TunLink(tun, device.mtu(), pool, driver::now, driver::carry);
            String[] addresses = device.addresses().toArray(String[]::new);
            Interface attached = machine.attach(tun.name(), device.mtu(), link, addresses);
            machine.inHost((host, now) -> {
                for (String route : device.routes()) host.routes().add(route, attached);
                return null;
            });
        } catch (SystemCallException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /// A host's settings.
    ///
    /// @throws IllegalArgumentException if Linux would refuse one
    static Sysctl sysctl(AgentOptions options) {
        Sysctl sysctl = Sysctl.linux();
        options.sysctl().forEach(sysctl::set);
        return sysctl;
    }
}
