package dev.sockeye.differential;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;

/// Where a program takes place: each has a peer's address of its own, and a port of the host's, so that
/// many run at the same time.
///
/// @param number of the place
/// @param addresses of which kind
record Places(int number, Ground.Addresses addresses) {

    static final IpAddress HOST = IpAddress.parse("192.0.2.1");
    static final IpAddress HOST6 = IpAddress.parse("fd00:5::1");

    /// Where the peers of IPv6 are: the last four bytes are those of an IPv4 peer.
    private static final byte[] PEERS6 = IpAddress.parse("fd00:6::").toBytes();

    private static final int PEERS = IpAddress.parse("10.64.0.1").v4Bits();
    private static final int PEER_PORT = 8080;
    private static final int FIRST_PORT = 2000;
    private static final int PORTS = 28_000; // below the ephemeral ones

    static Places of(int number, Program program) {
        return new Places(number, program.ground().addresses());
    }

    /// The last four bytes of the peer's address.
    int peer() {
        return PEERS + number;
    }

    private IpAddress peerAddress() {
        if (addresses.packetsAreV4()) return IpAddress.v4(peer());
        return IpAddress.of(ByteBuffer.wrap(PEERS6.clone()).putInt(12, peer()).array());
    }

    TransportAddress local() {
        return new TransportAddress(addresses.host(), FIRST_PORT + number % PORTS);
    }

    TransportAddress remote() {
        return new TransportAddress(peerAddress(), PEER_PORT);
    }

    Wire wire() {
        return new Wire(remote(), local());
    }
}
