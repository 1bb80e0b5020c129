package dev.sockeye.socket;

import dev.sockeye.wire.IpAddress;

/// Which key of TCP-AO is to be taken away: `struct tcp_ao_del`, the value of [SocketOption#TCP_AO_DEL_KEY].
///
/// @param currentKey SendID of the key to sign with from then on, -1 to leave that as it is
/// @param nextKey    RecvID of the key to ask the peer for from then on, -1 to leave that as it is
public record TcpAoDelete(IpAddress address, int prefixLength, int sendId, int receiveId, int currentKey, int nextKey) {

    /// Takes away a key that is not in use.
    public TcpAoDelete(IpAddress address, int prefixLength, int sendId, int receiveId) {
        this(address, prefixLength, sendId, receiveId, -1, -1);
    }
}
