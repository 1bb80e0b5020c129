package dev.sockeye.metrics;

import dev.sockeye.linux.DiagPlace;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.DiagWalk;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.TcpChanges;
import java.util.HashMap;
import java.util.Map;

/// The account of a namespace's sockets, true at each look, without going to each of them each time: that costs a
/// microsecond a socket, since its memory is cold, and as much as 5 000 sockets to go through the kernel's table even
/// if there are none in it (docs/linux/changes.md).
///
/// What the kernel tells of as it happens ([TcpChanges]) need not be looked for: a connection that a program holds
/// stays
/// ESTABLISHED, or in CLOSE_WAIT, until the kernel says otherwise. So only these are asked about:
/// - those that were moved, each by its own address; what it is like now is sock_diag's word, not the event's;
/// - those that may change and nobody tells: in TIME_WAIT, half-open, not accepted yet, half-closed and still held.
///   Each by its address too, or, if they are many, by a walk through the table that passes over the others;
/// - half-open ones that are not known yet: if any were accepted since the last look, or have waited for so long that
///   their SYN-ACK was sent again, by such a walk.
///
/// Every quarter of a minute, when bytes are counted, and where the kernel tells of nothing or had no room for what it
/// had to tell, all are gone through.
final class Account {

    /// To ask about one takes 6 µs, and a walk is a thousand times as long.
    private static final int MOST_ASKED = 256;

    private static final int WITH_MEMORY = 1 << DiagWalk.MEMORY - 1, WITH_INFO = 1 << DiagWalk.INFO - 1;
    private static final int LISTENING = 1 << DiagSocket.LISTEN;
    private static final int CONNECTIONS = SockDiag.ALL_STATES & ~LISTENING & ~(1 << DiagSocket.BOUND_INACTIVE);

    /// What does not last: all but ESTABLISHED and CLOSE_WAIT.
    private static final int PASSING = CONNECTIONS & ~(1 << DiagSocket.ESTABLISHED) & ~(1 << DiagSocket.CLOSE_WAIT);

    /// How much there is to do.
    enum Extent {
        /// To go to every socket.
        ALL,
        /// To go to those whose state does not last, and to ask about the others that may have changed.
        PASSING,
        /// To ask about those that may have changed.
        CHANGED
    }

    private final SocketTable table = new SocketTable();
    private final Map<Long, DiagPlace> moved = new HashMap<>();
    private boolean isTrue;
    private boolean mayBeUnknown;
    private Extent last = Extent.ALL;

    /// The sockets.
    SocketTable table() {
        return table;
    }

    /// How far the last look had to go.
    Extent last() {
        return last;
    }

    // ---------------------------------------------------------------- what the kernel tells

    /// This has happened to one of the namespace's sockets.
    void changed(TcpChanges change) {
        int state = change.state();
        if (state == DiagSocket.NEW_SYN_RECV || state == DiagSocket.SYN_RECV) {
            // Where one has come or waits there may be others of whom the kernel does not tell.
            mayBeUnknown = true;
        } else if (state == DiagSocket.CLOSE && change.place().localPort() == 0) {
            moved.remove(change.cookie()); // it could not connect, and was never anywhere
        } else if (moved.size() < MOST_ASKED || moved.containsKey(change.cookie())) {
            moved.put(change.cookie(), change.place());
        } else {
            doubt(); // there are too many to ask about
        }
    }

    /// Something has happened, and it is not known what.
    void doubt() {
        isTrue = false;
    }

    // ---------------------------------------------------------------- looking

    /// Goes to the listening sockets: they are few, and their queues are of interest.
    void walkListeners(DiagWalk walk, DiagWalk.Visitor visitor) throws SystemCallException {
        table.beginLook();
        walk.walk(LISTENING, WITH_MEMORY, visitor);
        table.endWalk(1 << StateLabel.LISTEN);
    }

