package dev.sockeye.host;

/// The `net.ipv6.*` settings of a host, under Linux's own names and with Linux 6.18's defaults and units. A field
/// is a sysctl; those whose names have two parts stand with their path in [Sysctl].
@SuppressWarnings("MemberName") // the names are the kernel's
public final class Ipv6Sysctl {

    /// Whether a new IPv6 socket takes no IPv4.
    public int bindv6only = 0;

    /// `net.ipv6.conf.all.hop_limit`
    public int hop_limit = 64;

    /// Bytes that fragments waiting for the rest of their datagrams may take.
    public long ip6frag_high_thresh = 4_194_304;

    /// Seconds that the first fragment waits for the rest.
    public int ip6frag_time = 60;

    /// `net.ipv6.icmp.echo_ignore_all`
    public int echo_ignore_all = 0;

    /// `net.ipv6.icmp.ratelimit`: milliseconds between two ICMPv6 errors to one destination, once six have gone
    /// out.
    public int ratelimit = 100;

    /// `net.ipv6.route.mtu_expires`: seconds that a learned path MTU lasts.
    public int mtu_expires = 600;

    Ipv6Sysctl() {}
}
