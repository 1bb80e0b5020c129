package dev.sockeye.socket;

import dev.sockeye.wire.IpAddress;

/// The MD5 key for a peer, or for all of a prefix: `struct tcp_md5sig`, the value of [SocketOption#TCP_MD5SIG] and
/// [SocketOption#TCP_MD5SIG_EXT] (RFC 2385). Segments to and from them carry the MD5 of themselves and the key; what
/// comes without, or with another, is dropped.
public final class Md5Signature {

    /// `TCP_MD5SIG_FLAG_PREFIX`: the prefix's length counts; else the key is for one address.
    public static final int FLAG_PREFIX = 1;
    /// `TCP_MD5SIG_FLAG_IFINDEX`: the interface counts.
    public static final int FLAG_IFINDEX = 2;

    /// `TCP_MD5SIG_MAXKEYLEN`, bytes.
    public static final int MAX_KEY_LENGTH = 80;

    private final IpAddress address;
    private final int flags;
    private final int prefixLength;
    private final int interfaceIndex;
    private final byte[] key;

    /// The key for one address.
    ///
    /// @param key at most 80 bytes; none takes the key away
    public Md5Signature(IpAddress address, byte[] key) {
        this(address, 0, 0, 0, key);
    }

    /// As `TCP_MD5SIG_EXT` takes it.
    ///
    /// @param flags          [#FLAG_PREFIX], [#FLAG_IFINDEX]
    /// @param prefixLength   0 to 32, or 128 of IPv6
    /// @param interfaceIndex of a VRF; a stack without VRFs takes 0 only
    /// @param key            at most 80 bytes; none takes the key away
    public Md5Signature(IpAddress address, int flags, int prefixLength, int interfaceIndex, byte[] key) {
        this.address = address;
        this.flags = flags;
        this.prefixLength = prefixLength;
        this.interfaceIndex = interfaceIndex;
        this.key = key.clone();
    }

    /// Whom the key is for.
    public IpAddress address() {
        return address;
    }

    /// [#FLAG_PREFIX], [#FLAG_IFINDEX]
    public int flags() {
        return flags;
    }

    /// How many bits of the address count, where the flags have [#FLAG_PREFIX].
    public int prefixLength() {
        return prefixLength;
    }

    /// The interface, where the flags have [#FLAG_IFINDEX].
    public int interfaceIndex() {
        return interfaceIndex;
    }

    /// A copy of the key.
    public byte[] key() {
        return key.clone();
    }
}
