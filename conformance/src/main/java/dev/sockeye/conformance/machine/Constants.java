package dev.sockeye.conformance.machine;

import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.wire.Errno;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The numbers behind the names of system calls' arguments, as Linux has them on x86-64 and arm64.
final class Constants {

    static final int O_NONBLOCK = 0x800;
    static final int O_CREAT = 0x40;
    static final int O_TRUNC = 0x200;
    static final int O_ACCESS = 3;
    static final int SOCK_TYPE_MASK = 0xf;
    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int F_GETFD = 1;
    static final int F_SETFD = 2;
    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    static final int SIOCINQ = 0x541b;
    static final int SIOCOUTQ = 0x5411;
    static final int SIOCOUTQNSD = 0x894b;
    static final int SIOCATMARK = 0x8905;
    static final int FIONBIO = 0x5421;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;
    static final int EPOLL_CTL_MOD = 3;
    static final int MSG_DONTROUTE = 4;
    static final int MSG_CTRUNC = 8;
    static final int MSG_CONFIRM = 0x800;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_WAITALL = 0x100;
    static final int MSG_ERRQUEUE = 0x2000;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_ZEROCOPY = 0x400_0000;
    static final int MSG_FASTOPEN = 0x2000_0000;
    static final int SPLICE_F_NONBLOCK = 2, SPLICE_F_MORE = 4;
    static final int SOL_SOCKET = 1;
    static final int SOL_IP = 0;
    static final int SOL_IPV6 = 41;
    static final int SOL_TCP = 6;
    static final int TCP_CM_INQ = 36;
    static final int SCM_TIMESTAMPING = 37;
    static final int IP_RECVERR = 11;
    static final int IPV6_RECVERR = 25;
    static final int EEXIST = 17;
    static final int ENOTTY = 25;
    static final int ESPIPE = 29;

    private static final Map<String, Long> NUMBERS = new HashMap<>();
    private static final Map<Integer, String> OTHER_ERRORS = new HashMap<>();

    static {
        families();
        options();
        flags();
        error(EEXIST, "EEXIST");
        error(ENOTTY, "ENOTTY");
        error(ESPIPE, "ESPIPE");
        error(24, "EMFILE");
        error(38, "ENOSYS");
        error(61, "ENODATA");
        error(62, "ETIME");
        error(125, "ECANCELED");
        for (Errno errno : Errno.values()) put(errno.name(), errno.number());
        put("EWOULDBLOCK", Errno.EAGAIN.number());
        put("ENOTSUP", Errno.EOPNOTSUPP.number());
    }

    private Constants() {}

    private static void put(String name, long value) {
        NUMBERS.put(name, value);
    }

    private static void error(int number, String name) {
        put(name, number);
        OTHER_ERRORS.put(number, name);
    }

    private static void families() {
        put("AF_UNSPEC", AF_UNSPEC);
        put("AF_UNIX", 1);
        put("AF_LOCAL", 1);
        put("AF_INET", AF_INET);
        put("AF_INET6", AF_INET6);
        put("PF_INET", AF_INET);
        put("PF_INET6", AF_INET6);
        put("SOCK_STREAM", 1);
        put("SOCK_DGRAM", 2);
        put("SOCK_RAW", 3);
        put("SOCK_NONBLOCK", O_NONBLOCK);
        put("SOCK_CLOEXEC", 0x80000);
        put("IPPROTO_IP", 0);
        put("IPPROTO_ICMP", 1);
        put("IPPROTO_TCP", 6);
        put("IPPROTO_UDP", 17);
        put("IPPROTO_IPV6", 41);
        put("IPPROTO_ICMPV6", 58);
        put("IPPROTO_MPTCP", 262);
        put("SHUT_RD", 0);
        put("SHUT_WR", 1);
        put("SHUT_RDWR", 2);
        put("INADDR_ANY", 0);
        put("INADDR_LOOPBACK", 0x7f000001L);
        put("NULL", 0);
    }

    private static void options() {
        put("SOL_SOCKET", SOL_SOCKET);
        put("SOL_IP", SOL_IP);
        put("SOL_IPV6", SOL_IPV6);
        put("SOL_TCP", SOL_TCP);
        put("SOL_UDP", 17);
        OptionNumbers.forEachName(Constants::put);
        put("TCP_CM_INQ", TCP_CM_INQ);
        put("IP_PMTUDISC_DONT", 0);
        put("IP_PMTUDISC_WANT", 1);
        put("IP_PMTUDISC_DO", 2);
        put("IP_PMTUDISC_PROBE", 3);
        put("IP_PMTUDISC_INTERFACE", 4);
        put("IP_PMTUDISC_OMIT", 5);
        put("IPV6_PMTUDISC_DONT", 0);
        put("IPV6_PMTUDISC_WANT", 1);
        put("IPV6_PMTUDISC_DO", 2);
        put("IPV6_PMTUDISC_PROBE", 3);
        put("SO_EE_ORIGIN_NONE", 0);
        put("SO_EE_ORIGIN_LOCAL", 1);
        put("SO_EE_ORIGIN_ICMP", 2);
        put("SO_EE_ORIGIN_ICMP6", 3);
        put("SO_EE_ORIGIN_TIMESTAMPING", 4);
        put("SO_EE_ORIGIN_ZEROCOPY", 5);
        put("SO_EE_CODE_ZEROCOPY_COPIED", 1);
        put("SCM_TIMESTAMPING", SCM_TIMESTAMPING);
        put("SCM_TSTAMP_SND", ErrorRecord.SENT);
        put("SCM_TSTAMP_SCHED", ErrorRecord.SCHEDULED);
        put("SCM_TSTAMP_ACK", ErrorRecord.ACKNOWLEDGED);
        stamping();
    }

