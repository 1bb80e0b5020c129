package dev.sockeye.cli;

import dev.sockeye.inspect.Protocol;
import dev.sockeye.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/// What `ss` calls ports and addresses: ports by `/etc/services` unless `-n` was given, but for those that the kernel
/// chooses from for its own; addresses by their hosts' names where `-r` was.
final class SsNames {

    /// Numbers only.
    static final SsNames NUMBERS = new SsNames(Map.of(), 0, 0, false);

    private final Map<String, String> services;
    private final int firstLocalPort;
    private final int lastLocalPort;
    private final boolean hosts;
    private final Map<IpAddress, String> known = new HashMap<>();

    private SsNames(Map<String, String> services, int firstLocalPort, int lastLocalPort, boolean hosts) {
        this.services = services;
        this.firstLocalPort = firstLocalPort;
        this.lastLocalPort = lastLocalPort;
        this.hosts = hosts;
    }

    /// Names of this machine.
    static SsNames ofSystem(boolean hosts) {
        int first = 0;
        int last = 0;
        for (String line : lines("/proc/sys/net/ipv4/ip_local_port_range")) {
            var words = new StringTokenizer(line);
            if (words.countTokens() != 2) continue;
            first = Integer.parseInt(words.nextToken());
            last = Integer.parseInt(words.nextToken());
        }
        return new SsNames(readServices(), first, last, hosts);
    }

    /// `services(5)`, by `80/tcp`.
    private static Map<String, String> readServices() {
        Map<String, String> names = new HashMap<>();
        for (String line : lines("/etc/services")) {
            int comment = line.indexOf('#');
            var words = new StringTokenizer(comment < 0 ? line : line.substring(0, comment));
            if (words.countTokens() < 2) continue;
            String name = words.nextToken();
            names.putIfAbsent(words.nextToken(), name);
        }
        return names;
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    /// The name of a port; null to print its number.
    @Nullable
    String service(int port, Protocol protocol) {
        if (services.isEmpty() || port >= firstLocalPort && port <= lastLocalPort) return null;
        return services.get(port + (protocol == Protocol.TCP ? "/tcp" : "/udp"));
    }

    /// The name of an address; null to print its number.
    @Nullable
    String host(IpAddress ip) {
        if (!hosts || ip.isAny()) return null;
        String name = known.computeIfAbsent(ip, SsNames::find);
        return name.isEmpty() ? null : name;
    }

    private static String find(IpAddress ip) {
        try {
            InetAddress address = InetAddress.getByAddress(ip.toBytes());
            String name = address.getCanonicalHostName();
            return name.equals(address.getHostAddress()) ? "" : name;
        } catch (UnknownHostException e) {
            return "";
        }
    }
}
