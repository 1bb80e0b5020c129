package dev.sockeye.socket;

import static dev.sockeye.socket.OptionTable.EINVAL;

import dev.sockeye.host.Family;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.wire.IpAddress;

/// The keys of a TCP socket, with the checks of Linux's `tcp_v4_parse_md5_keys` and `tcp_v6_parse_md5_keys`, in their
/// order.
final class SignatureOptions {

    private SignatureOptions() {}

    static void addTo(OptionTable<TcpEndpoint> table) {
        table.addWriteOnly(SocketOption.TCP_MD5SIG, (e, key, now) -> setMd5(e, key, 0));
        table.addWriteOnly(SocketOption.TCP_MD5SIG_EXT, (e, key, now) -> setMd5(e, key, key.flags()));
    }

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
        return endpoint.setMd5Key(address, prefix, device, key.length == 0 ? null : new Md5Hash(key));
    }
}
