package dev.sockeye.socket;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.util.Set;

/// A TCP socket, connected or listening.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public abstract sealed class TcpSocket extends Socket permits StreamSocket, ListenSocket {

    private final TcpEndpoint endpoint;

    TcpSocket(Machine machine, TcpEndpoint endpoint) {
        super(machine);
        this.endpoint = endpoint;
    }

    @Override
    final TcpEndpoint endpoint() {
        return endpoint;
    }

    /// Its state; CLOSED also where it is merely bound.
    public final TcpState state() {
        throw new UnsupportedOperationException();
    }

    /// `TCP_INFO`
    public final TcpInfo info() {
        throw new UnsupportedOperationException();
    }

    /// Its life so far. Is written under the host's lock: read it in [Machine#inHost] while the socket lives.
    public final Journal journal() {
        throw new UnsupportedOperationException();
    }

    @Override
    public final Set<SocketOption<?>> supportedOptions() {
        throw new UnsupportedOperationException();
    }
}
