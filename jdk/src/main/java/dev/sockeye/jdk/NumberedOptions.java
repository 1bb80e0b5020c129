package dev.sockeye.jdk;

import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;

/// The options that `java.net` passes to a SocketImpl as numbers, [SocketOptions], as the options of today.
final class NumberedOptions {

    private NumberedOptions() {}

    /// @throws SocketException if a TCP socket has no option with this number
    static SocketOption<?> named(int number) throws SocketException {
        return switch (number) {
            case SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
            case SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
            case SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
            case SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
            case SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
            case SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
            case SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
            case SocketOptions.SO_OOBINLINE -> TcpOptions.SO_OOBINLINE;
            case SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
            default -> throw new SocketException("Unknown option " + number);
        };
    }

    /// The value in today's type: an SO_LINGER of `false` is -1.
    ///
    /// @throws SocketException if it is not of the option's type
    static Object toNamed(SocketOption<?> option, @Nullable Object value) throws SocketException {
        if (option.equals(StandardSocketOptions.SO_LINGER) && Boolean.FALSE.equals(value)) return -1;
        if (value == null || !option.type().isInstance(value))
            throw new SocketException("Bad value for " + option.name());
        return value;
    }

    /// The value as `java.net` expects it: an SO_LINGER of -1 is `false`.
    static Object fromNamed(SocketOption<?> option, Object value) {
        return option.equals(StandardSocketOptions.SO_LINGER) && value.equals(-1) ? false : value;
    }

    /// A timeout in milliseconds.
    ///
    /// @throws SocketException if it is none
    static int timeout(@Nullable Object value) throws SocketException {
        if (!(value instanceof Integer millis)) throw new SocketException("Bad value for SO_TIMEOUT");
        if (millis < 0) throw new SocketException("timeout < 0");
        return millis;
    }
}
