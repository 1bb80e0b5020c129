package dev.sockeye.inspect.filter;

import dev.sockeye.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/// The names of this machine, looked up when they are first asked for.
final class SystemLookups implements Lookups {

    private static final int[] USUAL_PORTS = {32_768, 60_999};

    private @Nullable Map<String, Integer> services;

    @Override
    public @Nullable Integer service(String name) {
        if (services == null) services = readServices();
        return services.get(name);
    }

    /// `services(5)`: `https 443/tcp alias ... # comment`; the first line that has a name counts.
    private static Map<String, Integer> readServices() {
        Map<String, Integer> services = new HashMap<>();
        for (String line : lines(Path.of("/etc/services"))) {
            int comment = line.indexOf('#');
            var words = new StringTokenizer(comment < 0 ? line : line.substring(0, comment));
            if (words.countTokens() < 2) continue;
            String name = words.nextToken();
            String port = words.nextToken();
            if (!port.endsWith("/tcp")) continue;
            try {
                int number = Integer.parseInt(port, 0, port.length() - "/tcp".length(), 10);
                services.putIfAbsent(name, number);
                while (words.hasMoreTokens()) services.putIfAbsent(words.nextToken(), number);
            } catch (NumberFormatException e) {
                // a line that is none
            }
        }
        return services;
    }

    @Override
    public List<IpAddress> host(String name) {
        try {
            List<IpAddress> addresses = new ArrayList<>();
            for (InetAddress address : InetAddress.getAllByName(name))
                addresses.add(IpAddress.of(address.getAddress()));
            return addresses;
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    @Override
    public @Nullable Long controlGroup(String path) {
        Long id = inode(path);
        String root = root();
        if (id != null && root != null && (path.equals(root) || path.startsWith(root + "/"))) return id;
        return root == null ? null : inode(root + "/" + path);
    }

    private static @Nullable Long inode(String directory) {
        try {
            Path path = Path.of(directory);
            return Files.isDirectory(path) ? (Long) Files.getAttribute(path, "unix:ino") : null;
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    /// Where cgroup2 is mounted: the second word of a line of `/proc/self/mounts` whose third says so.
    private static @Nullable String root() {
        for (String line : lines(Path.of("/proc/self/mounts"))) {
            var words = new StringTokenizer(line);
            if (words.countTokens() < 3) continue;
            words.nextToken();
            String directory = words.nextToken();
            if (words.nextToken().equals("cgroup2")) return directory;
        }
        return null;
    }

    @Override
    public int[] localPorts() {
        for (String line : lines(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))) {
            var words = new StringTokenizer(line);
            if (words.countTokens() == 2)
                return new int[] {Integer.parseInt(words.nextToken()), Integer.parseInt(words.nextToken())};
        }
        return USUAL_PORTS;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }
}
