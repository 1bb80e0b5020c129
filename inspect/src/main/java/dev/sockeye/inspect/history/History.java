package dev.sockeye.inspect.history;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Dropped;
import dev.sockeye.inspect.history.HistoryEvent.ResetReceived;
import dev.sockeye.inspect.history.HistoryEvent.ResetSent;
import dev.sockeye.inspect.history.HistoryEvent.Retransmission;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.kernel.Journals;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happens to the kernel's TCP sockets from now on: told as it happens, and remembered, so that a
/// socket that is looked at later has its past. It is learned in the best way that this machine
/// permits, and says which that is and why the better ones were refused; it says how many events it has
/// missed; and what it remembers is bounded.
public final class History implements Journals, AutoCloseable {

    /// A reset that old has nothing to do with a change of state.
    private static final long JUST_BEFORE_NANOS = 20_000_000;

    /// So long a change waits for the kernel to choose an address. Over a longer path it is told
    /// without.
    private static final long UNTOLD_NANOS = 20_000_000;

    private static final int REST_MILLIS = 1000, BUSY_REST_MILLIS = 5;

    private record Ended(Life life, long at) {}

    private final HistoryOptions options;
    private final Method method;
    private final List<String> refusals;
    private final Tracer tracer;
    private final Thread thread;
    private final Consumer<HistoryEvent> listener;
    private final WallClock clock = new WallClock();

    // What follows is guarded by this.
    private final LinkedHashMap<Long, Life> lives = new LinkedHashMap<>();
    private final Map<Long, Life> byAddress = new HashMap<>();
    private final Map<Life.Pair, Life> byPair = new HashMap<>();
    private final ArrayDeque<Ended> ended = new ArrayDeque<>();
    private final ArrayDeque<Life> untold = new ArrayDeque<>();
    /// Where the source knows no cookie, each socket gets one of ours, below zero.
    private long ownCookie;

    private long forgotten;

    /// Changes that the source has not told of, as those after them show.
    private long gaps;

    private @Nullable IOException failure;

    private History(
            HistoryOptions options,
            Method method,
            Tracer tracer,
            List<String> refusals,
            Consumer<HistoryEvent> listener) {
        this.listener = listener;
        this.options = options;
        this.method = method;
        this.tracer = tracer;
        this.refusals = List.copyOf(refusals);
        thread = Thread.ofPlatform().name("sockeye-history").daemon().unstarted(this::run);
    }

    /// Begins, in the calling thread's network namespace as far as the way it is learned knows any.
    ///
    /// @param listener who is told of each event, on a thread of this; who takes long makes it miss
    ///     events
    /// @throws IOException if no way is permitted; the message says why, for each
    public static History open(HistoryOptions options, Consumer<HistoryEvent> listener) throws IOException {
        if (!SystemCalls.areThere()) throw new IOException("the kernel's sockets can be looked at on Linux only");
        List<String> refusals = new ArrayList<>();
        for (Method method : options.methods()) {
            try {
                Tracer tracer = tracer(method, options);
                List<String> said = new ArrayList<>(refusals);
                if (tracer instanceof BpfTracer bpf) said.addAll(bpf.missing());
                return begin(options, method, tracer, said, listener);
            } catch (IOException e) {
                refusals.add(refusal(method, e));
            }
        }
        throw new IOException("no history of sockets can be had here: " + String.join("; ", refusals));
    }

    /// The same of what this tracer sees.
    static History begin(
            HistoryOptions options,
            Method method,
            Tracer tracer,
            List<String> refusals,
            Consumer<HistoryEvent> listener) {
        var history = new History(options, method, tracer, refusals, listener);
        history.thread.start();
        return history;
    }

    private static Tracer tracer(Method method, HistoryOptions options) throws IOException {
        return switch (method) {
            case BPF -> new BpfTracer(options.bufferBytes(), options.storage());
            case TRACEFS -> new TraceFsTracer(options.bufferBytes());
            case DUMPS -> new DumpTracer(options.dumpEvery());
        };
    }

    private static String refusal(Method method, IOException e) {
        String advice = switch (method) {
            case BPF -> " (run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)";
            case TRACEFS -> " (run as root)";
            case DUMPS -> "";
        };
        return method.title() + " cannot be used: " + e.getMessage() + advice;
    }

    // ---------------------------------------------------------------- about itself

    /// How it is learned.
    public Method method() {
        return method;
    }

    /// Why the better ways were refused, and what this one does not tell, each in a sentence.
    public List<String> refusals() {
        return refusals;
    }

