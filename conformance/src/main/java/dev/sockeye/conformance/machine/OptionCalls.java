package dev.sockeye.conformance.machine;

import dev.sockeye.conformance.script.Expression;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.socket.EndpointOptions;
import dev.sockeye.socket.SocketOption;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// `setsockopt`, `getsockopt`, `fcntl` and `ioctl`.
final class OptionCalls {

    private static final int ENOPROTOOPT = Errno.ENOPROTOOPT.asResult();

    /// Linux takes any number but 0 for a yes, but for these.
    private static final Set<SocketOption<?>> ZERO_OR_ONE = Set.of(
            SocketOption.SO_ZEROCOPY,
            SocketOption.TCP_INQ,
            SocketOption.TCP_FASTOPEN_CONNECT,
            SocketOption.TCP_FASTOPEN_NO_COOKIE);

    private final Descriptors descriptors;

    OptionCalls(Descriptors descriptors) {
        this.descriptors = descriptors;
    }

    /// @return null for a number that is no option's
    private static @Nullable SocketOption<?> option(Arguments arguments) throws BadCall {
        int level = arguments.integer(1);
        int number = arguments.integer(2);
        OptionNumbers.Known known = OptionNumbers.find(level, number);
        if (known == null) return null;
        if (known.option() == null) throw new Unsupported("the socket option " + known.name());
        return known.option();
    }

    // ---------------------------------------------------------------- setsockopt

    Call set(Arguments arguments) throws BadCall {
        arguments.require(5);
        SocketOption<?> option = option(arguments);
        int fd = arguments.integer(0);
        if (option == null) return SocketCalls.on(descriptors, fd, (file, now) -> ENOPROTOOPT);
        return SocketCalls.on(descriptors, fd, (file, now) -> set(file, option, arguments, now));
    }

    @SuppressWarnings("unchecked") // the type is looked at
    private static long set(SocketFile file, SocketOption<?> option, Arguments arguments, long now) throws BadCall {
        TcpEndpoint endpoint = file.endpoint();
        if (option.type() == byte[].class) {
            byte[] bytes = Arrays.copyOf(arguments.text(3), Math.clamp(arguments.integer(4), 0, 4096));
            return EndpointOptions.set(endpoint, (SocketOption<byte[]>) option, bytes, now);
        }
        if (option.type() == String.class) {
            String text = new String(arguments.text(3), StandardCharsets.UTF_8);
            return EndpointOptions.set(endpoint, (SocketOption<String>) option, text, now);
        }
        if (option == SocketOption.SO_LINGER && arguments.integer(4) < 2 * Integer.BYTES)
            return Errno.EINVAL.asResult();
        if (option == SocketOption.SO_LINGER)
            return EndpointOptions.set(endpoint, SocketOption.SO_LINGER, linger(arguments), now);
        if (isTimeout(option)) return setTimeout(file, option, arguments);
        if (arguments.get(3) instanceof Expression.Struct) throw new Unsupported("setting the socket option " + option);
        // Linux takes one byte for a number of IP's, and of no other level.
        int least = arguments.integer(1) == Constants.SOL_IP ? 1 : Integer.BYTES;
        if (arguments.integer(4) < least) return Errno.EINVAL.asResult();
        int value = arguments.integer(3);
        if (ZERO_OR_ONE.contains(option) && value >>> 1 != 0) return Errno.EINVAL.asResult();
        if (option.type() == Boolean.class) {
            return EndpointOptions.set(endpoint, (SocketOption<Boolean>) option, value != 0, now);
        }
        if (option.type() == Integer.class) {
            return EndpointOptions.set(endpoint, (SocketOption<Integer>) option, value, now);
        }
        if (option == SocketOption.SO_MAX_PACING_RATE) {
            return EndpointOptions.set(endpoint, SocketOption.SO_MAX_PACING_RATE, pacingRate(arguments), now);
        }
        throw new Unsupported("setting the socket option " + option);
    }

    // ---------------------------------------------------------------- SO_RCVTIMEO, SO_SNDTIMEO

    /// Bytes of a `struct timeval`.
    private static final int TIMEVAL = 16;

    private static boolean isTimeout(SocketOption<?> option) {
        return option == SocketOption.SO_RCVTIMEO || option == SocketOption.SO_SNDTIMEO;
    }

    private static int setTimeout(SocketFile file, SocketOption<?> option, Arguments arguments) throws BadCall {
        if (arguments.integer(4) < TIMEVAL) return Errno.EINVAL.asResult();
        long seconds = timeval(arguments, "tv_sec");
        long micros = timeval(arguments, "tv_usec");
        if (micros < 0 || micros >= 1_000_000) return Errno.EDOM.asResult();
        long nanos = TimeUnit.SECONDS.toNanos(seconds) + TimeUnit.MICROSECONDS.toNanos(micros);
        // Linux: less than nothing is not to wait at all
        long timeout = seconds < 0 ? 0 : nanos == 0 ? SocketFile.FOREVER : nanos;
        if (option == SocketOption.SO_RCVTIMEO) file.receiveTimeout = timeout;
        else file.sendTimeout = timeout;
        return 0;
    }

    private static int compareTimeout(SocketFile file, SocketOption<?> option, Arguments arguments) throws BadCall {
        if (arguments.isAnything(3)) return 0;
        long timeout = option == SocketOption.SO_RCVTIMEO ? file.receiveTimeout : file.sendTimeout;
        if (timeout == SocketFile.FOREVER) timeout = 0;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(timeout);
        long micros = TimeUnit.NANOSECONDS.toMicros(timeout) % 1_000_000;
        if (seconds == timeval(arguments, "tv_sec") && micros == timeval(arguments, "tv_usec")) return 0;
        throw new BadCall("getsockopt: expected " + option + " " + arguments.get(3) + ", actual {tv_sec=" + seconds
                + ", tv_usec=" + micros + "}");
    }

