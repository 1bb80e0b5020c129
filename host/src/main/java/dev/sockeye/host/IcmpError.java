package dev.sockeye.host;

import dev.sockeye.wire.Errno;
import dev.sockeye.wire.Icmpv4;
import dev.sockeye.wire.Icmpv6;

/// What ICMP errors mean to a socket: an errno, and whether it is hard (Linux's `icmp_err_convert` and
/// `icmpv6_err_convert`).
final class IcmpError {

    private static final Errno[] UNREACHABLE_V4 = {
        Errno.ENETUNREACH, // 0 net
        Errno.EHOSTUNREACH, // 1 host
        Errno.ENOPROTOOPT, // 2 protocol
        Errno.ECONNREFUSED, // 3 port
        Errno.EMSGSIZE, // 4 fragmentation needed
        Errno.EOPNOTSUPP, // 5 source route failed
        Errno.ENETUNREACH, // 6 net unknown
        Errno.EHOSTDOWN, // 7 host unknown
        Errno.ENONET, // 8 source host isolated
        Errno.ENETUNREACH, // 9 net prohibited
        Errno.EHOSTUNREACH, // 10 host prohibited
        Errno.ENETUNREACH, // 11 net, for this type of service
        Errno.EHOSTUNREACH, // 12 host, for this type of service
        Errno.EHOSTUNREACH, // 13 communication prohibited
        Errno.EHOSTUNREACH, // 14 host precedence violation
        Errno.EHOSTUNREACH, // 15 precedence cutoff
    };

    /// A bit for each hard code of [#UNREACHABLE_V4]: 2, 3, 6 to 10, 13 to 15.
    private static final int HARD_V4 = 0b1110_0111_1100_1100;

    private static final Errno[] UNREACHABLE_V6 = {
        Errno.ENETUNREACH, // 0 no route
        Errno.EACCES, // 1 prohibited
        Errno.EHOSTUNREACH, // 2 beyond scope
        Errno.EHOSTUNREACH, // 3 address
        Errno.ECONNREFUSED, // 4 port
        Errno.EACCES, // 5 policy
        Errno.EACCES, // 6 reject route
    };

    private static final int HARD_V6 = 0b111_0010;

    private IcmpError() {}

    static Errno errnoV4(int type, int code) {
        return switch (type) {
            case Icmpv4.UNREACHABLE -> UNREACHABLE_V4[code];
            case Icmpv4.PARAMETER_PROBLEM -> Errno.EPROTO;
            default -> Errno.EHOSTUNREACH;
        };
    }

    static boolean isHardV4(int type, int code) {
        return switch (type) {
            case Icmpv4.UNREACHABLE -> (HARD_V4 >>> code & 1) != 0;
            case Icmpv4.PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }

    static Errno errnoV6(int type, int code) {
        return switch (type) {
            case Icmpv6.UNREACHABLE -> code < UNREACHABLE_V6.length ? UNREACHABLE_V6[code] : Errno.EPROTO;
            case Icmpv6.PACKET_TOO_BIG -> Errno.EMSGSIZE;
            case Icmpv6.TIME_EXCEEDED -> Errno.EHOSTUNREACH;
            default -> Errno.EPROTO;
        };
    }

    static boolean isHardV6(int type, int code) {
        return switch (type) {
            case Icmpv6.UNREACHABLE -> code >= UNREACHABLE_V6.length || (HARD_V6 >>> code & 1) != 0;
            case Icmpv6.PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }
}
