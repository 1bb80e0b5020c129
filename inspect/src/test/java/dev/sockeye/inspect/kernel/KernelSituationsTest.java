package dev.sockeye.inspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.inspect.Explainer;
import dev.sockeye.inspect.Explanation;
import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.Situation;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.linux.NativeStruct;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is to be said of a socket whose stack does not note what its program does: from Recv-Q, and from the times of
/// `TCP_INFO`.
class KernelSituationsTest {

    private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
    private static final int LAST_DATA_SENT = 44, LAST_DATA_RECV = 52, LAST_ACK_RECV = 56;
    private static final int BYTES_RECEIVED = 128, DATA_SEGS_IN = 152, DATA_SEGS_OUT = 156, BYTES_SENT = 200;

    private final Explainer explainer = new Explainer();
    private final ByteBuffer info = ByteBuffer.allocate(280).order(ByteOrder.nativeOrder());

    /// A question was asked and answered, then nothing; the peer's last acknowledgment came so long ago.
    private SocketSnapshot.Builder socket(TcpState state, Duration sent, Duration received, Duration acknowledged) {
        info.putInt(LAST_DATA_SENT, (int) sent.toMillis())
                .putInt(LAST_DATA_RECV, (int) received.toMillis())
                .putInt(LAST_ACK_RECV, (int) acknowledged.toMillis())
                .putInt(DATA_SEGS_IN, 3)
                .putInt(DATA_SEGS_OUT, 1)
                .putLong(BYTES_RECEIVED, 4711)
                .putLong(BYTES_SENT, 80);
        return SocketSnapshot.tcp(NOW, "web1", state, address("10.0.0.1", 40000))
                .remote(address("10.0.0.5", 5432))
                .owners(List.of(new Owner(812, "backend", null, "fd=7", "shop")))
                .inode(98765)
                .info(TcpInfoBytes.read(new NativeStruct(info.array(), 0, info.capacity())))
                .kernel(KernelDetail.of(KernelDetail.IPV4, 17, 1000, 1));
    }

    private SocketSnapshot.Builder closeWait(Duration sent, Duration received) {
        return socket(TcpState.CLOSE_WAIT, sent, received, Duration.ofHours(3));
    }

