package dev.sockeye.inspect.cure;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.BorrowedSocket;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpState;

/// Ends a connection as a program does that calls `shutdown`: what was written is sent, and then a FIN.
/// Threads that wait for it wake up and read the end of stream; a write fails with EPIPE. The program
/// keeps its descriptor, of a socket that is over, until it closes it.
public record Shutdown() implements Cure {

    @Override
    public String intention() {
        return "shut down both directions (a FIN after what was written; readers get the end of stream)";
    }

    @Override
    public Outcome apply(SocketSnapshot socket) {
        if (socket.state() == TcpState.TIME_WAIT)
            return Outcome.impossible("it is over, and waits for late segments only: it goes away by itself");
        return Borrowing.with(socket, borrowed -> shut(socket.state(), borrowed));
    }

    private static Outcome shut(TcpState before, BorrowedSocket socket) throws SystemCallException {
        socket.shutdown(BorrowedSocket.SHUT_RDWR);
        return Outcome.done(
                switch (before) {
                    case LISTEN -> "it listens no more: those who waited in its queue were reset";
                    case CLOSE_WAIT ->
                        "a FIN was sent; with the peer's acknowledgment it is gone. The program still has"
                                + " the descriptor";
                    default -> "a FIN was sent; the peer's move is next. The program still has the descriptor";
                });
    }
}
