package dev.sockeye.host;

import dev.sockeye.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// A master key tuple of TCP-AO (RFC 5925 3.1) on one socket, and what a connection has derived of it.
public final class AoKey {

    private final IpAddress address;
    private final int prefixLength;
    private final boolean device;
    private final int sendId;
    private final int receiveId;
    private final int macLength;
    private final boolean excludesOptions;
    private final String algorithm;
    private final MasterKey master;

    long good, bad;

    /// The connection's traffic keys; null until they are needed.
    @Nullable
    KeyedHash send;

    @Nullable
    KeyedHash receive;

    /// A key for the peers of a prefix.
    ///
    /// @param device          whether `TCP_AO_KEYF_IFINDEX` was set
    /// @param sendId          KeyID of what is signed with it, 0 to 255
    /// @param receiveId       KeyID of what is verified with it, 0 to 255
    /// @param macLength       bytes of the MAC in a segment
    /// @param excludesOptions whether the other options are left out of the MAC (`TCP_AO_KEYF_EXCLUDE_OPT`)
    /// @param algorithm       its name, to be shown
    public AoKey(
            IpAddress address,
            int prefixLength,
            boolean device,
            int sendId,
            int receiveId,
            int macLength,
            boolean excludesOptions,
            String algorithm,
            MasterKey master) {
        this.address = address;
        this.prefixLength = prefixLength;
        this.device = device;
        this.sendId = sendId;
        this.receiveId = receiveId;
        this.macLength = macLength;
        this.excludesOptions = excludesOptions;
        this.algorithm = algorithm;
        this.master = master;
    }

    /// The same key for a connection of its own.
    AoKey copy() {
        return new AoKey(
                address, prefixLength, device, sendId, receiveId, macLength, excludesOptions, algorithm, master);
    }

    /// Whom it is for.
    public IpAddress address() {
        return address;
    }

    /// How many bits of the address count.
    public int prefixLength() {
        return prefixLength;
    }

    /// `TCP_AO_KEYF_IFINDEX`
    public boolean device() {
        return device;
    }

    /// KeyID of what is signed with it.
    public int sendId() {
        return sendId;
    }

    /// KeyID of what is verified with it.
    public int receiveId() {
        return receiveId;
    }

    /// Bytes of the MAC in a segment.
    public int macLength() {
        return macLength;
    }

    /// `TCP_AO_KEYF_EXCLUDE_OPT`
    public boolean excludesOptions() {
        return excludesOptions;
    }

    /// The algorithm's name.
    public String algorithm() {
        return algorithm;
    }

    /// Segments that were verified with it.
    public long good() {
        return good;
    }

    /// Segments whose MAC was wrong.
    public long bad() {
        return bad;
    }

    MasterKey master() {
        return master;
    }

    /// Bytes of options that it takes of a segment. RFC 5925 2.2
    int optionBytes() {
        return 4 + macLength + 3 & ~3;
    }

    boolean matches(IpAddress peer) {
        return peer.isIn(address, prefixLength);
    }

    /// Whether there are peers that both this and a prefix mean.
    boolean overlaps(IpAddress network, int length) {
        if (network.isV4() != address.isV4()) return false;
        return length <= prefixLength ? address.isIn(network, length) : network.isIn(address, prefixLength);
    }
}
