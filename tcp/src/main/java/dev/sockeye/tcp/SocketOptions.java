package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// What a program can set on a TCP socket with `setsockopt`, in the units of Linux. A listener's are copied to the
/// connections it accepts, as Linux clones the listening socket.
public final class SocketOptions {

    /// `SO_KEEPALIVE`
    /// RFC 9293 3.8.4, MUST-25
    public boolean keepAlive;

    /// `TCP_KEEPIDLE`, `TCP_KEEPINTVL` in seconds, `TCP_KEEPCNT`; 0: the sysctl's
    public int keepIdleSeconds, keepIntervalSeconds, keepCount;

    /// `SO_LINGER`: -1 off; else seconds, 0 for an abort on close
    public int lingerSeconds = -1;

    /// `TCP_NODELAY`
    public boolean noDelay;

    /// `TCP_CORK`
    public boolean cork;

    /// `TCP_USER_TIMEOUT` in milliseconds; 0: none
    public int userTimeoutMillis;

    /// `TCP_MAXSEG` as set by the program; 0: not set
    public int maxSegment;

    /// `TCP_WINDOW_CLAMP` in bytes; 0: none
    public int windowClamp;

    /// `TCP_DEFER_ACCEPT` in seconds; 0: off
    public int deferAcceptSeconds;

    /// `TCP_SYNCNT`; 0: `tcp_syn_retries`
    public int synCount;

    /// `TCP_LINGER2` in seconds; 0: `tcp_fin_timeout`; -1: no FIN_WAIT2 for orphans
    public int linger2Seconds;

    /// `TCP_NOTSENT_LOWAT` in bytes; 0: the sysctl's
    public int notSentLowWater;

    /// `SO_RCVLOWAT` in bytes, at least 1
    public int receiveLowWater = 1;

    /// `SO_SNDBUF` as `getsockopt` returns it (twice what was set), bytes; 0: not set, auto-tuned from `tcp_wmem`
    public int sendBuffer;

    /// `SO_RCVBUF` as `getsockopt` returns it (twice what was set), bytes; 0: not set, auto-tuned from `tcp_rmem`
    public int receiveBuffer;

    /// `TCP_CONGESTION`: the host's default when the socket was made, or what the program has set; empty: the default
    /// when the connection is made.
    public String congestionControl = "";

    /// Whether the program has set it; else connections of a listener get the host's default when they are made.
    public boolean congestionControlSet;

    /// `SO_MAX_PACING_RATE`, bytes per second; `Long.MAX_VALUE`: none
    public long maxPacingRate = Long.MAX_VALUE;

    /// `TCP_FASTOPEN` of a listener: the queue's length; 0: off
    public int fastOpenQueue;

    /// `TCP_FASTOPEN_KEY` of a listener; null: the host's `tcp_fastopen_key`
    public @Nullable FastOpenKeys fastOpenKeys;

    /// `TCP_FASTOPEN_CONNECT`
    public boolean fastOpenConnect;

    /// `TCP_FASTOPEN_NO_COOKIE`
    public boolean fastOpenNoCookie;

    /// `TCP_INQ`
    public boolean inq;

    /// `SO_OOBINLINE`
    public boolean outOfBandInline;

    /// `IP_TOS`/`IPV6_TCLASS`, the two ECN bits aside
    public int trafficClass;

    /// `IP_TTL`/`IPV6_UNICAST_HOPS`; 0: the host's default
    public int hopLimit;

    /// `SO_PRIORITY`, `SO_MARK`: kept, not used
    public int priority, mark;

    /// A copy, for a connection that a listener accepts: all but what only a listener has.
    public SocketOptions copy() {
        var copy = new SocketOptions();
        copy.keepAlive = keepAlive;
        copy.keepIdleSeconds = keepIdleSeconds;
        copy.keepIntervalSeconds = keepIntervalSeconds;
        copy.keepCount = keepCount;
        copy.lingerSeconds = lingerSeconds;
        copy.noDelay = noDelay;
        copy.cork = cork;
        copy.userTimeoutMillis = userTimeoutMillis;
        copy.maxSegment = maxSegment;
        copy.windowClamp = windowClamp;
        copy.synCount = synCount;
        copy.linger2Seconds = linger2Seconds;
        copy.notSentLowWater = notSentLowWater;
        copy.receiveLowWater = receiveLowWater;
        copy.sendBuffer = sendBuffer;
        copy.receiveBuffer = receiveBuffer;
        copy.congestionControl = congestionControl;
        copy.congestionControlSet = congestionControlSet;
        copy.maxPacingRate = maxPacingRate;
        copy.fastOpenConnect = fastOpenConnect;
        copy.fastOpenNoCookie = fastOpenNoCookie;
        copy.inq = inq;
        copy.outOfBandInline = outOfBandInline;
        copy.trafficClass = trafficClass;
        copy.hopLimit = hopLimit;
        copy.priority = priority;
        copy.mark = mark;
        return copy;
    }
}
