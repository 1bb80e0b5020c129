package dev.sockeye.jdk;

import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.link.MemorySwitch;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.RealTime;
import dev.sockeye.wire.PagePool;
import java.lang.instrument.Instrumentation;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `-javaagent:sockeye-agent.jar[=OPTIONS]`: puts an unmodified program on the stack before its `main`. The options are
/// those of [AgentOptions].
public final class Agent {

    /// `EX_USAGE` of sysexits.h
    private static final int BAD_OPTIONS = 64;

    private static final int MTU = 1_500;

    private Agent() {}

    /// For the JVM.
    public static void premain(@Nullable String argument, Instrumentation instrumentation) {
        AgentOptions options;
        List<Machine> hosts;
        try {
            options = AgentOptions.parse(argument == null ? "" : argument);
            openTheJdk(instrumentation);
            hosts = start(options);
        } catch (IllegalArgumentException e) {
            System.err.println("sockeye: " + e.getMessage());
            System.exit(BAD_OPTIONS);
            return;
        }
        Installation.install(new Placement(hosts.getFirst(), options.outside(), options.kernelPorts()));
        instrumentation.addTransformer(new NativeTransports());
        if (options.summary()) Runtime.getRuntime().addShutdownHook(new Thread(Agent::printSummary, "sockeye-summary"));
        for (AgentExtension extension : ServiceLoader.load(AgentExtension.class, Agent.class.getClassLoader()))
            extension.start(hosts, options.others());
    }

    /// What leads to the kernel's sockets: the JDK's own provider, and the SocketImpl in `java.net`.
    private static void openTheJdk(Instrumentation instrumentation) {
        Module base = Object.class.getModule();
        Set<Module> us = Set.of(Agent.class.getModule());
        instrumentation.redefineModule(
                base, Set.of(), Map.of("sun.nio.ch", us), Map.of("java.net", us), Set.of(), Map.of());
    }

    private static List<Machine> start(AgentOptions options) {
        var pool = new PagePool();
        var network = new MemorySwitch(pool);
        var seeds = new SecureRandom();
        var hosts = new ArrayList<Machine>();
        for (String name : options.hosts()) {
            Sysctl sysctl = Sysctl.linux();
            options.sysctl().forEach(sysctl::set);
            var machine = new Machine(new Host(name, sysctl, pool, seeds.nextLong()), RealTime.shared());
            machine.attach("eth0", MTU, network, options.cidrOf(hosts.size()));
            machine.setOriginDetail(options.origin());
            hosts.add(machine);
        }
        return hosts;
    }

    private static void printSummary() {
        System.err.println("sockeye: " + KernelSockets.opened() + " of the program's sockets were opened on the kernel; "
                + KernelSockets.inProcess() + " sockets of this process are the kernel's now");
    }
}
