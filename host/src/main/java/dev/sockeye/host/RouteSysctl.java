package dev.sockeye.host;

/// The `net.ipv4.route.*` settings of a host, under Linux's own names and with Linux 6.18's defaults. A field is a
/// sysctl.
@SuppressWarnings("MemberName") // the names are the kernel's
public final class RouteSysctl {

    /// Bytes: a path MTU below this, which an ICMP message claims, counts as this, and DF is not set (RFC 1191 3
    /// has 68).
    public int min_pmtu = 552;

    /// Seconds that a learned path MTU lasts.
    public int mtu_expires = 600;

    RouteSysctl() {}
}
