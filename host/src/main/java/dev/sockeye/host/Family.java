package dev.sockeye.host;

/// The address family of a socket.
public enum Family {
    /// `AF_INET`: IPv4 only.
    INET,
    /// `AF_INET6`: IPv6, and IPv4 too through mapped addresses unless the socket is `IPV6_V6ONLY`.
    INET6
}
