package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.SocketSnapshot;

/// `sport OP :PORT` and `dport OP :PORT`. A socket without a peer has port 0 for the peer's.
public record PortCondition(Side side, Comparison comparison, int port) implements Filter.Condition {

    @Override
    public boolean matches(SocketSnapshot socket) {
        return comparison.holds(side.portOf(socket), port);
    }

    @Override
    public String toString() {
        return side.portName() + " " + comparison.sign() + " :" + port;
    }
}
