package dev.sockeye.host;

/// What a program can set on a UDP socket with `setsockopt`, in the units of Linux.
public final class UdpOptions {

    /// `SO_BROADCAST`: without it sending to a broadcast address is EACCES.
    public boolean broadcast;

    /// `SO_RCVBUF` as `getsockopt` returns it (twice what was set), bytes of memory; 0: `net.core.rmem_default`
    public int receiveBuffer;

    /// `SO_SNDBUF` as `getsockopt` returns it (twice what was set), bytes; 0: `net.core.wmem_default`
    public int sendBuffer;

    /// `IP_TOS`/`IPV6_TCLASS`
    public int trafficClass;

    /// `IP_TTL`/`IPV6_UNICAST_HOPS`; -1: the host's default
    public int hopLimit = -1;

    /// `IP_MULTICAST_TTL`/`IPV6_MULTICAST_HOPS`
    public int multicastHopLimit = 1;

    /// `IP_MULTICAST_LOOP`/`IPV6_MULTICAST_LOOP`
    public boolean multicastLoop = true;

    /// `IP_RECVERR`/`IPV6_RECVERR`: errors also of a socket that is not connected
    public boolean receiveErrors;
}
