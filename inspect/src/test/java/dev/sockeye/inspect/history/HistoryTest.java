package dev.sockeye.inspect.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.JournalEntry;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.history.HistoryEvent.Destroyed;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.Journal.Cause;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Each way in which a connection of the kernel's can end, and the whole of what is told of its two
/// ends. For root, in a network namespace of its own.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the kernel's sockets are Linux's")
class HistoryTest {

    private static final String CONNECTED = "CLOSED > SYN_SENT: connect() by me",
            ANSWERED = "SYN_SENT > ESTABLISHED: SYN-ACK from the peer",
            CHILD = "LISTEN > SYN_RCVD: handshake by the peer",
            ACCEPTED = "SYN_RCVD > ESTABLISHED: the peer's ACK ends the handshake";

    private interface Body {
        void with(Conversations talk, History history) throws Exception;
    }

    /// A kernel may keep an event from BPF programs now and then (docs/linux/history.md). That is said, and then
    /// it is tried again; a history that itself loses some does so each time.
    private static void in(HistoryOptions options, Body body) throws Exception {
        try {
            int tries = 1;
            while (!NetworkNamespace.callInNew(() -> isWhole(options, body))) {
                assertThat(tries++).as("times that events were lost").isLessThan(3);
            }
        } catch (SystemCallException e) {
            assumeTrue(false, "no network namespace can be made here: " + e.getMessage());
        }
    }

    private static boolean isWhole(HistoryOptions options, Body body) throws Exception {
        try (var talk = new Conversations();
                History history = open(options, talk)) {
            try {
                body.with(talk, history);
            } catch (AssertionError e) {
                if (history.lost() == 0) throw e;
            }
            return history.lost() == 0;
        }
    }

    private static History open(HistoryOptions options, Conversations talk) throws IOException {
        try {
            return History.open(options, talk::note);
        } catch (IOException e) {
            assumeTrue(false, e.getMessage());
            throw e;
        }
    }

    private static void byBpf(Body body) throws Exception {
        in(HistoryOptions.DEFAULT.withMethods(Method.BPF), body);
    }

    // ---------------------------------------------------------------- ways to end, by BPF

