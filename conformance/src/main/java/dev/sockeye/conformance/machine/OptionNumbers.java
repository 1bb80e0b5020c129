package dev.sockeye.conformance.machine;

import dev.sockeye.socket.SocketOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/// Levels and numbers of socket options, as system calls have them.
final class OptionNumbers {

    /// An option by name and number.
    ///
    /// @param option null where the stack does not have it
    record Known(
            int level, int number, String name, @Nullable SocketOption<?> option) {}

    private static final List<Known> ALL = new ArrayList<>();

    static {
        socket();
        ip();
        tcp();
    }

    private OptionNumbers() {}

    private static void add(int level, int number, String name) {
        ALL.add(new Known(level, number, name, SocketOption.named(name)));
    }

    /// An option of IPv6 that is one with IPv4's.
    private static void addOfBoth(int number, String name, SocketOption<?> option) {
        ALL.add(new Known(Constants.SOL_IPV6, number, name, option));
    }

    private static void socket() {
        int level = Constants.SOL_SOCKET;
        add(level, 2, "SO_REUSEADDR");
        add(level, 3, "SO_TYPE");
        add(level, 4, "SO_ERROR");
        add(level, 5, "SO_DONTROUTE");
        add(level, 6, "SO_BROADCAST");
        add(level, 7, "SO_SNDBUF");
        add(level, 8, "SO_RCVBUF");
        add(level, 9, "SO_KEEPALIVE");
        add(level, 10, "SO_OOBINLINE");
        add(level, 12, "SO_PRIORITY");
        add(level, 13, "SO_LINGER");
        add(level, 15, "SO_REUSEPORT");
        add(level, 18, "SO_RCVLOWAT");
        add(level, 20, "SO_RCVTIMEO");
        add(level, 21, "SO_SNDTIMEO");
        add(level, 25, "SO_BINDTODEVICE");
        add(level, 30, "SO_ACCEPTCONN");
        add(level, 32, "SO_SNDBUFFORCE");
        add(level, 33, "SO_RCVBUFFORCE");
        add(level, 36, "SO_MARK");
        add(level, 37, "SO_TIMESTAMPING");
        add(level, 38, "SO_PROTOCOL");
        add(level, 39, "SO_DOMAIN");
        add(level, 47, "SO_MAX_PACING_RATE");
        add(level, 55, "SO_MEMINFO");
        add(level, 57, "SO_COOKIE");
        add(level, 60, "SO_ZEROCOPY");
        add(level, 61, "SO_TXTIME");
        add(level, 69, "SO_PREFER_BUSY_POLL");
        add(level, 70, "SO_BUSY_POLL_BUDGET");
        add(level, 1, "SO_DEBUG");
        add(level, 11, "SO_NO_CHECK");
        add(level, 16, "SO_PASSCRED");
        add(level, 17, "SO_PEERCRED");
        add(level, 19, "SO_SNDLOWAT");
        add(level, 26, "SO_ATTACH_FILTER");
        add(level, 27, "SO_DETACH_FILTER");
        add(level, 28, "SO_PEERNAME");
        add(level, 29, "SO_TIMESTAMP");
        add(level, 35, "SO_TIMESTAMPNS");
        add(level, 40, "SO_RXQ_OVFL");
        add(level, 42, "SO_PEEK_OFF");
        add(level, 44, "SO_LOCK_FILTER");
        add(level, 45, "SO_SELECT_ERR_QUEUE");
        add(level, 46, "SO_BUSY_POLL");
        add(level, 48, "SO_BPF_EXTENSIONS");
        add(level, 49, "SO_INCOMING_CPU");
        add(level, 56, "SO_INCOMING_NAPI_ID");
        add(level, 72, "SO_BUF_LOCK");
        add(level, 73, "SO_RESERVE_MEM");
        add(level, 74, "SO_TXREHASH");
        add(level, 75, "SO_RCVMARK");
    }

    private static void ip() {
        add(Constants.SOL_IP, 1, "IP_TOS");
        add(Constants.SOL_IP, 2, "IP_TTL");
        add(Constants.SOL_IP, 10, "IP_MTU_DISCOVER");
        add(Constants.SOL_IP, 11, "IP_RECVERR");
        add(Constants.SOL_IP, 13, "IP_RECVTOS");
        add(Constants.SOL_IP, 14, "IP_MTU");
        add(Constants.SOL_IP, 15, "IP_FREEBIND");
        add(Constants.SOL_IP, 21, "IP_MINTTL");
        add(Constants.SOL_IP, 24, "IP_BIND_ADDRESS_NO_PORT");
        add(Constants.SOL_IPV6, 16, "IPV6_UNICAST_HOPS");
        add(Constants.SOL_IPV6, 23, "IPV6_MTU_DISCOVER");
        addOfBoth(24, "IPV6_MTU", SocketOption.IP_MTU);
        addOfBoth(25, "IPV6_RECVERR", SocketOption.IP_RECVERR);
        add(Constants.SOL_IPV6, 26, "IPV6_V6ONLY");
        add(Constants.SOL_IPV6, 67, "IPV6_TCLASS");
        addOfBoth(78, "IPV6_FREEBIND", SocketOption.IP_FREEBIND);
    }

    private static void tcp() {
        String[] names = {
            "",
            "TCP_NODELAY",
            "TCP_MAXSEG",
            "TCP_CORK",
            "TCP_KEEPIDLE",
            "TCP_KEEPINTVL",
            "TCP_KEEPCNT",
            "TCP_SYNCNT",
            "TCP_LINGER2",
            "TCP_DEFER_ACCEPT",
            "TCP_WINDOW_CLAMP",
            "TCP_INFO",
            "TCP_QUICKACK",
            "TCP_CONGESTION",
            "TCP_MD5SIG",
            "",
            "TCP_THIN_LINEAR_TIMEOUTS",
            "TCP_THIN_DUPACK",
            "TCP_USER_TIMEOUT",
            "TCP_REPAIR",
            "TCP_REPAIR_QUEUE",
            "TCP_QUEUE_SEQ",
            "TCP_REPAIR_OPTIONS",
            "TCP_FASTOPEN",
            "TCP_TIMESTAMP",
            "TCP_NOTSENT_LOWAT",
            "TCP_CC_INFO",
            "TCP_SAVE_SYN",
            "TCP_SAVED_SYN",
            "TCP_REPAIR_WINDOW",
            "TCP_FASTOPEN_CONNECT",
            "TCP_ULP",
            "TCP_MD5SIG_EXT",
            "TCP_FASTOPEN_KEY",
            "TCP_FASTOPEN_NO_COOKIE",
            "TCP_ZEROCOPY_RECEIVE",
            "TCP_INQ",
            "TCP_TX_DELAY",
            "TCP_AO_ADD_KEY",
            "TCP_AO_DEL_KEY",
            "TCP_AO_INFO",
            "TCP_AO_GET_KEYS",
            "TCP_AO_REPAIR",
            "TCP_IS_MPTCP",
            "TCP_RTO_MAX_MS",
            "TCP_RTO_MIN_US",
            "TCP_DELACK_MAX_US"
        };
        for (int number = 1; number < names.length; number++) {
            if (!names[number].isEmpty()) add(Constants.SOL_TCP, number, names[number]);
        }
    }

    /// The option with this number, or null.
    static @Nullable Known find(int level, int number) {
        for (Known known : ALL) if (known.level == level && known.number == number) return known;
        return null;
    }

    static void forEachName(ObjLongConsumer<String> consumer) {
        for (Known known : ALL) consumer.accept(known.name, known.number);
    }
}
