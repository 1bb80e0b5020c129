package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import org.jspecify.annotations.Nullable;

/// Which end of a socket a condition is about.
public enum Side {
    SOURCE("src", "sport"),
    DESTINATION("dst", "dport");

    private final String host;
    private final String port;

    Side(String host, String port) {
        this.host = host;
        this.port = port;
    }

    /// `src` or `dst`
    String hostName() {
        return host;
    }

    /// `sport` or `dport`
    String portName() {
        return port;
    }

    /// A socket without a peer has port 0 for the peer's, as in the kernel.
    int portOf(SocketSnapshot socket) {
        TransportAddress address = addressOf(socket);
        return address == null ? 0 : address.port();
    }

    /// A socket without a peer has the wildcard of its family for the peer's address, as in the kernel.
    IpAddress ipOf(SocketSnapshot socket) {
        TransportAddress address = addressOf(socket);
        if (address != null) return address.ip();
        return familyOf(socket) == KernelDetail.IPV4 ? IpAddress.ANY_V4 : IpAddress.ANY_V6;
    }

    private @Nullable TransportAddress addressOf(SocketSnapshot socket) {
        return this == SOURCE ? socket.local() : socket.remote();
    }

    /// The socket's family, which is IPv6 for many that talk IPv4.
    static int familyOf(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        if (kernel != null) return kernel.family();
        return socket.local().ip().isV4() ? KernelDetail.IPV4 : KernelDetail.IPV6;
    }
}
