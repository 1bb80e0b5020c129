package dev.sockeye.host;

/// The `net.core.*` settings of a host, under Linux's own names and with Linux 6.18's defaults
/// (Documentation/admin-guide/sysctl/net.rst). A field is a sysctl.
@SuppressWarnings("MemberName") // the names are the kernel's
public final class CoreSysctl {

    /// The most that `listen` takes as a backlog.
    public int somaxconn = 4096;

    /// Bytes of a socket's receive buffer, where the protocol has no default of its own.
    public int rmem_default = 212_992;

    /// Bytes that `SO_RCVBUF` sets at most, before doubling.
    public int rmem_max = 4_194_304;

    /// Bytes of a socket's send buffer, where the protocol has no default of its own.
    public int wmem_default = 212_992;

    /// Bytes that `SO_SNDBUF` sets at most, before doubling.
    public int wmem_max = 4_194_304;

    CoreSysctl() {}
}
