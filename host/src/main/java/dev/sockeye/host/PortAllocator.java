package dev.sockeye.host;

import dev.sockeye.tcp.SipHash;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Gives out local ports of one protocol: those that a program names, as the rules of `SO_REUSEADDR` and
/// `SO_REUSEPORT` allow, and those that the host chooses within `ip_local_port_range`.
///
/// `connect` chooses by the double-hash algorithm of RFC 6056 3.3.4: where the search begins is a keyed hash of
/// the two addresses and the remote port, moved on by a counter that is one of many. As on Linux it first looks at
/// ports of the parity that the range begins with, and `bind` with port 0 at the others, so that the two do not
/// wear each other out.
final class PortAllocator {

    /// Whether a connection with this local port can be made, the other three of its 4-tuple being given.
    interface Tuples {
        boolean isFree(int localPort);
    }

    /// How many counters there are: more give away less of other connections (Linux has 65536, RFC 6056 suggests
    /// 10).
    private static final int COUNTERS = 256;

    private final PortTable ports;
    private final Ipv4Sysctl sysctl;
    private final RandomGenerator random;
    private final int[] counters = new int[COUNTERS];
    private final long key0;
    private final long key1;

    PortAllocator(PortTable ports, Ipv4Sysctl sysctl, RandomGenerator random) {
        this.ports = ports;
        this.sysctl = sysctl;
        this.random = random;
        this.key0 = random.nextLong();
        this.key1 = random.nextLong();
    }

    // ---------------------------------------------------------------- a port that the program names

    /// Whether a TCP socket may be bound to a port; asked again when it begins to listen
    /// (`inet_csk_bind_conflict`).
    boolean mayBindTcp(TcpEndpoint socket, IpAddress ip, int port) {
        return !conflictsTcp(ports.bucket(port), socket, ip, true);
    }

    /// @param named whether the program named the port: then `SO_REUSEADDR` and `SO_REUSEPORT` count. A port that
    ///              the host chooses is shared with nobody.
    private static boolean conflictsTcp(@Nullable PortBucket bucket, TcpEndpoint socket, IpAddress ip, boolean named) {
        if (bucket == null) return false;
        for (PortHolder other = bucket.first; other != null; other = other.nextHolder) {
            if (other == socket || named && agreeTcp(socket, other)) continue;
            if (other.overlaps(ip, socket.v6Only(), socket.boundDevice())) return true;
        }
        return false;
    }

    /// Both want to share: with `SO_REUSEADDR`, unless the other listens; or with `SO_REUSEPORT`.
    private static boolean agreeTcp(PortHolder socket, PortHolder other) {
        // RFC 9293 3.9.1.1, MUST-42: a connection that is being opened does not listen.
        if (socket.reuseAddress() && other.reuseAddress() && !other.isListening()) return true;
        return socket.reusePort() && other.reusePort();
    }

    /// Whether a UDP socket may be bound to a port (`udp_lib_lport_inuse`).
    boolean mayBindUdp(UdpEndpoint socket, IpAddress ip, int port) {
        PortBucket bucket = ports.bucket(port);
        if (bucket == null) return true;
        for (PortHolder other = bucket.first; other != null; other = other.nextHolder) {
            if (other == socket || agreeUdp(socket, other)) continue;
            if (other.overlaps(ip, socket.v6Only(), socket.boundDevice())) return false;
        }
        return true;
    }

    private static boolean agreeUdp(PortHolder socket, PortHolder other) {
        return socket.reuseAddress() && other.reuseAddress() || socket.reusePort() && other.reusePort();
    }

    // ---------------------------------------------------------------- a port that the host chooses

    /// A port for `bind` with port 0 (`inet_csk_find_open_port`).
    ///
    /// @return the port, or `-EADDRINUSE` if none is free
    int chooseForBind(TcpEndpoint socket, IpAddress ip) {
        int port = searchForBind(socket, ip, false);
        if (port < 0 && sysctl.ip_autobind_reuse != 0) return searchForBind(socket, ip, true);
        return port;
    }

    private int searchForBind(TcpEndpoint socket, IpAddress ip, boolean shared) {
        int low = sysctl.ip_local_port_range[0];
        int count = sysctl.ip_local_port_range[1] - low + 1;
        // Linux: with SO_REUSEADDR the lower half of the range first.
        int half = count / 2 & ~1;
        if (socket.reuseAddress() && half >= 2) {
            int port = searchParities(socket, ip, low, half, shared);
            return port >= 0 ? port : searchParities(socket, ip, low + half, count - half, shared);
        }
        return searchParities(socket, ip, low, count, shared);
    }

    /// Every other port of a range from a random one on, and then the rest.
    private int searchParities(TcpEndpoint socket, IpAddress ip, int low, int count, boolean shared) {
        int pairs = (count + 1) / 2;
        int start = random.nextInt(pairs);
        for (int parity = 1; parity >= 0; parity--) {
            for (int i = 0; i < pairs; i++) {
                int offset = (start + i) % pairs * 2 + parity;
                if (offset >= count) continue;
                if (!conflictsTcp(ports.bucket(low + offset), socket, ip, shared)) return low + offset;
            }
        }
        return Errno.EADDRINUSE.asResult();
    }

    /// A port for a UDP socket: any that is free, from a random one on.
    ///
    /// @return the port, or `-EADDRINUSE` if none is free
    int chooseForUdp(UdpEndpoint socket, IpAddress ip) {
        int low = sysctl.ip_local_port_range[0];
        int count = sysctl.ip_local_port_range[1] - low + 1;
        int start = random.nextInt(count);
        for (int i = 0; i < count; i++) {
            int port = low + (start + i) % count;
            if (mayBindUdp(socket, ip, port)) return port;
        }
        return Errno.EADDRINUSE.asResult();
    }

    /// A port for `connect` (`__inet_hash_connect`). One that `bind` gave out is passed over; one that other
    /// connections use serves if the 4-tuple differs.
    ///
    /// @return the port, or `-EADDRNOTAVAIL` if none is free
    int chooseForConnect(IpAddress local, IpAddress remote, int remotePort, Tuples tuples) {
        int low = sysctl.ip_local_port_range[0];
        int count = sysctl.ip_local_port_range[1] - low + 1;
        long hash = SipHash.hash(key0, key1, local.high(), local.low(), remote.high(), remote.low(), remotePort);
        int counter = (int) hash & COUNTERS - 1;
        int pairs = (count + 1) / 2;
        int start = (int) Long.remainderUnsigned((hash >>> 32) + counters[counter], pairs);
        for (int parity = 0; parity < 2; parity++) {
            for (int i = 0; i < pairs; i++) {
                int offset = (start + i) % pairs * 2 + parity;
                if (offset >= count || !isFreeForConnect(low + offset, tuples)) continue;
                // Linux: the next search begins a little further on, by chance, where there is room.
                counters[counter] += Math.max(i, random.nextInt(8)) + 1;
                return low + offset;
            }
        }
        return Errno.EADDRNOTAVAIL.asResult();
    }

    private boolean isFreeForConnect(int port, Tuples tuples) {
        PortBucket bucket = ports.bucket(port);
        return bucket == null || !bucket.bound && tuples.isFree(port);
    }
}
