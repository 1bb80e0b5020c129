package dev.sockeye.inspect;

import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Tells the kinds of [CloseWait] apart: by what a stack of ours has noted of the program's calls; and from outside,
/// where the kernel notes none, by what was left unread, who called whom, and when the last bytes went either way
/// (`docs/linux/outside.md`). Whoever speaks of a socket in this state asks here, so that all say the same.
public final class CloseWaits {

    /// @param lately   who sent something no longer ago is at work
    /// @param farewell servers say so many bytes before they close, which callers leave unread: an alert of TLS, a
    ///     line of text
    public record Limits(Duration lately, long farewell) {

        /// `tcp_fin_timeout`, and twice what HAProxy says.
        public static final Limits STANDARD = new Limits(Duration.ofSeconds(60), 512);
    }

    /// Data and FIN that come within so long may well be read at once.
    private static final Duration TOGETHER = Duration.ofMillis(100);

    private CloseWaits() {}

    /// Which kind a socket in CLOSE_WAIT is.
    static CloseWait of(SocketSnapshot socket, Surroundings around) {
        return of(socket, around, Activity.peerClosed(socket), Limits.STANDARD);
    }

    /// The same for who knows more.
    ///
    /// @param closed how long ago the peer closed, at least; null if nothing is known of it
    public static CloseWait of(SocketSnapshot socket, Surroundings around, @Nullable Duration closed, Limits limits) {
        if (socket.holder() == Holder.ACCEPT_QUEUE) return CloseWait.NEVER_ACCEPTED;
        boolean isNoted = socket.kernel() == null;
        if (isNoted ? isKnowinglySending(socket) : isSending(socket, closed, limits)) return CloseWait.STILL_SENDING;
        SocketSnapshot peer = around.peerOf(socket);
        if (peer != null && peer.state() == TcpState.FIN_WAIT2 && peer.holder() == Holder.PROGRAM) {
            return CloseWait.HALF_CLOSED;
        }
        return isNoted ? noted(socket, around) : seenFromOutside(socket, around, closed, limits);
    }

    // ---------------------------------------------------------------- where the program's calls are noted

    private static CloseWait noted(SocketSnapshot socket, Surroundings around) {
        Usage usage = socket.usage();
        if (usage.endOfStreamRead() != null) {
            return owesAnswer(socket, around) ? CloseWait.ANSWER_OWED : CloseWait.EOF_READ;
        }
        Instant closed = socket.peerClosedAt();
        boolean hasWritten =
                closed != null && usage.lastWrite() != null && usage.lastWrite().isAfter(closed);
        if (hasWritten) return CloseWait.WRITES_ON;
        if (socket.recvQ() > 0) return CloseWait.UNREAD_DATA;
        if (closed == null) return CloseWait.USE_UNKNOWN;
        if (usage.lastRead() == null) return CloseWait.NEVER_READ;
        return endedWithAnAnswer(usage) ? CloseWait.POOLED : CloseWait.NOT_READ_SINCE;
    }

    /// A program that knows of the end and goes on writing what it has to: the peer may have closed one direction only.
    private static boolean isKnowinglySending(SocketSnapshot socket) {
        Usage usage = socket.usage();
        if (usage.endOfStreamRead() == null || usage.lastWrite() == null || socket.sendQ() == 0) return false;
        return socket.age(usage.lastWrite()).compareTo(Situations.SLOW) <= 0;
    }

    /// The last thing was an answer, all of which was read: question, answer, then silence. A program that stopped in
    /// the middle of something has written last, or never.
    private static boolean endedWithAnAnswer(Usage usage) {
        Instant read = usage.lastRead();
        Instant written = usage.lastWrite();
        return read != null && written != null && read.isAfter(written);
    }

    // ---------------------------------------------------------------- where they are not

