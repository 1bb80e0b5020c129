package dev.sockeye.inspect.cure;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpState;

/// Ends a socket by force, as `ss -K` does: the peer is sent a reset, and the program finds
/// ECONNABORTED. It is the only cure for a socket that no program holds.
public record Kill() implements Cure {

    @Override
    public String intention() {
        return "end it by force (a reset to the peer; the program gets ECONNABORTED; what was not sent is lost)";
    }

    @Override
    public Outcome apply(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        if (kernel == null || kernel.cookie() == 0)
            return Outcome.impossible("it is no socket of this kernel's, or its cookie is not known");
        if (kernel.boundOnly())
            return Outcome.impossible("it is bound to a port and nothing else: only its program can close it");
        try (SockDiag door = Door.to(socket)) {
            DiagSocket found = Door.find(door, socket);
            if (found == null) return Outcome.gone("it is gone already");
            door.destroy(found);
            return Outcome.done(
                    socket.state() == TcpState.LISTEN
                            ? "it listens no more; the program keeps the port until it closes the descriptor"
                            : "it is over: the peer was sent a reset, and the program gets ECONNABORTED");
        } catch (SystemCallException e) {
            return Outcome.of(e);
        }
    }
}
