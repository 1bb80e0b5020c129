package dev.sockeye.tcp;

/// Which feedback of congestion marks the two ends of a connection have agreed on: `tcpi_ecn_mode`, in its
/// order.
public enum EcnMode {
    /// None.
    DISABLED,
    /// One signal a round trip: ECE until CWR (RFC 3168 6.1).
    RFC3168,
    /// Each mark is counted (RFC 9768).
    ACCECN,
    /// Our SYN has asked for accurate feedback and is not answered yet.
    PENDING
}
