package dev.sockeye.jdk;

import dev.sockeye.host.Interface;
import dev.sockeye.socket.Machine;
import dev.sockeye.wire.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Resolves the names of this JVM's hosts: a host called `server` is `server` and `server.sockeye`. All other names
/// go to the resolver that the JDK has built in. The JDK finds it by its service file.
public final class StackResolverProvider extends InetAddressResolverProvider {

    /// The domain of all hosts of the stack.
    static final String DOMAIN = ".sockeye";

    /// For the JDK.
    public StackResolverProvider() {}

    @Override
    public String name() {
        return "sockeye";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new Resolver(configuration.builtinResolver());
    }

    private record Resolver(InetAddressResolver builtin) implements InetAddressResolver {

        @Override
        public Stream<InetAddress> lookupByName(String name, LookupPolicy policy) throws UnknownHostException {
            startHosts();
            String host = name.endsWith(DOMAIN) ? name.substring(0, name.length() - DOMAIN.length()) : name;
            for (Machine machine : Machine.running()) {
                if (!machine.name().equalsIgnoreCase(host)) continue;
                List<InetAddress> addresses = named(addressesOf(machine), name, policy);
                if (!addresses.isEmpty()) return addresses.stream();
            }
            if (name.endsWith(DOMAIN)) throw new UnknownHostException(name + ": there is no such host of the stack");
            return builtin.lookupByName(name, policy);
        }

        /// Where the agent has installed hosts, the first name asked for starts them.
        private static void startHosts() {
            if (Installation.isInstalled()) Installation.placement();
        }

        private static List<InetAddress> named(List<IpAddress> ips, String name, LookupPolicy policy)
                throws UnknownHostException {
            int wanted = policy.characteristics();
            var first = new ArrayList<InetAddress>();
            var last = new ArrayList<InetAddress>();
            for (IpAddress ip : ips) {
                if ((wanted & (ip.isV4() ? LookupPolicy.IPV4 : LookupPolicy.IPV6)) == 0) continue;
                boolean later = (wanted & (ip.isV4() ? LookupPolicy.IPV6_FIRST : LookupPolicy.IPV4_FIRST)) != 0;
                (later ? last : first).add(InetAddress.getByAddress(name, ip.toBytes()));
            }
            first.addAll(last);
            return first;
        }

        /// A reverse lookup is believed only if the name leads back to the address, so the two must agree.
        @Override
        public String lookupByAddress(byte[] bytes) throws UnknownHostException {
            IpAddress ip = IpAddress.of(bytes);
            if (!ip.isLoopback()) {
                for (Machine machine : Machine.running())
                    if (addressesOf(machine).contains(ip)) return machine.name() + DOMAIN;
            }
            return builtin.lookupByAddress(bytes);
        }

        /// The host's addresses that others reach; its loopback addresses if it has no others.
        private static List<IpAddress> addressesOf(Machine machine) {
            return machine.inHost((host, now) -> {
                var reachable = new ArrayList<IpAddress>();
                var loopback = new ArrayList<IpAddress>();
                for (Interface each : host.interfaces())
                    for (Interface.Address address : each.addresses())
                        (each.isLoopback() ? loopback : reachable).add(address.ip());
                return reachable.isEmpty() ? loopback : reachable;
            });
        }
    }
}
