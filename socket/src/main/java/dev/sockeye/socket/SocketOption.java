package dev.sockeye.socket;

import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.MemoryInfo;
import dev.sockeye.tcp.TcpInfo;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A socket option under Linux's name, with the Java type of its value. Values are in Linux's units: bytes,
/// seconds or milliseconds as `socket(7)`, `tcp(7)`, `ip(7)` and `ipv6(7)` tell, and booleans for its 0 and 1.
/// Which of them this stack honours, and how Linux clamps them: `docs/socket-options.md`.
///
/// @param <T> the type of its value
public final class SocketOption<T> {

    private static final Map<String, SocketOption<?>> BY_NAME = new LinkedHashMap<>();

    // SOL_SOCKET

    /// `SO_RCVBUF`, bytes; what is read is twice what was set, for the kernel's book-keeping counts too.
    public static final SocketOption<Integer> SO_RCVBUF = of("SO_RCVBUF", Integer.class);
    /// `SO_SNDBUF`, bytes; what is read is twice what was set.
    public static final SocketOption<Integer> SO_SNDBUF = of("SO_SNDBUF", Integer.class);
    /// `SO_REUSEADDR`
    public static final SocketOption<Boolean> SO_REUSEADDR = of("SO_REUSEADDR", Boolean.class);
    /// `SO_REUSEPORT`
    public static final SocketOption<Boolean> SO_REUSEPORT = of("SO_REUSEPORT", Boolean.class);
    /// `SO_KEEPALIVE`
    public static final SocketOption<Boolean> SO_KEEPALIVE = of("SO_KEEPALIVE", Boolean.class);
    /// `SO_LINGER`, seconds; -1 is off.
    public static final SocketOption<Integer> SO_LINGER = of("SO_LINGER", Integer.class);
    /// `SO_OOBINLINE`
    public static final SocketOption<Boolean> SO_OOBINLINE = of("SO_OOBINLINE", Boolean.class);
    /// `SO_RCVLOWAT`, bytes.
    public static final SocketOption<Integer> SO_RCVLOWAT = of("SO_RCVLOWAT", Integer.class);
    /// `SO_RCVTIMEO`: how long a read or accept without a timeout of its own waits, nanoseconds; 0 is for ever.
    public static final SocketOption<Long> SO_RCVTIMEO = of("SO_RCVTIMEO", Long.class);
    /// `SO_SNDTIMEO`: how long a write or connect without a timeout of its own waits, nanoseconds; 0 is for ever.
    public static final SocketOption<Long> SO_SNDTIMEO = of("SO_SNDTIMEO", Long.class);
    /// `SO_ERROR`: the pending error's number, which reading clears; 0 is none.
    public static final SocketOption<Integer> SO_ERROR = of("SO_ERROR", Integer.class);
    /// `SO_ACCEPTCONN`: whether it listens.
    public static final SocketOption<Boolean> SO_ACCEPTCONN = of("SO_ACCEPTCONN", Boolean.class);
    /// `SO_BROADCAST`
    public static final SocketOption<Boolean> SO_BROADCAST = of("SO_BROADCAST", Boolean.class);
    /// `SO_MAX_PACING_RATE`, bytes per second; -1 is none.
    public static final SocketOption<Long> SO_MAX_PACING_RATE = of("SO_MAX_PACING_RATE", Long.class);
    /// `SO_PRIORITY`
    public static final SocketOption<Integer> SO_PRIORITY = of("SO_PRIORITY", Integer.class);
    /// `SO_MARK`
    public static final SocketOption<Integer> SO_MARK = of("SO_MARK", Integer.class);
    /// `SO_BINDTODEVICE`: an interface's name; empty is any.
    public static final SocketOption<String> SO_BINDTODEVICE = of("SO_BINDTODEVICE", String.class);
    /// `SO_COOKIE`: a number that no other socket of this machine has.
    public static final SocketOption<Long> SO_COOKIE = of("SO_COOKIE", Long.class);

