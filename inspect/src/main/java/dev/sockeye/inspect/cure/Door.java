package dev.sockeye.inspect.cure;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The way to a socket's network namespace, and to the socket in it.
final class Door {

    private static final TransportAddress NOBODY_V4 = new TransportAddress(IpAddress.ANY_V4, 0);
    private static final TransportAddress NOBODY_V6 = new TransportAddress(IpAddress.ANY_V6, 0);

    private Door() {}

    /// sock_diag of the namespace that the socket is in.
    ///
    /// @throws SystemCallException ENOENT if nothing leads to it any more
    static SockDiag to(SocketSnapshot socket) throws SystemCallException {
        KernelDetail kernel = socket.kernel();
        long wanted = kernel == null ? 0 : kernel.namespace();
        if (wanted == 0 || wanted == inode(Path.of("/proc/thread-self/ns/net"))) return new SockDiag();
        for (Owner owner : socket.owners()) {
            Path file = Path.of("/proc/" + owner.pid() + "/ns/net");
            if (inode(file) == wanted) return open(file);
        }
        for (Path file : all()) {
            if (inode(file) == wanted) return open(file);
        }
        throw new SystemCallException(Errno.ENOENT.asResult(), "find the network namespace " + socket.host());
    }

    private static SockDiag open(Path file) throws SystemCallException {
        try (NetworkNamespace namespace = NetworkNamespace.at(file.toString())) {
            return namespace.call(SockDiag::new);
        } catch (SystemCallException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static long inode(Path file) {
        try {
            return ((Number) Files.getAttribute(file, "unix:ino")).longValue();
        } catch (IOException e) {
            return -1; // it is gone, or a stranger's
        }
    }

    private static List<Path> all() {
        List<Path> files = new ArrayList<>();
        list(Path.of("/run/netns"), "*", files, "");
        list(Path.of("/proc"), "[0-9]*", files, "ns/net");
        return files;
    }

    private static void list(Path folder, String names, List<Path> to, String within) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, names)) {
            for (Path entry : entries) to.add(entry.resolve(within));
        } catch (IOException | DirectoryIteratorException e) {
            // There is none.
        }
    }

    /// The socket as it is now; null if it is gone. The cookie is what decides.
    static @Nullable DiagSocket find(SockDiag door, SocketSnapshot socket) throws SystemCallException {
        KernelDetail kernel = socket.kernel();
        if (kernel == null || kernel.cookie() == 0) return null;
        TransportAddress remote = remoteOf(socket, kernel);
        DiagSocket found = door.find(socket.local(), remote, kernel.family(), kernel.cookie());
        if (found != null) return found;
        // One that is bound to a device is not found by its addresses alone.
        List<DiagSocket> same = new ArrayList<>();
        door.dump(kernel.family(), SockDiag.ALL_STATES, null, each -> {
            boolean isThere =
                    each.local().equals(socket.local()) && each.remote().port() == remote.port();
            if (isThere && each.cookie() == kernel.cookie()) same.add(each);
        });
        return same.isEmpty() ? null : same.getFirst();
    }

    private static TransportAddress remoteOf(SocketSnapshot socket, KernelDetail kernel) {
        TransportAddress remote = socket.remote();
        if (remote != null) return remote;
        return kernel.family() == SockDiag.AF_INET ? NOBODY_V4 : NOBODY_V6;
    }
}
