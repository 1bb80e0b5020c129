package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.history.Figures;
import dev.sockeye.inspect.history.HistoryEvent;
import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.history.HistoryEvent.Dropped;
import dev.sockeye.inspect.history.HistoryEvent.Transition;
import dev.sockeye.inspect.history.Stories;
import dev.sockeye.inspect.history.Story;
import dev.sockeye.tcp.Journal.Cause;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What `sockeye trace` prints of events and of the stories that they make.
class TraceTextTest {

    private static final Instant NOON =
            LocalDateTime.of(2026, 3, 1, 12, 0).atZone(ZoneId.systemDefault()).toInstant();
    private static final TransportAddress HERE = new TransportAddress(IpAddress.parse("10.0.0.1"), 40000),
            THERE = new TransportAddress(IpAddress.parse("10.0.0.2"), 443);
    private static final Figures FIGURES = new Figures(5200, 4001, 1_000_001, 1200, 20, 800, 1, 1, 12_345, 11_000);

    private final TraceText text = new TraceText(Terminal.of(Map.of(), 0), Map.of(7L, "web"));

    private static Transition change(
            int millis, TcpState from, TcpState to, Cause cause, String why, Duration inFormer) {
        return new Transition(NOON.plusMillis(millis), 42, 1, HERE, THERE, from, to, null, cause, 0, why, inFormer);
    }

    private static List<HistoryEvent> conversation() {
        return List.of(
                change(0, TcpState.CLOSED, TcpState.SYN_SENT, Cause.CALL_CONNECT, "connect() by curl 812", null),
                change(
                        12,
                        TcpState.SYN_SENT,
                        TcpState.ESTABLISHED,
                        Cause.SEGMENT,
                        "SYN-ACK from the peer",
                        Duration.ofMillis(12)),
                new Dropped(NOON.plusMillis(50), 42, 1, HERE, THERE, TcpState.ESTABLISHED, "TCP_OFO_DROP"),
                change(
                        200_012,
                        TcpState.ESTABLISHED,
                        TcpState.CLOSE_WAIT,
                        Cause.SEGMENT,
                        "FIN from the peer",
                        Duration.ofSeconds(200)),
                change(
                        200_013,
                        TcpState.CLOSE_WAIT,
                        TcpState.LAST_ACK,
                        Cause.CALL_CLOSE,
                        "close() by curl 812",
                        Duration.ofNanos(71_000)),
                change(
                        200_025,
                        TcpState.LAST_ACK,
                        TcpState.CLOSED,
                        Cause.SEGMENT,
                        "the peer has acknowledged our FIN",
                        Duration.ofNanos(12_300_000)),
                new Destroyed(NOON.plusMillis(200_025), 42, 1, HERE, THERE, TcpState.LAST_ACK, FIGURES, null));
    }

    @Test
    void aLineForEachEvent() {
        text.own(1);
        assertThat(conversation().stream().map(text::line))
                .containsExactly(
                        "12:00:00.000000 10.0.0.1:40000        10.0.0.2:443          CLOSED     -> SYN-SENT  "
                                + "        -  connect() by curl 812",
                        "12:00:00.012000 10.0.0.1:40000        10.0.0.2:443          SYN-SENT   -> ESTAB     "
                                + "   12.0ms  SYN-ACK from the peer",
                        "12:00:00.050000 10.0.0.1:40000        10.0.0.2:443          segment dropped         "
                                + "           TCP_OFO_DROP",
                        "12:03:20.012000 10.0.0.1:40000        10.0.0.2:443          ESTAB      -> CLOSE-WAIT"
                                + "    3m20s  FIN from the peer",
                        "12:03:20.013000 10.0.0.1:40000        10.0.0.2:443          CLOSE-WAIT -> LAST-ACK  "
                                + "     71us  close() by curl 812",
                        "12:03:20.025000 10.0.0.1:40000        10.0.0.2:443          LAST-ACK   -> CLOSED    "
                                + "   12.3ms  the peer has acknowledged our FIN",
                        "12:03:20.025000 10.0.0.1:40000        10.0.0.2:443          end                     "
                                + "           sent 5.2 kB, 1 sent again, received 1.0 MB");
        assertThat(text.header())
                .isEqualTo("TIME            LOCAL                 PEER                  CHANGE                  "
                        + "    AFTER  BY");
    }

    @Test
    void whatIsElsewhereIsNamedAndUnknownPortsAreNotZero() {
        text.own(3);
        var unbound = new TransportAddress(IpAddress.parse("10.0.0.1"), 0);
        var event = new Transition(
                NOON,
                42,
                7,
                unbound,
                THERE,
                TcpState.CLOSED,
                TcpState.SYN_SENT,
                null,
                Cause.CALL_CONNECT,
                0,
                "connect() by curl 812",
                null);
        assertThat(text.line(event))
                .isEqualTo("12:00:00.000000 10.0.0.1:?            10.0.0.2:443          CLOSED     -> SYN-SENT  "
                        + "        -  connect() by curl 812  (web)");
    }

    private List<Story> stories(List<HistoryEvent> events) {
        List<Story> told = new ArrayList<>();
        var stories = new Stories(told::add);
        for (HistoryEvent event : events) stories.add(event, new Owner(812, "curl", null, null));
        stories.close();
        return told;
    }

    @Test
    void aStoryOfAWholeConnection() {
        text.own(1);
        List<Story> told = stories(conversation());
        assertThat(told).hasSize(1);
        assertThat(String.join("\n", text.story(told.getFirst()))).isEqualTo("""
                10.0.0.1:40000 -> 10.0.0.2:443  curl 812
                  opened   12:00:00.000000  connect() by curl 812; handshake 12.0ms
                  sent     4.0 kB in 20 segments; 1 segment sent again (1 timeout)
                  received 1.0 MB in 800 segments
                  rtt      12.3ms, at best 11.0ms
                  dropped  1 segment: TCP_OFO_DROP
                  closed   the peer first: FIN from the peer
                  ended    12:03:20.025000 after 3m20s, in LAST-ACK: the peer has acknowledged our FIN
                """);
    }

    @Test
    void aStoryWhoseBeginningNobodySaw() {
        text.own(1);
        List<HistoryEvent> late = conversation().subList(3, 6);
        assertThat(String.join("\n", text.story(stories(late).getFirst()))).isEqualTo("""
                10.0.0.1:40000 -- 10.0.0.2:443  curl 812
                  opened   before this trace began
                  figures  not known: the program has not let go of the socket
                  closed   the peer first: FIN from the peer
                  ended    12:03:20.025000, in LAST-ACK: the peer has acknowledged our FIN
                """);
        assertThat(stories(conversation().subList(0, 3))).isEmpty(); // it is not over
    }

    @Test
    void durationsAreBrief() {
        assertThat(List.of(
                        TraceText.brief(Duration.ofNanos(71_999)),
                        TraceText.brief(Duration.ofNanos(25_340_000)),
                        TraceText.brief(Duration.ofMillis(250)),
                        TraceText.brief(Duration.ofMillis(1200)),
                        TraceText.brief(Duration.ofMillis(12_340)),
                        TraceText.brief(Duration.ofSeconds(192)),
                        TraceText.brief(Duration.ofMinutes(125)),
                        TraceText.brief(Duration.ofHours(76))))
                .containsExactly("71us", "25.3ms", "250ms", "1.20s", "12.3s", "3m12s", "2h05m", "3d04h");
    }
}
