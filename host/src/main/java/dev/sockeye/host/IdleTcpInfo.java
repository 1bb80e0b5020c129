package dev.sockeye.host;

import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;

/// `TCP_INFO` of a socket without a connection: all zero but for the state, and a listener's queue.
final class IdleTcpInfo {

    private IdleTcpInfo() {}

    /// @param unacked a listener's accept queue length
    /// @param sacked  a listener's backlog
    static TcpInfo of(TcpState state, int unacked, int sacked) {
        return new TcpInfo(
                state.number(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                false,
                0,
                0,
                0,
                0,
                0,
                unacked,
                sacked,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0L,
                0L,
                0L,
                0L,
                0,
                0,
                0,
                0,
                0,
                0,
                0L,
                0L,
                0L,
                0L,
                0,
                0,
                0L,
                0L,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
    }
}
