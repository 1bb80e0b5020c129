package dev.sockeye.jdk;

import static java.net.StandardSocketOptions.IP_TOS;
import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_REUSEPORT;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static jdk.net.ExtendedSocketOptions.SO_INCOMING_NAPI_ID;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPCOUNT;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPINTERVAL;
import static jdk.net.ExtendedSocketOptions.TCP_QUICKACK;

import dev.sockeye.socket.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The options of the JDK's TCP sockets, and the stack's that stand behind them.
final class TcpOptions {

    /// The JDK keeps its own for the socket of a channel, and shows it among a channel's.
    static final SocketOption<Boolean> SO_OOBINLINE = new OutOfBandInline();

    private static final Set<SocketOption<?>> OF_ALL = Set.of(
            SO_RCVBUF,
            SO_REUSEADDR,
            SO_REUSEPORT,
            TCP_KEEPCOUNT,
            TCP_KEEPIDLE,
            TCP_KEEPINTERVAL,
            TCP_QUICKACK,
            SO_INCOMING_NAPI_ID);
    private static final Set<SocketOption<?>> OF_STREAMS =
            and(OF_ALL, IP_TOS, SO_KEEPALIVE, SO_SNDBUF, SO_LINGER, TCP_NODELAY);

    /// Of `Socket`.
    static final Set<SocketOption<?>> SOCKET = OF_STREAMS;
    /// Of `ServerSocket`.
    static final Set<SocketOption<?>> SERVER_SOCKET = and(OF_ALL, IP_TOS);
    /// Of `SocketChannel`.
    static final Set<SocketOption<?>> CHANNEL = and(OF_STREAMS, SO_OOBINLINE);
    /// Of `ServerSocketChannel`.
    static final Set<SocketOption<?>> SERVER_CHANNEL = OF_ALL;

    private static final Map<SocketOption<Boolean>, dev.sockeye.socket.SocketOption<Boolean>> FLAGS = Map.of(
            SO_REUSEADDR, dev.sockeye.socket.SocketOption.SO_REUSEADDR,
            SO_REUSEPORT, dev.sockeye.socket.SocketOption.SO_REUSEPORT,
            SO_KEEPALIVE, dev.sockeye.socket.SocketOption.SO_KEEPALIVE,
            SO_OOBINLINE, dev.sockeye.socket.SocketOption.SO_OOBINLINE,
            TCP_NODELAY, dev.sockeye.socket.SocketOption.TCP_NODELAY,
            TCP_QUICKACK, dev.sockeye.socket.SocketOption.TCP_QUICKACK);

    private static final Map<SocketOption<Integer>, dev.sockeye.socket.SocketOption<Integer>> NUMBERS = Map.of(
            SO_RCVBUF, dev.sockeye.socket.SocketOption.SO_RCVBUF,
            SO_SNDBUF, dev.sockeye.socket.SocketOption.SO_SNDBUF,
            SO_LINGER, dev.sockeye.socket.SocketOption.SO_LINGER,
            IP_TOS, dev.sockeye.socket.SocketOption.IP_TOS,
            TCP_KEEPIDLE, dev.sockeye.socket.SocketOption.TCP_KEEPIDLE,
            TCP_KEEPINTERVAL, dev.sockeye.socket.SocketOption.TCP_KEEPINTVL,
            TCP_KEEPCOUNT, dev.sockeye.socket.SocketOption.TCP_KEEPCNT);

    private static final int LONGEST_LINGER_SECONDS = 65_535;

    private TcpOptions() {}

    private static Set<SocketOption<?>> and(Set<SocketOption<?>> options, SocketOption<?>... more) {
        var all = new HashSet<>(options);
        all.addAll(Set.of(more));
        return Set.copyOf(all);
    }

    /// @throws UnsupportedOperationException if `option` is not among `supported`
    static void check(SocketOption<?> option, Set<SocketOption<?>> supported) {
        Objects.requireNonNull(option);
        if (!supported.contains(option)) throw new UnsupportedOperationException("'" + option + "' not supported");
    }

    /// @throws UnsupportedOperationException if `option` is not among `supported`
    /// @throws IllegalArgumentException if `value` is not of its type
    static void check(SocketOption<?> option, @Nullable Object value, Set<SocketOption<?>> supported) {
        check(option, supported);
        if (!option.type().isInstance(value)) throw new IllegalArgumentException("Invalid value '" + value + "'");
    }

    /// Sets a value that was checked.
    static void set(Socket socket, SocketOption<?> option, Object value) throws SocketException {
        if (option.equals(SO_INCOMING_NAPI_ID))
            throw new SocketException("Attempt to set read only option " + option.name());
        var flag = FLAGS.get(option);
        int result = flag != null
                ? socket.setOption(flag, (Boolean) value)
                : socket.setOption(Objects.requireNonNull(NUMBERS.get(option)), number(option, (Integer) value));
        if (result < 0) throw Failure.ofCall(result);
    }

    private static int number(SocketOption<?> option, int value) {
        if (option.equals(SO_LINGER)) return value < 0 ? -1 : Math.min(value, LONGEST_LINGER_SECONDS);
        if ((option.equals(SO_RCVBUF) || option.equals(SO_SNDBUF)) && value < 0)
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        if (option.equals(IP_TOS) && (value < 0 || value > 255))
            throw new IllegalArgumentException("Invalid IP_TOS value");
        return value;
    }

    /// The value of an option that was checked.
    static Object get(Socket socket, SocketOption<?> option) {
        if (option.equals(SO_INCOMING_NAPI_ID)) return 0; // no network card, no queue of one
        var flag = FLAGS.get(option);
        if (flag != null) return Objects.requireNonNull(socket.getOption(flag));
        int value = Objects.requireNonNull(socket.getOption(Objects.requireNonNull(NUMBERS.get(option))));
        // Linux answers with twice what was set, socket(7), and the JDK halves it again
        return option.equals(SO_RCVBUF) || option.equals(SO_SNDBUF) ? value / 2 : value;
    }

    private static final class OutOfBandInline implements SocketOption<Boolean> {
        @Override
        public String name() {
            return "SO_OOBINLINE";
        }

        @Override
        public Class<Boolean> type() {
            return Boolean.class;
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
