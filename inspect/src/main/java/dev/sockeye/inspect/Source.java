package dev.sockeye.inspect;

import java.io.IOException;
import java.util.List;

/// Where snapshots come from: a host in this process, another process's hosts, the kernel, a file.
@FunctionalInterface
public interface Source {

    /// Every socket there is now, with a snapshot's worth of each.
    ///
    /// @throws IOException if whoever has them cannot be asked
    List<SocketSnapshot> sockets() throws IOException;
}