    /// Makes the account of all others true.
    ///
    /// @param isTold   whether the kernel tells of changes
    /// @param withInfo whether the visitor is to be shown every one, with `TCP_INFO`
    /// @param visitor  enters a socket that a walk has come to
    /// @param news     reads what the kernel tells
    void lookAtOthers(DiagWalk walk, boolean isTold, boolean withInfo, long now, DiagWalk.Visitor visitor, News news)
            throws SystemCallException {
        Extent extent = withInfo || !isTold || !isTrue ? Extent.ALL : extent();
        last = extent;
        mayBeUnknown = false;
        isTrue = true;
        if (extent == Extent.ALL) {
            moved.clear(); // what has happened until now, the walk sees
            walk.walk(CONNECTIONS, withInfo ? WITH_INFO : 0, visitor);
            table.endWalk(StateLabel.mask(CONNECTIONS));
        } else if (extent == Extent.PASSING) {
            walk.walk(PASSING, 0, visitor);
            table.endWalk(StateLabel.mask(PASSING));
        }
        moved.keySet().removeIf(cookie -> isMet(cookie));
        // A socket may have moved just when the walk had passed its new place, or before it came to its old one.
        if (extent != Extent.CHANGED && isTold) news.read();
        askAboutMoved(walk, now);
        if (extent != Extent.ALL) askAboutUntold(walk, extent == Extent.PASSING, now);
        else table.endLook();
    }

    /// Reads what the kernel has told, of whichever namespace.
    @FunctionalInterface
    interface News {
        void read() throws SystemCallException;
    }

    private boolean isMet(long cookie) {
        int at = table.find(cookie);
        return at >= 0 && table.isMet(at);
    }

    private Extent extent() {
        int lasting = moved.size();
        int passing = 0;
        boolean isUnknown = mayBeUnknown;
        for (DiagPlace place : moved.values()) isUnknown |= place.localPort() == 0;
        for (int at = 0; at < table.size(); at++) {
            if (!table.isThere(at) || isTold(table.state(at), table.inode(at))) continue;
            if (lasts(table.state(at))) lasting++;
            else passing++;
        }
        if (lasting > MOST_ASKED) return Extent.ALL;
        return isUnknown || lasting + passing > MOST_ASKED ? Extent.PASSING : Extent.CHANGED;
    }

    private static boolean lasts(int state) {
        return state == StateLabel.ESTABLISHED || state == StateLabel.CLOSE_WAIT;
    }

    /// Whether nothing can happen to such a socket of which the kernel does not tell.
    private static boolean isTold(int state, long inode) {
        return switch (state + 1) {
            case DiagSocket.LISTEN -> true; // they are gone to anyway
            // It is closed with a FIN or a reset, and either is told; if nobody holds it, it may be accepted.
            case DiagSocket.ESTABLISHED, DiagSocket.CLOSE_WAIT, DiagSocket.SYN_SENT -> inode != 0;
            // Who has half-closed it may yet close it, which is told by nothing.
            case DiagSocket.FIN_WAIT1, DiagSocket.CLOSING, DiagSocket.LAST_ACK -> inode == 0;
            default -> false;
        };
    }

    private void askAboutMoved(DiagWalk walk, long now) throws SystemCallException {
        for (Map.Entry<Long, DiagPlace> each : moved.entrySet()) {
            long cookie = each.getKey();
            int at = table.find(cookie);
            DiagPlace place = each.getValue();
            if (place.localPort() == 0) {
                // The kernel had not given it a port yet: who connects is come to by a walk.
                if (at < 0) continue;
                place = table.place(at);
            }
            if (walk.find(place, cookie)) enter(walk, at, now);
            else if (at >= 0) table.remove(at);
        }
        moved.clear();
    }

    private void enter(DiagWalk socket, int known, long now) {
        int state = StateLabel.of(socket.state());
        int at = known;
        if (at < 0 || !table.isMet(at)) at = table.meet(socket.cookie(), state, socket.inode(), now);
        else table.set(at, state, socket.inode(), now);
        setPlace(table, at, socket);
    }

    static void setPlace(SocketTable table, int at, DiagWalk socket) {
        table.setLocal(at, socket.localHigh(), socket.localLow(), socket.localPort());
        table.setRemote(at, socket.remoteHigh(), socket.remoteLow(), socket.remotePort(), socket.device());
    }

    /// @param onlyLasting whether a walk has gone to the others
    private void askAboutUntold(DiagWalk walk, boolean onlyLasting, long now) throws SystemCallException {
        for (int at = 0; at < table.size(); at++) {
            if (!table.isThere(at) || table.isMet(at) || isTold(table.state(at), table.inode(at))) continue;
            if (onlyLasting && !lasts(table.state(at))) continue;
            if (walk.find(table.place(at), table.cookie(at))) enter(walk, at, now);
            else table.remove(at);
        }
    }
}
