package dev.sockeye.host;

import dev.sockeye.tcp.Handshake;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpCounters;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TcpOptions;
import org.jspecify.annotations.Nullable;

/// The keys that one socket signs with and expects of its peers. A socket that never had any has no such object.
final class SegmentKeys {

    private final TcpCounters counters;
    private final SignedBytes bytes;
    private final Md5Keys md5 = new Md5Keys();
    private @Nullable AoKeys ao;

    SegmentKeys(TcpCounters counters, SignedBytes bytes) {
        this.counters = counters;
        this.bytes = bytes;
    }

    // ---------------------------------------------------------------- the calls

    /// Sets the MD5 key for a prefix.
    ///
    /// @return 0, or `-ENOMEM`, or `-EKEYREJECTED` where TCP-AO is for the same peer
    int putMd5(IpAddress address, int prefixLength, boolean device, KeyedHash hash) {
        AoKeys other = ao;
        if (other != null && (other.isRequired() || other.any(address) != null)) return Errno.EKEYREJECTED.asResult();
        return md5.put(new Md5Key(address, prefixLength, device, hash, bytes));
    }

    /// @return 0 or `-ENOENT`
    int removeMd5(IpAddress address, int prefixLength, boolean device) {
        return md5.remove(address, prefixLength, device);
    }

    /// @return 0, or `-EKEYREJECTED` where MD5 is for the same peer, or what [AoKeys#add] says
    int addAo(AoKey key, boolean makeCurrent, boolean makeNext) {
        if (md5.find(key.address()) != null) return Errno.EKEYREJECTED.asResult();
        return ensureAo().add(key, makeCurrent, makeNext);
    }

    AoKeys ensureAo() {
        AoKeys known = ao;
        if (known == null) ao = known = new AoKeys(counters, bytes);
        return known;
    }

    boolean hasMd5() {
        return !md5.isEmpty();
    }

    @Nullable
    AoKeys ao() {
        return ao;
    }

    @Nullable
    Md5Key md5For(IpAddress peer) {
        return md5.find(peer);
    }

    // ---------------------------------------------------------------- connections

    /// A connection to `peer` is about to be opened: what is not for it goes.
    ///
    /// @return 0, or `-EKEYREJECTED` where both kinds of signature are for it, or TCP-AO without a key for it
    int connect(IpAddress peer) {
        AoKeys own = ao;
        if (own == null) return 0;
        boolean needsMd5 = md5.find(peer) != null;
        boolean needsAo = own.isRequired() || own.any(peer) != null;
        if (needsMd5 && needsAo) return Errno.EKEYREJECTED.asResult();
        if (needsMd5) {
            ao = null;
            return 0;
        }
        if (needsAo) md5.clear();
        return own.connect(peer) ? 0 : Errno.EKEYREJECTED.asResult();
    }

    /// What a listener's keys leave to a connection: the MD5 key that is for its peer, for this peer alone, or all
    /// TCP-AO keys that are; null without any.
    @Nullable
    SegmentKeys forChild(IpAddress peer, Handshake handshake) {
        var inherited = new SegmentKeys(counters, bytes);
        AoKeys own = ao;
        if (own != null && handshake.usesAo()) {
            inherited.ao = own.forChild(peer, handshake, bytes);
            return inherited.ao == null ? null : inherited;
        }
        Md5Key key = md5.find(peer);
        if (key == null) return null;
        int added = inherited.putMd5(peer, peer.isV4() ? 32 : 128, key.device(), key.hash());
        if (added != 0) throw new IllegalStateException(Errno.ofResult(added).name());
        return inherited;
    }

    /// Says in the options what a signature takes of each segment to a peer.
    void describe(IpAddress peer, SocketOptions options) {
        AoKeys own = ao;
        AoConnection open = own == null ? null : own.connection();
        boolean signed = md5.find(peer) != null;
        options.signatureReplacesTimestamps = signed;
        if (open != null) options.signatureBytes = open.current().optionBytes();
        else options.signatureBytes = signed ? Md5Key.OPTION_BYTES : 0;
    }

    /// Whether an ICMP error for a connection is passed over.
    boolean ignoresIcmp(boolean hard, TcpState state) {
        AoKeys own = ao;
        return own != null && own.connection() != null && own.ignoresIcmp(hard, state);
    }

    // ---------------------------------------------------------------- what signs

    /// A connection's segments; null: nothing.
    @Nullable
    SegmentSigner signerFor(IpAddress peer) {
        AoKeys own = ao;
        AoConnection open = own == null ? null : own.connection();
        return open != null ? open : md5.find(peer);
    }

    /// The answers of a listener with these keys to a half-open connection; null: nothing.
    static @Nullable SegmentSigner signerFor(@Nullable SegmentKeys keys, Handshake handshake, IpAddress peer) {
        if (keys == null) return null;
        AoKeys own = keys.ao;
        if (own != null && handshake.usesAo()) return own.answer(handshake, peer);
        return keys.md5.find(peer);
    }

    /// The answer of a listener with these keys to a segment of no connection, with these initial sequence numbers;
    /// null: nothing.
    static @Nullable SegmentSigner signerFor(
            @Nullable SegmentKeys keys, TcpOptions options, int localIsn, int remoteIsn, IpAddress peer) {
        if (keys == null) return null;
        AoKeys own = keys.ao;
        if (own != null && options.has(TcpOptions.AO)) return own.answer(options, localIsn, remoteIsn, peer);
        return keys.md5.find(peer);
    }
}