    /// `SO_TYPE`: 1 of a stream, 2 of datagrams.
    public static final SocketOption<Integer> SO_TYPE = of("SO_TYPE", Integer.class);
    /// `SO_PROTOCOL`: 6 of TCP, 17 of UDP.
    public static final SocketOption<Integer> SO_PROTOCOL = of("SO_PROTOCOL", Integer.class);
    /// `SO_DOMAIN`: 2 of IPv4, 10 of IPv6.
    public static final SocketOption<Integer> SO_DOMAIN = of("SO_DOMAIN", Integer.class);
    /// `SO_SNDLOWAT`: 1.
    public static final SocketOption<Integer> SO_SNDLOWAT = of("SO_SNDLOWAT", Integer.class);
    /// `SO_SNDBUFFORCE`: `SO_SNDBUF` beyond `net.core.wmem_max`; cannot be read.
    public static final SocketOption<Integer> SO_SNDBUFFORCE = of("SO_SNDBUFFORCE", Integer.class);
    /// `SO_RCVBUFFORCE`: `SO_RCVBUF` beyond `net.core.rmem_max`; cannot be read.
    public static final SocketOption<Integer> SO_RCVBUFFORCE = of("SO_RCVBUFFORCE", Integer.class);
    /// `SO_MEMINFO`
    public static final SocketOption<MemoryInfo> SO_MEMINFO = of("SO_MEMINFO", MemoryInfo.class);
    /// `SO_PEEK_OFF`, bytes; -1 is off.
    public static final SocketOption<Integer> SO_PEEK_OFF = of("SO_PEEK_OFF", Integer.class);
    /// `SO_DEBUG`
    public static final SocketOption<Boolean> SO_DEBUG = of("SO_DEBUG", Boolean.class);
    /// `SO_DONTROUTE`
    public static final SocketOption<Boolean> SO_DONTROUTE = of("SO_DONTROUTE", Boolean.class);
    /// `SO_ZEROCOPY`
    public static final SocketOption<Boolean> SO_ZEROCOPY = of("SO_ZEROCOPY", Boolean.class);

    /// `SO_TIMESTAMPING`: flags of [dev.sockeye.tcp.Stamping].
    public static final SocketOption<Integer> SO_TIMESTAMPING = of("SO_TIMESTAMPING", Integer.class);

    // IPPROTO_IP, IPPROTO_IPV6

    /// `IP_TOS`
    public static final SocketOption<Integer> IP_TOS = of("IP_TOS", Integer.class);
    /// `IP_TTL`
    public static final SocketOption<Integer> IP_TTL = of("IP_TTL", Integer.class);
    /// `IP_MULTICAST_TTL`, `IPV6_MULTICAST_HOPS`; -1 is 1.
    public static final SocketOption<Integer> IP_MULTICAST_TTL = of("IP_MULTICAST_TTL", Integer.class);
    /// `IP_MULTICAST_LOOP`, `IPV6_MULTICAST_LOOP`
    public static final SocketOption<Boolean> IP_MULTICAST_LOOP = of("IP_MULTICAST_LOOP", Boolean.class);
    /// `IP_RECVERR`, `IPV6_RECVERR`
    public static final SocketOption<Boolean> IP_RECVERR = of("IP_RECVERR", Boolean.class);
    /// `IPV6_TCLASS`
    public static final SocketOption<Integer> IPV6_TCLASS = of("IPV6_TCLASS", Integer.class);
    /// `IPV6_UNICAST_HOPS`; -1 is the default of the machine.
    public static final SocketOption<Integer> IPV6_UNICAST_HOPS = of("IPV6_UNICAST_HOPS", Integer.class);
    /// `IPV6_V6ONLY`
    public static final SocketOption<Boolean> IPV6_V6ONLY = of("IPV6_V6ONLY", Boolean.class);

