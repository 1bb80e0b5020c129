package dev.sockeye.inspect.cure;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of a socket.
public final class Aftermath {

    private static final long PAUSE_MILLIS = 10;

    /// By the numbers of linux/tcp_states.h, from 1.
    private static final List<TcpState> STATES = List.of(
            TcpState.ESTABLISHED,
            TcpState.SYN_SENT,
            TcpState.SYN_RCVD,
            TcpState.FIN_WAIT1,
            TcpState.FIN_WAIT2,
            TcpState.TIME_WAIT,
            TcpState.CLOSED,
            TcpState.CLOSE_WAIT,
            TcpState.LAST_ACK,
            TcpState.LISTEN,
            TcpState.CLOSING,
            TcpState.SYN_RCVD,
            TcpState.CLOSED);

    private Aftermath() {}

    /// The state of the socket now.
    ///
    /// @return null if it is gone, or cannot be asked for any more
    public static @Nullable TcpState stateOf(SocketSnapshot socket) {
        try (SockDiag door = Door.to(socket)) {
            DiagSocket found = Door.find(door, socket);
            return found == null ? null : STATES.get(found.state() - 1);
        } catch (SystemCallException e) {
            return null;
        }
    }

    /// Waits until the socket is in another state than it was in, and in none that waits for an
    /// acknowledgment only, for a short time: an answer of the peer's may be on its way.
    ///
    /// @return null if it is gone
    public static @Nullable TcpState await(SocketSnapshot socket, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        TcpState now = stateOf(socket);
        while ((now == socket.state() || isPassing(now)) && System.nanoTime() < end) {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return now;
            }
            now = stateOf(socket);
        }
        return now;
    }

    private static boolean isPassing(@Nullable TcpState state) {
        return state == TcpState.FIN_WAIT1 || state == TcpState.LAST_ACK || state == TcpState.CLOSING;
    }
}
