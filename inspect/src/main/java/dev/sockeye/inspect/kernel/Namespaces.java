package dev.sockeye.inspect.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The network namespaces of this machine: those that a process is in, and those that `ip netns` has given a name.
public final class Namespaces {

    private static final String PREFIX = "net:[";

    private final Path proc;
    private final Path named;
    private int closed;

    /// Those of this machine.
    public Namespaces() {
        this(Path.of("/proc"), Path.of("/run/netns"));
    }

    /// @param proc  a file system like `/proc`
    /// @param named where `ip netns` mounts those that have a name
    Namespaces(Path proc, Path named) {
        this.proc = proc;
        this.named = named;
    }

    /// The one that this process is in.
    ///
    /// @throws IOException if there is no `/proc`
    public Namespace own() throws IOException {
        Path file = proc.resolve("thread-self/ns/net");
        return new Namespace(
                inodeOf(file),
                ownName(),
                file.toString(),
                ProcessHandle.current().pid(),
                true);
    }

    private String ownName() {
        try {
            return Files.readString(proc.resolve("sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    /// All that may be seen, this process's own first.
    ///
    /// @throws IOException if there is no `/proc`
    public List<Namespace> all() throws IOException {
        Map<Long, Namespace> found = new LinkedHashMap<>();
        Namespace own = own();
        found.put(own.inode(), own);
        addNamed(found);
        addOfProcesses(found);
        return new ArrayList<>(found.values());
    }

    /// How many processes could not be asked in which namespace they are, when [#all] looked last.
    public int closedProcesses() {
        return closed;
    }

    private void addNamed(Map<Long, Namespace> to) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(named)) {
            for (Path file : files) {
                try {
                    long inode = ((Number) Files.getAttribute(file, "unix:ino")).longValue();
                    String name = file.getFileName().toString();
                    to.putIfAbsent(inode, new Namespace(inode, name, file.toString(), 0, false));
                } catch (IOException e) {
                    // It was deleted meanwhile.
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // None was ever given a name.
        }
    }

    private void addOfProcesses(Map<Long, Namespace> to) throws IOException {
        closed = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) addOf(process, to);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void addOf(Path process, Map<Long, Namespace> to) {
        Path file = process.resolve("ns/net");
        try {
            long inode = inodeOf(file);
            Namespace known = to.get(inode);
            long pid = Long.parseLong(process.getFileName().toString());
            if (known == null) {
                to.put(inode, new Namespace(inode, nameBy(process, inode), file.toString(), pid, false));
            } else if (known.pid() == 0) {
                to.put(inode, new Namespace(inode, known.name(), known.file(), pid, false));
            }
        } catch (java.nio.file.AccessDeniedException e) {
            closed++;
        } catch (IOException e) {
            // The process has ended meanwhile.
        }
    }

    /// By the container that its first process runs in, else by that process.
    private static String nameBy(Path process, long inode) throws IOException {
        String container = Containers.of(process);
        if (container != null) return container;
        return Files.readString(process.resolve("comm")).strip() + "@net:" + inode;
    }

    private static long inodeOf(Path file) throws IOException {
        @Nullable String target = Files.readSymbolicLink(file).toString();
        if (!target.startsWith(PREFIX)) throw new IOException(file + " is no network namespace: " + target);
        return Long.parseLong(target, PREFIX.length(), target.length() - 1, 10);
    }
}
