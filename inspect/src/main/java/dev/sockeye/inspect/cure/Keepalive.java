package dev.sockeye.inspect.cure;

import static dev.sockeye.linux.BorrowedSocket.IPPROTO_TCP;
import static dev.sockeye.linux.BorrowedSocket.SOL_SOCKET;
import static dev.sockeye.linux.BorrowedSocket.SO_KEEPALIVE;
import static dev.sockeye.linux.BorrowedSocket.TCP_KEEPCNT;
import static dev.sockeye.linux.BorrowedSocket.TCP_KEEPIDLE;
import static dev.sockeye.linux.BorrowedSocket.TCP_KEEPINTVL;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.BorrowedSocket;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpState;

/// Has the kernel ask the peer whether it is still there, and end the connection if it is not: the
/// gentlest cure, which harms no connection that is alive. A forgotten CLOSE_WAIT socket ends by it as
/// soon as the peer has forgotten the connection, for then a probe is answered by a reset.
///
/// @param idleSeconds     silence before the first probe
/// @param intervalSeconds between probes
/// @param count           how many may stay without an answer
public record Keepalive(int idleSeconds, int intervalSeconds, int count) implements Cure {

    /// A minute of silence, and half a minute of probes.
    public static final Keepalive SOON = new Keepalive(60, 10, 3);

    public Keepalive {
        check("idle time", idleSeconds, 32_767);
        check("interval", intervalSeconds, 32_767);
        check("number of probes", count, 127);
    }

    /// The kernel's bounds: MAX_TCP_KEEPIDLE and its like in net/tcp.h.
    private static void check(String what, int value, int most) {
        if (value < 1 || value > most)
            throw new IllegalArgumentException("the " + what + " of keepalive is from 1 to " + most + ", not " + value);
    }

    @Override
    public String intention() {
        return "switch keepalive on (" + times() + ")";
    }

    private String times() {
        return "first probe after " + idleSeconds + " s of silence, then every " + intervalSeconds + " s; " + count
                + " without an answer end it";
    }

    @Override
    public Outcome apply(SocketSnapshot socket) {
        if (socket.state() == TcpState.LISTEN) return Outcome.impossible("a listener has no peer that could be asked");
        return Borrowing.with(socket, this::set);
    }

    private Outcome set(BorrowedSocket socket) throws SystemCallException {
        boolean wasOn = socket.option(SOL_SOCKET, SO_KEEPALIVE) != 0;
        int before = socket.option(IPPROTO_TCP, TCP_KEEPIDLE);
        socket.setOption(IPPROTO_TCP, TCP_KEEPIDLE, idleSeconds);
        socket.setOption(IPPROTO_TCP, TCP_KEEPINTVL, intervalSeconds);
        socket.setOption(IPPROTO_TCP, TCP_KEEPCNT, count);
        socket.setOption(SOL_SOCKET, SO_KEEPALIVE, 1);
        return Outcome.done("keepalive is on: " + times()
                + (wasOn ? " (it was on before, with " + before + " s)" : " (it was off)"));
    }
}
