package dev.sockeye.socket;

import dev.sockeye.host.TcpEndpoint;
import org.jspecify.annotations.Nullable;

/// `getsockopt` and `setsockopt` for who drives a host without [Machine]: an endpoint, its host's lock
/// held. The options and their bounds are those of [Socket].
public final class EndpointOptions {

    private EndpointOptions() {}

    /// `getsockopt(2)`
    ///
    /// @return null if such a socket has no such option (ENOPROTOOPT)
    public static <T> @Nullable T get(TcpEndpoint endpoint, SocketOption<T> option, long now) {
        return TcpOptionTable.TABLE.get(option, endpoint, now);
    }

    /// `setsockopt(2)`
    ///
    /// @return 0, or a negated [dev.sockeye.wire.Errno]
    public static <T> int set(TcpEndpoint endpoint, SocketOption<T> option, T value, long now) {
        return TcpOptionTable.TABLE.set(option, endpoint, value, now);
    }
}
