package dev.sockeye.host;

import dev.sockeye.wire.FourTuple;

/// An entry of the endpoint table: what a 4-tuple stands for at present - a [dev.sockeye.tcp.HalfOpen],
/// then a [TcpEndpoint], then a [dev.sockeye.tcp.TimeWait] - and its one timer.
final class Flow extends Timer {

    private final TcpFlows owner;
    final FourTuple tuple;
    final int hash;

    /// Whether the table has it.
    boolean inTable;

    /// A [dev.sockeye.tcp.HalfOpen], [TcpEndpoint] or [dev.sockeye.tcp.TimeWait].
    Object socket;

    /// For a half-open connection, the socket that listens; for a socket in TIME_WAIT, its hold on the port.
    Object context;

    Flow(TcpFlows owner, FourTuple tuple, int hash, Object socket, Object context) {
        this.owner = owner;
        this.tuple = tuple;
        this.hash = hash;
        this.socket = socket;
        this.context = context;
    }

    @Override
    void fire(long now) {
        owner.onTimer(this, now);
    }

    boolean matches(long localHigh, long localLow, long remoteHigh, long remoteLow, int ports) {
        var local = tuple.local();
        var remote = tuple.remote();
        return (local.port() << 16 | remote.port()) == ports
                && remote.ip().low() == remoteLow
                && local.ip().low() == localLow
                && remote.ip().high() == remoteHigh
                && local.ip().high() == localHigh;
    }
}
