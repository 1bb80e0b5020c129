package dev.sockeye.host;

import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;

/// `TCP_INFO` of a socket without a connection: what Linux's has from the beginning, and a listener's queue. See
/// docs/linux/info.md
final class IdleTcpInfo {

    private static final int INITIAL_WINDOW = 10;
    private static final int REORDERING = 3;

    private IdleTcpInfo() {}

    /// @param unacked a listener's accept queue length
    /// @param sacked  a listener's backlog
    static TcpInfo listening(int unacked, int sacked) {
        return of(TcpState.LISTEN, unacked, sacked, 0, 0, 0, 0, 0, 0, false);
    }

    /// @param sinceStart milliseconds that the host has run: so long ago Linux says that everything was
    static TcpInfo fresh(int sinceStart) {
        return of(TcpState.CLOSED, 0, 0, 1_000_000, 536, sinceStart, 250_000, Integer.MAX_VALUE, -1, true);
    }

    private static TcpInfo of(
            TcpState state,
            int unacked,
            int sacked,
            int rto,
            int sndMss,
            int last,
            int rttvar,
            int ssthresh,
            int minRtt,
            boolean appLimited) {
        return new TcpInfo(
                state.number(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                appLimited,
                0,
                rto,
                0,
                sndMss,
                0,
                unacked,
                sacked,
                0,
                0,
                0,
                last,
                0,
                last,
                last,
                0,
                0,
                0,
                rttvar,
                ssthresh,
                INITIAL_WINDOW,
                0,
                REORDERING,
                0,
                0,
                0,
                -1L,
                -1L,
                0L,
                0L,
                0,
                0,
                0,
                minRtt,
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