    private static long timeval(Arguments arguments, String field) throws BadCall {
        Expression value = arguments.struct(3).field(field);
        if (value == null) throw new BadCall("a timeval is {tv_sec=1, tv_usec=500000}");
        return arguments.number(value);
    }

    /// An unsigned number of four bytes, or of eight; all ones are no bound.
    private static long pacingRate(Arguments arguments) throws BadCall {
        long rate = arguments.number(3);
        if (arguments.integer(4) >= Long.BYTES) return rate;
        return (int) rate == -1 ? -1 : rate & 0xffffffffL;
    }

    private static int linger(Arguments arguments) throws BadCall {
        Expression.Struct struct = arguments.struct(3);
        Expression on = struct.field("onoff");
        Expression seconds = struct.field("linger");
        if (on == null) on = struct.field("l_onoff");
        if (seconds == null) seconds = struct.field("l_linger");
        if (on == null || seconds == null) throw new BadCall("a linger is {onoff=1, linger=0}");
        return arguments.number(on) == 0 ? -1 : (int) arguments.number(seconds);
    }

    // ---------------------------------------------------------------- getsockopt

    Call get(Arguments arguments) throws BadCall {
        arguments.require(5);
        SocketOption<?> option = option(arguments);
        int fd = arguments.integer(0);
        if (option == null) return SocketCalls.on(descriptors, fd, (file, now) -> ENOPROTOOPT);
        return SocketCalls.on(descriptors, fd, (file, now) -> {
            if (isTimeout(option)) return compareTimeout(file, option, arguments);
            Object actual = EndpointOptions.get(file.endpoint(), option, now);
            if (actual == null) return option == SocketOption.IP_MTU ? Errno.ENOTCONN.asResult() : ENOPROTOOPT;
            if (!arguments.isAnything(3)) compare(option, arguments, actual);
            return 0;
        });
    }

    private static void compare(SocketOption<?> option, Arguments arguments, Object actual) throws BadCall {
        Object expected;
        if (actual instanceof byte[] bytes) {
            expected = HexFormat.of().formatHex(arguments.text(3));
            actual = HexFormat.of().formatHex(bytes);
        } else if (actual instanceof String) {
            expected = new String(arguments.text(3), StandardCharsets.UTF_8);
        } else if (option == SocketOption.SO_LINGER) {
            expected = linger(arguments);
        } else if (actual instanceof Boolean) {
            expected = arguments.number(3) != 0;
        } else if (actual instanceof Integer) {
            expected = arguments.integer(3);
        } else if (actual instanceof Long) {
            expected = arguments.number(3);
        } else {
            throw new Unsupported("comparing the socket option " + option);
        }
        if (!Objects.equals(expected, actual)) {
            throw new BadCall("getsockopt: expected " + option + " " + expected + ", actual " + actual);
        }
    }

    // ---------------------------------------------------------------- fcntl, ioctl

    Call fcntl(Arguments arguments) throws BadCall {
        int fd = arguments.integer(0);
        int command = arguments.integer(1);
        int argument = arguments.count() > 2 ? arguments.integer(2) : 0;
        return now -> {
            OpenFile file = descriptors.get(fd);
            if (file == null) return Errno.EBADF.asResult();
            switch (command) {
                case Constants.F_GETFL -> {
                    return file.flags();
                }
                case Constants.F_SETFL ->
                    file.setFlags(file.flags() & Constants.O_ACCESS | argument & ~Constants.O_ACCESS);
                case Constants.F_GETFD, Constants.F_SETFD -> {}
                default -> {
                    return Errno.EINVAL.asResult();
                }
            }
            return 0;
        };
    }

    Call ioctl(Arguments arguments) throws BadCall {
        arguments.require(3);
        int request = arguments.integer(1);
        return SocketCalls.on(descriptors, arguments.integer(0), (file, now) -> {
            if (request == Constants.FIONBIO) {
                boolean on = arguments.number(2) != 0;
                file.setFlags(on ? file.flags() | Constants.O_NONBLOCK : file.flags() & ~Constants.O_NONBLOCK);
                return 0;
            }
            Integer actual = queueLength(file.endpoint(), request);
            if (actual == null) throw new Unsupported("the ioctl 0x" + Integer.toHexString(request));
            if (actual < 0) return actual;
            if (!arguments.isAnything(2) && arguments.integer(2) != actual) {
                throw new BadCall("ioctl: expected " + arguments.integer(2) + ", actual " + actual);
            }
            return 0;
        });
    }

    /// `tcp_ioctl`
    private static @Nullable Integer queueLength(TcpEndpoint endpoint, int request) {
        Connection connection = endpoint.connection();
        if (endpoint.state() == TcpState.LISTEN && request != Constants.SIOCATMARK) return Errno.EINVAL.asResult();
        return switch (request) {
            case Constants.SIOCINQ -> connection == null ? 0 : connection.available();
            case Constants.SIOCOUTQ -> endpoint.unacknowledgedBytes();
            case Constants.SIOCOUTQNSD -> endpoint.unsentBytes();
            case Constants.SIOCATMARK -> connection != null && connection.isAtUrgentMark() ? 1 : 0;
            default -> null;
        };
    }
}
