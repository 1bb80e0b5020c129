package dev.sockeye.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sockeye.inspect.SequenceDiagram.End;
import dev.sockeye.inspect.SequenceDiagram.Look;
import dev.sockeye.inspect.SequenceDiagram.Note;
import dev.sockeye.tcp.Journal.Cause;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequenceDiagramTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final int CLIENT_ISS = -5; // wraps within the first bytes
    private static final int SERVER_ISS = 1_000_000;
    private static final String OFFER = "mss 1460, sack, ts, scale 7";

    private final List<JournalEntry> client = new ArrayList<>();
    private final List<JournalEntry> server = new ArrayList<>();
    private final List<SegmentSeen> segments = new ArrayList<>();

    private static Instant at(long micros) {
        return START.plusNanos(micros * 1000);
    }

    private void client(long micros, TcpState from, TcpState to, Cause cause) {
        client.add(new JournalEntry(at(micros), from, to, cause, 0));
    }

    private void server(long micros, TcpState from, TcpState to, Cause cause) {
        server.add(new JournalEntry(at(micros), from, to, cause, 0));
    }

    private void toServer(long micros, int flags, int seq, int ack, int length, boolean lost) {
        String options = (flags & Segment.SYN) != 0 ? OFFER : "";
        segments.add(
                new SegmentSeen(at(micros), true, lost, flags, CLIENT_ISS + seq, SERVER_ISS + ack, length, 1, options));
    }

    private void toClient(long micros, int flags, int seq, int ack, int length, boolean lost) {
        String options = (flags & Segment.SYN) != 0 ? OFFER : "";
        segments.add(new SegmentSeen(
                at(micros), false, lost, flags, SERVER_ISS + seq, CLIENT_ISS + ack, length, 1, options));
    }

    private List<String> diagram(int width, boolean unicode, Note... clientNotes) {
        return SequenceDiagram.of(
                new End("client", Sockets.CLIENT, client, List.of(clientNotes)),
                new End("server", Sockets.SERVER, server, List.of()),
                segments,
                new Look(width, unicode));
    }

    private void handshake() {
        client(0, TcpState.CLOSED, TcpState.SYN_SENT, Cause.CALL_CONNECT);
        toServer(2, Segment.SYN, 0, 0, 0, false);
        toClient(1005, Segment.SYN | Segment.ACK, 0, 1, 0, false);
        client(2010, TcpState.SYN_SENT, TcpState.ESTABLISHED, Cause.SEGMENT);
        toServer(2011, Segment.ACK, 1, 1, 0, false);
        server(3015, TcpState.SYN_RCVD, TcpState.ESTABLISHED, Cause.SEGMENT);
    }

    /// The article's life of a connection: the server closes first, the client follows.
    @Test
    void aWholeLife() {
        handshake();
        toServer(3020, Segment.PSH | Segment.ACK, 1, 1, 167, false);
        toClient(4100, Segment.PSH | Segment.ACK, 1, 168, 1000, true);
        toClient(210_100, Segment.PSH | Segment.ACK, 1, 168, 1000, false);
        toServer(211_200, Segment.ACK, 168, 1001, 0, false);
        server(212_300, TcpState.ESTABLISHED, TcpState.FIN_WAIT1, Cause.CALL_CLOSE);
        toClient(212_302, Segment.FIN | Segment.ACK, 1001, 168, 0, false);
        client(213_305, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Cause.SEGMENT);
        toServer(213_306, Segment.ACK, 168, 1002, 0, false);
        server(214_310, TcpState.FIN_WAIT1, TcpState.FIN_WAIT2, Cause.SEGMENT);
        client(240_000, TcpState.CLOSE_WAIT, TcpState.LAST_ACK, Cause.CALL_CLOSE);
        toServer(240_001, Segment.FIN | Segment.ACK, 168, 1002, 0, false);
        server(241_005, TcpState.FIN_WAIT2, TcpState.TIME_WAIT, Cause.SEGMENT);
        toClient(241_006, Segment.ACK, 1002, 169, 0, false);
        client(242_010, TcpState.LAST_ACK, TcpState.CLOSED, Cause.SEGMENT);
        server(60_241_005, TcpState.TIME_WAIT, TcpState.CLOSED, Cause.TIMER_TIME_WAIT);

        assertThat(text(diagram(100, true, new Note(at(220_000), "read: end of stream"))))
                .isEqualTo("""
                         client                                                 server
                 10.0.0.1:49152                                                 10.0.0.2:8080
       ms                CLOSED │                                             │ LISTEN
    0.000     connect: SYN_SENT │── SYN mss 1460, sack, ts, scale 7 ─────────▶│
    1.005                       │◀───── SYN ACK mss 1460, sack, ts, scale 7 ──│ SYN_RCVD
    2.010           ESTABLISHED │── ACK 1 ───────────────────────────────────▶│
    3.015                       │                                             │ ESTABLISHED
    3.020                       │── 167 bytes, seq 1, ack 1 ─────────────────▶│
    4.100                       │      ×─────── 1 000 bytes, seq 1, ack 168 ──│
  210.100                       │◀───────────── 1 000 bytes, seq 1, ack 168 ──│
  211.200                       │── ACK 1001 ────────────────────────────────▶│
  212.300                       │◀─────────────── FIN ACK seq 1001, ack 168 ──│ close: FIN_WAIT1
  213.305            CLOSE_WAIT │── ACK 1002 ────────────────────────────────▶│
  214.310                       │                                             │ FIN_WAIT2
  220.000   read: end of stream │                                             │
  240.000       close: LAST_ACK │── FIN ACK seq 168, ack 1002 ───────────────▶│
  241.005                       │◀───────────────────────────────── ACK 169 ──│ TIME_WAIT
  242.010                CLOSED │                                             │
                              ⋮ │                 59 s later                  │ ⋮
60241.005                       │                                             │ CLOSED
""");
    }

    /// A download with a loss in it, told in five lines.
    @Test
    void aLongTransferIsFolded() {
        handshake();
        toServer(3020, Segment.PSH | Segment.ACK, 1, 1, 167, false);
        for (int i = 0; i < 5000; i++) {
            toClient(4100 + i * 10L, Segment.ACK, 1 + i * 1448, 168, 1448, i == 2500);
            if (i == 2600) toClient(4101 + i * 10L, Segment.ACK, 1 + 2500 * 1448, 168, 1448, false);
            if (i % 2 == 1) toServer(4105 + i * 10L, Segment.ACK, 168, 1 + i * 1448, 0, false);
        }
        toServer(61_000, Segment.ACK, 168, 1 + 5000 * 1448, 0, false);

        assertThat(text(diagram(100, true))).isEqualTo("""
                         client                                                 server
                 10.0.0.1:49152                                                 10.0.0.2:8080
       ms                CLOSED │                                             │ LISTEN
    0.000     connect: SYN_SENT │── SYN mss 1460, sack, ts, scale 7 ─────────▶│
    1.005                       │◀───── SYN ACK mss 1460, sack, ts, scale 7 ──│ SYN_RCVD
    2.010           ESTABLISHED │── ACK 1 ───────────────────────────────────▶│
    3.015                       │                                             │ ESTABLISHED
    3.020                       │── 167 bytes, seq 1, ack 1 ─────────────────▶│
    4.100                       │◀───────────── 1 448 bytes, seq 1, ack 168 ──│
    4.110                       │◀────────── 1 448 bytes, seq 1449, ack 168 ──│
    4.115                       │── ACK 1449 ────────────────────────────────▶│
                                │                     ...                     │
    4.120                       │◀───────── 4 999 segments, 7 238 552 bytes ──│
                                │◀──────────────────── 1 lost, 1 sent again ──│
                                │── 2 498 acknowledgements ──────────────────▶│
                                │                     ...                     │
   54.095                       │── ACK 7238553 ─────────────────────────────▶│
   61.000                       │── ACK 7240001 ─────────────────────────────▶│
""");
    }

    @Test
    void aTerminalWithoutUnicodeGetsPlainCharacters() {
        handshake();
        toServer(3020, Segment.PSH | Segment.ACK, 1, 1, 167, true);
        client(30_000_000, TcpState.ESTABLISHED, TcpState.CLOSED, Cause.CALL_ABORT);
        toServer(30_000_000, Segment.RST | Segment.ACK, 168, 1, 0, false);

        assertThat(text(diagram(80, false))).isEqualTo("""
                         client                             server
                 10.0.0.1:49152                             10.0.0.2:8080
       ms                CLOSED |                         | LISTEN
    0.000     connect: SYN_SENT |-- SYN mss 1460, sack -->|
    1.005                       |<---- SYN ACK mss 1460 --| SYN_RCVD
    2.010           ESTABLISHED |-- ACK 1 --------------->|
    3.015                       |                         | ESTABLISHED
    3.020                       |-- 167 bytes, seq 1 --x  |
                              : |       29 s later        | :
30000.000         abort: CLOSED |-- RST ACK seq 168 ----->|
""").isASCII();
    }

    @Test
    void everyLineFitsWhateverTheNumbers() {
        client(0, TcpState.CLOSED, TcpState.SYN_SENT, Cause.CALL_CONNECT);
        for (int i = 0; i < 7; i++) {
            toServer(i * 1_000_000_000L, Segment.FIN | Segment.ACK, -2 - i, -2 - i, 1 << 30, i % 2 == 0);
        }
        for (int width : new int[] {80, 100, 160}) {
            assertThat(diagram(width, true)).allMatch(line -> line.length() <= width);
        }
    }

    @Test
    void nothingAtAllIsADiagramToo() {
        assertThat(diagram(100, true)).hasSize(3);
        assertThatThrownBy(() -> new Look(79, true)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}
