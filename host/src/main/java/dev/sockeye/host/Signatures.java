package dev.sockeye.host;

import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// The keys of one TCP socket, as its program sets them and looks at them.
public final class Signatures {

    private final TcpEndpoint socket;

    Signatures(TcpEndpoint socket) {
        this.socket = socket;
    }

    /// `TCP_MD5SIG_EXT`: the MD5 key (RFC 2385) for the peers of a prefix; the longest prefix counts.
    ///
    /// @param device whether it is for an interface; without a VRF all that it does is to tell two keys apart
    /// @param hash   MD5 with the key behind what it is given; null takes the key away
    /// @return 0, or `-ENOENT` where there is none to take away, `-ENOMEM` if there are too many, `-EKEYREJECTED`
    ///     where TCP-AO is for the same peer
    public int setMd5Key(IpAddress address, int prefixLength, boolean device, @Nullable KeyedHash hash) {
        if (socket.keys() == null && hash == null) return Errno.ENOENT.asResult();
        SegmentKeys keys = socket.ensureKeys();
        int result = hash == null
                ? keys.removeMd5(address, prefixLength, device)
                : keys.putMd5(address, prefixLength, device, hash);
        onChanged();
        return result;
    }

    /// Whether it has an MD5 key for anybody.
    public boolean hasMd5Keys() {
        SegmentKeys keys = socket.keys();
        return keys != null && keys.hasMd5();
    }

    /// `TCP_AO_ADD_KEY`; see [AoKeys#add].
    ///
    /// @return 0, or `-EEXIST`, or `-EKEYREJECTED` where an MD5 key is for the same peer, or `-EISCONN` on a
    ///     connection without TCP-AO
    public int addAoKey(AoKey key, boolean makeCurrent, boolean makeNext) {
        if (!mayUseAo()) return Errno.EISCONN.asResult();
        int result = socket.ensureKeys().addAo(key, makeCurrent, makeNext);
        onChanged();
        return result;
    }

    /// Whether TCP-AO can be used on it: it is not connected without.
    public boolean mayUseAo() {
        return ao() != null || socket.state() == TcpState.CLOSED || socket.state() == TcpState.LISTEN;
    }

    /// TCP-AO on this socket (`TCP_AO_INFO`); null where it has none. After a change call [#onChanged].
    public @Nullable AoKeys ao() {
        SegmentKeys keys = socket.keys();
        return keys == null ? null : keys.ao();
    }

    /// As [#ao]; a socket that has none gets it. Only where [#mayUseAo].
    public AoKeys ensureAo() {
        return socket.ensureKeys().ensureAo();
    }

    /// What a signature takes of the segments is reckoned anew.
    public void onChanged() {
        socket.onKeysChanged();
    }
}
