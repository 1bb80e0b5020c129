package dev.sockeye.socket;

import dev.sockeye.wire.IpAddress;

/// One key as [SocketOption#TCP_AO_GET_KEYS] tells of it: `struct tcp_ao_getsockopt`, but for the secret.
///
/// @param flags     [TcpAoKey#FLAG_IFINDEX], [TcpAoKey#FLAG_EXCLUDE_OPTIONS]
/// @param isCurrent whether it is signed with, and `isNext` whether the peer is asked to
/// @param good      segments that were verified with it, and `bad` those that failed
public record TcpAoKeyInfo(
        IpAddress address,
        int prefixLength,
        int sendId,
        int receiveId,
        String algorithm,
        int macLength,
        int flags,
        boolean isCurrent,
        boolean isNext,
        long good,
        long bad) {}