    private static TransportAddress address(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    private Situation situation(SocketSnapshot.Builder socket) {
        return explainer.situation(socket.build());
    }

    // ---------------------------------------------------------------- CLOSE_WAIT by Recv-Q

    @Test
    void emptyReceiveQueueMeansThatEverythingWasRead() {
        SocketSnapshot socket = socket(
                        TcpState.CLOSE_WAIT, Duration.ofHours(4), Duration.ofHours(3), Duration.ofHours(3))
                .build();
        Explanation told = explainer.explain(socket);
        assertThat(explainer.situation(socket)).isEqualTo(Situation.CLOSE_WAIT_ALL_READ);
        assertThat(told.meaning())
                .isEqualTo("10.0.0.5:5432 closed at least 3 h ago. backend has fetched all that came before, and most"
                        + " likely the end of the stream as well. But it has not called close().");
        assertThat(told.advice())
                .isEqualTo(
                        "Mend the code that got the end of the stream and went on without closing, or that has all it"
                                + " wanted and closes nothing.");
        assertThat(told.facts())
                .containsExactly(
                        "Program: backend, process 812, fd=7, in container shop.",
                        "Sent: 80 bytes, last 4 h ago; received: 4.7 kB, last 3 h ago.");
    }

    @Test
    void anEndThatCameByItselfWasReadByItself() {
        SocketSnapshot.Builder socket = closeWait(Duration.ofHours(4), Duration.ofHours(4));
        assertThat(situation(socket)).isEqualTo(Situation.CLOSE_WAIT_EOF_READ);
        assertThat(explainer.explain(socket.build()).meaning())
                .isEqualTo("10.0.0.5:5432 closed at least 3 h ago. backend knows: it has read to the end of the stream."
                        + " But it has not called close().");
        // What was acknowledged last may have been keepalive's probe, or data of ours.
        Settings probed = new Settings(true, 7200, 75, 9, false, -1, false, "cubic", 0, 0);
        assertThat(situation(socket.settings(probed))).isEqualTo(Situation.CLOSE_WAIT_ALL_READ);
        assertThat(situation(closeWait(Duration.ofHours(3), Duration.ofHours(4))))
                .isEqualTo(Situation.CLOSE_WAIT_ALL_READ);
    }

    @Test
    void onlyTheFinIsUnreadAfterAnAnswerInAPool() {
        assertThat(situation(closeWait(Duration.ofHours(4), Duration.ofHours(4)).queues(1, 0)))
                .isEqualTo(Situation.CLOSE_WAIT_POOLED);
    }

    @Test
    void onlyTheFinIsUnreadBehindAQuestionThatNobodyAnswered() {
        SocketSnapshot socket =
                closeWait(Duration.ofHours(3), Duration.ofHours(4)).queues(1, 0).build();
        assertThat(explainer.situation(socket)).isEqualTo(Situation.CLOSE_WAIT_NOT_READ_SINCE);
        assertThat(explainer.explain(socket).meaning())
                .isEqualTo("10.0.0.5:5432 closed at least 3 h ago. backend has not read since, and so it does not"
                        + " know.");
    }

    @Test
    void fiveBytesAndTheFinAreUnread() {
        SocketSnapshot socket =
                closeWait(Duration.ofHours(3), Duration.ofHours(4)).queues(6, 0).build();
        assertThat(explainer.situation(socket)).isEqualTo(Situation.CLOSE_WAIT_UNREAD_DATA);
        assertThat(explainer.explain(socket).meaning()).contains("has not fetched: 5 bytes.");
        // Behind an answer they are what a server says before it closes.
        assertThat(situation(closeWait(Duration.ofHours(4), Duration.ofHours(3)).queues(6, 0)))
                .isEqualTo(Situation.CLOSE_WAIT_POOLED);
    }

    @Test
    void whoHasSentSinceThePeerClosedOnlyWrites() {
        Instant closed = NOW.minus(Duration.ofHours(3));
        var entry = new JournalEntry(
                closed, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Journal.Cause.SEGMENT, Segment.FIN | Segment.ACK);
        SocketSnapshot socket = closeWait(Duration.ofMinutes(1), Duration.ofHours(4))
                .queues(1, 0)
                .journal(List.of(entry), 0)
                .build();
        assertThat(explainer.situation(socket)).isEqualTo(Situation.CLOSE_WAIT_WRITES_ON);
        assertThat(explainer.explain(socket).meaning())
                .startsWith("10.0.0.5:5432 closed 3 h ago, and backend has not noticed: it has written since, but has"
                        + " not read since.");
    }

    @Test
    void peerThatClosedAMomentAgoIsNoFault() {
        assertThat(situation(
                        socket(TcpState.CLOSE_WAIT, Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(2))))
                .isEqualTo(Situation.CLOSE_WAIT_JUST_NOW);
    }

    @Test
    void nobodyHasAcceptedIt() {
        assertThat(situation(closeWait(Duration.ofHours(4), Duration.ofHours(4)).holder(Holder.ACCEPT_QUEUE)))
                .isEqualTo(Situation.CLOSE_WAIT_NEVER_ACCEPTED);
    }

    // ---------------------------------------------------------------- ESTABLISHED by the times

    @Test
    void silenceInBothDirectionsIsIdle() {
        var silent = socket(TcpState.ESTABLISHED, Duration.ofHours(2), Duration.ofHours(1), Duration.ofHours(1));
        assertThat(situation(silent)).isEqualTo(Situation.IDLE_UNGUARDED);
        assertThat(explainer.explain(silent.build()).meaning()).contains("nothing has been read or written for 1 h.");
        assertThat(situation(socket(
                        TcpState.ESTABLISHED, Duration.ofSeconds(3), Duration.ofHours(1), Duration.ofSeconds(3))))
                .isEqualTo(Situation.WORKING);
    }

    @Test
    void dataThatCameLongAgoAndIsUnreadIsTheProgramsFault() {
        assertThat(situation(socket(TcpState.ESTABLISHED, Duration.ofHours(1), Duration.ofMinutes(1), Duration.ZERO)
                        .queues(5, 0)))
                .isEqualTo(Situation.PROGRAM_DOES_NOT_READ);
        assertThat(situation(socket(TcpState.ESTABLISHED, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ZERO)
                        .queues(5, 0)))
                .isEqualTo(Situation.WORKING);
    }

    @Test
    void zeroWindowProbesMeanThatThePeerDoesNotRead() {
        assertThat(situation(socket(TcpState.ESTABLISHED, Duration.ZERO, Duration.ZERO, Duration.ZERO)
                        .queues(0, 100_000)
                        .timer(new Timer(Timer.Kind.PERSIST, Duration.ofSeconds(3), 4))))
                .isEqualTo(Situation.PEER_DOES_NOT_READ);
    }
}
