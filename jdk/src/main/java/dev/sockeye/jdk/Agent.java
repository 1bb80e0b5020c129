package dev.sockeye.jdk;

import java.lang.instrument.Instrumentation;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `-javaagent:sockeye-agent.jar[=OPTIONS]`: puts an unmodified program on the stack before its `main`. The options are
/// those of [AgentOptions].
public final class Agent {

    /// `EX_USAGE` of sysexits.h
    private static final int BAD_OPTIONS = 64;

    /// `EX_UNAVAILABLE`
    private static final int NO_DEVICE = 69;

    private Agent() {}

    /// For the JVM.
    public static void premain(@Nullable String argument, Instrumentation instrumentation) {
        AgentOptions options;
        try {
            options = AgentOptions.parse(argument == null ? "" : argument);
            if (!options.sysctl().isEmpty()) AgentHosts.sysctl(options); // a bad one is refused now, not in mid-program
        } catch (IllegalArgumentException e) {
            System.err.println("sockeye: " + e.getMessage());
            System.exit(BAD_OPTIONS);
            return;
        }
        openTheJdk(instrumentation);
        var hosts = new AgentHosts(options);
        Installation.install(hosts, hosts);
        instrumentation.addTransformer(new NativeTransports());
        if (options.device() != null) startNow();
        if (options.summary()) Runtime.getRuntime().addShutdownHook(new Summary());
    }

    /// Others may ask for a host that is on a device before the program does.
    private static void startNow() {
        try {
            Installation.placement();
        } catch (IllegalArgumentException | IllegalStateException e) {
            System.err.println("sockeye: " + e.getMessage());
            System.exit(e instanceof IllegalArgumentException ? BAD_OPTIONS : NO_DEVICE);
        }
    }

    /// What leads to the kernel's sockets: the JDK's own provider, and the SocketImpl in `java.net`.
    private static void openTheJdk(Instrumentation instrumentation) {
        Module base = Object.class.getModule();
        Set<Module> us = Set.of(Agent.class.getModule());
        instrumentation.redefineModule(
                base, Set.of(), Map.of("sun.nio.ch", us), Map.of("java.net", us), Set.of(), Map.of());
    }

    private static final class Summary extends Thread {
        Summary() {
            super("sockeye-summary");
        }

        @Override
        public void run() {
            System.err.println("sockeye: " + KernelSockets.opened()
                    + " of the program's sockets were opened on the kernel; " + KernelSockets.inProcess()
                    + " sockets of this process are the kernel's now");
        }
    }
}
