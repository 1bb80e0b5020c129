package dev.sockeye.host;

import dev.sockeye.tcp.Handshake;
import dev.sockeye.tcp.TcpCounters;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/// Whether a segment may come to a socket, by its signature: before anything else looks at it (`tcp_inbound_hash`).
/// What may not is dropped without an answer.
final class SignatureCheck {

    private static final int SIGNED = TcpOptions.MD5 | TcpOptions.AO;

    private final TcpCounters counters;

    /// What signs the reset of the last [#admitsReset]; null: nothing.
    @Nullable
    SegmentSigner resetSigner;

    SignatureCheck(TcpCounters counters) {
        this.counters = counters;
    }

    /// @param keys      of the socket, which is in `state`; null: it has none
    /// @param handshake of the half-open connection that it is for; null: for none
    boolean admits(
            @Nullable SegmentKeys keys,
            TcpState state,
            @Nullable Handshake handshake,
            TcpOptions options,
            Arrival arrival,
            Packet packet) {
        if (options.unauthentic()) return false;
        if (keys == null && (options.present() & SIGNED) == 0) return true;
        AoKeys ao = keys == null ? null : keys.ao();
        boolean hasAo = options.has(TcpOptions.AO);
        if (handshake != null && handshake.usesAo() != hasAo) {
            counters.inc(TcpMib.TCPAOBad);
            return false;
        }
        if (hasAo && ao == null) {
            // Linux: dropped, where RFC 5925 7.3 would have it accepted by default.
            counters.inc(TcpMib.TCPAOKeyNotFound);
            return false;
        }
        if (hasAo && ao != null) return ao.admits(state, handshake, options, arrival, packet);
        boolean unsigned = !options.has(TcpOptions.MD5);
        if (unsigned && ao != null && !ao.admitsUnsigned(arrival.source())) return false;
        Md5Key key = keys == null ? null : keys.md5For(arrival.source());
        if (unsigned) {
            if (key == null) return true;
            // RFC 2385 4.1, MUST-3
            counters.inc(TcpMib.TCPMD5NotFound);
            return false;
        }
        if (key == null) {
            counters.inc(TcpMib.TCPMD5Unexpected);
            return false;
        }
        // RFC 2385 2.0, MUST-2
        if (isMd5Of(key, options, arrival, packet)) return true;
        counters.inc(TcpMib.TCPMD5Failure);
        return false;
    }

    /// What signs the reset that answers a segment of no connection: the key that it was signed with. Linux: the peer
    /// may have lost the connection that it listens for; so it is the key of the listener on the peer's own port
    /// number, if that verifies the segment.
    ///
    /// @return whether there is a reset at all; [#resetSigner] signs it
    boolean admitsReset(@Nullable TcpEndpoint listening, TcpOptions options, Arrival arrival, Packet packet) {
        resetSigner = null;
        if (options.unauthentic()) return false;
        // A reset cannot be signed with TCP-AO where no numbers are known.
        if (options.has(TcpOptions.AO)) return false;
        if (!options.has(TcpOptions.MD5)) return true;
        SegmentKeys keys = listening == null ? null : listening.keys();
        Md5Key key = keys == null ? null : keys.md5For(arrival.source());
        if (key == null || !isMd5Of(key, options, arrival, packet)) return false;
        resetSigner = key;
        return true;
    }

    private static boolean isMd5Of(Md5Key key, TcpOptions options, Arrival arrival, Packet packet) {
        IpAddress source = arrival.source();
        return key.verifies(packet, arrival.transport, source, arrival.destination(), options.signatureAt());
    }
}
