package dev.sockeye.socket;

import dev.sockeye.wire.IpAddress;

/// A master key of TCP-AO for the peers of a prefix: `struct tcp_ao_add`, the value of
/// [SocketOption#TCP_AO_ADD_KEY] (RFC 5925 3.1).
///
/// Algorithms have the kernel's names: `hmac(sha1)` and `cmac(aes128)`, which RFC 5926 wants of every implementation,
/// and `hmac(md5)`, `hmac(sha224)`, `hmac(sha256)`, `hmac(sha384)`, `hmac(sha512)`.
public final class TcpAoKey {

    /// `TCP_AO_KEYF_IFINDEX`: the interface counts.
    public static final int FLAG_IFINDEX = 1;
    /// `TCP_AO_KEYF_EXCLUDE_OPT`: the MAC leaves out the options other than TCP-AO, which boxes on the way may change.
    public static final int FLAG_EXCLUDE_OPTIONS = 2;

    /// `TCP_AO_MAXKEYLEN`, bytes.
    public static final int MAX_KEY_LENGTH = 80;

    private final IpAddress address;
    private final int prefixLength;
    private final int sendId;
    private final int receiveId;
    private final String algorithm;
    private final byte[] key;
    private int macLength;
    private int flags;
    private int interfaceIndex;
    private boolean current;
    private boolean next;

    /// A key with a MAC of 12 bytes and no flags.
    ///
    /// @param prefixLength 0 to 32, or 128 of IPv6; 0 with the wildcard address only
    /// @param sendId       KeyID of what is signed with it, 0 to 255
    /// @param receiveId    KeyID of what is verified with it, 0 to 255
    /// @param algorithm    such as `hmac(sha1)`
    /// @param key          at most 80 bytes
    public TcpAoKey(IpAddress address, int prefixLength, int sendId, int receiveId, String algorithm, byte[] key) {
        this.address = address;
        this.prefixLength = prefixLength;
        this.sendId = sendId;
        this.receiveId = receiveId;
        this.algorithm = algorithm;
        this.key = key.clone();
    }

    /// Sets the bytes of the MAC in a segment; 0 is 12.
    public TcpAoKey macLength(int bytes) {
        macLength = bytes;
        return this;
    }

    /// Sets [#FLAG_IFINDEX] and [#FLAG_EXCLUDE_OPTIONS].
    public TcpAoKey flags(int bits) {
        flags = bits;
        return this;
    }

    /// Sets the interface: of a VRF; a stack without VRFs takes 0 only.
    public TcpAoKey interfaceIndex(int index) {
        interfaceIndex = index;
        return this;
    }

    /// What is sent is signed with it from now on.
    public TcpAoKey makeCurrent() {
        current = true;
        return this;
    }

    /// The peer is asked to sign with it from now on (RNextKeyID).
    public TcpAoKey makeNext() {
        next = true;
        return this;
    }

    IpAddress address() {
        return address;
    }

    int prefixLength() {
        return prefixLength;
    }

    int sendId() {
        return sendId;
    }

    int receiveId() {
        return receiveId;
    }

    String algorithm() {
        return algorithm;
    }

    byte[] key() {
        return key.clone();
    }

    int keyLength() {
        return key.length;
    }

    int macLength() {
        return macLength;
    }

    int flags() {
        return flags;
    }

    int interfaceIndex() {
        return interfaceIndex;
    }

    boolean isCurrent() {
        return current;
    }

    boolean isNext() {
        return next;
    }
}
