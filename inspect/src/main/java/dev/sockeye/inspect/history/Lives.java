package dev.sockeye.inspect.history;

import dev.sockeye.linux.DiagSocket;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sockets that are remembered: which one an observation is of, and which one is forgotten when there are too many.
/// For one thread at a time.
final class Lives {

    private record Ended(Life life, long at) {}

    private final HistoryOptions options;
    private final boolean knowsEnds;
    private final LinkedHashMap<Long, Life> byCookie = new LinkedHashMap<>();
    private final Map<Long, Life> byAddress = new HashMap<>();
    private final Map<Life.Pair, Life> byPair = new HashMap<>();
    private final ArrayDeque<Ended> ended = new ArrayDeque<>();

    /// Where the source knows no cookie, each socket gets one of ours, below zero.
    private long ownCookie;

    private long forgotten;

    /// @param options how many are kept, and how long
    /// @param knowsEnds whether a socket is found by its two addresses, too: where the source has no cookies
    Lives(HistoryOptions options, boolean knowsEnds) {
        this.options = options;
        this.knowsEnds = knowsEnds;
    }

    /// How many are remembered, with those that have ended.
    int size() {
        return byCookie.size();
    }

    /// How many were forgotten although they were still there.
    long forgotten() {
        return forgotten;
    }

    // ---------------------------------------------------------------- which it is

    /// The one with this cookie; null if it is not remembered.
    @Nullable
    Life get(long cookie) {
        return byCookie.get(cookie);
    }

    /// The one that sock_diag tells of; null if it is not remembered.
    @Nullable
    Life of(DiagSocket socket) {
        Life life = byCookie.get(socket.cookie());
        if (life != null || !knowsEnds) return life;
        TransportAddress remote = socket.remote().port() == 0 ? null : socket.remote();
        return byPair.get(new Life.Pair(socket.local(), remote));
    }

    /// The life that it belongs to, a new one if need be.
    Life of(Observation what) {
        if (what.cookie != 0) return lifeOfCookie(what);
        Life life = byAddress.get(what.address);
        boolean begins = what.kind == Observation.Kind.TRANSITION
                && (what.to == TcpState.SYN_SENT || what.to == TcpState.LISTEN || what.from == TcpState.LISTEN)
                && what.to != TcpState.CLOSED;
        if (life == null || begins && (life.ended || life.state != what.from)) {
            life = begin(--ownCookie, what);
            byCookie.put(life.cookie, life);
            life.address = what.address;
            byAddress.put(what.address, life);
        }
        return life;
    }

    private Life lifeOfCookie(Observation what) {
        Life life = byCookie.get(what.cookie);
        // The trace knows no cookies, but sock_diag does, which tells of the same socket's end.
        if (life == null && knowsEnds) life = byPair.get(new Life.Pair(what.local, what.remote));
        if (life != null) return life;
        life = begin(what.cookie, what);
        byCookie.put(what.cookie, life);
        return life;
    }

    /// Takes note of its addresses.
    void learnEnds(Life life) {
        if (knowsEnds && life.local.port() != 0) byPair.put(new Life.Pair(life.local, life.remote), life);
    }

    // ---------------------------------------------------------------- how many

    private Life begin(long cookie, Observation what) {
        boolean full = byCookie.size() >= options.keptSockets() + options.keptEnded();
        if (full && !forgetOneThatEnded()) {
            forget(byCookie.firstEntry().getValue());
            forgotten++;
        }
        return new Life(cookie, what);
    }

    /// Forgets the one that ended first.
    ///
    /// @return false if there is none, or if it lives again: its socket was used once more
    private boolean forgetOneThatEnded() {
        Ended first = ended.pollFirst();
        if (first == null) return false;
        Life life = first.life;
        if (isAlive(life)) {
            life.ended = false;
            return false;
        }
        forget(life);
        return true;
    }

    /// In FIN_WAIT2 it may be closed, and kept by the kernel alone: then nothing more will be told of
    /// it.
    private static boolean isAlive(Life life) {
        return life.state != null
                && switch (life.state) {
                    case CLOSED, TIME_WAIT, FIN_WAIT2 -> false;
                    default -> life.knowsSince && !life.isDestroyed;
                };
    }

    private void forget(Life life) {
        byCookie.remove(life.cookie);
        byAddress.remove(life.address, life);
        byPair.remove(new Life.Pair(life.local, life.remote), life);
    }

    /// It is kept for a while, for who looks at its TIME_WAIT entry or asks how it ended.
    void end(Life life, long nanoTime) {
        if (life.ended) return;
        life.ended = true;
        ended.addLast(new Ended(life, nanoTime));
    }

    /// Forgets those that ended too long ago, or are too many.
    void forgetEnded(long now) {
        long endedFor = options.endedFor().toNanos();
        while (!ended.isEmpty() && (ended.size() > options.keptEnded() || now - ended.getFirst().at > endedFor)) {
            forgetOneThatEnded();
        }
    }
}
