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

    /// `IP_TTL`/`IPV6_UNICAST_HOPS`; -1: the host's default
    public int hopLimit = -1;

    /// `IP_MTU_DISCOVER`: one of the constants below
    public int pathMtuDiscovery = PMTU_WANT;

    /// Values of `IP_MTU_DISCOVER`: never DF; DF and what ICMP tells; the same; no DF, and what ICMP tells; the
    /// interface's MTU, whatever ICMP tells; the same.
    public static final int PMTU_DONT = 0,
            PMTU_WANT = 1,
            PMTU_DO = 2,
            PMTU_PROBE = 3,
            PMTU_INTERFACE = 4,
            PMTU_OMIT = 5;

    /// `IP_RECVERR`: an ICMP error is told at once
    public boolean receiveErrors;

    /// `IP_MINTTL`/`IPV6_MINHOPCOUNT`: what arrives with less is dropped
    public int minHopLimit;

    /// `IP_FREEBIND`: `bind` takes an address that the host does not have
    public boolean freeBind;

    /// `IP_BIND_ADDRESS_NO_PORT`: `bind` to port 0 leaves the choice to `connect`
    public boolean bindAddressNoPort;

    /// `TCP_QUICKACK` 0: acknowledgments wait for data to carry them
    public boolean delayAcks;

    /// `TCP_THIN_LINEAR_TIMEOUTS`
    public boolean thinLinearTimeouts;

    /// `TCP_SAVE_SYN`: 0: off; 1: the SYN's headers from the IP header on; 2: from the link's, which is none here
    public int saveSyn;

    /// `TCP_RTO_MAX_MS`; 0: `tcp_rto_max_ms`
    public int rtoMaxMillis;

    /// `TCP_RTO_MIN_US`; 0: `tcp_rto_min_us`
    public int rtoMinMicros;

    /// `TCP_DELACK_MAX_US`; 0: 200 ms
    public int delayedAckMaxMicros;

    /// Bytes of each segment's options that its signature takes, as the host's keys for the peer have it; and whether
    /// a SYN with it has no room for timestamps (Linux: with MD5's)
    public int signatureBytes;

    public boolean signatureReplacesTimestamps;

    /// `SO_PRIORITY`, `SO_MARK`: kept, not used
    public int priority, mark;

    /// `SO_ZEROCOPY`: `MSG_ZEROCOPY` counts
    public boolean zeroCopy;

    /// `SO_TIMESTAMPING`: flags of [Stamping]
    public int timestamping;

    /// `SO_DEBUG`, `SO_DONTROUTE`, `SO_BROADCAST`: kept, not used
    public boolean debug, dontRoute, broadcast;

    /// Whether what ICMP tells of the path's MTU counts at once (`ip_sk_accept_pmtu`).
    boolean followsPathMtu() {
        return switch (pathMtuDiscovery) {
            case PMTU_WANT, PMTU_DO, PMTU_PROBE -> true;
            default -> false;
        };
    }

    /// Whether an IPv4 packet has DF set.
    ///
    /// @param locked the path takes less than `min_pmtu`
    public boolean dontFragment(boolean locked) {
        return pathMtuDiscovery == PMTU_DO || pathMtuDiscovery == PMTU_WANT && !locked;
    }

    /// Whether a SYN is to have timestamps.
    boolean offersTimestamps(TcpSysctl sysctl) {
        return sysctl.tcp_timestamps != 0 && !signatureReplacesTimestamps;
    }

    long rtoMaxMillis(TcpSysctl sysctl) {
        return rtoMaxMillis != 0 ? rtoMaxMillis : sysctl.tcp_rto_max_ms;
    }

    int rtoMinMicros(TcpSysctl sysctl) {
        return rtoMinMicros != 0 ? rtoMinMicros : sysctl.tcp_rto_min_us;
    }

    /// `tcp_delack_max`: less than a peer's smallest timeout may be, if that is as ours.
    int delayedAckMaxMillis(TcpSysctl sysctl) {
        int most = delayedAckMaxMicros != 0 ? (delayedAckMaxMicros + 999) / 1000 : AckPolicy.MAX_MILLIS;
        return Math.min(most, Math.max((rtoMinMicros(sysctl) + 999) / 1000, 2) - 1);
    }

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
        copy.pathMtuDiscovery = pathMtuDiscovery;
        copy.receiveErrors = receiveErrors;
        copy.minHopLimit = minHopLimit;
        copy.freeBind = freeBind;
        copy.bindAddressNoPort = bindAddressNoPort;
        copy.delayAcks = delayAcks;
        copy.thinLinearTimeouts = thinLinearTimeouts;
        copy.saveSyn = saveSyn;
        copy.rtoMaxMillis = rtoMaxMillis;
        copy.rtoMinMicros = rtoMinMicros;
        copy.delayedAckMaxMicros = delayedAckMaxMicros;
        copy.priority = priority;
        copy.mark = mark;
        copy.debug = debug;
        copy.dontRoute = dontRoute;
        copy.broadcast = broadcast;
        copy.zeroCopy = zeroCopy;
        copy.timestamping = timestamping;
        return copy;
    }
}
