package dev.sockeye.inspect.cure;

import static dev.sockeye.linux.BorrowedSocket.IPPROTO_IPV6;
import static dev.sockeye.linux.BorrowedSocket.IPPROTO_TCP;
import static dev.sockeye.linux.BorrowedSocket.IPV6_V6ONLY;
import static dev.sockeye.linux.BorrowedSocket.SOL_SOCKET;
import static dev.sockeye.linux.BorrowedSocket.SO_KEEPALIVE;
import static dev.sockeye.linux.BorrowedSocket.SO_RCVBUF;
import static dev.sockeye.linux.BorrowedSocket.SO_SNDBUF;
import static dev.sockeye.linux.BorrowedSocket.TCP_KEEPCNT;
import static dev.sockeye.linux.BorrowedSocket.TCP_KEEPIDLE;
import static dev.sockeye.linux.BorrowedSocket.TCP_KEEPINTVL;
import static dev.sockeye.linux.BorrowedSocket.TCP_NODELAY;
import static dev.sockeye.linux.BorrowedSocket.TCP_USER_TIMEOUT;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.BorrowedSocket;
import dev.sockeye.linux.SystemCallException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The options of another process's socket, exactly: sock_diag tells few of them, but who may debug the
/// process can borrow the socket and ask it, which takes some microseconds and changes nothing.
///
/// @param settings    those that explain how a socket behaves
/// @param userTimeout `TCP_USER_TIMEOUT`; zero for the system's limit of retransmissions
public record SocketOptionsOf(Settings settings, Duration userTimeout) {

    /// @return null if nobody holds the socket who may be debugged, or if it is another's by now
    public static @Nullable SocketOptionsOf read(SocketSnapshot socket) {
        var read = new SocketOptionsOf[1];
        Borrowing.with(socket, borrowed -> {
            read[0] = read(borrowed, socket.kernel());
            return Outcome.done("read");
        });
        return read[0];
    }

    private static SocketOptionsOf read(BorrowedSocket socket, @Nullable KernelDetail kernel)
            throws SystemCallException {
        boolean v6 = kernel != null && kernel.family() == KernelDetail.IPV6;
        var settings = new Settings(
                socket.option(SOL_SOCKET, SO_KEEPALIVE) != 0,
                socket.option(IPPROTO_TCP, TCP_KEEPIDLE),
                socket.option(IPPROTO_TCP, TCP_KEEPINTVL),
                socket.option(IPPROTO_TCP, TCP_KEEPCNT),
                socket.option(IPPROTO_TCP, TCP_NODELAY) != 0,
                socket.lingerSeconds(),
                v6 && socket.option(IPPROTO_IPV6, IPV6_V6ONLY) != 0,
                socket.congestionControl(),
                socket.option(SOL_SOCKET, SO_RCVBUF),
                socket.option(SOL_SOCKET, SO_SNDBUF));
        return new SocketOptionsOf(settings, Duration.ofMillis(socket.option(IPPROTO_TCP, TCP_USER_TIMEOUT)));
    }
}
