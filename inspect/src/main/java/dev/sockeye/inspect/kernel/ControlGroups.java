package dev.sockeye.inspect.kernel;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The control groups of the cgroup2 hierarchy by their ids, which are the inode numbers of their directories. What was
/// found is kept; a group that is not known is looked for once. Any number of threads may ask.
final class ControlGroups {

    private final @Nullable Path root;
    private final Map<Long, String> paths = new HashMap<>();
    private final Set<Long> unreachable = new HashSet<>();

    /// Those of this machine.
    ControlGroups() {
        this(mountPoint(Path.of("/proc/self/mountinfo")));
    }

    /// @param root where the hierarchy is mounted; null if it is not
    ControlGroups(@Nullable Path root) {
        this.root = root;
    }

    /// The path of a group from the hierarchy's root on, `/system.slice/nginx.service`.
    ///
    /// @return null if there is none (any more) with this id
    @Nullable
    synchronized String path(long id) {
        String path = paths.get(id);
        if (path != null || unreachable.contains(id)) return path;
        look();
        path = paths.get(id);
        if (path == null) unreachable.add(id);
        return path;
    }

    private void look() {
        if (root == null) return;
        paths.clear();
        FileVisitor<Path> visitor = new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                String path = "/" + root.relativize(folder);
                paths.put(((Number) Files.getAttribute(folder, "unix:ino")).longValue(), path);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // removed meanwhile, or not for us
            }
        };
        try {
            Files.walkFileTree(root, visitor);
        } catch (IOException e) {
            // The rest is not known.
        }
    }

    /// Where cgroup2 is mounted, as `/proc/self/mountinfo` (proc(5)) tells; null if nowhere.
    static @Nullable Path mountPoint(Path mounts) {
        try {
            for (String line : Files.readAllLines(mounts)) {
                int type = line.indexOf(" - ");
                if (type < 0 || !line.startsWith("cgroup2 ", type + 3)) continue;
                String[] fields = line.split(" ", 6);
                return Path.of(fields[4].replace("\\040", " "));
            }
        } catch (IOException e) {
            // No /proc: no groups.
        }
        return null;
    }
}
