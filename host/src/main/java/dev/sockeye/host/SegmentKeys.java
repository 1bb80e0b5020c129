package dev.sockeye.host;

import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// The keys that one socket signs with and expects of its peers. A socket without any has no such object.
final class SegmentKeys {

    private final SignedBytes bytes;
    private final Md5Keys md5 = new Md5Keys();

    SegmentKeys(SignedBytes bytes) {
        this.bytes = bytes;
    }

    /// Sets the MD5 key for a prefix.
    ///
    /// @return 0 or `-ENOMEM`
    int putMd5(IpAddress address, int prefixLength, boolean device, KeyedHash hash) {
        return md5.put(new Md5Key(address, prefixLength, device, hash, bytes));
    }

    /// @return 0 or `-ENOENT`
    int removeMd5(IpAddress address, int prefixLength, boolean device) {
        return md5.remove(address, prefixLength, device);
    }

    @Nullable
    Md5Key md5For(IpAddress peer) {
        return md5.find(peer);
    }

    /// What signs segments to a peer; null: nothing.
    @Nullable
    SegmentSigner signerFor(IpAddress peer) {
        return md5.find(peer);
    }

    /// What a listener's keys leave to a connection: the one that is for its peer, for this peer alone.
    @Nullable
    SegmentKeys forChild(IpAddress peer) {
        Md5Key key = md5.find(peer);
        if (key == null) return null;
        var inherited = new SegmentKeys(bytes);
        int added = inherited.putMd5(peer, peer.isV4() ? 32 : 128, key.device(), key.hash());
        if (added != 0) throw new IllegalStateException(Errno.ENOMEM.name());
        return inherited;
    }

    /// Says in the options what a signature takes of each segment to a peer.
    void describe(IpAddress peer, SocketOptions options) {
        boolean signed = md5.find(peer) != null;
        options.signatureBytes = signed ? Md5Key.OPTION_BYTES : 0;
        options.signatureReplacesTimestamps = signed;
    }
}
