import dev.sockeye.jdk.AgentExtension;
import dev.sockeye.jdk.StackResolverProvider;
import java.net.spi.InetAddressResolverProvider;

/// The stack under unmodified JDK programs.
module dev.sockeye.jdk {
    requires static transitive org.jspecify;
    requires transitive dev.sockeye.socket;
    requires java.instrument;
    requires jdk.net;

    exports dev.sockeye.jdk;

    uses AgentExtension;

    provides InetAddressResolverProvider with
            StackResolverProvider;
}
