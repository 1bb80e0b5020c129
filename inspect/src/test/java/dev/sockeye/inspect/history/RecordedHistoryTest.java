package dev.sockeye.inspect.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a recording tells of the time between its looks.
class RecordedHistoryTest {

    private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");

    private final RecordedHistory history = new RecordedHistory();

    private static SocketSnapshot.Builder socket(long cookie, TcpState state) {
        IpAddress ip = IpAddress.parse("10.0.0.1");
        return SocketSnapshot.tcp(NOON, "web1", state, new TransportAddress(ip, (int) cookie))
                .remote(new TransportAddress(ip, 80))
                .kernel(KernelDetail.of(KernelDetail.IPV4, cookie, 0, 1));
    }

    private List<String> look(int seconds, SocketSnapshot.Builder... sockets) {
        List<SocketSnapshot> seen =
                List.of(sockets).stream().map(SocketSnapshot.Builder::build).toList();
        return history.next(new Look(NOON.plusSeconds(seconds), seen, List.of(), Map.of())).stream()
                .map(event -> (Transition) event)
                .map(change -> Duration.between(NOON, change.at()).toMillis() + " " + change.cookie() + " "
                        + change.from() + " " + change.to() + ": " + change.why())
                .toList();
    }

    @Test
    void withoutJournalsLooksAreCompared() {
        assertThat(look(0, socket(1, TcpState.ESTABLISHED), socket(2, TcpState.LISTEN)))
                .isEmpty();
        assertThat(look(10, socket(1, TcpState.CLOSE_WAIT), socket(2, TcpState.LISTEN), socket(3, TcpState.SYN_SENT)))
                .containsExactly(
                        "10000 1 ESTABLISHED CLOSE_WAIT: since the look before",
                        "10000 3 CLOSED SYN_SENT: new since the look before");
        assertThat(look(20, socket(2, TcpState.LISTEN), socket(3, TcpState.SYN_SENT)))
                .containsExactly("20000 1 CLOSE_WAIT CLOSED: gone since the look before");
    }

    @Test
    void journalsTellWhenAndWhyEachOnce() {
        var opened = new JournalEntry(
                NOON.plusMillis(1), TcpState.CLOSED, TcpState.SYN_SENT, Journal.Cause.CALL_CONNECT, 0, "curl 812");
        var answered = new JournalEntry(
                NOON.plusMillis(31),
                TcpState.SYN_SENT,
                TcpState.ESTABLISHED,
                Journal.Cause.SEGMENT,
                Segment.SYN | Segment.ACK);
        assertThat(look(1, socket(1, TcpState.SYN_SENT).journal(List.of(opened), 0)))
                .containsExactly("1 1 CLOSED SYN_SENT: connect() by curl 812");
        SocketSnapshot.Builder established = socket(1, TcpState.ESTABLISHED).journal(List.of(opened, answered), 0);
        assertThat(look(2, established)).containsExactly("31 1 SYN_SENT ESTABLISHED: SYN,ACK");
        assertThat(look(3, established)).isEmpty();
    }
}
