package dev.sockeye.inspect;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Tells which [Situation] a socket is in, from its state, its times and its journal.
final class Situations {

    /// A state that a healthy connection passes through in a moment is worth a word only after this.
    static final Duration MOMENT = Duration.ofSeconds(5);

    /// Unread data is normal for as long as it takes a busy program to come round.
    static final Duration SLOW = Duration.ofSeconds(10);

    /// From when on a connection counts as idle.
    static final Duration IDLE = Duration.ofMinutes(1);

    private Situations() {}

    static Situation of(SocketSnapshot socket, Surroundings around) {
        if (socket.protocol() == Protocol.UDP) return Situation.UDP;
        return switch (socket.state()) {
            case CLOSED -> closed(socket);
            case LISTEN -> listen(socket);
            case SYN_SENT -> Signs.timeouts(socket) == 0 ? Situation.CONNECTING : Situation.CONNECTING_NO_ANSWER;
            case SYN_RCVD -> Signs.timeouts(socket) == 0 ? Situation.HANDSHAKE : Situation.HANDSHAKE_NO_ANSWER;
            case ESTABLISHED -> established(socket);
            case CLOSE_WAIT -> closeWait(socket, around);
            case FIN_WAIT1 -> finWait1(socket);
            case FIN_WAIT2 -> socket.holder() == Holder.PROGRAM ? Situation.FIN_WAIT2_HELD : Situation.FIN_WAIT2_ORPHAN;
            case CLOSING -> Situation.BOTH_CLOSING;
            case LAST_ACK -> Signs.timeouts(socket) == 0 ? Situation.LAST_ACK_WAITING : Situation.LAST_ACK_NO_ANSWER;
            case TIME_WAIT -> Situation.TIME_WAIT_RUNNING;
        };
    }

    private static Situation closed(SocketSnapshot socket) {
        if (!socket.journal().isEmpty()) return Situation.ENDED;
        return socket.local().port() == 0 ? Situation.UNUSED : Situation.BOUND;
    }

    private static Situation listen(SocketSnapshot socket) {
        Backlog backlog = socket.backlog();
        if (backlog == null || backlog.waiting() == 0) return Situation.LISTENING;
        if (backlog.isFull()) return Situation.LISTENER_FULL;
        return backlog.waiting() * 2 > backlog.limit() ? Situation.LISTENER_BEHIND : Situation.LISTENING;
    }

    private static Situation established(SocketSnapshot socket) {
        if (socket.holder() == Holder.ACCEPT_QUEUE) return Situation.NOT_ACCEPTED;
        if (Signs.timeouts(socket) > 0 && socket.sendQ() > 0) {
            return Signs.has(socket, Timer.Kind.PERSIST) ? Situation.PEER_DOES_NOT_READ : Situation.PEER_SILENT;
        }
        if (Signs.has(socket, Timer.Kind.PERSIST)) return Situation.PEER_DOES_NOT_READ;
        if (socket.recvQ() > 0 && hasWaited(socket)) return Situation.PROGRAM_DOES_NOT_READ;
        Duration idle = Activity.idle(socket);
        if (idle == null) idle = socket.inState();
        if (idle == null || idle.compareTo(IDLE) <= 0) return Situation.WORKING;
        return Boolean.TRUE.equals(socket.settings().keepAlive()) ? Situation.IDLE_GUARDED : Situation.IDLE_UNGUARDED;
    }

    /// Whether what can be read could have been read long ago.
    private static boolean hasWaited(SocketSnapshot socket) {
        Duration unread = Activity.unread(socket);
        return unread == null ? isOlder(socket, socket.usage().lastRead(), SLOW) : unread.compareTo(SLOW) > 0;
    }

    private static Situation finWait1(SocketSnapshot socket) {
        if (Signs.has(socket, Timer.Kind.PERSIST)) return Situation.FIN_WAIT1_PEER_DOES_NOT_READ;
        return Signs.timeouts(socket) == 0 ? Situation.FIN_WAIT1_SENDING : Situation.FIN_WAIT1_NO_ANSWER;
    }

    private static Situation closeWait(SocketSnapshot socket, Surroundings around) {
        CloseWait kind = CloseWaits.of(socket, around);
        Duration closed = Activity.peerClosed(socket);
        boolean justNow = closed != null && closed.compareTo(MOMENT) < 0;
        return justNow && kind != CloseWait.NEVER_ACCEPTED ? Situation.CLOSE_WAIT_JUST_NOW : kind.situation();
    }

    // ---------------------------------------------------------------- small questions

    /// Whether `then` lies further back than `span`; if it never was, whether the socket has been as it is for so long.
    private static boolean isOlder(SocketSnapshot socket, @Nullable Instant then, Duration span) {
        Duration age = then == null ? socket.inState() : socket.age(then);
        return age != null && age.compareTo(span) > 0;
    }
}