    /// `IP_MTU_DISCOVER`: 0 to 5, as `IP_PMTUDISC_*`.
    public static final SocketOption<Integer> IP_MTU_DISCOVER = of("IP_MTU_DISCOVER", Integer.class);
    /// `IPV6_MTU_DISCOVER`
    public static final SocketOption<Integer> IPV6_MTU_DISCOVER = of("IPV6_MTU_DISCOVER", Integer.class);
    /// `IP_MTU`, `IPV6_MTU`: of the path to the peer, bytes; none where it is not connected.
    public static final SocketOption<Integer> IP_MTU = of("IP_MTU", Integer.class);
    /// `IP_FREEBIND`, `IPV6_FREEBIND`
    public static final SocketOption<Boolean> IP_FREEBIND = of("IP_FREEBIND", Boolean.class);
    /// `IP_BIND_ADDRESS_NO_PORT`
    public static final SocketOption<Boolean> IP_BIND_ADDRESS_NO_PORT = of("IP_BIND_ADDRESS_NO_PORT", Boolean.class);
    /// `IP_MINTTL`
    public static final SocketOption<Integer> IP_MINTTL = of("IP_MINTTL", Integer.class);
    /// `IPV6_MINHOPCOUNT`
    public static final SocketOption<Integer> IPV6_MINHOPCOUNT = of("IPV6_MINHOPCOUNT", Integer.class);

    // IPPROTO_TCP

