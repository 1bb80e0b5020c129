package dev.sockeye.inspect;

import dev.sockeye.tcp.TcpInfo;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// When a socket was used last: by what its stack has noted of the program's calls; of a socket of the kernel's, which
/// notes none, by when its segments went.
final class Activity {

    private Activity() {}

    /// How long nothing has been read or written, or sent or received; null if that is not known.
    static @Nullable Duration idle(SocketSnapshot socket) {
        Instant use = socket.usage().lastUse();
        if (use != null) return socket.age(use);
        TcpInfo info = infoOfKernel(socket);
        if (info == null) return null;
        return Signs.shorter(Signs.sinceDataSent(info), Signs.sinceDataReceived(info));
    }

    /// How long data has been waiting to be read, at least; null if that is not known.
    static @Nullable Duration unread(SocketSnapshot socket) {
        TcpInfo info = infoOfKernel(socket);
        return info == null ? null : Signs.sinceDataReceived(info);
    }

    /// How long ago the peer closed, exactly or at least; null if it has not, or nothing is known of it. The FIN came
    /// with the last acknowledgment or before it; keepalive probes and what we have sent since make that younger.
    static @Nullable Duration peerClosed(SocketSnapshot socket) {
        Instant exactly = socket.peerClosedAt();
        if (exactly != null) return socket.age(exactly);
        TcpInfo info = infoOfKernel(socket);
        if (info == null || !socket.state().hasReceivedFin()) return null;
        return Signs.sinceAck(info);
    }

    /// Bytes that the program has not read. The kernel counts the peer's FIN in Recv-Q until it is read; people do not.
    static long unreadBytes(SocketSnapshot socket) {
        boolean countsFin = socket.kernel() != null && socket.state().hasReceivedFin() && socket.recvQ() > 0;
        return countsFin ? socket.recvQ() - 1 : socket.recvQ();
    }

    /// The times in it mean something from ESTABLISHED on: before, they count from when the machine started.
    private static @Nullable TcpInfo infoOfKernel(SocketSnapshot socket) {
        return socket.kernel() == null || !socket.state().isSynchronized() ? null : socket.info();
    }
}
