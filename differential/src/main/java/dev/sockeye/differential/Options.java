package dev.sockeye.differential;

import dev.sockeye.linux.KernelSocket;
import java.util.Map;

/// The socket options that programs set: name, and what the kernel knows it by.
final class Options {

    /// @param level of `setsockopt`
    /// @param name  its number
    record Place(int level, int name) {}

    private static final int SOL_SOCKET = KernelSocket.SOL_SOCKET;
    private static final int TCP = KernelSocket.IPPROTO_TCP;

    static final int TCP_INFO = 11,
            TCP_CONGESTION = 13,
            SO_LINGER = 13,
            SO_ERROR = 4,
            SO_REUSEADDR = 2,
            SO_MEMINFO = 55;

    /// asm-generic/socket.h, linux/tcp.h
    static final Map<String, Place> PLACES = Map.ofEntries(
            Map.entry("SO_REUSEADDR", new Place(SOL_SOCKET, SO_REUSEADDR)),
            Map.entry("SO_SNDBUF", new Place(SOL_SOCKET, 7)),
            Map.entry("SO_RCVBUF", new Place(SOL_SOCKET, 8)),
            Map.entry("SO_KEEPALIVE", new Place(SOL_SOCKET, 9)),
            Map.entry("SO_OOBINLINE", new Place(SOL_SOCKET, 10)),
            Map.entry("SO_LINGER", new Place(SOL_SOCKET, SO_LINGER)),
            Map.entry("SO_RCVLOWAT", new Place(SOL_SOCKET, 18)),
            Map.entry("TCP_NODELAY", new Place(TCP, 1)),
            Map.entry("TCP_MAXSEG", new Place(TCP, 2)),
            Map.entry("TCP_CORK", new Place(TCP, 3)),
            Map.entry("TCP_KEEPIDLE", new Place(TCP, 4)),
            Map.entry("TCP_KEEPINTVL", new Place(TCP, 5)),
            Map.entry("TCP_KEEPCNT", new Place(TCP, 6)),
            Map.entry("TCP_SYNCNT", new Place(TCP, 7)),
            Map.entry("TCP_LINGER2", new Place(TCP, 8)),
            Map.entry("TCP_DEFER_ACCEPT", new Place(TCP, 9)),
            Map.entry("TCP_WINDOW_CLAMP", new Place(TCP, 10)),
            Map.entry("TCP_QUICKACK", new Place(TCP, 12)),
            Map.entry("TCP_CONGESTION", new Place(TCP, TCP_CONGESTION)),
            Map.entry("TCP_FASTOPEN", new Place(TCP, 23)),
            Map.entry("TCP_FASTOPEN_CONNECT", new Place(TCP, 30)),
            Map.entry("TCP_FASTOPEN_NO_COOKIE", new Place(TCP, 34)),
            Map.entry("TCP_USER_TIMEOUT", new Place(TCP, 18)),
            Map.entry("TCP_NOTSENT_LOWAT", new Place(TCP, 25)));

    /// Congestion controls, as values of [Step.Call].
    static final String[] CONGESTION = {"reno", "cubic"};

    private Options() {}
}