    /// `TCP_NODELAY`
    public static final SocketOption<Boolean> TCP_NODELAY = of("TCP_NODELAY", Boolean.class);
    /// `TCP_CORK`
    public static final SocketOption<Boolean> TCP_CORK = of("TCP_CORK", Boolean.class);
    /// `TCP_QUICKACK`
    public static final SocketOption<Boolean> TCP_QUICKACK = of("TCP_QUICKACK", Boolean.class);
    /// `TCP_KEEPIDLE`, seconds.
    public static final SocketOption<Integer> TCP_KEEPIDLE = of("TCP_KEEPIDLE", Integer.class);
    /// `TCP_KEEPINTVL`, seconds.
    public static final SocketOption<Integer> TCP_KEEPINTVL = of("TCP_KEEPINTVL", Integer.class);
    /// `TCP_KEEPCNT`
    public static final SocketOption<Integer> TCP_KEEPCNT = of("TCP_KEEPCNT", Integer.class);
    /// `TCP_USER_TIMEOUT`, milliseconds; 0 is none.
    public static final SocketOption<Integer> TCP_USER_TIMEOUT = of("TCP_USER_TIMEOUT", Integer.class);
    /// `TCP_MAXSEG`, bytes.
    public static final SocketOption<Integer> TCP_MAXSEG = of("TCP_MAXSEG", Integer.class);
    /// `TCP_CONGESTION`: a name of `net.ipv4.tcp_available_congestion_control`.
    public static final SocketOption<String> TCP_CONGESTION = of("TCP_CONGESTION", String.class);
    /// `TCP_NOTSENT_LOWAT`, bytes.
    public static final SocketOption<Integer> TCP_NOTSENT_LOWAT = of("TCP_NOTSENT_LOWAT", Integer.class);
    /// `TCP_DEFER_ACCEPT`, seconds.
    public static final SocketOption<Integer> TCP_DEFER_ACCEPT = of("TCP_DEFER_ACCEPT", Integer.class);
    /// `TCP_LINGER2`, seconds.
    public static final SocketOption<Integer> TCP_LINGER2 = of("TCP_LINGER2", Integer.class);
    /// `TCP_SYNCNT`
    public static final SocketOption<Integer> TCP_SYNCNT = of("TCP_SYNCNT", Integer.class);
    /// `TCP_WINDOW_CLAMP`, bytes.
    public static final SocketOption<Integer> TCP_WINDOW_CLAMP = of("TCP_WINDOW_CLAMP", Integer.class);
    /// `TCP_FASTOPEN`: the length of a listener's queue.
    public static final SocketOption<Integer> TCP_FASTOPEN = of("TCP_FASTOPEN", Integer.class);
    /// `TCP_FASTOPEN_CONNECT`
    public static final SocketOption<Boolean> TCP_FASTOPEN_CONNECT = of("TCP_FASTOPEN_CONNECT", Boolean.class);
    /// `TCP_FASTOPEN_KEY`: one or two keys of 16 bytes; null where the machine's are used.
    public static final SocketOption<byte[]> TCP_FASTOPEN_KEY = of("TCP_FASTOPEN_KEY", byte[].class);
    /// `TCP_FASTOPEN_NO_COOKIE`
    public static final SocketOption<Boolean> TCP_FASTOPEN_NO_COOKIE = of("TCP_FASTOPEN_NO_COOKIE", Boolean.class);
    /// `TCP_INQ`
    public static final SocketOption<Boolean> TCP_INQ = of("TCP_INQ", Boolean.class);
    /// `TCP_CC_INFO`; null where the congestion control tells nothing.
    public static final SocketOption<CongestionInfo> TCP_CC_INFO = of("TCP_CC_INFO", CongestionInfo.class);
    /// `TCP_THIN_LINEAR_TIMEOUTS`
    public static final SocketOption<Boolean> TCP_THIN_LINEAR_TIMEOUTS = of("TCP_THIN_LINEAR_TIMEOUTS", Boolean.class);
    /// `TCP_RTO_MAX_MS`, milliseconds.
    public static final SocketOption<Integer> TCP_RTO_MAX_MS = of("TCP_RTO_MAX_MS", Integer.class);
    /// `TCP_RTO_MIN_US`, microseconds.
    public static final SocketOption<Integer> TCP_RTO_MIN_US = of("TCP_RTO_MIN_US", Integer.class);
    /// `TCP_DELACK_MAX_US`, microseconds.
    public static final SocketOption<Integer> TCP_DELACK_MAX_US = of("TCP_DELACK_MAX_US", Integer.class);
    /// `TCP_SAVE_SYN`: 1 or 2 keeps the headers of SYNs.
    public static final SocketOption<Integer> TCP_SAVE_SYN = of("TCP_SAVE_SYN", Integer.class);
    /// `TCP_SAVED_SYN`: those headers, once; else empty.
    public static final SocketOption<byte[]> TCP_SAVED_SYN = of("TCP_SAVED_SYN", byte[].class);
    /// `TCP_TIMESTAMP`: the clock of the timestamp option, milliseconds.
    public static final SocketOption<Integer> TCP_TIMESTAMP = of("TCP_TIMESTAMP", Integer.class);
    /// `TCP_MD5SIG`: the MD5 key for a peer; cannot be read.
    public static final SocketOption<Md5Signature> TCP_MD5SIG = of("TCP_MD5SIG", Md5Signature.class);
    /// `TCP_MD5SIG_EXT`: the MD5 key for the peers of a prefix; cannot be read.
    public static final SocketOption<Md5Signature> TCP_MD5SIG_EXT = of("TCP_MD5SIG_EXT", Md5Signature.class);
    /// `TCP_AO_ADD_KEY`: a master key of TCP-AO; cannot be read.
    public static final SocketOption<TcpAoKey> TCP_AO_ADD_KEY = of("TCP_AO_ADD_KEY", TcpAoKey.class);
    /// `TCP_AO_DEL_KEY`: takes such a key away; cannot be read.
    public static final SocketOption<TcpAoDelete> TCP_AO_DEL_KEY = of("TCP_AO_DEL_KEY", TcpAoDelete.class);
    /// `TCP_AO_INFO`; null where the socket has no TCP-AO.
    public static final SocketOption<TcpAoInfo> TCP_AO_INFO = of("TCP_AO_INFO", TcpAoInfo.class);
    /// `TCP_AO_GET_KEYS`: all keys; null where the socket has no TCP-AO.
    public static final SocketOption<TcpAoKeyInfo[]> TCP_AO_GET_KEYS = of("TCP_AO_GET_KEYS", TcpAoKeyInfo[].class);
    /// `TCP_INFO`
    public static final SocketOption<TcpInfo> TCP_INFO = of("TCP_INFO", TcpInfo.class);

    private final String name;
    private final Class<T> type;

    private SocketOption(String name, Class<T> type) {
        this.name = name;
        this.type = type;
    }

    private static <T> SocketOption<T> of(String name, Class<T> type) {
        var option = new SocketOption<>(name, type);
        BY_NAME.put(name, option);
        return option;
    }

    /// Every option there is.
    public static Collection<SocketOption<?>> all() {
        return Collections.unmodifiableCollection(BY_NAME.values());
    }

    /// The option with this name of Linux's, or null.
    public static @Nullable SocketOption<?> named(String name) {
        return BY_NAME.get(name);
    }

    /// Linux's name for it.
    public String name() {
        return name;
    }

    /// The Java type of its value.
    public Class<T> type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }
}
