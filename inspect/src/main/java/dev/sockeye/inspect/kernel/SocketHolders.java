package dev.sockeye.inspect.kernel;

import dev.sockeye.linux.DescriptorFolder;
import dev.sockeye.linux.DescriptorWalk;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which processes hold the kernel's sockets, and by which descriptors: `/proc/PID/fd` (proc(5)), or where there are
/// many, and it is permitted, what a BPF program tells of them. Processes come and go while it is read, and those of
/// other users may not be looked into: both are no errors, and the latter is counted.
///
/// A look at every descriptor of a machine by `/proc` takes some 4 µs for each, by BPF 0.4 µs. What was found is kept;
/// who asks for sockets that are all known costs nothing.
public final class SocketHolders implements AutoCloseable {

    private static final String PREFIX = "socket:[";
    private static final Path REAL = Path.of("/proc");

    /// From so many open files on a BPF program pays: to load one takes as long as some thousand links.
    private static final int MANY_FILES = 10_000;

    private final Path proc;
    private final int manyFiles;
    private DescriptorTable table = new DescriptorTable(0);
    /// Asked for, and held by nobody who may be looked into.
    private final Set<Long> nobodys = new HashSet<>();

    private int closed;
    private @Nullable DescriptorWalk walk;
    private boolean isWalkRefused;

    /// A descriptor of a socket.
    ///
    /// @param pid     the process
    /// @param command its name, as `ps -o comm` has it
    /// @param fd      the descriptor's number
    public record Descriptor(int pid, String command, int fd) {}

    /// Those of this machine.
    public SocketHolders() {
        this(REAL, MANY_FILES);
    }

    /// Those that a file system like `/proc` tells of.
    SocketHolders(Path proc) {
        this(proc, MANY_FILES);
    }

    /// @param manyFiles from so many open files on a BPF program is tried
    SocketHolders(Path proc, int manyFiles) {
        this.proc = proc;
        this.manyFiles = manyFiles;
    }

    /// Who holds the sockets with these inode numbers; looks anew if one is not known.
    ///
    /// @return for each that somebody holds, by process and descriptor; a child process may share its parent's
    /// @throws IOException if there is no `/proc`
    public Map<Long, List<Descriptor>> of(Set<Long> inodes) throws IOException {
        if (isAnyUnknown(inodes)) look();
        Map<Long, List<Descriptor>> found = new HashMap<>();
        for (Long inode : inodes) {
            List<Descriptor> holders = table.of(inode);
            if (holders.isEmpty()) nobodys.add(inode);
            else found.put(inode, holders);
        }
        return found;
    }

    /// Looks anew if one of these is not known, as [#of] does, and tells of none.
    void lookFor(Set<Long> inodes) throws IOException {
        if (isAnyUnknown(inodes)) look();
        for (Long inode : inodes) if (table.find(inode) < 0) nobodys.add(inode);
    }

    private boolean isAnyUnknown(Set<Long> inodes) {
        for (Long inode : inodes) if (table.find(inode) < 0 && !nobodys.contains(inode)) return true;
        return false;
    }

    /// Who holds the socket with this inode number, as was seen when [#look] looked last: nobody, if it was not there.
    public List<Descriptor> of(long inode) {
        return table.of(inode);
    }

    /// Whether anybody does.
    boolean isHeld(long inode) {
        return table.find(inode) >= 0;
    }

    /// How many processes could not be looked into at the last look: what they hold is not known.
    public int closedProcesses() {
        return closed;
    }

    /// Forgets what was found: who holds what may have changed.
    public void forget() {
        table = new DescriptorTable(0);
        nobodys.clear();
    }

    /// Looks at every descriptor of every process that may be looked into.
    ///
    /// @throws IOException if there is no `/proc`
    public void look() throws IOException {
        closed = 0;
        DescriptorTable found = walk();
        table = found == null ? readProc() : found;
        nobodys.clear();
    }

    // ---------------------------------------------------------------- by BPF

    /// @return null where it does not pay, or is not permitted
    private @Nullable DescriptorTable walk() {
        if (isWalkRefused || !proc.equals(REAL)) return null;
        var found = new DescriptorTable(table.size());
        try {
            DescriptorWalk all = walk;
            if (all == null) {
                if (openFiles() < manyFiles) return null;
                walk = all = DescriptorWalk.open();
            }
            all.walk(new Collector(found));
            return found;
        } catch (IOException e) {
            isWalkRefused = true;
            return null;
        }
    }

    /// Whether the last look was by BPF.
    boolean isByWalk() {
        return walk != null && !isWalkRefused;
    }

    /// `/proc/sys/fs/file-nr` (proc_sys_fs(5)): how many files are open on this machine.
    private long openFiles() throws IOException {
        var text = new byte[64];
        int length;
        try (InputStream file = Files.newInputStream(proc.resolve("sys/fs/file-nr"))) {
            length = file.read(text); // all at once: the kernel gives nothing from the middle of it
        }
        long number = 0;
        for (int i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) number = number * 10 + text[i] - '0';
        return number;
    }

    /// Names each process once. A class, as [NoJournals] is.
    private final class Collector implements DescriptorWalk.Visitor {

        private final DescriptorTable found;
        private int current = -1;
        private boolean isAlive;

        Collector(DescriptorTable found) {
            this.found = found;
        }

        @Override
        public void visit(int pid, int fd, long inode) {
            if (pid != current) begin(pid);
            if (isAlive) found.add(inode, pid, fd);
        }

        private void begin(int pid) {
            current = pid;
            try {
                found.name(pid, command(proc.resolve(Integer.toString(pid))));
                isAlive = true;
            } catch (IOException e) {
                isAlive = false; // it has ended meanwhile
            }
        }
    }

    private static String command(Path process) throws IOException {
        return Files.readString(process.resolve("comm")).strip();
    }

    // ---------------------------------------------------------------- by /proc

    private DescriptorTable readProc() throws IOException {
        var found = new DescriptorTable(table.size());
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
        return found;
    }

    private static void addOf(Path process, DescriptorFolder folder, DescriptorTable found) throws IOException {
        int pid = number(process);
        boolean isNamed = false;
        folder.open(process.resolve("fd").toString());
        for (long inode = folder.nextSocket(); inode != 0; inode = folder.nextSocket()) {
            if (!isNamed) found.name(pid, command(process));
            isNamed = true;
            found.add(inode, pid, folder.number());
        }
    }

    /// Where the C library has not what it takes.
    private static void addOf(Path process, DescriptorTable found) throws IOException {
        int pid = number(process);
        boolean isNamed = false;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                long inode = inodeOf(descriptor);
                if (inode == 0) continue;
                if (!isNamed) found.name(pid, command(process));
                isNamed = true;
                found.add(inode, pid, number(descriptor));
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

    /// Lets go of the BPF program.
    @Override
    public void close() {
        if (walk != null) walk.close();
        walk = null;
    }
}
