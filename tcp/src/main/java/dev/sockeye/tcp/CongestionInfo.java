package dev.sockeye.tcp;

/// What `getsockopt(TCP_CC_INFO)` tells of a connection's congestion control (`union tcp_cc_info`).
public sealed interface CongestionInfo {

    /// Gains of [Bbr] are in units of 1/256.
    int GAIN_UNIT = 256;

    /// `struct tcp_bbr_info`
    ///
    /// @param bw         the estimated bandwidth, bytes per second
    /// @param minRtt     the estimated round trip without queues, microseconds
    /// @param pacingGain of 256: how much faster than `bw` it sends
    /// @param cwndGain   of 256: how many bandwidth-delay products it lets be in flight
    record Bbr(long bw, int minRtt, int pacingGain, int cwndGain) implements CongestionInfo {}
}
