package dev.sockeye.inspect;

import static dev.sockeye.inspect.Sockets.ago;
import static dev.sockeye.inspect.Sockets.client;
import static dev.sockeye.inspect.Sockets.closeWait;
import static dev.sockeye.inspect.Sockets.entry;
import static dev.sockeye.inspect.Sockets.listener;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Journal.Cause;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExplainerTest {

    private static final Duration FOURTEEN_MINUTES = Duration.ofMinutes(14);

    private final Explainer explainer = new Explainer();

    private static Usage used(@Nullable Duration read, @Nullable Duration written, @Nullable Duration eof) {
        return new Usage(
                read == null ? null : ago(read), written == null ? null : ago(written), eof == null ? null : ago(eof));
    }

    private static Duration minutes(int count) {
        return Duration.ofMinutes(count);
    }

    private static Timer timer(Timer.Kind kind, int count) {
        return new Timer(kind, Duration.ofSeconds(42), count);
    }

    // ---------------------------------------------------------------- the article's cases, word by word

    @Test
    void theProgramHasReadTheEndAndDoesNotClose() {
        Explanation explanation = explainer.explain(closeWait(FOURTEEN_MINUTES)
                .usage(used(minutes(14), minutes(15), minutes(14)))
                .build());
        assertThat(explanation.verdict()).isEqualTo(Verdict.FAULT);
        assertThat(explanation.subject()).isEqualTo("CLOSE_WAIT 10.0.0.1:49152 -> 10.0.0.2:8080");
        assertThat(explanation.meaning())
                .isEqualTo(
                        "10.0.0.2:8080 closed 14 min ago. shop knows: it has read to the end of the stream 14 min ago."
                                + " But it has not called close().");
        assertThat(explanation.advice()).contains("opened at com.example.Backend.open(Backend.java:41)");
        assertThat(explanation.facts())
                .containsExactly(
                        "Program: shop, process 4242, Socket@1b2c3d.",
                        "Opened at com.example.Backend.open(Backend.java:41) by thread worker-3.",
                        "Last read 14 min ago.",
                        "Last written 15 min ago.",
                        "The end of the stream was delivered to the program 14 min ago.",
                        "1 h ago: CLOSED -> SYN_SENT, the program called connect().",
                        "1 h ago: SYN_SENT -> ESTABLISHED, the peer answered with SYN ACK.",
                        "14 min ago: ESTABLISHED -> CLOSE_WAIT, the peer closed (FIN).");
    }

    @Test
    void theProgramHasNotReadSince() {
        Explanation explanation = explainer.explain(closeWait(FOURTEEN_MINUTES)
                .usage(used(minutes(30), minutes(20), null))
                .build());
        assertThat(explanation.verdict()).isEqualTo(Verdict.FAULT);
        assertThat(explanation.meaning())
                .isEqualTo(
                        "10.0.0.2:8080 closed 14 min ago. shop has not read since: it last read 30 min ago, and so it"
                                + " does not know.");
        assertThat(explanation.facts()).contains("The end of the stream was never delivered to the program.");
    }

    @Test
    void aProgramThatOnlyWritesIsToldSo() {
        Explanation explanation = explainer.explain(closeWait(FOURTEEN_MINUTES)
                .usage(used(null, Duration.ofSeconds(3), null))
                .build());
        assertThat(explanation.meaning())
                .isEqualTo(
                        "10.0.0.2:8080 closed 14 min ago, and shop has not noticed: it has written since (3.0 s ago),"
                                + " but has not read since (never). A program that only writes never learns of the end.");
    }

    @Test
    void nobodyNoticesAVanishedPeerWithoutKeepalive() {
        Explanation explanation =
                explainer.explain(client(TcpState.ESTABLISHED, minutes(60), Cause.SEGMENT, Segment.ACK)
                        .usage(used(minutes(50), minutes(51), null))
                        .build());
        assertThat(explanation.verdict()).isEqualTo(Verdict.WATCH);
        assertThat(explanation.meaning())
                .isEqualTo("The connection to 10.0.0.2:8080 is open, and nothing has been read or written for 50 min."
                        + " Keepalive is off, so that nobody would notice if the other machine were gone: this could be"
                        + " half a connection already.");
    }

    /// Linux counts the FIN in Send-Q.
    @Test
    void aFinIsNoByte() {
        Explanation explanation = explainer.explain(closedHere(TcpState.FIN_WAIT1, 30)
                .queues(0, 701)
                .info(Sockets.info(4, 65_535))
                .build());
        assertThat(explanation.meaning())
                .isEqualTo("This side closed 30 s ago, and 10.0.0.2:8080 does not acknowledge the end of its data (700"
                        + " bytes) and the FIN, which were sent again 4 times.");
    }

    @Test
    void timeWaitSaysHowLongItLasts() {
        Explanation explanation = explainer.explain(
                client(TcpState.TIME_WAIT, Duration.ofSeconds(18), Cause.SEGMENT, Segment.FIN | Segment.ACK)
                        .holder(Holder.NOBODY)
                        .timer(timer(Timer.Kind.TIME_WAIT, 0))
                        .build());
        assertThat(explanation.verdict()).isEqualTo(Verdict.HARMLESS);
        assertThat(explanation.meaning())
                .isEqualTo(
                        "The connection to 10.0.0.2:8080 is over, and this side closed first. The system keeps the pair"
                                + " of addresses busy for a while, against late packets (it is over in 42 s).");
    }

    @Test
    void aStateAsSuchIsExplainedToo() {
        Explanation explanation = explainer.explain(TcpState.CLOSE_WAIT);
        assertThat(explanation.subject()).isEqualTo("CLOSE_WAIT");
        assertThat(explanation.next()).contains("It has to call close()").contains("No timer ends this state");
        assertThat(explanation.facts()).isEmpty();
    }

    // ---------------------------------------------------------------- every situation is found

    /// One socket for each situation.
    private static Map<Situation, SocketSnapshot.Builder> oneOfEach() {
        Map<Situation, SocketSnapshot.Builder> sockets = new EnumMap<>(Situation.class);
        oneOfEachThatIsNotConnected(sockets);
        oneOfEachThatIsOpen(sockets);
        oneOfEachInCloseWait(sockets);
        oneOfEachThatEnds(sockets);
        return sockets;
    }

    private static void oneOfEachThatIsNotConnected(Map<Situation, SocketSnapshot.Builder> sockets) {
        sockets.put(Situation.UDP, SocketSnapshot.udp(Sockets.NOW, "client", Sockets.CLIENT, null));
        sockets.put(
                Situation.UNUSED,
                SocketSnapshot.tcp(Sockets.NOW, "client", TcpState.CLOSED, Sockets.address("0.0.0.0", 0)));
        sockets.put(Situation.BOUND, SocketSnapshot.tcp(Sockets.NOW, "client", TcpState.CLOSED, Sockets.CLIENT));
        sockets.put(Situation.ENDED, client(TcpState.CLOSED, minutes(1), Cause.SEGMENT, Segment.RST));
        sockets.put(Situation.LISTENING, listener(0, 50, 0));
        sockets.put(Situation.LISTENER_BEHIND, listener(30, 50, 0));
        sockets.put(Situation.LISTENER_FULL, listener(51, 50, 7));
        sockets.put(Situation.CONNECTING, client(TcpState.SYN_SENT, Duration.ofMillis(3), Cause.CALL_CONNECT, 0));
        sockets.put(
                Situation.CONNECTING_NO_ANSWER,
                client(TcpState.SYN_SENT, Duration.ofSeconds(8), Cause.CALL_CONNECT, 0)
                        .timer(timer(Timer.Kind.RETRANSMIT, 3)));
        sockets.put(Situation.HANDSHAKE, client(TcpState.SYN_RCVD, Duration.ZERO, Cause.SEGMENT, Segment.SYN));
        sockets.put(
                Situation.HANDSHAKE_NO_ANSWER,
                client(TcpState.SYN_RCVD, Duration.ofSeconds(8), Cause.SEGMENT, Segment.SYN)
                        .timer(timer(Timer.Kind.RETRANSMIT, 3)));
    }

    private static SocketSnapshot.Builder open() {
        return client(TcpState.ESTABLISHED, minutes(60), Cause.SEGMENT, Segment.SYN | Segment.ACK)
                .usage(used(Duration.ofSeconds(20), Duration.ofSeconds(3), null));
    }

    private static void oneOfEachThatIsOpen(Map<Situation, SocketSnapshot.Builder> sockets) {
        sockets.put(Situation.WORKING, open());
        sockets.put(Situation.NOT_ACCEPTED, open().holder(Holder.ACCEPT_QUEUE).usage(Usage.UNKNOWN));
        sockets.put(Situation.PEER_SILENT, open().queues(0, 700).info(Sockets.info(4, 65_535)));
        sockets.put(Situation.PEER_DOES_NOT_READ, open().queues(0, 70_000).timer(timer(Timer.Kind.PERSIST, 2)));
        sockets.put(Situation.PROGRAM_DOES_NOT_READ, open().queues(9000, 0));
        sockets.put(Situation.IDLE_UNGUARDED, open().usage(used(minutes(9), minutes(10), null)));
        sockets.put(
                Situation.IDLE_GUARDED,
                open().usage(used(minutes(9), minutes(10), null))
                        .settings(new Settings(true, 60, 10, 3, false, -1, false, "cubic", 131_072, 16_384))
                        .timer(timer(Timer.Kind.KEEPALIVE, 0)));
    }

    private static void oneOfEachInCloseWait(Map<Situation, SocketSnapshot.Builder> sockets) {
        SocketSnapshot.Builder unknown = closeWait(FOURTEEN_MINUTES).journal(List.of(), 0);
        sockets.put(Situation.CLOSE_WAIT_JUST_NOW, closeWait(Duration.ofMillis(40)));
        sockets.put(
                Situation.CLOSE_WAIT_NOT_ACCEPTED, closeWait(FOURTEEN_MINUTES).holder(Holder.ACCEPT_QUEUE));
        sockets.put(
                Situation.CLOSE_WAIT_STILL_SENDING,
                closeWait(minutes(1)).queues(0, 5000).usage(used(minutes(2), Duration.ofMillis(30), minutes(1))));
        sockets.put(
                Situation.CLOSE_WAIT_EOF_READ, closeWait(minutes(1)).usage(used(minutes(2), minutes(3), minutes(1))));
        sockets.put(
                Situation.CLOSE_WAIT_UNREAD_DATA,
                closeWait(minutes(1)).queues(5000, 0).usage(used(minutes(2), minutes(3), null)));
        sockets.put(Situation.CLOSE_WAIT_WRITES_ON, closeWait(minutes(5)).usage(used(null, minutes(1), null)));
        sockets.put(Situation.CLOSE_WAIT_NEVER_READ, closeWait(minutes(5)).usage(used(null, minutes(6), null)));
        sockets.put(
                Situation.CLOSE_WAIT_NOT_READ_SINCE, closeWait(minutes(5)).usage(used(minutes(7), minutes(6), null)));
        sockets.put(Situation.CLOSE_WAIT_POOLED, closeWait(minutes(5)).usage(used(minutes(6), minutes(7), null)));
        sockets.put(Situation.CLOSE_WAIT_USE_UNKNOWN, unknown);
    }

    private static SocketSnapshot.Builder closedHere(TcpState state, int seconds) {
        return client(state, Duration.ofSeconds(seconds), Cause.CALL_CLOSE, 0).holder(Holder.NOBODY);
    }

    private static void oneOfEachThatEnds(Map<Situation, SocketSnapshot.Builder> sockets) {
        sockets.put(
                Situation.CLOSE_WAIT_ALL_READ, closeWait(Duration.ofMinutes(14)).kernel(ofTheKernel()));
        sockets.put(Situation.FIN_WAIT1_SENDING, closedHere(TcpState.FIN_WAIT1, 0));
        sockets.put(
                Situation.FIN_WAIT1_NO_ANSWER,
                closedHere(TcpState.FIN_WAIT1, 30).queues(0, 1).timer(timer(Timer.Kind.RETRANSMIT, 5)));
        sockets.put(
                Situation.FIN_WAIT1_PEER_DOES_NOT_READ,
                closedHere(TcpState.FIN_WAIT1, 30).queues(0, 9000).timer(timer(Timer.Kind.PERSIST, 5)));
        sockets.put(
                Situation.FIN_WAIT2_ORPHAN, closedHere(TcpState.FIN_WAIT2, 18).timer(timer(Timer.Kind.FIN_WAIT2, 0)));
        sockets.put(Situation.FIN_WAIT2_HELD, closedHere(TcpState.FIN_WAIT2, 18).holder(Holder.PROGRAM));
        sockets.put(Situation.BOTH_CLOSING, closedHere(TcpState.CLOSING, 0));
        sockets.put(
                Situation.TIME_WAIT_RUNNING, closedHere(TcpState.TIME_WAIT, 18).timer(timer(Timer.Kind.TIME_WAIT, 0)));
        sockets.put(Situation.LAST_ACK_WAITING, closedHere(TcpState.LAST_ACK, 0));
        sockets.put(
                Situation.LAST_ACK_NO_ANSWER, closedHere(TcpState.LAST_ACK, 9).timer(timer(Timer.Kind.RETRANSMIT, 4)));
    }

    private static KernelDetail ofTheKernel() {
        return KernelDetail.of(KernelDetail.IPV4, 17, 1000, 1);
    }

    @Test
    void eachSituationIsRecognized() {
        Map<Situation, SocketSnapshot.Builder> sockets = oneOfEach();
        assertThat(sockets.keySet()).containsExactlyInAnyOrder(Situation.values());
        sockets.forEach((situation, socket) ->
                assertThat(explainer.situation(socket.build())).isEqualTo(situation));
    }

    @Test
    void noExplanationHasAGapInIt() {
        oneOfEach().forEach((situation, socket) -> {
            Explanation explanation = explainer.explain(socket.build());
            for (String text :
                    List.of(explanation.meaning(), explanation.next(), explanation.harm(), explanation.advice())) {
                assertThat(text).as(situation.name()).isNotBlank().doesNotContain("{", "null");
            }
        });
    }

    @Test
    void aSocketOfWhichNothingIsKnownIsExplainedStill() {
        for (TcpState state : TcpState.values()) {
            Explanation explanation = explainer.explain(SocketSnapshot.tcp(Sockets.NOW, "kernel", state, Sockets.CLIENT)
                    .build());
            assertThat(explanation.meaning()).isNotBlank().doesNotContain("null");
        }
    }

    // ---------------------------------------------------------------- small things

    @Test
    void aPeerThatClosedDuringOurCloseIsFoundInTheJournal() {
        SocketSnapshot socket = client(TcpState.LAST_ACK, minutes(1), Cause.CALL_CLOSE, 0)
                .journal(
                        List.of(
                                entry(
                                        minutes(3),
                                        TcpState.ESTABLISHED,
                                        TcpState.CLOSE_WAIT,
                                        Cause.SEGMENT,
                                        Segment.FIN),
                                entry(minutes(1), TcpState.CLOSE_WAIT, TcpState.LAST_ACK, Cause.CALL_CLOSE, 0)),
                        0)
                .build();
        assertThat(socket.peerClosedAt()).isEqualTo(ago(minutes(3)));
        assertThat(socket.inState()).isEqualTo(minutes(1));
    }

    @Test
    void durationsAreSaidAsPeopleSayThem() {
        assertThat(List.of(
                        PlainWords.duration(Duration.ofNanos(1)),
                        PlainWords.duration(Duration.ofMillis(250)),
                        PlainWords.duration(Duration.ofMillis(3299)),
                        PlainWords.duration(Duration.ofMillis(59_999)),
                        PlainWords.duration(Duration.ofSeconds(187)),
                        PlainWords.duration(Duration.ofSeconds(14 * 60 + 3)),
                        PlainWords.duration(Duration.ofMinutes(125)),
                        PlainWords.duration(Duration.ofHours(76))))
                .containsExactly(
                        "less than 1 ms", "250 ms", "3.2 s", "59 s", "3 min 7 s", "14 min", "2 h 5 min", "3 days 4 h");
    }

    @Test
    void statesAreFoundByAnyOfTheirNames() {
        for (String name : List.of("CLOSE_WAIT", "CLOSE-WAIT", "close-wait", "closewait", "8")) {
            assertThat(StateNames.find(name)).as(name).isEqualTo(TcpState.CLOSE_WAIT);
        }
        assertThat(StateNames.find("SYN-RECV")).isEqualTo(TcpState.SYN_RCVD);
        assertThat(StateNames.find("SYN_RECV")).isEqualTo(TcpState.SYN_RCVD);
        assertThat(StateNames.find("estab")).isEqualTo(TcpState.ESTABLISHED);
        assertThat(StateNames.find("FIN_WAIT_2")).isEqualTo(TcpState.FIN_WAIT2);
        assertThat(StateNames.find("UNCONN")).isEqualTo(TcpState.CLOSED);
        assertThat(StateNames.find("12")).isNull();
        assertThat(StateNames.find("")).isNull();
    }

    @Test
    void theLineOfTheProgramIsTheInnermostThatIsItsOwn() {
        assertThat(Sockets.OPENED.site()).isEqualTo("com.example.Backend.open(Backend.java:41)");
        assertThat(new Trace("t", List.of("java.base/java.net.Socket.<init>(Socket.java:1)")).site())
                .isEqualTo("java.net.Socket.<init>(Socket.java:1)");
        assertThat(new Trace("t", List.of()).site()).isNull();
    }
}
