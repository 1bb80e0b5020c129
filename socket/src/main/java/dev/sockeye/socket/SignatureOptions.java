package dev.sockeye.socket;

import static dev.sockeye.socket.OptionTable.EINVAL;

import dev.sockeye.host.AoKey;
import dev.sockeye.host.AoKeys;
import dev.sockeye.host.Family;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys of a TCP socket, with the checks of Linux's `tcp_v4_parse_md5_keys`, `tcp_v6_parse_md5_keys` and
/// net/ipv4/tcp_ao.c, in their order.
final class SignatureOptions {

    /// Bytes of a MAC where none are given.
    private static final int DEFAULT_MAC_LENGTH = 12;

    /// What MSS, timestamps with SACK-permitted and window scale leave of a SYN's options.
    private static final int ROOM_IN_SYN = 20;

    private static final int AO_FLAGS = TcpAoKey.FLAG_IFINDEX | TcpAoKey.FLAG_EXCLUDE_OPTIONS;

    private SignatureOptions() {}

    static void addTo(OptionTable<TcpEndpoint> table) {
        table.addWriteOnly(SocketOption.TCP_MD5SIG, (e, key, now) -> setMd5(e, key, 0));
        table.addWriteOnly(SocketOption.TCP_MD5SIG_EXT, (e, key, now) -> setMd5(e, key, key.flags()));
        table.addWriteOnly(SocketOption.TCP_AO_ADD_KEY, (e, key, now) -> addAo(e, key));
        table.addWriteOnly(SocketOption.TCP_AO_DEL_KEY, (e, key, now) -> deleteAo(e, key));
        table.add(SocketOption.TCP_AO_INFO, (e, now) -> info(e), (e, info, now) -> setInfo(e, info));
        table.addReadOnly(SocketOption.TCP_AO_GET_KEYS, (e, now) -> keys(e));
    }

    // ---------------------------------------------------------------- MD5

    private static int setMd5(TcpEndpoint endpoint, Md5Signature signature, int flags) {
        IpAddress address = signature.address();
        if (endpoint.family() == Family.INET && !address.isV4()) return EINVAL;
        int most = address.isV4() ? 32 : 128;
        int prefix = (flags & Md5Signature.FLAG_PREFIX) != 0 ? signature.prefixLength() : most;
        if (prefix < 0 || prefix > most) return EINVAL;
        boolean device = (flags & Md5Signature.FLAG_IFINDEX) != 0;
        // There is no VRF that it could be.
        if (device && signature.interfaceIndex() != 0) return EINVAL;
        byte[] key = signature.key();
        if (key.length > Md5Signature.MAX_KEY_LENGTH) return EINVAL;
        return endpoint.signatures().setMd5Key(address, prefix, device, key.length == 0 ? null : new Md5Hash(key));
    }

    // ---------------------------------------------------------------- TCP-AO

    private static int addAo(TcpEndpoint endpoint, TcpAoKey key) {
        if (!endpoint.signatures().mayUseAo()) return Errno.EISCONN.asResult();
        boolean ids = isId(key.sendId()) && isId(key.receiveId());
        if (!ids || key.keyLength() > TcpAoKey.MAX_KEY_LENGTH) return EINVAL;
        if (!isPrefix(endpoint, key.address(), key.prefixLength())) return EINVAL;
        if ((key.flags() & ~AO_FLAGS) != 0) return EINVAL;
        // There is no VRF that it could be.
        if (key.interfaceIndex() != 0) return EINVAL;
        boolean chooses = key.isCurrent() || key.isNext();
        if (chooses && endpoint.state() == TcpState.LISTEN) return EINVAL;
        AoMasterKey master = AoMasterKey.of(key.algorithm(), key.key());
        if (master == null) return Errno.ENOENT.asResult();
        int macLength = key.macLength() == 0 ? DEFAULT_MAC_LENGTH : key.macLength();
        if (macLength < 0 || macLength > master.macLength()) return EINVAL;
        if ((4 + macLength + 3 & ~3) > ROOM_IN_SYN) return Errno.EMSGSIZE.asResult();
        var added = new AoKey(
                key.address(),
                key.prefixLength(),
                (key.flags() & TcpAoKey.FLAG_IFINDEX) != 0,
                key.sendId(),
                key.receiveId(),
                macLength,
                (key.flags() & TcpAoKey.FLAG_EXCLUDE_OPTIONS) != 0,
                key.algorithm(),
                master);
        return endpoint.signatures().addAoKey(added, key.isCurrent(), key.isNext());
    }

