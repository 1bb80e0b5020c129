package dev.sockeye.inspect;

/// The socket options that explain how a socket behaves, with the values in force (a system default already put in).
///
/// @param keepAlive           `SO_KEEPALIVE`
/// @param keepIdleSeconds     `TCP_KEEPIDLE`
/// @param keepIntervalSeconds `TCP_KEEPINTVL`
/// @param keepCount           `TCP_KEEPCNT`
/// @param noDelay             `TCP_NODELAY`
/// @param lingerSeconds       `SO_LINGER`, -1 for off
/// @param v6Only              `IPV6_V6ONLY`
/// @param congestionControl   `TCP_CONGESTION`
/// @param receiveBuffer       `SO_RCVBUF`, bytes
/// @param sendBuffer          `SO_SNDBUF`, bytes
public record Settings(
        boolean keepAlive,
        int keepIdleSeconds,
        int keepIntervalSeconds,
        int keepCount,
        boolean noDelay,
        int lingerSeconds,
        boolean v6Only,
        String congestionControl,
        int receiveBuffer,
        int sendBuffer) {

    /// Linux's defaults.
    public static final Settings DEFAULT = new Settings(false, 7200, 75, 9, false, -1, false, "cubic", 131_072, 16_384);
}
