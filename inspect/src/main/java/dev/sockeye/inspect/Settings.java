package dev.sockeye.inspect;

import org.jspecify.annotations.Nullable;

/// The socket options that explain how a socket behaves, with the values in force (a system default already put in);
/// each null where it is not known: of a socket of the kernel's most are told only to who opens it.
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
        @Nullable Boolean keepAlive,
        @Nullable Integer keepIdleSeconds,
        @Nullable Integer keepIntervalSeconds,
        @Nullable Integer keepCount,
        @Nullable Boolean noDelay,
        @Nullable Integer lingerSeconds,
        boolean v6Only,
        @Nullable String congestionControl,
        @Nullable Integer receiveBuffer,
        @Nullable Integer sendBuffer) {

    /// Linux's defaults.
    public static final Settings DEFAULT = new Settings(false, 7200, 75, 9, false, -1, false, "cubic", 131_072, 16_384);

    /// Nothing is known.
    public static final Settings UNKNOWN = new Settings(null, null, null, null, null, null, false, null, null, null);
}