    /// How many events were lost, because they came faster than they were read, because a listener took
    /// too long, or because the kernel did not tell of them: what it tells of a socket later shows that a
    /// change is missing (docs/linux/history.md).
    ///
    /// @throws IOException if that cannot be known, or if the source has broken off
    public long lost() throws IOException {
        synchronized (this) {
            if (failure != null) throw new IOException(failure.getMessage(), failure);
        }
        long refused = tracer.lost();
        synchronized (this) {
            // A change that was refused and counted is missing, too.
            return Math.max(refused, gaps);
        }
    }

    /// How many sockets were forgotten although they were still there, because there were too many.
    public synchronized long forgotten() {
        return forgotten;
    }

    /// How many sockets are remembered, with those that have ended.
    public synchronized int remembered() {
        return lives.size();
    }

    // ---------------------------------------------------------------- the past of a socket

    @Override
    public synchronized List<JournalEntry> of(long cookie) {
        Life life = lives.get(cookie);
        return life == null ? List.of() : life.journal();
    }

    @Override
    public synchronized List<JournalEntry> of(DiagSocket socket) {
        Life life = lives.get(socket.cookie());
        if (life == null && method == Method.TRACEFS) life = byPair.get(pair(socket));
        return life == null ? List.of() : life.journal();
    }

    private static Life.Pair pair(DiagSocket socket) {
        TransportAddress remote = socket.remote().port() == 0 ? null : socket.remote();
        return new Life.Pair(socket.local(), remote);
    }

    // ---------------------------------------------------------------- what happens

    private void run() {
        try {
            tracer.run(new Tracer.Sink() {
                @Override
                public void seen(Observation what) {
                    History.this.seen(what);
                }

                @Override
                public int rest() {
                    return History.this.rest();
                }
            });
        } catch (IOException e) {
            breakOff(e);
        } catch (RuntimeException e) {
            breakOff(new IOException("the history of sockets has broken off: " + e, e));
        }
    }

    private synchronized void breakOff(IOException why) {
        failure = why;
    }

    private void seen(Observation what) {
        List<HistoryEvent> events = new ArrayList<>(2);
        synchronized (this) {
            Life life = life(what);
            life.learn(what);
            if (method == Method.BPF) lookForGap(life, what);
            if (life.isAddressed()) tellUntold(life, events);
            note(life, what, events);
        }
        events.forEach(listener);
    }

    /// Each change begins where the one before has ended, and a socket ends in the state that it is in.
    private void lookForGap(Life life, Observation what) {
        if (what.kind != Observation.Kind.TRANSITION && what.kind != Observation.Kind.DESTROYED) return;
        if (life.kernelState != null && life.kernelState != what.from) gaps++;
        life.kernelState = what.to;
    }

    /// The life that it belongs to, a new one if need be.
    private Life life(Observation what) {
        if (what.cookie != 0) return lifeOfCookie(what);
        Life life = byAddress.get(what.address);
        boolean begins = what.kind == Observation.Kind.TRANSITION
                && (what.to == TcpState.SYN_SENT || what.to == TcpState.LISTEN || what.from == TcpState.LISTEN)
                && what.to != TcpState.CLOSED;
        if (life == null || begins && (life.ended || life.state != what.from)) {
            life = begin(--ownCookie, what);
            lives.put(life.cookie, life);
            life.address = what.address;
            byAddress.put(what.address, life);
        }
        return life;
    }

    private Life lifeOfCookie(Observation what) {
        Life life = lives.get(what.cookie);
        // The trace knows no cookies, but sock_diag does, which tells of the same socket's end.
        if (life == null && method == Method.TRACEFS) life = byPair.get(new Life.Pair(what.local, what.remote));
        if (life != null) return life;
        life = begin(what.cookie, what);
        lives.put(what.cookie, life);
        return life;
    }

