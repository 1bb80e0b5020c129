package dev.sockeye.wire;

/// What names a connection: both of its ends, seen from one of them.
public record FourTuple(TransportAddress local, TransportAddress remote) {

    /// The same connection seen from the other end.
    public FourTuple reversed() {
        return new FourTuple(remote, local);
    }

    /// Whether its packets are IPv4.
    public boolean isV4() {
        return remote.ip().isV4();
    }

    /// `local -> remote`
    @Override
    public String toString() {
        return local + " -> " + remote;
    }
}
