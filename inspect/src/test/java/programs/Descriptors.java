package programs;

import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SockDiag;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Sockets of the programs, as the kernel knows them in the calling thread's network namespace.
public final class Descriptors {

    private Descriptors() {}

    /// Those that are connected to this port, by their local ports.
    public static List<DiagSocket> socketsTo(int port) throws IOException {
        List<DiagSocket> found = new ArrayList<>();
        try (var diag = new SockDiag()) {
            for (int family : new int[] {SockDiag.AF_INET, SockDiag.AF_INET6}) {
                diag.dump(family, SockDiag.ALL_STATES, null, each -> {
                    if (each.remote().port() == port) found.add(each);
                });
            }
        }
        found.sort((a, b) -> Integer.compare(a.local().port(), b.local().port()));
        return found;
    }

    /// The descriptor by which a process holds the one socket that is connected to this port.
    public static int to(int port, int pid) throws IOException {
        for (DiagSocket socket : socketsTo(port)) {
            int fd = of(socket.inode(), pid);
            if (fd >= 0) return fd;
        }
        throw new IllegalStateException("process " + pid + " holds no socket to port " + port);
    }

    /// Which of these processes holds the one socket that is connected to this port.
    public static int holder(int port, List<Integer> pids) throws IOException {
        for (DiagSocket socket : socketsTo(port)) {
            for (int pid : pids) if (of(socket.inode(), pid) >= 0) return pid;
        }
        throw new IllegalStateException("none of " + pids + " holds a socket to port " + port);
    }

    /// -1 if the process does not hold it.
    public static int of(long inode, int pid) throws IOException {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path link : links) {
                if (Files.readSymbolicLink(link).toString().equals("socket:[" + inode + "]"))
                    return Integer.parseInt(link.getFileName().toString());
            }
        }
        return -1;
    }
}
