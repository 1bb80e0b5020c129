package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.Signs;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Listeners whose program accepts too slowly, or not at all.
final class ListenerRule implements Rule {

    @Override
    public List<Draft> examine(Examination examination) {
        Map<SocketSnapshot, Duration> waiting = longestWaiting(examination, TcpState.ESTABLISHED);
        Map<SocketSnapshot, Duration> gone = longestWaiting(examination, TcpState.CLOSE_WAIT);
        List<Draft> drafts = new ArrayList<>();
        for (SocketSnapshot listener : examination.in(TcpState.LISTEN)) {
            Backlog backlog = listener.backlog();
            if (backlog == null) continue;
            Draft draft = examine(examination, listener, backlog, waiting.get(listener), gone.get(listener));
            if (draft != null) drafts.add(draft);
        }
        return drafts;
    }

    private static @Nullable Draft examine(
            Examination examination,
            SocketSnapshot listener,
            Backlog backlog,
            @Nullable Duration longest,
            @Nullable Duration gone) {
        Duration tooLong = examination.thresholds.span("not-accepted");
        boolean isStuck = longest != null && Signs.isAtLeast(longest, tooLong);
        long turnedAway = turnedAwayBetween(examination, listener);
        Draft draft;
        if (backlog.isFull()) {
            boolean hasBeenLeft = gone != null && Signs.isAtLeast(gone, tooLong);
            boolean lasts = turnedAway > 0 || isStuck || hasBeenLeft || wasFull(examination, listener);
            draft = new Draft("accept-queue-full", lasts ? Severity.CRITICAL : Severity.WARNING, listener.host());
        } else if (isStuck) {
            draft = new Draft("accept-stuck", Severity.WARNING, listener.host());
        } else if (turnedAway > 0) {
            draft = new Draft("accept-queue-overflows", Severity.WARNING, listener.host());
        } else if (turnedAwayEver(examination, listener) > 0) {
            draft = new Draft("accept-queue-overflowed", Severity.NOTE, listener.host()).harmless();
        } else {
            return null;
        }
        draft.about(List.of(listener))
                .by(examination.partyOf(listener))
                .fill("local", listener.local().toString())
                .fill("port", String.valueOf(listener.local().port()))
                .fill("waiting", PlainWords.count(backlog.waiting(), "connection", "connections"))
                .fill("limit", backlog.limit())
                .fill("overflows", turnedAwayEver(examination, listener));
        if (longest != null) draft.since(new Age(longest, null));
        tell(examination, draft, listener, backlog, longest);
        return draft;
    }

    /// For how long the connection that has waited longest in each queue has certainly waited: since
    /// the last thing that came from the peer, at least.
    private static Map<SocketSnapshot, Duration> longestWaiting(Examination examination, TcpState state) {
        Map<SocketSnapshot, Duration> longest = new HashMap<>();
        for (SocketSnapshot socket : examination.in(state)) {
            TcpInfo info = socket.info();
            if (socket.holder() != Holder.ACCEPT_QUEUE || info == null) continue;
            SocketSnapshot listener = examination.listenerAt(socket.host(), socket.local());
            if (listener == null) continue;
            Duration waits = Signs.shorter(Signs.sinceAck(info), Signs.sinceDataReceived(info));
            longest.merge(listener, waits, (a, b) -> a.compareTo(b) >= 0 ? a : b);
        }
        return longest;
    }

    private static boolean wasFull(Examination examination, SocketSnapshot listener) {
        SocketSnapshot before = examination.before(listener);
        Backlog backlog = before == null ? null : before.backlog();
        return backlog != null && backlog.isFull();
    }

    private static long turnedAwayBetween(Examination examination, SocketSnapshot listener) {
        SocketSnapshot before = examination.before(listener);
        Backlog then = before == null ? null : before.backlog();
        Backlog now = listener.backlog();
        if (then == null || now == null) return 0;
        OptionalLong all = examination.growth(listener.host(), "TcpExtListenOverflows");
        return atMost(now.overflows() - then.overflows(), all);
    }

    private static long turnedAwayEver(Examination examination, SocketSnapshot listener) {
        Backlog backlog = listener.backlog();
        if (backlog == null) return 0;
        return atMost(backlog.overflows(), examination.facts(listener.host()).counter("TcpExtListenOverflows"));
    }

    /// A listener counts other drops as well (a filter, a bad checksum); the namespace counts overflows
    /// alone. So what both have counted was one.
    private static long atMost(long drops, OptionalLong overflows) {
        return Math.max(0, overflows.isPresent() ? Math.min(drops, overflows.getAsLong()) : drops);
    }

    private static void tell(
            Examination examination,
            Draft draft,
            SocketSnapshot listener,
            Backlog backlog,
            @Nullable Duration longest) {
        draft.seen("Recv-Q is " + backlog.waiting() + ": connections that wait for accept(). Send-Q is "
                + backlog.limit() + ": so many may wait, and Linux admits one more.");
        long ever = turnedAwayEver(examination, listener);
        if (ever > 0) {
            draft.seen("Since it listens it has turned away " + PlainWords.count(ever, "attempt", "attempts")
                    + " to connect; a caller tries several times.");
        }
        long between = turnedAwayBetween(examination, listener);
        if (between > 0) {
            draft.seen("Of these, " + PlainWords.grouped(between) + " in the "
                    + PlainWords.duration(examination.between()) + " between the two looks.");
        }
        if (longest != null) {
            draft.seen("One of those that wait has been there for at least " + PlainWords.duration(longest) + ".");
        }
        OptionalLong most = examination.facts(listener.host()).setting("somaxconn");
        if (most.isPresent() && most.getAsLong() == backlog.limit()) {
            draft.seen("The limit is the system's (net.core.somaxconn); the program may have asked for more.");
        }
    }
}
