package dev.sockeye.differential;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;

/// Where a program takes place: each has a peer's address of its own, and a port of the host's, so that
/// many run at the same time.
///
/// @param number of the place
record Places(int number) {

    static final IpAddress HOST = IpAddress.parse("192.0.2.1");
    private static final int PEERS = IpAddress.parse("10.64.0.1").v4Bits();
    private static final int PEER_PORT = 8080;
    private static final int FIRST_PORT = 2000;
    private static final int PORTS = 28_000; // below the ephemeral ones

    static Places of(int number) {
        return new Places(number);
    }

    int peer() {
        return PEERS + number;
    }

    /// The number of the place that a peer's address belongs to.
    static int numberOf(int peer) {
        return peer - PEERS;
    }

    TransportAddress local() {
        return new TransportAddress(HOST, FIRST_PORT + number % PORTS);
    }

    TransportAddress remote() {
        return new TransportAddress(IpAddress.v4(peer()), PEER_PORT);
    }

    Wire wire() {
        return new Wire(peer(), PEER_PORT, HOST.v4Bits(), local().port());
    }
}
