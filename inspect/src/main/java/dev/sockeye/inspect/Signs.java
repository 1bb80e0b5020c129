package dev.sockeye.inspect;

import dev.sockeye.tcp.TcpInfo;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Small questions to a socket's timer and its `TCP_INFO`.
public final class Signs {

    private Signs() {}

    /// How often something was sent again in a row without an answer.
    public static int timeouts(SocketSnapshot socket) {
        Timer timer = socket.timer();
        TcpInfo info = socket.info();
        int counted = timer != null && timer.kind() == Timer.Kind.RETRANSMIT ? timer.count() : 0;
        return Math.max(counted, info == null ? 0 : info.retransmits());
    }

    /// Whether this timer runs.
    public static boolean has(SocketSnapshot socket, Timer.Kind kind) {
        Timer timer = socket.timer();
        return timer != null && timer.kind() == kind;
    }

    /// A time of `TCP_INFO` in milliseconds, which the kernel has without a sign.
    public static Duration millis(int field) {
        return Duration.ofMillis(field & 0xffff_ffffL);
    }

    /// How long ago data was sent.
    public static Duration sinceDataSent(TcpInfo info) {
        return millis(info.last_data_sent());
    }

    /// How long ago data was received.
    public static Duration sinceDataReceived(TcpInfo info) {
        return millis(info.last_data_recv());
    }

    /// How long ago an acknowledgment was received.
    public static Duration sinceAck(TcpInfo info) {
        return millis(info.last_ack_recv());
    }

    /// The one of two that is shorter.
    public static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /// Whether a span is no shorter than the limit.
    public static boolean isAtLeast(Duration span, Duration limit) {
        return span.compareTo(limit) >= 0;
    }

    /// For how long certainly nothing has come and nothing was sent; null if that is not known.
    public static @Nullable Duration silence(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        if (info == null) return null;
        Duration received = shorter(sinceDataReceived(info), sinceAck(info));
        // Never sent: the kernel counts from the machine's start.
        return info.bytes_sent() == 0 ? received : shorter(received, sinceDataSent(info));
    }
}
