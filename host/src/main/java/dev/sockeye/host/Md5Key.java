package dev.sockeye.host;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import dev.sockeye.wire.TcpOptions;

/// The MD5 key (RFC 2385) for the peers of one prefix.
///
/// @param device whether `TCP_MD5SIG_FLAG_IFINDEX` was set: without a VRF all that it does is to tell two keys apart
/// @param hash   MD5 with the key behind what it is given
/// @param bytes  the host's
record Md5Key(IpAddress address, int prefixLength, boolean device, KeyedHash hash, SignedBytes bytes)
        implements SegmentSigner {

    /// Bytes of the option and the two no-operations in front of it.
    static final int OPTION_BYTES = 20;

    boolean matches(IpAddress peer) {
        return peer.isV4() == address.isV4() && peer.isIn(address, prefixLength);
    }

    boolean is(IpAddress address, int prefixLength, boolean device) {
        return this.prefixLength == prefixLength && this.device == device && this.address.equals(address);
    }

    @Override
    public void addTo(TcpOptions options) {
        options.md5();
    }

    /// RFC 2385 2.0, MUST-1
    @Override
    public void sign(Packet packet, int transport, FourTuple tuple) {
        take(packet, transport, tuple.local().ip(), tuple.remote().ip());
        int at = transport + TcpHeader.MIN_LENGTH + TcpOptions.WRITTEN_SIGNATURE_AT;
        bytes.write(hash, packet, at, TcpOptions.MD5_LENGTH);
    }

    /// Whether the signature of a packet that has come is this key's.
    ///
    /// @param at where it stands in the options
    boolean verifies(Packet packet, int transport, IpAddress source, IpAddress destination, int at) {
        take(packet, transport, source, destination);
        return bytes.matches(hash, packet, transport + TcpHeader.MIN_LENGTH + at, TcpOptions.MD5_LENGTH);
    }

    /// RFC 2385 2.0: pseudo-header; TCP header without options, with a checksum of zero; data; key.
    private void take(Packet packet, int transport, IpAddress source, IpAddress destination) {
        int header = TcpHeader.headerLength(packet.memory(0), packet.offset(0) + transport);
        bytes.pseudoHeader(hash, source, destination, packet.length() - transport);
        bytes.header(hash, packet, transport, TcpHeader.MIN_LENGTH, 0, 0);
        bytes.payload(hash, packet, transport + header);
    }
}
