package dev.sockeye.host;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import java.util.List;

/// TCP-AO on one connection (RFC 5925 4.4): its current key and RNextKeyID, the initial sequence numbers that its
/// traffic keys depend on, and how far each direction's sequence numbers have come, in 64 bits.
///
/// What a peer could not have sent does not move these: they follow what has been verified. Linux keeps its extensions
/// with SND.UNA and RCV.NXT; both find the same for anything within half of the sequence space of where the
/// connection is.
final class AoConnection implements SegmentSigner {

    private static final int SYN_ACK = TcpHeader.SYN | TcpHeader.ACK;

    private final AoMac mac;
    private AoKey current;
    private AoKey next;
    private int localIsn, remoteIsn;
    private long sent, received;

    AoConnection(AoMac mac, AoKey current, AoKey next) {
        this.mac = mac;
        this.current = current;
        this.next = next;
    }

    /// Both ends' SYNs are known.
    void begin(int localIsn, int remoteIsn) {
        this.localIsn = localIsn;
        this.remoteIsn = remoteIsn;
        sent = localIsn & 0xffff_ffffL;
        received = remoteIsn & 0xffff_ffffL;
    }

    AoKey current() {
        return current;
    }

    AoKey next() {
        return next;
    }

    void setCurrent(AoKey key) {
        current = key;
    }

    void setNext(AoKey key) {
        next = key;
    }

    // ---------------------------------------------------------------- out

    /// RFC 5925 7.4, MUST-8: KeyID is current_key's SendID, RNextKeyID is rnext_key's RecvID.
    @Override
    public void addTo(TcpOptions options) {
        options.ao(current.sendId(), next.receiveId(), current.macLength());
    }

    @Override
    public void sign(Packet packet, int transport, FourTuple tuple) {
        long at = packet.offset(0) + (long) transport;
        int number = TcpHeader.sequence(packet.memory(0), at);
        AoKey key = current;
        if ((TcpHeader.flags(packet.memory(0), at) & SYN_ACK) == TcpHeader.SYN) {
            // Nothing of the peer's is known: RFC 5925 5.2, Send_SYN_traffic_key.
            begin(number, 0);
            mac.sign(
                    key,
                    derive(key, tuple),
                    packet,
                    transport,
                    tuple.local().ip(),
                    tuple.remote().ip(),
                    sent);
            return;
        }
        long seq = AoMac.extend(sent, number);
        sent = Math.max(sent, seq);
        mac.sign(
                key,
                sendKey(key, tuple),
                packet,
                transport,
                tuple.local().ip(),
                tuple.remote().ip(),
                seq);
    }

    private KeyedHash sendKey(AoKey key, FourTuple tuple) {
        KeyedHash known = key.send;
        if (known != null) return known;
        KeyedHash made = derive(key, tuple);
        key.send = made;
        return made;
    }

    private KeyedHash derive(AoKey key, FourTuple tuple) {
        var local = tuple.local();
        var remote = tuple.remote();
        return AoMac.derive(key.master(), local.ip(), remote.ip(), local.port(), remote.port(), localIsn, remoteIsn);
    }

    // ---------------------------------------------------------------- in

    /// Whether a segment of the open connection has the right MAC. If so, what it asks for is done: the current key
    /// becomes the one with the RNextKeyID for a SendID, if there is one. RFC 5925 7.5, MUST-10
    boolean verifies(AoKey key, List<AoKey> keys, TcpOptions options, Arrival arrival, Packet packet) {
        long at = packet.offset(0) + (long) arrival.transport;
        int ports = TcpHeader.ports(packet.memory(0), at);
        KeyedHash hash = key.receive;
        if (hash == null) {
            hash = derive(key, arrival, ports, remoteIsn, localIsn);
            key.receive = hash;
        }
        long seq = AoMac.extend(received, TcpHeader.sequence(packet.memory(0), at));
        if (!mac.verifies(key, hash, packet, arrival, seq, options.signatureAt())) return false;
        received = Math.max(received, seq);
        if (options.nextKeyId() != current.sendId()) {
            AoKey wanted = AoKeys.withSendId(keys, options.nextKeyId(), arrival.source());
            if (wanted != null) current = wanted;
        }
        return true;
    }

    /// Whether the answer to our SYN has the right MAC, or a SYN that has crossed it; if so the traffic keys are
    /// known, of any key.
    ///
    /// @param synAck whether it has ACK, and so is made with our number, too
    boolean verifiesSyn(
            AoKey key, List<AoKey> keys, TcpOptions options, Arrival arrival, Packet packet, boolean synAck) {
        long at = packet.offset(0) + (long) arrival.transport;
        int number = TcpHeader.sequence(packet.memory(0), at);
        int ports = TcpHeader.ports(packet.memory(0), at);
        KeyedHash hash = derive(key, arrival, ports, number, synAck ? localIsn : 0);
        if (!mac.verifies(key, hash, packet, arrival, number & 0xffff_ffffL, options.signatureAt())) return false;
        remoteIsn = number;
        received = number & 0xffff_ffffL;
        for (AoKey each : keys) each.send = each.receive = null;
        return true;
    }

    static KeyedHash derive(AoKey key, Arrival arrival, int ports, int remoteIsn, int localIsn) {
        IpAddress source = arrival.source();
        IpAddress destination = arrival.destination();
        return AoMac.derive(key.master(), source, destination, ports >>> 16, ports & 0xffff, remoteIsn, localIsn);
    }
}