    @Test
    void bothClose() throws Exception {
        byBpf((talk, history) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            talk.send(client, 1000);
            talk.receive(server, 1000);
            talk.send(server, 50);
            talk.receive(client, 50);
            client.close();
            talk.receiveEnd(server);
            server.close();
            assertThat(talk.whole(local, talk.port))
                    .containsExactly(
                            CONNECTED,
                            ANSWERED,
                            "ESTABLISHED > FIN_WAIT1: close() by me",
                            "FIN_WAIT1 > FIN_WAIT2: the peer has acknowledged our FIN",
                            "FIN_WAIT2 > TIME_WAIT: FIN from the peer",
                            "the end, sent 1000, received 51"); // the FIN counts
            assertThat(talk.whole(new TransportAddress(IpAddress.LOOPBACK_V4, talk.port), local.port()))
                    .containsExactly(
                            CHILD,
                            ACCEPTED,
                            "ESTABLISHED > CLOSE_WAIT: FIN from the peer",
                            "CLOSE_WAIT > LAST_ACK: close() by me",
                            "LAST_ACK > CLOSED: the peer has acknowledged our FIN",
                            "the end, sent 50, received 1001");
            // Its TIME_WAIT entry has the same cookie, and so the same past.
            try (var source = new KernelSource(history)) {
                SocketSnapshot left = source.look(KernelQuery.ALL).sockets().stream()
                        .filter(socket -> socket.local().equals(local))
                        .findFirst()
                        .orElseThrow();
                assertThat(left.state()).isEqualTo(TcpState.TIME_WAIT);
                assertThat(left.journal())
                        .extracting(JournalEntry::to)
                        .containsExactly(
                                TcpState.SYN_SENT,
                                TcpState.ESTABLISHED,
                                TcpState.FIN_WAIT1,
                                TcpState.FIN_WAIT2,
                                TcpState.TIME_WAIT);
                assertThat(Objects.requireNonNull(left.inState())).isLessThan(Duration.ofSeconds(20));
            }
        });
    }

    @Test
    void oneHalfIsShut() throws Exception {
        byBpf((talk, _) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            server.shutdown(1);
            talk.receiveEnd(client);
            client.shutdown(1);
            talk.receiveEnd(server);
            client.close();
            server.close();
            assertThat(talk.whole(local, talk.port))
                    .containsExactly(
                            CONNECTED,
                            ANSWERED,
                            "ESTABLISHED > CLOSE_WAIT: FIN from the peer",
                            "CLOSE_WAIT > LAST_ACK: shutdown() by me",
                            "LAST_ACK > CLOSED: the peer has acknowledged our FIN",
                            "the end, sent 0, received 1");
        });
    }

    @Test
    void closeIsAReset() throws Exception {
        byBpf((talk, _) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            talk.lingerNot(client);
            client.close();
            server.close();
            assertThat(talk.whole(local, talk.port))
                    .containsExactly(
                            CONNECTED,
                            ANSWERED,
                            "ESTABLISHED > CLOSED: close() by me with SO_LINGER 0: a reset was sent",
                            "reset sent: TCP_STATE",
                            "the end, sent 0, received 0");
            assertThat(talk.whole(new TransportAddress(IpAddress.LOOPBACK_V4, talk.port), local.port()))
                    .containsExactly(
                            CHILD,
                            ACCEPTED,
                            "reset received",
                            "ESTABLISHED > CLOSED: reset by the peer",
                            "the end, sent 0, received 0");
        });
    }

    @Test
    void dataIsLeftUnread() throws Exception {
        byBpf((talk, _) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            talk.send(client, 10);
            Conversations.await(() -> server.queued(KernelSocket.SIOCINQ) == 10);
            server.close();
            client.close();
            assertThat(talk.whole(new TransportAddress(IpAddress.LOOPBACK_V4, talk.port), local.port()))
                    .containsExactly(
                            CHILD,
                            ACCEPTED,
                            "ESTABLISHED > CLOSED: close() by me with unread data: a reset was sent",
                            "reset sent: TCP_ABORT_ON_CLOSE",
                            "the end, sent 0, received 10");
        });
    }

    @Test
    void nobodyListens() throws Exception {
        byBpf((talk, _) -> {
            KernelSocket client = talk.connect(1);
            TransportAddress local = client.localAddress();
            client.close();
            assertThat(talk.whole(local, 1))
                    .containsExactly(
                            CONNECTED,
                            "reset received",
                            "SYN_SENT > CLOSED: refused by the peer: nobody listens there",
                            "the end, sent 0, received 0");
        });
    }

    @Test
    void somebodyKillsIt() throws Exception {
        byBpf((talk, _) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            try (var diag = new SockDiag()) {
                var remote = new TransportAddress(IpAddress.LOOPBACK_V4, talk.port);
                diag.destroy(Objects.requireNonNull(diag.find(local, remote, SockDiag.AF_INET, 0)));
            }
            client.close();
            server.close();
            assertThat(talk.whole(local, talk.port))
                    .containsExactly(
                            CONNECTED,
                            ANSWERED,
                            "reset sent: TCP_STATE",
                            "ESTABLISHED > CLOSED: killed by me (SOCK_DESTROY)",
                            "the end, sent 0, received 0");
        });
    }

    @Test
    void thePeerFallsSilent() throws Exception {
        byBpf((talk, _) -> {
            KernelSocket writer = talk.connect();
            TransportAddress writing = writer.localAddress();
            talk.accept();
            KernelSocket reader = talk.connect();
            TransportAddress reading = reader.localAddress();
            talk.accept();
            writer.setOption(KernelSocket.IPPROTO_TCP, 18, 300); // TCP_USER_TIMEOUT
            reader.setOption(KernelSocket.SOL_SOCKET, 9, 1); // SO_KEEPALIVE
            reader.setOption(KernelSocket.IPPROTO_TCP, 4, 1); // TCP_KEEPIDLE
            reader.setOption(KernelSocket.IPPROTO_TCP, 5, 1); // TCP_KEEPINTVL
            reader.setOption(KernelSocket.IPPROTO_TCP, 6, 1); // TCP_KEEPCNT
            Conversations.up(false);
            talk.send(writer, 100);
            Conversations.await(() -> talk.lines(reading, talk.port).size() == 4);
            writer.close();
            reader.close();
            List<String> ofWriter = talk.whole(writing, talk.port);
            assertThat(ofWriter.subList(0, 3)).containsExactly(CONNECTED, ANSWERED, "sent again");
            assertThat(ofWriter).contains("ESTABLISHED > CLOSED: retransmission timeout");
            assertThat(talk.lines(reading, talk.port).subList(2, 4))
                    .containsExactly(
                            "reset sent: TCP_KEEPALIVE_TIMEOUT",
                            "ESTABLISHED > CLOSED: keepalive timeout: the peer does not answer");
        });
    }

    @Test
    void aProcessEndsWithoutClosing() throws Exception {
        byBpf((talk, _) -> {
            String program = "import socket, os\ns = socket.create_connection(('127.0.0.1', " + talk.port
                    + "))\nprint(s.getsockname()[1], flush=True)\nos._exit(0)\n";
            Process python = new ProcessBuilder("python3", "-c", program).start();
            int port = Integer.parseInt(
                    new String(python.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII)
                            .strip());
            KernelSocket server = talk.accept();
            talk.receiveEnd(server);
            server.close();
            var local = new TransportAddress(IpAddress.LOOPBACK_V4, port);
            assertThat(talk.whole(local, talk.port))
                    .contains("ESTABLISHED > FIN_WAIT1: exit by python3 " + python.pid());
        });
    }

    @Test
    void ipv6() throws Exception {
        byBpf((talk, _) -> {
            try (KernelSocket listener = KernelSocket.open(false)) {
                listener.bind(new TransportAddress(IpAddress.LOOPBACK_V6, 0));
                assertThat(listener.listen(1)).isZero();
                TransportAddress at = listener.localAddress();
                KernelSocket client = KernelSocket.open(false);
                client.connect(at);
                TransportAddress local = client.localAddress();
                client.close();
                Conversations.await(() -> talk.lines(local, at.port()).size() >= 4);
                assertThat(talk.events())
                        .filteredOn(event -> event.local().equals(local))
                        .isNotEmpty()
                        .allSatisfy(event -> assertThat(event.remote()).isEqualTo(at));
            }
        });
    }

    // ---------------------------------------------------------------- the other ways to learn it

    @Test
    void theTraceTellsTheSame() throws Exception {
        in(HistoryOptions.DEFAULT.withMethods(Method.TRACEFS).withBufferBytes(1 << 20), (talk, history) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            talk.send(client, 1000);
            talk.receive(server, 1000);
            client.close();
            talk.receiveEnd(server);
            server.close();
            assertThat(talk.whole(local, talk.port))
                    .containsExactly(
                            CONNECTED,
                            ANSWERED,
                            "ESTABLISHED > FIN_WAIT1: close() by me",
                            "FIN_WAIT1 > FIN_WAIT2: the peer has acknowledged our FIN",
                            "FIN_WAIT2 > TIME_WAIT: FIN from the peer, or closed",
                            "the end, sent 1000, received 1");
            assertThat(talk.whole(new TransportAddress(IpAddress.LOOPBACK_V4, talk.port), local.port()))
                    .containsExactly(
                            CHILD,
                            ACCEPTED,
                            "ESTABLISHED > CLOSE_WAIT: FIN from the peer",
                            "CLOSE_WAIT > LAST_ACK: close() by me",
                            "LAST_ACK > CLOSED: the peer has acknowledged our FIN",
                            "the end, sent 0, received 1001");
            // All that is told of one socket has one name, though the source knows none.
            assertThat(talk.events())
                    .filteredOn(event -> event.local().equals(local))
                    .extracting(HistoryEvent::cookie)
                    .allMatch(cookie -> cookie < 0)
                    .containsOnly(cookieOf(talk, local));
            // Without a cookie, sockets are known by their addresses.
            try (var source = new KernelSource(history)) {
                assertThat(source.look(KernelQuery.ALL).sockets())
                        .filteredOn(socket -> socket.local().equals(local))
                        .singleElement()
                        .satisfies(left -> assertThat(left.journal()).hasSize(5));
            }
        });
    }

    private static long cookieOf(Conversations talk, TransportAddress local) {
        return talk.events().stream()
                .filter(event -> event.local().equals(local))
                .findFirst()
                .orElseThrow()
                .cookie();
    }

    @Test
    void dumpsTellWhatLasts() throws Exception {
        HistoryOptions often = HistoryOptions.DEFAULT.withMethods(Method.DUMPS).withDumpEvery(Duration.ofMillis(10));
        in(often, (talk, _) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            Conversations.await(() -> talk.lines(local, talk.port).size() == 1);
            client.close();
            var there = new TransportAddress(IpAddress.LOOPBACK_V4, talk.port);
            Conversations.await(() -> talk.lines(there, local.port()).size() == 2);
            server.close();
            Conversations.await(
                    () -> talk.lines(there, local.port()).contains("CLOSE_WAIT > CLOSED: gone since the dump before"));
            assertThat(talk.lines(there, local.port()).subList(0, 2))
                    .containsExactly(
                            "CLOSED > ESTABLISHED: the peer's ACK ends the handshake (noticed in a dump)",
                            "ESTABLISHED > CLOSE_WAIT: FIN from the peer (noticed in a dump)");
            assertThat(talk.events())
                    .filteredOn(event -> event instanceof Destroyed end && end.info() != null)
                    .isNotEmpty();
        });
    }

    @Test
    void whatWasStoredInTheKernelIsReadByWhoLooksForAMoment() throws Exception {
        in(HistoryOptions.DEFAULT.withMethods(Method.BPF).withStorage(true), (talk, _) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            client.shutdown(1);
            talk.receiveEnd(server);
            try (StoredJournals stored = Objects.requireNonNull(StoredJournals.find());
                    var source = new KernelSource(stored)) {
                List<SocketSnapshot> sockets = source.look(KernelQuery.ALL).sockets();
                SocketSnapshot waiting = sockets.stream()
                        .filter(socket -> socket.state() == TcpState.CLOSE_WAIT)
                        .findFirst()
                        .orElseThrow();
                JournalEntry entered = Objects.requireNonNull(waiting.entered());
                assertThat(entered.from()).isEqualTo(TcpState.ESTABLISHED);
                assertThat(entered.cause()).isEqualTo(Cause.SEGMENT);
                assertThat(entered.who()).isNull();
                assertThat(Objects.requireNonNull(waiting.inState())).isLessThan(Duration.ofSeconds(20));
                SocketSnapshot closing = sockets.stream()
                        .filter(socket -> socket.local().equals(local))
                        .findFirst()
                        .orElseThrow();
                assertThat(closing.journal().getLast().to()).isEqualTo(closing.state());
            }
            client.close();
            server.close();
        });
    }

    @Test
    void aCommandThatLooksOnceFindsItAndOneThatStaysSeesTheRest() throws Exception {
        in(HistoryOptions.DEFAULT.withMethods(Method.BPF).withStorage(true), (talk, _) -> {
            KernelSocket client = talk.connect();
            TransportAddress local = client.localAddress();
            KernelSocket server = talk.accept();
            try (KnownPast once = KnownPast.atOnce();
                    var source = new KernelSource(once)) {
                assertThat(statesOf(source, local)).containsExactly(TcpState.ESTABLISHED);
            }
            try (KnownPast staying = KnownPast.fromNowOn();
                    var source = new KernelSource(staying)) {
                assertThat(staying.refusal()).isEmpty();
                assertThat(statesOf(source, local)).containsExactly(TcpState.ESTABLISHED);
                server.close();
                talk.receiveEnd(client);
                Conversations.await(() -> talk.lines(local, talk.port).size() == 3);
                assertThat(statesOf(source, local)).containsExactly(TcpState.CLOSE_WAIT);
            }
            client.close();
        });
    }

    @Test
    void aServiceHasTheKernelKeepItAndDoesNothing() throws Exception {
        byBpf((talk, _) -> {
            try (var _ = new JournalKeeper();
                    KnownPast once = KnownPast.atOnce();
                    var source = new KernelSource(once)) {
                KernelSocket client = talk.connect();
                TransportAddress local = client.localAddress();
                KernelSocket server = talk.accept();
                assertThat(statesOf(source, local)).containsExactly(TcpState.ESTABLISHED);
                server.shutdown(1);
                talk.receiveEnd(client);
                assertThat(statesOf(source, local)).containsExactly(TcpState.CLOSE_WAIT);
                client.shutdown(1);
                server.close();
                client.close();
            }
        });
    }

    private static List<TcpState> statesOf(KernelSource source, TransportAddress local) throws IOException {
        return source.look(KernelQuery.ALL).sockets().stream()
                .filter(socket -> socket.local().equals(local))
                .flatMap(socket -> socket.journal().stream())
                .map(JournalEntry::to)
                .toList();
    }

    // ---------------------------------------------------------------- bounds

    @Test
    void whatFindsNoRoomIsCounted() throws Exception {
        var release = new CountDownLatch(1);
        NetworkNamespace.callInNew(() -> {
            try (var talk = new Conversations();
                    History history = bounded(release)) {
                for (int i = 0; i < 300; i++) {
                    KernelSocket client = talk.connect();
                    talk.accept().close();
                    client.close();
                }
                // Ten changes and two ends for each, and room for some thirty.
                assertThat(history.lost()).isGreaterThan(300 * 10 - 500);
                release.countDown();
            }
            return true;
        });
    }

    private static History bounded(CountDownLatch release) throws IOException {
        try {
            HistoryOptions small =
                    HistoryOptions.DEFAULT.withMethods(Method.BPF).withBufferBytes(4096);
            return History.open(small, _ -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        } catch (IOException e) {
            assumeTrue(false, e.getMessage());
            throw e;
        }
    }
}
