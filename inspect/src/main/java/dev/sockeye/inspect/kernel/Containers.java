package dev.sockeye.inspect.kernel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which container a process runs in, by its control groups (`/proc/PID/cgroup`): each container runtime makes one with
/// the container's id, or its name, in its path.
public final class Containers {

    private static final int SHORT_ID = 12;

    /// Docker, containerd, CRI-O and podman: 64 hexadecimal digits, alone (cgroupfs) or in a scope (systemd).
    private static final Pattern ID = Pattern.compile("(?:[/:-])([0-9a-f]{64})(?:\\.scope)?(?:/|$)");

    /// LXC, and systemd-nspawn.
    private static final Pattern NAMED = Pattern.compile(
            "/(?:lxc(?:\\.payload)?[./]|machine\\.slice/(?:machine-|systemd-nspawn@))([^/]+?)(?:\\.(?:scope|service))?(?:/|$)");

    private static final Map<String, String> NAMES = new ConcurrentHashMap<>();

    private Containers() {}

    /// The name of the container that a process runs in, or the beginning of its id where the runtime keeps its name
    /// from us.
    ///
    /// @return null if it runs in none, or that may not be known
    public static @Nullable String of(long pid) {
        return of(Path.of("/proc", Long.toString(pid)));
    }

    static @Nullable String of(Path process) {
        try {
            return in(Files.readString(process.resolve("cgroup")), Path.of("/"));
        } catch (IOException e) {
            return null; // it has ended, or is a stranger's
        }
    }

    /// @param groups what `/proc/PID/cgroup` says
    /// @param root   where the runtimes' files are
    static @Nullable String in(String groups, Path root) {
        Matcher id = ID.matcher("");
        Matcher named = NAMED.matcher("");
        for (String line : groups.split("\n", -1)) {
            String path = line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1); // hierarchy:controllers:path
            if (path.length() < 2) continue;
            if (id.reset(path).find()) return NAMES.computeIfAbsent(id.group(1), key -> nameOf(key, root));
            if (named.reset(path).find()) return named.group(1);
        }
        return null;
    }

    // ---------------------------------------------------------------- what the runtimes know

    private static String nameOf(String id, Path root) {
        try {
            String name = text(root.resolve("var/lib/docker/containers/" + id + "/config.v2.json"), "Name");
            if (name != null) return name.startsWith("/") ? name.substring(1) : name;
            String pod = root.resolve("run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id + "/config.json")
                    .toString();
            String container = text(Path.of(pod), "io.kubernetes.cri.container-name");
            if (container != null) {
                return text(Path.of(pod), "io.kubernetes.cri.sandbox-name") + "/" + container;
            }
            String podman = text(
                    root.resolve("var/lib/containers/storage/overlay-containers/" + id + "/userdata/config.json"),
                    "io.podman.annotations.container-name");
            if (podman != null) return podman;
        } catch (IOException e) {
            // Its files are not as they should be, or not for us.
        }
        return id.substring(0, SHORT_ID);
    }

    /// The first text of this name, however deep; null if the file is not there or has none.
    private static @Nullable String text(Path file, String name) throws IOException {
        if (!Files.isReadable(file)) return null;
        try (JsonParser in = new JsonFactory().createParser(file.toFile())) {
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                if (token == JsonToken.FIELD_NAME && in.currentName().equals(name)) return in.nextTextValue();
            }
        }
        return null;
    }
}
