package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Tells the kinds of CLOSE_WAIT apart, from outside: by what was left unread, who called whom, and
/// when the last bytes went either way. See `docs/linux/outside.md`.
final class CloseWaits {

    /// What a program has forgotten, or has not.
    enum Kind {
        /// Everything was read: close() is all that is missing.
        EOF_READ("close-wait-eof-read"),
        /// Everything was read, and no answer was sent since: a server may still be at work on it.
        OWES_ANSWER("close-wait-answer-owed"),
        /// The peer has closed one direction only, and waits for ours.
        HALF_CLOSED("close-wait-half-closed"),
        /// The program has never received a byte, and does not look: it only writes.
        ONLY_WRITES("close-wait-only-writes"),
        /// Everything was read but the end: nobody reads any more.
        NEVER_READ("close-wait-never-read"),
        /// Not even the data was read.
        UNREAD_DATA("close-wait-unread-data"),
        /// The program has never seen the connection: it does not call accept().
        NEVER_ACCEPTED("close-wait-never-accepted"),
        /// An idle connection that a pool keeps, and will throw away when it wants to use it.
        POOLED("close-wait-pooled");

        final String rule;

        Kind(String rule) {
            this.rule = rule;
        }
    }

    /// Data and FIN that come within so long may well be read at once.
    private static final Duration TOGETHER = Duration.ofMillis(100);

    private final Examination examination;

    CloseWaits(Examination examination) {
        this.examination = examination;
    }

    /// How long ago the peer closed. History knows to the moment. Without it: the FIN came with the
    /// last acknowledgment or before, and after the last data, or with it. Keepalive's probes move the
    /// former on, never the latter.
    Age sinceFin(SocketSnapshot socket) {
        Instant closed = socket.peerClosedAt();
        if (closed != null) return Age.exactly(socket.age(closed));
        SocketSnapshot before = examination.before(socket);
        boolean wasBefore = before != null && before.state() == TcpState.CLOSE_WAIT;
        Duration watched = wasBefore ? examination.between() : Duration.ZERO;
        TcpInfo info = socket.info();
        if (info == null) return new Age(watched, null);
        Duration least = Signs.sinceAck(info);
        Duration most = Signs.sinceDataReceived(info);
        if (least.compareTo(watched) < 0) least = watched;
        return new Age(least, most.compareTo(least) < 0 ? null : most);
    }

    /// Which kind it is; null if the program is still at work, which is what the state is for.
    @Nullable
    Kind kindOf(SocketSnapshot socket) {
        if (socket.holder() == Holder.ACCEPT_QUEUE) return Kind.NEVER_ACCEPTED;
        if (isSending(socket)) return null;
        SocketSnapshot peer = examination.peerOf(socket);
        if (peer != null && peer.state() == TcpState.FIN_WAIT2 && peer.holder() == Holder.PROGRAM) {
            return Kind.HALF_CLOSED;
        }
        // The FIN counts as one byte that nobody has read.
        if (socket.recvQ() == 0) return owesAnswer(socket) ? Kind.OWES_ANSWER : Kind.EOF_READ;
        if (hasReceivedNothing(socket)) return Kind.ONLY_WRITES;
        if (isIdleInPool(socket)) return Kind.POOLED;
        return socket.recvQ() == 1 ? Kind.NEVER_READ : Kind.UNREAD_DATA;
    }

    /// Sends the rest of an answer, which CLOSE_WAIT permits: something is under way, or was not long
    /// ago.
    private boolean isSending(SocketSnapshot socket) {
        Timer timer = socket.timer();
        if (socket.sendQ() > 0 && timer != null && timer.kind() != Timer.Kind.KEEPALIVE) return true;
        TcpInfo info = socket.info();
        if (info == null || info.bytes_sent() == 0) return false;
        Duration sent = Signs.sinceDataSent(info);
        Age fin = sinceFin(socket);
        boolean afterFin = fin.atMost() != null && sent.compareTo(fin.atLeast()) < 0;
        return afterFin && sent.compareTo(examination.thresholds.span("close-wait")) < 0;
    }

    /// A server that has been asked, and has said nothing since: the caller may have closed one
    /// direction only.
    private boolean owesAnswer(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        if (info == null || info.bytes_received() <= 1 || !examination.isServer(socket)) return false;
        return info.bytes_sent() == 0 || Signs.sinceDataSent(info).compareTo(Signs.sinceDataReceived(info)) > 0;
    }

    /// Whether the program has certainly been told of the end. A read that takes the last byte takes
    /// the FIN with it if that is there already; so the FIN must have come when there was nothing left
    /// to read.
    boolean hasSeenEnd(SocketSnapshot socket) {
        if (socket.usage().endOfStreamRead() != null) return true;
        TcpInfo info = socket.info();
        if (info == null || socket.recvQ() != 0) return false;
        return Signs.sinceDataReceived(info).minus(Signs.sinceAck(info)).compareTo(TOGETHER) > 0;
    }

    /// Linux counts the FIN among the bytes received.
    private static boolean hasReceivedNothing(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        return info != null && info.bytes_received() <= 1 && info.bytes_sent() > 0;
    }

    /// Question, answer, silence: this end called, all of the answer was read, and the rest is the end
    /// of the stream or what servers say before it (an alert of TLS, a line of text). Whoever forgot
    /// the connection in the middle of something has sent last, or left an answer unread. Whether there
    /// are too many of them is for the rule to say.
    private boolean isIdleInPool(SocketSnapshot socket) {
        TcpInfo info = socket.info();
        if (info == null || examination.isServer(socket)) return false;
        if (socket.recvQ() > 1 + examination.thresholds.number("farewell")) return false;
        boolean wasAnswered = info.bytes_sent() > 0 && info.bytes_received() > socket.recvQ();
        return wasAnswered && Signs.sinceDataReceived(info).compareTo(Signs.sinceDataSent(info)) <= 0;
    }
}
