package dev.sockeye.socket;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A TCP socket, connected or listening.
public abstract sealed class TcpSocket extends Socket permits StreamSocket, ListenSocket {

    final TcpEndpoint endpoint;

    TcpSocket(Machine machine, TcpEndpoint endpoint, long now) {
        super(machine, endpoint, now);
        this.endpoint = endpoint;
    }

    @Override
    final TcpEndpoint endpoint() {
        return endpoint;
    }

    /// Its state; CLOSED also where it is merely bound.
    public final TcpState state() {
        long now = locked.enter();
        try {
            return endpoint.state();
        } finally {
            locked.leave(now);
        }
    }

    /// `TCP_INFO`
    public final TcpInfo info() {
        long now = locked.enter();
        try {
            return endpoint.info(now);
        } finally {
            locked.leave(now);
        }
    }

    /// Its life so far. Is written under the host's lock: read it in [Machine#inHost] while the socket lives.
    public final Journal journal() {
        return endpoint.journal();
    }

    @Override
    final <T> @Nullable T readOption(SocketOption<T> option, long now) {
        return TcpOptionTable.TABLE.get(option, endpoint, now);
    }

    @Override
    final <T> int writeOption(SocketOption<T> option, T value, long now) {
        return TcpOptionTable.TABLE.set(option, endpoint, value, now);
    }

    @Override
    public final Set<SocketOption<?>> supportedOptions() {
        return TcpOptionTable.TABLE.supported();
    }
}
