package dev.sockeye.inspect.history;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Dropped;
import dev.sockeye.inspect.history.HistoryEvent.ResetReceived;
import dev.sockeye.inspect.history.HistoryEvent.ResetSent;
import dev.sockeye.inspect.history.HistoryEvent.Retransmission;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.history.Story.Closer;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes stories out of events: one for each connection, when it is over. Listeners have none. A
/// connection whose program has not let go of it when it is over long since is told of without its
/// figures. Used by one thread at a time.
public final class Stories {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST = 100_000;

    /// What is known of one that is not over.
    private static final class Draft {

        private final List<String> resetsSent = new ArrayList<>(0);
        private final Map<String, Long> drops = new TreeMap<>();
        private @Nullable Owner owner;
        private @Nullable Instant opened;
        private @Nullable Instant closed;
        private @Nullable Duration handshake;
        private @Nullable TcpState last;
        private String opening = "";
        private String closing = "";
        private String ending = "";
        private Closer firstCloser = Closer.NOBODY;
        private boolean active;
        private boolean established;
        private boolean peerClosed;
        private boolean listens;
        private long retransmissions;
        private HistoryEvent latest;

        private Draft(HistoryEvent first) {
            latest = first;
        }
    }

    private final Consumer<Story> to;
    private final LinkedHashMap<Long, Draft> drafts = new LinkedHashMap<>();

    /// @param to who is told of each
    public Stories(Consumer<Story> to) {
        this.to = to;
    }

    /// Goes on with the story of this event's socket.
    ///
    /// @param owner who holds it; null if not known
    public void add(HistoryEvent event, @Nullable Owner owner) {
        Draft draft = drafts.get(event.cookie());
        if (draft == null) {
            // After the end there are resets, and drops, of what comes too late.
            if (!(event instanceof Transition || event instanceof Destroyed)) return;
            if (drafts.size() >= MOST) drafts.remove(drafts.firstEntry().getKey());
            draft = new Draft(event);
            drafts.put(event.cookie(), draft);
        }
        if (event.remote() != null || draft.latest.remote() == null) draft.latest = event;
        if (owner != null) draft.owner = owner;
        switch (event) {
            case Transition change -> add(change, draft);
            case Retransmission _ -> draft.retransmissions++;
            case ResetSent reset -> {
                if (!draft.resetsSent.contains(reset.reason())) draft.resetsSent.add(reset.reason());
            }
            case ResetReceived _ -> {}
            case Dropped drop -> draft.drops.merge(drop.reason(), 1L, Long::sum);
            case Destroyed end -> {
                if (draft.last == null) draft.last = end.last();
                finish(event.cookie(), draft, end.at(), end.figures());
            }
        }
    }

    private void add(Transition change, Draft draft) {
        draft.last = change.to() == TcpState.CLOSED ? change.from() : change.to();
        switch (change.to()) {
            case LISTEN -> draft.listens = true;
            case SYN_SENT -> {
                draft.active = true;
                draft.opened = change.at();
                draft.opening = change.why();
            }
            case ESTABLISHED -> {
                draft.established = true;
                if (draft.active) draft.handshake = change.inFormer();
                if (draft.opened != null) break;
                draft.opened = change.at();
                draft.opening = "accepted from the peer";
            }
            case FIN_WAIT1 -> closes(change, draft, Closer.WE);
            case CLOSE_WAIT -> closes(change, draft, Closer.PEER);
            case TIME_WAIT, CLOSED -> {
                draft.ending = change.why();
                draft.closed = change.at();
            }
            default -> {}
        }
        if (change.to().hasReceivedFin()) draft.peerClosed = true;
        if (change.from() != TcpState.CLOSED && change.from().isSynchronized()) draft.established = true;
    }

    private static void closes(Transition change, Draft draft, Closer who) {
        if (draft.firstCloser != Closer.NOBODY) return;
        draft.firstCloser = who;
        draft.closing = change.why();
    }

    /// Tells of those that are over and whose program does not let go.
    public void rest(Instant now) {
        List<Long> over = new ArrayList<>();
        drafts.forEach((cookie, draft) -> {
            if (draft.closed != null && draft.closed.plus(PATIENCE).isBefore(now)) over.add(cookie);
        });
        for (long cookie : over) finish(cookie);
    }

    /// Tells of all that are over; those that are not have no story yet.
    public void close() {
        for (long cookie : new ArrayList<>(drafts.keySet())) finish(cookie);
    }

    private void finish(long cookie) {
        Draft draft = drafts.get(cookie);
        if (draft != null && draft.closed != null) finish(cookie, draft, draft.closed, null);
    }

    private void finish(long cookie, Draft draft, Instant at, @Nullable Figures figures) {
        drafts.remove(cookie);
        TransportAddress remote = draft.latest.remote();
        if (draft.listens || remote == null) return;
        Instant ended = draft.closed == null ? at : draft.closed;
        List<Story.Drop> drops = new ArrayList<>();
        draft.drops.forEach((reason, count) -> drops.add(new Story.Drop(reason, count)));
        to.accept(new Story(
                cookie,
                draft.latest.namespace(),
                draft.latest.local(),
                remote,
                draft.owner,
                draft.opened,
                draft.opening,
                draft.active,
                draft.handshake,
                ended,
                draft.opened == null ? null : Duration.between(draft.opened, ended),
                draft.firstCloser,
                draft.closing,
                draft.ending,
                draft.last,
                draft.peerClosed,
                draft.established,
                figures,
                draft.retransmissions,
                draft.resetsSent,
                drops));
    }
}
