package dev.sockeye.host;

/// The `net.ipv4.*` settings of a host that are not TCP's, under Linux's own names and with Linux 6.18's defaults
/// and units (Documentation/networking/ip-sysctl.rst). A field is a sysctl.
@SuppressWarnings("MemberName") // the names are the kernel's
public final class Ipv4Sysctl {

    public int ip_default_ttl = 64;

    /// The first and the last port that the host chooses from.
    public int[] ip_local_port_range = {32_768, 60_999};

    /// 1: `bind` takes addresses that the host has not.
    public int ip_nonlocal_bind = 0;

    /// 1: `bind` with port 0 may share ports as `SO_REUSEADDR` allows.
    public int ip_autobind_reuse = 0;

    /// 0: path MTU discovery, DF set; else none.
    public int ip_no_pmtu_disc = 0;

    /// Bytes that fragments waiting for the rest of their datagrams may take.
    public long ipfrag_high_thresh = 4_194_304;

    /// Seconds that the first fragment waits for the rest.
    public int ipfrag_time = 30;

    public int icmp_echo_ignore_all = 0;
    public int icmp_echo_ignore_broadcasts = 1;

    /// Milliseconds between two ICMP errors to one destination, once six have gone out at once.
    public int icmp_ratelimit = 1000;

    /// Types of ICMP that are limited: a bit each.
    public int icmp_ratemask = 6168;

    /// ICMP errors to all destinations in a second.
    public int icmp_msgs_per_sec = 1000;

    /// ICMP errors to all destinations at once.
    public int icmp_msgs_burst = 50;

    Ipv4Sysctl() {}
}
