package dev.sockeye.wire;

/// The error numbers of Linux (asm-generic/errno.h) that networking returns. They stand on the ground floor because
/// every floor speaks of them: a call returns `-errno` as a system call does, and only the topmost shell turns it
/// into an exception.
public enum Errno {
    EPERM(1, "Operation not permitted"),
    ENOENT(2, "No such file or directory"),
    EINTR(4, "Interrupted system call"),
    EBADF(9, "Bad file descriptor"),
    EAGAIN(11, "Resource temporarily unavailable"),
    ENOMEM(12, "Cannot allocate memory"),
    EACCES(13, "Permission denied"),
    EFAULT(14, "Bad address"),
    ENODEV(19, "No such device"),
    EINVAL(22, "Invalid argument"),
    EPIPE(32, "Broken pipe"),
    EDOM(33, "Numerical argument out of domain"),
    ENONET(64, "Machine is not on the network"),
    EPROTO(71, "Protocol error"),
    ENOTSOCK(88, "Socket operation on non-socket"),
    EDESTADDRREQ(89, "Destination address required"),
    EMSGSIZE(90, "Message too long"),
    ENOPROTOOPT(92, "Protocol not available"),
    EPROTONOSUPPORT(93, "Protocol not supported"),
    EOPNOTSUPP(95, "Operation not supported"),
    EAFNOSUPPORT(97, "Address family not supported by protocol"),
    EADDRINUSE(98, "Address already in use"),
    EADDRNOTAVAIL(99, "Cannot assign requested address"),
    ENETDOWN(100, "Network is down"),
    ENETUNREACH(101, "Network is unreachable"),
    ECONNABORTED(103, "Software caused connection abort"),
    ECONNRESET(104, "Connection reset by peer"),
    ENOBUFS(105, "No buffer space available"),
    EISCONN(106, "Transport endpoint is already connected"),
    ENOTCONN(107, "Transport endpoint is not connected"),
    ETIMEDOUT(110, "Connection timed out"),
    ECONNREFUSED(111, "Connection refused"),
    EHOSTDOWN(112, "Host is down"),
    EHOSTUNREACH(113, "No route to host"),
    EALREADY(114, "Operation already in progress"),
    EINPROGRESS(115, "Operation now in progress");

    private static final Errno[] BY_NUMBER = new Errno[128];

    static {
        for (Errno errno : values()) BY_NUMBER[errno.number] = errno;
    }

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// The number, as in `errno`.
    public int number() {
        return number;
    }

    /// What a call returns to say so: the number, negated.
    public int asResult() {
        return -number;
    }

    /// The text of `strerror(3)`.
    public String text() {
        return text;
    }

    /// The errno of a negative result.
    ///
    /// @throws IllegalArgumentException if `result` is none
    public static Errno ofResult(int result) {
        Errno errno = result < 0 && result > -BY_NUMBER.length ? BY_NUMBER[-result] : null;
        if (errno == null) throw new IllegalArgumentException("not an errno: " + result);
        return errno;
    }
}
