package dev.sockeye.inspect.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a history remembers and forgets, and when it tells, of events that are made up.
class HistoryBoundsTest {

    private static final TransportAddress THERE = new TransportAddress(IpAddress.parse("10.0.0.2"), 443);

    private final List<HistoryEvent> told = Collections.synchronizedList(new ArrayList<>());

    private static TransportAddress here(int port) {
        return new TransportAddress(IpAddress.parse("10.0.0.1"), port);
    }

    private static Observation change(long cookie, int port, TcpState from, TcpState to) {
        var seen = new Observation(Kind.TRANSITION, System.nanoTime(), here(port), THERE);
        seen.cookie = cookie;
        seen.from = from;
        seen.to = to;
        seen.detailed = true;
        return seen;
    }

    private static Observation end(long cookie, int port) {
        var seen = new Observation(Kind.DESTROYED, System.nanoTime(), here(port), THERE);
        seen.cookie = cookie;
        seen.figures = new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return seen;
    }

    private History play(ScriptedTracer script, HistoryOptions options) {
        History history = History.begin(options, Method.BPF, script, List.of(), told::add);
        script.awaitTold();
        return history;
    }

    private static HistoryOptions room(int changes, int sockets, int ended) {
        return HistoryOptions.DEFAULT.withRoom(changes, sockets, ended, Duration.ofSeconds(75));
    }

    private static List<TcpState> past(History history, long cookie) {
        return history.of(cookie).stream().map(JournalEntry::to).toList();
    }

    @Test
    void whatHasEndedIsForgottenFirst() throws IOException {
        var script = new ScriptedTracer();
        script.seen.add(change(1, 1, TcpState.SYN_SENT, TcpState.ESTABLISHED));
        for (int i = 2; i <= 200; i++) {
            script.seen.add(change(i, i, TcpState.SYN_SENT, TcpState.ESTABLISHED));
            script.seen.add(change(i, i, TcpState.LAST_ACK, TcpState.CLOSED));
            script.seen.add(end(i, i));
        }
        try (History history = play(script, room(12, 40, 10))) {
            assertThat(history.remembered()).isEqualTo(11);
            assertThat(history.forgotten()).isZero();
            assertThat(past(history, 1)).containsExactly(TcpState.ESTABLISHED);
            assertThat(past(history, 200)).containsExactly(TcpState.ESTABLISHED, TcpState.CLOSED);
            assertThat(past(history, 190)).isEmpty();
            assertThat(told).hasSize(1 + 199 * 3);
        }
    }

    @Test
    void ofTooManyTheOldestIsForgottenAndCounted() throws IOException {
        var script = new ScriptedTracer();
        for (int i = 1; i <= 60; i++) script.seen.add(change(i, i, TcpState.SYN_SENT, TcpState.ESTABLISHED));
        try (History history = play(script, room(12, 40, 10))) {
            assertThat(history.remembered()).isEqualTo(50);
            assertThat(history.forgotten()).isEqualTo(10);
            assertThat(past(history, 10)).isEmpty();
            assertThat(past(history, 11)).containsExactly(TcpState.ESTABLISHED);
        }
    }

    @Test
    void ofEachTheLastChangesAreKept() throws IOException {
        var script = new ScriptedTracer();
        script.seen.add(change(1, 1, TcpState.CLOSED, TcpState.SYN_SENT));
        script.seen.add(change(1, 1, TcpState.SYN_SENT, TcpState.ESTABLISHED));
        script.seen.add(change(1, 1, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT));
        script.seen.add(change(1, 1, TcpState.CLOSE_WAIT, TcpState.LAST_ACK));
        try (History history = play(script, room(3, 40, 10))) {
            assertThat(past(history, 1)).containsExactly(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, TcpState.LAST_ACK);
        }
    }

    @Test
    void aChangeWaitsForTheAddressAndIsToldWithIt() throws IOException {
        var script = new ScriptedTracer();
        script.seen.add(change(1, 0, TcpState.CLOSED, TcpState.SYN_SENT));
        script.seen.add(change(2, 7, TcpState.CLOSED, TcpState.SYN_SENT));
        script.seen.add(change(1, 5000, TcpState.SYN_SENT, TcpState.ESTABLISHED));
        try (History _ = play(script, HistoryOptions.DEFAULT)) {
            assertThat(told)
                    .extracting(event -> event.cookie() + " " + event.local().port() + " " + ((Transition) event).to())
                    .containsExactly("2 7 SYN_SENT", "1 5000 SYN_SENT", "1 5000 ESTABLISHED");
        }
    }

    @Test
    void aChangeThatWasNotToldOfIsCountedAsLost() throws IOException {
        var script = new ScriptedTracer();
        script.seen.add(change(1, 1, TcpState.CLOSED, TcpState.SYN_SENT));
        script.seen.add(change(1, 1, TcpState.ESTABLISHED, TcpState.FIN_WAIT1)); // how it came there is missing
        script.seen.add(change(2, 2, TcpState.ESTABLISHED, TcpState.CLOSED)); // of before the history began
        script.seen.add(end(2, 2));
        script.seen.add(change(3, 3, TcpState.SYN_SENT, TcpState.ESTABLISHED));
        script.seen.add(end(3, 3)); // closed, and how is missing
        try (History history = play(script, HistoryOptions.DEFAULT)) {
            assertThat(history.lost()).isEqualTo(2);
        }
    }

    @Test
    void aListenerThatFailsBreaksItOffAndThatIsSaid() throws IOException {
        var script = new ScriptedTracer();
        script.seen.add(change(1, 1, TcpState.SYN_SENT, TcpState.ESTABLISHED));
        try (History history = History.begin(HistoryOptions.DEFAULT, Method.BPF, script, List.of(), _ -> {
            script.done.countDown();
            throw new IllegalStateException("full");
        })) {
            script.awaitTold();
            Conversations.await(() -> isBroken(history));
            assertThatThrownBy(history::lost)
                    .isInstanceOf(IOException.class)
                    .hasMessage("the history of sockets has broken off: java.lang.IllegalStateException: full");
        }
    }

    private static boolean isBroken(History history) {
        try {
            history.lost();
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
