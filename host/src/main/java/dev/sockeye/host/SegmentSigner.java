package dev.sockeye.host;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpOptions;

/// Signs segments that go out, with the key for their peer.
interface SegmentSigner {

    /// Adds the option that the signature is in, its MAC empty.
    void addTo(TcpOptions options);

    /// Fills in the MAC of a complete packet, whose checksum is yet to come.
    void sign(Packet packet, int transport, FourTuple tuple);
}