    private static boolean isId(int id) {
        return id >= 0 && id <= 255;
    }

    /// Whether a prefix is one that the socket's peers can be in: no bits beyond its length, and on a connection the
    /// peer's own.
    private static boolean isPrefix(TcpEndpoint endpoint, IpAddress address, int length) {
        boolean v4 = address.isV4();
        if (endpoint.family() == Family.INET && !v4) return false;
        if (length < 0 || length > (v4 ? 32 : 128)) return false;
        if (length == 0 || address.isAny()) return length == 0 && address.isAny();
        if (hasBitsBeyond(address, length)) return false;
        Connection connection = endpoint.connection();
        boolean open = connection != null && endpoint.state() != TcpState.CLOSED;
        return !open || connection == null || connection.tuple().remote().ip().isIn(address, length);
    }

    private static boolean hasBitsBeyond(IpAddress address, int length) {
        byte[] bytes = address.toBytes();
        for (int bit = length; bit < 8 * bytes.length; bit++) {
            if ((bytes[bit >> 3] & 0x80 >> (bit & 7)) != 0) return true;
        }
        return false;
    }

    private static int deleteAo(TcpEndpoint endpoint, TcpAoDelete key) {
        if (!endpoint.signatures().mayUseAo()) return Errno.EISCONN.asResult();
        boolean chooses = key.currentKey() >= 0 || key.nextKey() >= 0;
        if (chooses && endpoint.state() == TcpState.LISTEN) return EINVAL;
        AoKeys keys = endpoint.signatures().ao();
        if (keys == null) return Errno.ENOENT.asResult();
        int result = keys.remove(
                key.address(), key.prefixLength(), key.sendId(), key.receiveId(), key.currentKey(), key.nextKey());
        endpoint.signatures().onChanged();
        return result;
    }

    private static int setInfo(TcpEndpoint endpoint, TcpAoInfo info) {
        if (!endpoint.signatures().mayUseAo()) return Errno.EISCONN.asResult();
        boolean chooses = info.currentKey() >= 0 || info.nextKey() >= 0;
        if (chooses && endpoint.state() == TcpState.LISTEN) return EINVAL;
        if (info.required() && endpoint.signatures().hasMd5Keys()) return Errno.EKEYREJECTED.asResult();
        if (chooses && endpoint.signatures().ao() == null) return Errno.ENOENT.asResult();
        AoKeys keys = endpoint.signatures().ensureAo();
        int chosen = keys.choose(info.currentKey(), info.nextKey());
        if (chosen < 0) return chosen;
        keys.demand(info.required(), info.acceptIcmps());
        if (info.setCounters()) {
            keys.setCounters(info.good(), info.bad(), info.keyNotFound(), info.aoRequired(), info.droppedIcmp());
        }
        endpoint.signatures().onChanged();
        return 0;
    }

    private static @Nullable TcpAoInfo info(TcpEndpoint endpoint) {
        AoKeys keys = endpoint.signatures().ao();
        if (keys == null) return null;
        AoKey current = keys.current();
        AoKey next = keys.next();
        return new TcpAoInfo(
                current == null ? -1 : current.sendId(),
                next == null ? -1 : next.receiveId(),
                keys.isRequired(),
                keys.acceptsIcmp(),
                false,
                keys.good(),
                keys.bad(),
                keys.keyNotFound(),
                keys.unsigned(),
                keys.icmpDropped());
    }

    private static TcpAoKeyInfo @Nullable [] keys(TcpEndpoint endpoint) {
        AoKeys keys = endpoint.signatures().ao();
        if (keys == null) return null;
        List<AoKey> all = keys.keys();
        var shown = new TcpAoKeyInfo[all.size()];
        for (int i = 0; i < shown.length; i++) {
            AoKey key = all.get(i);
            int flags = (key.device() ? TcpAoKey.FLAG_IFINDEX : 0)
                    | (key.excludesOptions() ? TcpAoKey.FLAG_EXCLUDE_OPTIONS : 0);
            shown[i] = new TcpAoKeyInfo(
                    key.address(),
                    key.prefixLength(),
                    key.sendId(),
                    key.receiveId(),
                    key.algorithm(),
                    key.macLength(),
                    flags,
                    key == keys.current(),
                    key == keys.next(),
                    key.good(),
                    key.bad());
        }
        return shown;
    }
}
