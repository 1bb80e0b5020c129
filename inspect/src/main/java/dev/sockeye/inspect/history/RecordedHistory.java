package dev.sockeye.inspect.history;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What happened to the kernel's sockets while a recording was made: what their journals tell, and where they have
/// none, what differs from one look to the next. What came and went between two looks is in neither.
public final class RecordedHistory {

    private Map<Long, SocketSnapshot> before = new HashMap<>();
    private final Map<Long, Instant> told = new HashMap<>();
    private boolean isFirst = true;

    /// A history that begins with a recording's first look.
    public RecordedHistory() {}

    /// What is new in the next look, in the order of time.
    public List<HistoryEvent> next(Look look) {
        List<HistoryEvent> events = new ArrayList<>();
        Map<Long, SocketSnapshot> now = new HashMap<>();
        for (SocketSnapshot socket : look.sockets()) {
            KernelDetail kernel = socket.kernel();
            if (kernel == null || kernel.cookie() == 0) continue;
            now.put(kernel.cookie(), socket);
            if (socket.journal().isEmpty())
                addDifference(events, look.at(), before.get(kernel.cookie()), socket, kernel);
            else addJournal(events, socket, kernel);
        }
        before.forEach((cookie, socket) -> {
            KernelDetail kernel = socket.kernel();
            if (kernel != null && !now.containsKey(cookie)) addEnd(events, look.at(), socket, kernel);
        });
        told.keySet().retainAll(now.keySet());
        before = now;
        isFirst = false;
        events.sort(Comparator.comparing(HistoryEvent::at));
        return events;
    }

    private void addJournal(List<HistoryEvent> to, SocketSnapshot socket, KernelDetail kernel) {
        Instant last = told.getOrDefault(kernel.cookie(), Instant.MIN);
        Instant former = null;
        for (JournalEntry entry : socket.journal()) {
            if (entry.at().isAfter(last)) {
                String why = PlainWords.mover(entry) + (entry.who() == null ? "" : " by " + entry.who());
                to.add(transition(entry.at(), socket, kernel, entry.from(), entry.to(), entry, why, former));
                last = entry.at();
            }
            former = entry.at();
        }
        told.put(kernel.cookie(), last);
    }

    private void addDifference(
            List<HistoryEvent> to,
            Instant at,
            @Nullable SocketSnapshot was,
            SocketSnapshot socket,
            KernelDetail kernel) {
        if (was == null && isFirst || was != null && was.state() == socket.state()) return;
        TcpState from = was == null ? TcpState.CLOSED : was.state();
        String why = was == null ? "new since the look before" : "since the look before";
        to.add(transition(at, socket, kernel, from, socket.state(), null, why, null));
    }

    private static void addEnd(List<HistoryEvent> to, Instant at, SocketSnapshot socket, KernelDetail kernel) {
        to.add(transition(
                at, socket, kernel, socket.state(), TcpState.CLOSED, null, "gone since the look before", null));
        TcpInfo info = socket.info();
        if (info == null) return;
        to.add(new Destroyed(
                at,
                kernel.cookie(),
                kernel.namespace(),
                socket.local(),
                socket.remote(),
                socket.state(),
                Figures.of(info),
                info));
    }

    private static Transition transition(
            Instant at,
            SocketSnapshot socket,
            KernelDetail kernel,
            TcpState from,
            TcpState to,
            @Nullable JournalEntry entry,
            String why,
            @Nullable Instant former) {
        return new Transition(
                at,
                kernel.cookie(),
                kernel.namespace(),
                socket.local(),
                socket.remote(),
                from,
                to,
                null,
                entry == null ? null : entry.cause(),
                entry == null ? 0 : entry.flags(),
                why,
                former == null ? null : Duration.between(former, at));
    }
}
