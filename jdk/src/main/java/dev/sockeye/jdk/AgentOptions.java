package dev.sockeye.jdk;

import dev.sockeye.socket.Origin;
import dev.sockeye.wire.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the agent is told behind its `=`: `name=value` pairs between commas, lists between plus signs.
///
/// | option | meaning | without it |
/// |---|---|---|
/// | `host=NAME+NAME` | the hosts of this JVM; the first is where threads are that were told nothing | `host` |
/// | `net=CIDR` | the network that joins them; the hosts get its first addresses | `10.77.0.0/24` |
/// | `outside=kernel\|unreachable` | what becomes of addresses to which no host has a route | `kernel` |
/// | `loopback=stack\|kernel` | whose `127.0.0.0/8` and `::1` are | `stack` |
/// | `kernel-ports=PORT+PORT` | ports of the loopback that are the kernel's | none |
/// | `origin=none\|opened\|calls` | how much is noted of who uses a socket | `none` |
/// | `tun=FD` | the first host is also on a TUN device that this process has inherited | none |
/// | `mtu=BYTES` | of the device | 1500 |
/// | `address=CIDR+CIDR` | the first host's addresses on the device | none |
/// | `route=CIDR+CIDR` | what it reaches by the device besides neighbours; `default`, `::/0` | nothing |
/// | `summary=on\|off` | a line at the end that says how many sockets were the kernel's | `off` |
/// | `net.ipv4.NAME=VALUE` and other settings of Linux | of every host | Linux's |
///
/// @param prefixLength of the network, 8 to 30
record AgentOptions(
        List<String> hosts,
        IpAddress network,
        int prefixLength,
        Placement.Outside outside,
        boolean kernelLoopback,
        Set<Integer> kernelPorts,
        Origin.Detail origin,
        boolean summary,
        @Nullable Device device,
        Map<String, String> sysctl,
        Map<String, String> others) {

    /// A TUN device that this process has inherited.
    ///
    /// @param fd        its descriptor
    /// @param mtu       bytes
    /// @param addresses of the host on it, such as `10.0.0.2/30`
    /// @param routes    networks that are reached by it
    record Device(int fd, int mtu, List<String> addresses, List<String> routes) {}

    /// Options that can be passed on to [AgentExtension]s start with this.
    private static final String EXTENSION = "x-";

    /// Parses the agent's argument.
    ///
    /// @throws IllegalArgumentException with a line that says what is wrong
    static AgentOptions parse(String argument) {
        var parser = new Parser();
        for (String pair : argument.split(",", -1)) {
            if (pair.isEmpty()) continue;
            int equals = pair.indexOf('=');
            if (equals < 1) throw new IllegalArgumentException("'" + pair + "' is not of the form name=value");
            parser.set(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return parser.options();
    }

    private static final class Parser {
        private List<String> hosts = List.of("host");
        private IpAddress network = IpAddress.parse("10.77.0.0");
        private int prefixLength = 24;
        private Placement.Outside outside = Placement.Outside.KERNEL;
        private boolean kernelLoopback;
        private final Set<Integer> kernelPorts = new HashSet<>();
        private Origin.Detail origin = Origin.Detail.NONE;
        private boolean summary;
        private int tun = -1;
        private int mtu = 1_500;
        private List<String> addresses = List.of();
        private List<String> routes = List.of();
        private final Map<String, String> sysctl = new LinkedHashMap<>();
        private final Map<String, String> others = new LinkedHashMap<>();

        void set(String name, String value) {
            switch (name) {
                case "host" -> hosts = names(value);
                case "net" -> setNetwork(value);
                case "outside" -> outside = oneOf(name, value, Placement.Outside.values());
                case "loopback" -> kernelLoopback = oneOf(name, value, Side.values()) == Side.KERNEL;
                case "kernel-ports" -> {
                    for (String port : value.split("\\+", -1)) kernelPorts.add(port(port));
                }
                case "origin" -> origin = oneOf(name, value, Origin.Detail.values());
                case "tun" -> tun = number(name, value, 3, Integer.MAX_VALUE);
                case "mtu" -> mtu = number(name, value, 68, 65_535);
                case "address" -> addresses = List.of(value.split("\\+", -1));
                case "route" -> routes = List.of(value.split("\\+", -1));
                case "summary" -> summary = oneOf(name, value, Switch.values()) == Switch.ON;
                default -> setOther(name, value);
            }
        }

        private void setOther(String name, String value) {
            if (name.startsWith("net.")) sysctl.put(name, value);
            else if (name.startsWith(EXTENSION)) others.put(name.substring(EXTENSION.length()), value);
            else throw new IllegalArgumentException("there is no option '" + name + "'");
        }

        private static List<String> names(String value) {
            List<String> names = List.of(value.split("\\+", -1));
            for (String name : names) {
                if (!name.matches("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"))
                    throw new IllegalArgumentException("'" + name + "' cannot be the name of a host");
            }
            if (new HashSet<>(names).size() < names.size())
                throw new IllegalArgumentException("two hosts have the same name: " + value);
            return names;
        }

        private void setNetwork(String cidr) {
            int slash = cidr.indexOf('/');
            if (slash < 0) throw new IllegalArgumentException("net=" + cidr + " has no prefix length, as in /24");
            network = IpAddress.parse(cidr.substring(0, slash));
            prefixLength = number("net", cidr.substring(slash + 1));
            if (!network.isV4() || prefixLength < 8 || prefixLength > 30)
                throw new IllegalArgumentException("net=" + cidr + " is not an IPv4 network from /8 to /30");
            int mask = -1 << (32 - prefixLength);
            network = IpAddress.v4(network.v4Bits() & mask);
        }

        private static int port(String text) {
            int port = number("kernel-ports", text);
            if (port < 1 || port > 65_535) throw new IllegalArgumentException("kernel-ports: no port " + text);
            return port;
        }

        private static int number(String name, String text, int least, int most) {
            int number = number(name, text);
            if (number < least || number > most)
                throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + text);
            return number;
        }

        private static int number(String name, String text) {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + ": '" + text + "' is not a number", e);
            }
        }

        private static <E extends Enum<E>> E oneOf(String name, String value, E[] choices) {
            var texts = new ArrayList<String>();
            for (E choice : choices) {
                String text = choice.name().toLowerCase(Locale.ROOT);
                if (text.equals(value)) return choice;
                texts.add(text);
            }
            throw new IllegalArgumentException(name + "=" + value + ": it is one of " + String.join(", ", texts));
        }

        AgentOptions options() {
            int room = (1 << (32 - prefixLength)) - 2;
            if (hosts.size() > room)
                throw new IllegalArgumentException(
                        "the network has " + room + " addresses for " + hosts.size() + " hosts");
            return new AgentOptions(
                    List.copyOf(hosts),
                    network,
                    prefixLength,
                    outside,
                    kernelLoopback,
                    Set.copyOf(kernelPorts),
                    origin,
                    summary,
                    tun < 0 ? null : new Device(tun, mtu, addresses, routes),
                    Map.copyOf(sysctl),
                    Map.copyOf(others));
        }
    }

    private enum Side {
        STACK,
        KERNEL
    }

    private enum Switch {
        ON,
        OFF
    }

    /// The address of a host, and the network's length, as `10.77.0.1/24`.
    ///
    /// @param index of the host, from 0
    String cidrOf(int index) {
        return IpAddress.v4(network.v4Bits() + 1 + index) + "/" + prefixLength;
    }
}
