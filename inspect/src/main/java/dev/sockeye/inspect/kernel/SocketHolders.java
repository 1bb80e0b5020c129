package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.DescriptorFolder;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which processes hold the kernel's sockets, and by which descriptors: `/proc/PID/fd` (proc(5)). Processes come and go
/// while it is read, and those of other users may not be looked into: both are no errors, and the latter is counted.
///
/// A look at every descriptor of a machine takes some 3 µs for each. What was found is kept; who asks for sockets that
/// are all known costs nothing.
public final class SocketHolders {

    private static final String PREFIX = "socket:[";

    private final Path proc;
    private Map<Long, List<Descriptor>> byInode = Map.of();
    /// Asked for, and held by nobody who may be looked into.
    private final Set<Long> nobodys = new HashSet<>();

    private int closed;

    /// A descriptor of a socket.
    ///
    /// @param pid     the process
    /// @param command its name, as `ps -o comm` has it
    /// @param fd      the descriptor's number
    public record Descriptor(int pid, String command, int fd) {}

    /// Those of this machine.
    public SocketHolders() {
        this(Path.of("/proc"));
    }

    /// Those that a file system like `/proc` tells of.
    SocketHolders(Path proc) {
        this.proc = proc;
    }

    /// Who holds the sockets with these inode numbers; looks anew if one is not known.
    ///
    /// @return for each that somebody holds, by process and descriptor; a child process may share its parent's
    /// @throws IOException if there is no `/proc`
    public Map<Long, List<Descriptor>> of(Set<Long> inodes) throws IOException {
        if (!byInode.keySet().containsAll(unknownOf(inodes))) look();
        Map<Long, List<Descriptor>> found = new HashMap<>();
        for (Long inode : inodes) {
            List<Descriptor> holders = byInode.get(inode);
            if (holders == null) nobodys.add(inode);
            else found.put(inode, holders);
        }
        return found;
    }

    /// Who holds the socket with this inode number, as was seen when [#look] looked last: nobody, if it was not there.
    public List<Descriptor> of(long inode) {
        return byInode.getOrDefault(inode, List.of());
    }

    private Set<Long> unknownOf(Set<Long> inodes) {
        Set<Long> unknown = new HashSet<>(inodes);
        unknown.removeAll(nobodys);
        return unknown;
    }

    /// How many processes could not be looked into at the last look: what they hold is not known.
    public int closedProcesses() {
        return closed;
    }

    /// Forgets what was found: who holds what may have changed.
    public void forget() {
        byInode = Map.of();
        nobodys.clear();
    }

    /// Looks at every descriptor of every process that may be looked into.
    ///
    /// @throws IOException if there is no `/proc`
    public void look() throws IOException {
        Map<Long, List<Descriptor>> found = new HashMap<>(Math.max(1024, 2 * byInode.size()));
        closed = 0;
        try (var folder = new DescriptorFolder();
                DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    if (DescriptorFolder.isThere()) addOf(process, folder, found);
                    else addOf(process, found);
                } catch (AccessDeniedException e) {
                    closed++;
                } catch (SystemCallException e) {
                    if (e.is(Errno.EACCES) || e.is(Errno.EPERM)) closed++; // else it has ended meanwhile
                } catch (IOException | DirectoryIteratorException e) {
                    // It has ended meanwhile.
                }
            }
        }
        byInode = found;
        nobodys.clear();
    }

    private static void addOf(Path process, DescriptorFolder folder, Map<Long, List<Descriptor>> found)
            throws IOException {
        int pid = number(process);
        String command = "";
        folder.open(process.resolve("fd").toString());
        for (long inode = folder.nextSocket(); inode != 0; inode = folder.nextSocket()) {
            if (command.isEmpty())
                command = Files.readString(process.resolve("comm")).strip();
            add(inode, new Descriptor(pid, command, folder.number()), found);
        }
    }

    /// Most sockets are held once.
    private static void add(long inode, Descriptor descriptor, Map<Long, List<Descriptor>> found) {
        Long key = inode;
        List<Descriptor> before = found.put(key, List.of(descriptor));
        if (before == null) return;
        List<Descriptor> all = new ArrayList<>(before);
        all.add(descriptor);
        all.sort((a, b) -> a.pid != b.pid ? Integer.compare(a.pid, b.pid) : Integer.compare(a.fd, b.fd));
        found.put(key, List.copyOf(all));
    }

    /// Where the C library has not what it takes.
    private static void addOf(Path process, Map<Long, List<Descriptor>> found) throws IOException {
        int pid = number(process);
        String command = "";
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                long inode = inodeOf(descriptor);
                if (inode == 0) continue;
                if (command.isEmpty())
                    command = Files.readString(process.resolve("comm")).strip();
                add(inode, new Descriptor(pid, command, number(descriptor)), found);
            }
        }
    }

    /// Of the socket that a descriptor is of; 0 if it is of something else, or was closed meanwhile.
    private static long inodeOf(Path descriptor) throws IOException {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            if (!target.startsWith(PREFIX)) return 0;
            return Long.parseLong(target, PREFIX.length(), target.length() - 1, 10);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static int number(Path path) {
        return Integer.parseInt(path.getFileName().toString());
    }
}
