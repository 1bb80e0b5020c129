package dev.sockeye.inspect.history;

import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.inspect.kernel.TcpInfoBytes;
import dev.sockeye.linux.DiagMulticast;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.NativeStruct;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.wire.TransportAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The sockets of this namespace that sock_diag says have ended; none where that is not permitted.
final class Ends implements AutoCloseable {

    private final @Nullable DiagMulticast multicast;

    Ends() {
        DiagMulticast opened = null;
        try {
            opened = new DiagMulticast();
        } catch (SystemCallException e) {
            // Then connections have no last figures.
        }
        multicast = opened;
    }

    /// -1 if there is nothing to wait for.
    int fd() {
        return multicast == null ? -1 : multicast.fd();
    }

    void read(Consumer<Observation> to) throws SystemCallException {
        if (multicast == null) return;
        long now = System.nanoTime();
        multicast.read(socket -> {
            // A socket that was never bound is of no interest to anybody.
            if (socket.local().port() != 0) to.accept(observation(socket, now));
        });
    }

    private static Observation observation(DiagSocket socket, long now) {
        TransportAddress remote = socket.remote().port() == 0 ? null : socket.remote();
        var seen = new Observation(Kind.DESTROYED, now, socket.local(), remote);
        seen.cookie = socket.cookie();
        seen.from = KernelRecord.state(socket.state());
        NativeStruct structure = socket.attributes().tcpInfo();
        if (structure != null) {
            TcpInfo info = TcpInfoBytes.read(structure);
            seen.info = info;
            seen.figures = Figures.of(info);
        }
        return seen;
    }

    /// How often some were lost; how many, the kernel does not say.
    long lost() {
        return multicast == null ? 0 : multicast.overflows();
    }

    @Override
    public void close() {
        if (multicast != null) multicast.close();
    }
}
