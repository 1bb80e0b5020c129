package dev.sockeye.host;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;

/// Signs answers with TCP-AO where there is no connection yet: a listener's SYN-ACKs, ACKs and resets.
///
/// @param nextId    the RNextKeyID that goes along
/// @param localIsn  our initial sequence number, and `remoteIsn` the peer's
record AoAnswer(AoKey key, int nextId, int localIsn, int remoteIsn, AoMac mac) implements SegmentSigner {

    @Override
    public void addTo(TcpOptions options) {
        options.ao(key.sendId(), nextId, key.macLength());
    }

    @Override
    public void sign(Packet packet, int transport, FourTuple tuple) {
        var local = tuple.local();
        var remote = tuple.remote();
        KeyedHash hash =
                AoMac.derive(key.master(), local.ip(), remote.ip(), local.port(), remote.port(), localIsn, remoteIsn);
        int number = TcpHeader.sequence(packet.memory(0), packet.offset(0) + transport);
        long seq = AoMac.extend(localIsn & 0xffff_ffffL, number);
        mac.sign(key, hash, packet, transport, local.ip(), remote.ip(), seq);
    }
}