    private static void stamping() {
        String[] names = {
            "TX_HARDWARE",
            "TX_SOFTWARE",
            "RX_HARDWARE",
            "RX_SOFTWARE",
            "SOFTWARE",
            "SYS_HARDWARE",
            "RAW_HARDWARE",
            "OPT_ID",
            "TX_SCHED",
            "TX_ACK",
            "OPT_CMSG",
            "OPT_TSONLY",
            "OPT_STATS",
            "OPT_PKTINFO",
            "OPT_TX_SWHW",
            "BIND_PHC",
            "OPT_ID_TCP",
            "OPT_RX_FILTER",
            "TX_COMPLETION"
        };
        for (int bit = 0; bit < names.length; bit++) put("SOF_TIMESTAMPING_" + names[bit], 1 << bit);
    }

    private static void flags() {
        put("O_RDONLY", 0);
        put("O_WRONLY", 1);
        put("O_RDWR", 2);
        put("O_CREAT", O_CREAT);
        put("O_TRUNC", O_TRUNC);
        put("O_APPEND", 0x400);
        put("O_NONBLOCK", O_NONBLOCK);
        put("O_CLOEXEC", 0x80000);
        put("F_GETFD", F_GETFD);
        put("F_SETFD", F_SETFD);
        put("F_GETFL", F_GETFL);
        put("F_SETFL", F_SETFL);
        put("FD_CLOEXEC", 1);
        put("MSG_OOB", 1);
        put("MSG_PEEK", 2);
        put("MSG_DONTROUTE", MSG_DONTROUTE);
        put("MSG_CTRUNC", MSG_CTRUNC);
        put("MSG_TRUNC", 0x20);
        put("MSG_DONTWAIT", MSG_DONTWAIT);
        put("MSG_EOR", 0x80);
        put("MSG_WAITALL", MSG_WAITALL);
        put("MSG_CONFIRM", MSG_CONFIRM);
        put("MSG_ERRQUEUE", MSG_ERRQUEUE);
        put("MSG_NOSIGNAL", MSG_NOSIGNAL);
        put("MSG_MORE", 0x8000);
        put("MSG_ZEROCOPY", MSG_ZEROCOPY);
        put("MSG_FASTOPEN", MSG_FASTOPEN);
        put("MSG_PROBE", 0x10);
        put("MSG_FIN", 0x200);
        put("MSG_SYN", 0x400);
        put("MSG_RST", 0x1000);
        put("MSG_WAITFORONE", 0x10000);
        put("MSG_BATCH", 0x40000);
        put("MSG_CMSG_CLOEXEC", 0x4000_0000);
        put("SPLICE_F_MOVE", 1);
        put("SPLICE_F_NONBLOCK", SPLICE_F_NONBLOCK);
        put("SPLICE_F_MORE", SPLICE_F_MORE);
        put("SPLICE_F_GIFT", 8);
        put("POLLIN", 1);
        put("POLLPRI", 2);
        put("POLLOUT", 4);
        put("POLLERR", 8);
        put("POLLHUP", 0x10);
        put("POLLNVAL", 0x20);
        put("POLLRDNORM", 0x40);
        put("POLLRDBAND", 0x80);
        put("POLLWRNORM", 0x100);
        put("POLLWRBAND", 0x200);
        put("POLLRDHUP", 0x2000);
        put("EPOLLIN", 1);
        put("EPOLLPRI", 2);
        put("EPOLLOUT", 4);
        put("EPOLLERR", 8);
        put("EPOLLHUP", 0x10);
        put("EPOLLRDNORM", 0x40);
        put("EPOLLWRNORM", 0x100);
        put("EPOLLRDHUP", 0x2000);
        put("EPOLLONESHOT", EpollFile.ONE_SHOT);
        put("EPOLLEXCLUSIVE", EpollFile.EXCLUSIVE);
        put("EPOLLWAKEUP", 1 << 29);
        put("EPOLLET", EpollFile.EDGE & 0xffff_ffffL);
        put("EPOLL_CTL_ADD", EPOLL_CTL_ADD);
        put("EPOLL_CTL_DEL", EPOLL_CTL_DEL);
        put("EPOLL_CTL_MOD", EPOLL_CTL_MOD);
        put("SIOCINQ", SIOCINQ);
        put("FIONREAD", SIOCINQ);
        put("SIOCOUTQ", SIOCOUTQ);
        put("SIOCOUTQNSD", SIOCOUTQNSD);
        put("SIOCATMARK", SIOCATMARK);
        put("FIONBIO", FIONBIO);
    }

    /// The number of a name, or null.
    static @Nullable Long number(String name) {
        return NUMBERS.get(name);
    }

    /// `EAGAIN` for 11; the number itself where it has no name.
    static String errorName(int number) {
        for (Errno errno : Errno.values()) if (errno.number() == number) return errno.name();
        return OTHER_ERRORS.getOrDefault(number, "errno " + number);
    }

    /// What `strerror(3)` says.
    static String errorText(int number) {
        for (Errno errno : Errno.values()) if (errno.number() == number) return errno.text();
        return OTHER_ERRORS.getOrDefault(number, "Unknown error " + number);
    }
}