    private static CloseWait seenFromOutside(
            SocketSnapshot socket, Surroundings around, @Nullable Duration closed, Limits limits) {
        // The FIN counts as one byte that nobody has read.
        if (socket.recvQ() == 0) {
            if (owesAnswer(socket, around)) return CloseWait.ANSWER_OWED;
            return hasSeenEnd(socket) ? CloseWait.EOF_READ : CloseWait.ALL_READ;
        }
        if (hasReceivedNothing(socket)) return CloseWait.ONLY_WRITES;
        if (isIdleInPool(socket, around, limits)) return CloseWait.POOLED;
        if (socket.recvQ() > 1) return CloseWait.UNREAD_DATA;
        return hasSentSince(socket, closed) ? CloseWait.WRITES_ON : CloseWait.NOT_READ_SINCE;
    }

    /// Sends the rest of an answer: something is under way, or was not long ago.
    private static boolean isSending(SocketSnapshot socket, @Nullable Duration closed, Limits limits) {
        Timer timer = socket.timer();
        if (socket.sendQ() > 0 && timer != null && timer.kind() != Timer.Kind.KEEPALIVE) return true;
        TcpInfo info = socket.info();
        return info != null
                && hasSentSince(socket, closed)
                && Signs.sinceDataSent(info).compareTo(limits.lately) < 0;
    }

    private static boolean hasSentSince(SocketSnapshot socket, @Nullable Duration closed) {
        TcpInfo info = socket.info();
        if (info == null || closed == null || info.bytes_sent() == 0) return false;
        return Signs.sinceDataSent(info).compareTo(closed) < 0;
    }

    /// A server that has been asked, and has said nothing since: the caller may have closed one
    /// direction only.
    private static boolean owesAnswer(SocketSnapshot socket, Surroundings around) {
        TcpInfo info = socket.info();
        if (info == null || info.bytes_received() <= 1 || !around.isServer(socket)) return false;
        return info.bytes_sent() == 0 || Signs.sinceDataSent(info).compareTo(Signs.sinceDataReceived(info)) > 0;
    }

    /// Whether the program has certainly been told of the end. A read that takes the last byte takes
    /// the FIN with it if that is there already; so the FIN must have come when there was nothing left
    /// to read. Where it is not known when it came, it came with the last acknowledgment, unless that
    /// answered something of ours: data, or keepalive's probe.
    public static boolean hasSeenEnd(SocketSnapshot socket) {
        if (socket.usage().endOfStreamRead() != null) return true;
        TcpInfo info = socket.info();
        if (info == null || socket.kernel() == null || socket.recvQ() != 0) return false;
        Duration received = Signs.sinceDataReceived(info);
        Instant at = socket.peerClosedAt();
        if (at == null) {
            boolean isProbed = Boolean.TRUE.equals(socket.settings().keepAlive());
            boolean hasSent = info.bytes_sent() > 0 && Signs.sinceDataSent(info).compareTo(received) < 0;
            if (isProbed || hasSent) return false;
        }
        Duration closed = at == null ? Signs.sinceAck(info) : socket.age(at);
        return received.minus(closed).compareTo(TOGETHER) > 0;
    }

    /// Linux counts the FIN among the bytes received.
    private static boolean hasReceivedNothing(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        return info != null && info.bytes_received() <= 1 && info.bytes_sent() > 0;
    }

    /// Question, answer, silence: this end called, all of the answer was read, and the rest is the end
    /// of the stream or what servers say before it. Whoever forgot the connection in the middle of
    /// something has sent last, or left an answer unread. Whether there are too many of them is for the
    /// doctor to say.
    private static boolean isIdleInPool(SocketSnapshot socket, Surroundings around, Limits limits) {
        TcpInfo info = socket.info();
        if (info == null || around.isServer(socket)) return false;
        if (socket.recvQ() > 1 + limits.farewell) return false;
        boolean wasAnswered = info.bytes_sent() > 0 && info.bytes_received() > socket.recvQ();
        return wasAnswered && Signs.sinceDataReceived(info).compareTo(Signs.sinceDataSent(info)) <= 0;
    }
}
