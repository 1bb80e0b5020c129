package dev.sockeye.inspect.blame;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the threads of a process wait for, and which of them wait for a certain socket: from
/// `/proc/PID/task`, at no cost for the process. The system call's arguments are told to who may debug
/// the process (proc(5), `syscall`).
public final class NativeThreads {

    /// Of an array of `struct pollfd`, and of a process's descriptors, no more are looked at.
    private static final int MOST = 65_536;

    private final Path proc;

    /// Those of a process.
    public NativeThreads(int pid) {
        this(Path.of("/proc", String.valueOf(pid)));
    }

    /// @param proc a folder like `/proc/PID`
    NativeThreads(Path proc) {
        this.proc = proc;
    }

    /// What each waits for, those first that wait for this descriptor.
    ///
    /// @throws IOException if there is no such process
    public List<WaitingThread> waitingFor(int fd) throws IOException {
        List<WaitingThread> threads = new ArrayList<>();
        List<Watch> watches = watchesOf(fd);
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(proc.resolve("task"), "[0-9]*")) {
            for (Path task : tasks) {
                WaitingThread thread = thread(task, fd, watches);
                if (thread != null) threads.add(thread);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        threads.sort((a, b) -> a.onThis() != b.onThis() ? a.onThis() ? -1 : 1 : Integer.compare(a.tid(), b.tid()));
        return threads;
    }

    /// @return null if it has ended meanwhile
    private @Nullable WaitingThread thread(Path task, int fd, List<Watch> watches) {
        try {
            int tid = Integer.parseInt(task.getFileName().toString());
            String name = Files.readString(task.resolve("comm")).strip();
            String[] words = syscall(task).split(" ", -1);
            if (words[0].equals("running")) return new WaitingThread(tid, name, "", false);
            int number = words[0].isEmpty() ? -1 : Integer.parseInt(words[0]);
            WaitingCall call = number < 0 ? null : WaitingCall.of(number);
            if (call == null || words.length < 7)
                return new WaitingThread(tid, name, "the kernel (" + channel(task) + ")", false);
            long[] arguments = new long[6];
            for (int i = 0; i < 6; i++) arguments[i] = Long.parseUnsignedLong(words[i + 1].substring(2), 16);
            return thread(tid, name, call, arguments, fd, watches);
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }

    private static String syscall(Path task) {
        try {
            return Files.readString(task.resolve("syscall")).strip();
        } catch (IOException e) {
            return ""; // of another user, or a kernel without it
        }
    }

    private static String channel(Path task) throws IOException {
        String channel = Files.readString(task.resolve("wchan")).strip();
        return channel.isEmpty() || channel.equals("0") ? "waiting" : channel;
    }

    private WaitingThread thread(
            int tid, String name, WaitingCall call, long[] arguments, int fd, List<Watch> watches) {
        int first = (int) arguments[0];
        return switch (call.kind()) {
            case ON_DESCRIPTOR -> new WaitingThread(tid, name, call.name() + onDescriptor(first, fd), first == fd);
            case SENDFILE -> {
                boolean isThis = first == fd || (int) arguments[1] == fd;
                yield new WaitingThread(tid, name, call.name() + "()", isThis);
            }
            case EPOLL -> {
                boolean isThis = watches.stream().anyMatch(watch -> watch.epollFd() == first && !watch.isSpent());
                // It watches this one, and others: not this very socket is what it waits for.
                yield new WaitingThread(
                        tid,
                        name,
                        call.name() + "() of epoll " + first + (isThis ? ", which watches this socket" : ""),
                        false);
            }
            case POLL -> {
                int events = pollEvents(arguments[0], arguments[1], fd);
                yield new WaitingThread(tid, name, call.name() + polled(events), events >= 0);
            }
            case SELECT -> {
                boolean isThis = fd < first && isInAny(arguments, fd);
                yield new WaitingThread(tid, name, call.name() + "()", isThis);
            }
            case OTHER -> new WaitingThread(tid, name, call.name() + "()", false);
        };
    }

    private static String onDescriptor(int is, int wanted) {
        return is == wanted ? "()" : "() on descriptor " + is;
    }

    private static String polled(int events) {
        if (events < 0) return "()";
        boolean in = (events & 1) != 0;
        boolean out = (events & 4) != 0;
        return in && out ? "() for POLLIN|POLLOUT" : in ? "() for POLLIN" : out ? "() for POLLOUT" : "()";
    }

    // ---------------------------------------------------------------- arguments in the process's memory

    /// The events for which an array of `struct pollfd` has this descriptor; -1 if it has not.
    private int pollEvents(long address, long count, int fd) {
        int entries = Math.clamp(count, 0, MOST);
        ByteBuffer array = memory(address, entries * 8);
        if (array == null) return -1;
        for (int i = 0; i < entries; i++) {
            if (array.getInt(i * 8) == fd) return array.getShort(i * 8 + 4) & 0xffff;
        }
        return -1;
    }

    /// Whether any of the three sets of `select` has this descriptor.
    private boolean isInAny(long[] arguments, int fd) {
        for (int i = 1; i <= 3; i++) {
            if (arguments[i] == 0) continue;
            ByteBuffer set = memory(arguments[i] + fd / 8, 1);
            if (set != null && (set.get(0) & 1 << fd % 8) != 0) return true;
        }
        return false;
    }

    private @Nullable ByteBuffer memory(long address, int length) {
        try (var memory = new RandomAccessFile(proc.resolve("mem").toFile(), "r")) {
            byte[] bytes = new byte[length];
            memory.seek(address);
            memory.readFully(bytes);
            return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        } catch (IOException e) {
            return null; // may not be read, or is there no more
        }
    }

    // ---------------------------------------------------------------- epoll and io_uring

    /// The epolls of the process that watch this descriptor (`/proc/PID/fdinfo`, lines `tfd:`).
    public List<Watch> watchesOf(int fd) throws IOException {
        List<Watch> watches = new ArrayList<>();
        for (int epoll : descriptorsOf("anon_inode:[eventpoll]")) {
            for (String line : fdinfo(epoll)) {
                String[] words = line.strip().split("\\s+", -1);
                boolean isThis = words.length >= 4 && words[0].equals("tfd:") && words[1].equals(String.valueOf(fd));
                if (isThis) watches.add(new Watch(epoll, Integer.parseUnsignedInt(words[3], 16)));
            }
        }
        return watches;
    }

    /// Whether the process has rings of io_uring: what it waits for in them cannot be seen from
    /// outside.
    public boolean usesRings() throws IOException {
        return !descriptorsOf("anon_inode:[io_uring]").isEmpty();
    }

    private List<String> fdinfo(int fd) {
        try {
            return Files.readAllLines(proc.resolve("fdinfo").resolve(String.valueOf(fd)));
        } catch (IOException e) {
            return List.of(); // closed meanwhile
        }
    }

    private List<Integer> descriptorsOf(String target) throws IOException {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(proc.resolve("fd"))) {
            for (Path link : links) {
                if (isLinkTo(link, target))
                    found.add(Integer.parseInt(link.getFileName().toString()));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static boolean isLinkTo(Path link, String target) {
        try {
            return Files.readSymbolicLink(link).toString().equals(target);
        } catch (IOException e) {
            return false;
        }
    }
}
