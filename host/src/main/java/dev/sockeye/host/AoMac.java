package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;
import java.nio.ByteBuffer;

/// The MAC of TCP-AO over a segment, and the traffic keys that it is made with (RFC 5925 5.1, 5.2).
final class AoMac {

    private final SignedBytes bytes;

    AoMac(SignedBytes bytes) {
        this.bytes = bytes;
    }

    /// The traffic key of one direction. RFC 5925 5.2, MUST-6: of a SYN without ACK with a destination's number of 0.
    ///
    /// @param sourceIsn      initial sequence number of who sends; `destinationIsn` of who receives
    static KeyedHash derive(
            MasterKey master,
            IpAddress source,
            IpAddress destination,
            int sourcePort,
            int destinationPort,
            int sourceIsn,
            int destinationIsn) {
        byte[] from = source.toBytes();
        ByteBuffer context = ByteBuffer.allocate(2 * from.length + 12);
        context.put(from).put(destination.toBytes());
        context.putShort((short) sourcePort).putShort((short) destinationPort);
        return master.derive(context.putInt(sourceIsn).putInt(destinationIsn).array());
    }

    /// The number `seq`, extended to 64 bits so that it is as near as can be to `reference`: its upper half is the
    /// sequence number extension. RFC 5925 6.2, MUST-7
    static long extend(long reference, int seq) {
        return reference + (seq - (int) reference);
    }

    /// Fills in the MAC of a packet that goes out.
    void sign(AoKey key, KeyedHash hash, Packet packet, int transport, IpAddress source, IpAddress to, long seq) {
        take(key, hash, packet, transport, source, to, seq, TcpOptions.WRITTEN_SIGNATURE_AT);
        int at = transport + TcpHeader.MIN_LENGTH + TcpOptions.WRITTEN_SIGNATURE_AT;
        bytes.write(hash, packet, at, key.macLength());
    }

    /// Whether the MAC of a packet that has come is right.
    ///
    /// @param at where it stands in the options
    boolean verifies(AoKey key, KeyedHash hash, Packet packet, Arrival arrival, long seq, int at) {
        int transport = arrival.transport;
        take(key, hash, packet, transport, arrival.source(), arrival.destination(), seq, at);
        return bytes.matches(hash, packet, transport + TcpHeader.MIN_LENGTH + at, key.macLength());
    }

    /// RFC 5925 5.1, MUST-5: SNE, pseudo-header, header with checksum and MAC of zero - with all options or with none
    /// but TCP-AO -, data.
    private void take(
            AoKey key, KeyedHash hash, Packet packet, int transport, IpAddress from, IpAddress to, long seq, int at) {
        int header = TcpHeader.headerLength(packet.memory(0), packet.offset(0) + transport);
        bytes.number(hash, (int) (seq >>> 32));
        bytes.pseudoHeader(hash, from, to, packet.length() - transport);
        int macAt = TcpHeader.MIN_LENGTH + at;
        if (key.excludesOptions()) {
            bytes.header(hash, packet, transport, TcpHeader.MIN_LENGTH, 0, 0);
            int optionAt = macAt - TcpOptions.AO_HEADER;
            bytes.option(hash, packet, transport, optionAt, TcpOptions.AO_HEADER + key.macLength(), key.macLength());
        } else {
            bytes.header(hash, packet, transport, header, macAt, key.macLength());
        }
        bytes.payload(hash, packet, transport + header);
    }
}
