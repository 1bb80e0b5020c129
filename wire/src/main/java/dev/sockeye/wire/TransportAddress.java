package dev.sockeye.wire;

/// An IP address and a port: one end of a connection.
///
/// @param port 0 to 65535; 0 stands for "any"
public record TransportAddress(IpAddress ip, int port) {

    public TransportAddress {
        if ((port & ~0xffff) != 0) throw new IllegalArgumentException("a port is 0 to 65535, not " + port);
    }

    /// `address:port`, with brackets around an IPv6 address (RFC 5952 6).
    @Override
    public String toString() {
        return ip.isV4() ? ip + ":" + port : "[" + ip + "]:" + port;
    }
}
