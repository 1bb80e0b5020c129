package dev.sockeye.cli.watch;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.wire.TransportAddress;
import org.jspecify.annotations.Nullable;

/// Tells one socket from all others, from look to look: by its cookie if it is the kernel's and has one, else by its
/// number and its addresses. (In TIME_WAIT a connection has another cookie: it is another socket then.)
record SocketKey(
        String host,
        long number,
        @Nullable TransportAddress local,
        @Nullable TransportAddress remote) {

    static SocketKey of(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        if (kernel != null && kernel.cookie() != 0) return new SocketKey("", kernel.cookie(), null, null);
        return new SocketKey(socket.host(), socket.inode(), socket.local(), socket.remote());
    }
}