    private Life begin(long cookie, Observation what) {
        boolean full = lives.size() >= options.keptSockets() + options.keptEnded();
        if (full && !forgetOneThatEnded()) {
            forget(lives.firstEntry().getValue());
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
        lives.remove(life.cookie);
        byAddress.remove(life.address, life);
        byPair.remove(new Life.Pair(life.local, life.remote), life);
    }

    private void note(Life life, Observation what, List<HistoryEvent> to) {
        Instant at = clock.at(what.nanoTime);
        switch (what.kind) {
            case TRANSITION -> {
                boolean early = (what.to == TcpState.SYN_SENT || what.to == TcpState.SYN_RCVD) && !life.isAddressed();
                if (early) keepUntold(life, what);
                else addTransition(life, what, to);
            }
            case RETRANSMISSION ->
                to.add(new Retransmission(at, life.cookie, life.namespace, life.local, life.remote, what.from));
            case RESET_SENT -> {
                life.resetSentAt = what.nanoTime;
                life.resetSent = what.reason;
                to.add(new ResetSent(at, life.cookie, life.namespace, life.local, life.remote, what.from, what.reason));
            }
            case RESET_RECEIVED -> {
                life.resetReceivedAt = what.nanoTime;
                to.add(new ResetReceived(at, life.cookie, life.namespace, life.local, life.remote, what.from));
            }
            case DROPPED ->
                to.add(new Dropped(at, life.cookie, life.namespace, life.local, life.remote, what.from, what.reason));
            case DESTROYED -> addEnd(life, what, at, to);
        }
    }

    private void addTransition(Life life, Observation what, List<HistoryEvent> to) {
        Move move = Move.of(what, resetsBefore(life, what));
        if (move == null) return;
        Instant at = clock.at(what.nanoTime);
        Duration inFormer = life.knowsSince ? WallClock.between(life.stateSince, what.nanoTime) : null;
        life.former = move.from();
        life.state = move.to();
        life.stateSince = what.nanoTime;
        life.knowsSince = true;
        if (move.cause() != null) {
            String who = move.who() == null ? null : move.who().name();
            life.note(
                    new JournalEntry(at, move.from(), move.to(), move.cause(), move.flags(), who),
                    options.keptChanges());
        }
        if (method == Method.TRACEFS && life.local.port() != 0) {
            byPair.put(new Life.Pair(life.local, life.remote), life);
        }
        if (move.to() == TcpState.CLOSED || move.to() == TcpState.TIME_WAIT) end(life, what);
        to.add(new Transition(
                at,
                life.cookie,
                life.namespace,
                life.local,
                life.remote,
                move.from(),
                move.to(),
                move.who(),
                move.cause(),
                move.flags(),
                move.why(),
                inFormer));
    }

    private static Move.Resets resetsBefore(Life life, Observation what) {
        boolean received = what.nanoTime - JUST_BEFORE_NANOS < life.resetReceivedAt;
        boolean sent = what.nanoTime - JUST_BEFORE_NANOS < life.resetSentAt;
        return received || sent ? new Move.Resets(received, sent ? life.resetSent : "") : Move.Resets.NONE;
    }

    private void addEnd(Life life, Observation what, Instant at, List<HistoryEvent> to) {
        tellUntold(life, to);
        life.isDestroyed = true;
        end(life, what);
        // A socket that was never used has nothing to tell.
        if (what.figures == null || life.state == null && life.local.port() == 0) return;
        TcpState last = life.state == TcpState.CLOSED ? life.former : life.state;
        to.add(new Destroyed(at, life.cookie, life.namespace, life.local, life.remote, last, what.figures, what.info));
    }

    /// It is kept for a while, for who looks at its TIME_WAIT entry or asks how it ended.
    private void end(Life life, Observation what) {
        if (life.ended) return;
        life.ended = true;
        ended.addLast(new Ended(life, what.nanoTime));
    }

    private void keepUntold(Life life, Observation what) {
        if (life.untold == null) life.untold = new ArrayList<>(1);
        life.untold.add(what);
        untold.addLast(life);
    }

    private void tellUntold(Life life, List<HistoryEvent> to) {
        List<Observation> kept = life.untold;
        if (kept == null) return;
        life.untold = null;
        for (Observation what : kept) addTransition(life, what, to);
    }

    private int rest() {
        List<HistoryEvent> events = new ArrayList<>();
        boolean waits;
        synchronized (this) {
            long now = System.nanoTime();
            while (!untold.isEmpty()) {
                Life first = untold.getFirst();
                List<Observation> kept = first.untold;
                if (kept != null && now - kept.getFirst().nanoTime < UNTOLD_NANOS) break;
                untold.removeFirst();
                tellUntold(first, events);
            }
            waits = !untold.isEmpty();
            forgetEnded(now);
        }
        events.forEach(listener);
        return waits ? BUSY_REST_MILLIS : REST_MILLIS;
    }

    private void forgetEnded(long now) {
        long endedFor = options.endedFor().toNanos();
        while (!ended.isEmpty() && (ended.size() > options.keptEnded() || now - ended.getFirst().at > endedFor)) {
            forgetOneThatEnded();
        }
    }

    /// Ends it: what was put into the kernel is gone.
    @Override
    public void close() throws IOException {
        tracer.stop();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        tracer.close();
    }
}
