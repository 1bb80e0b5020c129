package dev.sockeye.host;

import dev.sockeye.tcp.Listener;
import dev.sockeye.tcp.MemoryInfo;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TcpSysctl;
import org.jspecify.annotations.Nullable;

/// `TCP_INFO` and `SO_MEMINFO` of a socket without a connection: what Linux's has from the beginning, and a listener's
/// queue. See
/// docs/linux/info.md
final class IdleTcpInfo {

    private static final int INITIAL_WINDOW = 10;
    private static final int REORDERING = 3;

    private IdleTcpInfo() {}

    /// @param now nanoseconds that the host has run
    static TcpInfo of(@Nullable Listener<TcpEndpoint> listening, long now) {
        if (listening == null) return fresh((int) Math.min(Integer.MAX_VALUE, now / 1_000_000));
        int queue = listening.acceptQueueLength();
        return of(TcpState.LISTEN, queue, listening.backlog(), 0, 0, 0, 0, 0, 0, false);
    }

    /// @param sinceStart milliseconds that the host has run: so long ago Linux says that everything was
    private static TcpInfo fresh(int sinceStart) {
        return of(TcpState.CLOSED, 0, 0, 1_000_000, 536, sinceStart, 250_000, Integer.MAX_VALUE, -1, true);
    }

    /// `SO_MEMINFO`
    static MemoryInfo memory(@Nullable Listener<TcpEndpoint> listening, SocketOptions options, TcpSysctl sysctl) {
        long drops = listening == null ? 0 : listening.overflows();
        int receive = options.receiveBuffer != 0 ? options.receiveBuffer : sysctl.tcp_rmem[1];
        int send = options.sendBuffer != 0 ? options.sendBuffer : sysctl.tcp_wmem[1];
        return new MemoryInfo(0, receive, 0, send, 0, 0, 0, 0, (int) drops);
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
