package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.HostMemory;
import dev.sockeye.wire.Errno;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// `tcp_mem`: what all sockets of a host may have queued together, and what becomes of those that want more.
class HostMemoryTest {

    private static final int PAGE = 4096;

    private static Rig rig(long low, long pressure, long high) {
        var rig = new Rig();
        rig.host.sysctl().tcp().tcp_mem = new long[] {low, pressure, high};
        return rig;
    }

    private static HostMemory memory(Rig rig) {
        return rig.host.tcp().memory;
    }

    private static List<TcpEndpoint> accepted(Rig rig, TcpEndpoint listener, List<Peer> peers, int count) {
        var sockets = new ArrayList<TcpEndpoint>();
        for (int i = 0; i < count; i++) {
            peers.add(rig.peer(4000 + i, 80).connects());
            sockets.add(rig.accept(listener));
        }
        return sockets;
    }

    /// A full segment in order.
    private static void data(Rig rig, Peer peer, int from) {
        peer.sends(". " + from + ":" + (from + 1460) + "(1460) ack 1 win 65535");
        rig.pollAll();
    }

    private static void readAll(Rig rig, TcpEndpoint socket) {
        byte[] bytes = new byte[100_000];
        socket.receive(MemorySegment.ofArray(bytes), 0, bytes.length, 0, rig.now);
    }

    private static int write(Rig rig, TcpEndpoint socket, int count) {
        return socket.send(MemorySegment.ofArray(new byte[count]), 0, count, 0, rig.now);
    }

    private static Connection connection(TcpEndpoint socket) {
        return Objects.requireNonNull(socket.connection());
    }

    @Test
    void whatIsQueuedIsCountedInPagesAndGivenBack() {
        try (var rig = new Rig()) {
            var peers = new ArrayList<Peer>();
            TcpEndpoint socket = accepted(rig, rig.listen(80, 4), peers, 1).getFirst();
            assertThat(memory(rig).pages()).isZero();
            assertThat(memory(rig).sockets()).isEqualTo(1);
            data(rig, peers.getFirst(), 1);
            assertThat(memory(rig).pages()).as("2304 bytes").isEqualTo(1);
            data(rig, peers.getFirst(), 1461);
            assertThat(memory(rig).pages()).as("4608 bytes").isEqualTo(2);
            write(rig, socket, 10_000);
            assertThat(memory(rig).pages()).as("and 10832 for sending").isEqualTo(4);
            readAll(rig, socket);
            assertThat(memory(rig).pages()).isEqualTo(3);
            peers.getFirst().sends(". 2921 ack 10001 win 65535");
            assertThat(memory(rig).pages()).isZero();
            socket.abort(rig.now);
            assertThat(memory(rig).sockets()).isZero();
        }
    }

    @Test
    void pressureBeginsAboveTheSecondLimitAndEndsBelowTheFirst() {
        try (var rig = rig(4, 8, 64)) {
            var peers = new ArrayList<Peer>();
            List<TcpEndpoint> sockets = accepted(rig, rig.listen(80, 16), peers, 4);
            for (int seq = 1; memory(rig).pages() < 8; seq += 1460) for (Peer peer : peers) data(rig, peer, seq);
            assertThat(memory(rig).isUnderPressure()).isFalse();
            data(rig, peers.getFirst(), 4381);
            data(rig, peers.getFirst(), 5841);
            assertThat(memory(rig).isUnderPressure()).isTrue();
            assertThat(rig.count("TcpExtTCPMemoryPressures")).isEqualTo(1);
            rig.advance(Duration.ofMillis(250));
            for (TcpEndpoint socket : sockets) {
                readAll(rig, socket);
                long pages = memory(rig).pages();
                assertThat(memory(rig).isUnderPressure())
                        .as("with %d pages", pages)
                        .isEqualTo(pages >= 4);
            }
            assertThat(memory(rig).isUnderPressure()).isFalse();
            assertThat(rig.count("TcpExtTCPMemoryPressuresChrono")).isEqualTo(250);
        }
    }

    /// In pressure the window is kept to four segments beyond what was promised, and no buffer grows.
    @Test
    void inPressureWindowsAndBuffersStaySmall() {
        try (var rig = rig(1, 2, 10_000)) {
            var peers = new ArrayList<Peer>();
            List<TcpEndpoint> sockets = accepted(rig, rig.listen(80, 16), peers, 2);
            for (int i = 0; i < 20; i++) data(rig, peers.get(1), 1 + 1460 * i);
            assertThat(memory(rig).isUnderPressure()).isTrue();
            TcpEndpoint first = sockets.getFirst();
            for (int i = 0; i < 60; i++) {
                data(rig, peers.getFirst(), 1 + 1460 * i);
                readAll(rig, first);
            }
            assertThat(first.info(rig.now).rcv_ssthresh()).isEqualTo(4 * 1460);
            int before = connection(first).sendBuffer();
            for (int i = 0; i < 10; i++) {
                int sent = write(rig, first, 20_000);
                int until = 1 + 20_000 * (i + 1);
                assertThat(sent).isEqualTo(20_000);
                rig.pollAll();
                while (connection(first).sendQueueBytes() > 0) {
                    int una = until - connection(first).sendQueueBytes();
                    peers.getFirst().sends(". 87601 ack " + Math.min(until, una + 14_600) + " win 65535");
                    rig.pollAll();
                }
            }
            assertThat(connection(first).sendBuffer()).isEqualTo(before);
        }
    }

    /// Above the third limit a segment is dropped, and the window closed, but for a socket that has nothing queued.
    @Test
    void whoReceivesWithoutMemoryDropsAndClosesTheWindow() {
        try (var rig = rig(2, 3, 8)) {
            var peers = new ArrayList<Peer>();
            List<TcpEndpoint> sockets = accepted(rig, rig.listen(80, 16), peers, 2);
            Peer greedy = peers.get(0);
            int seq = 1;
            for (int i = 0; i < 40; i++, seq += 1460) data(rig, greedy, seq);
            assertThat(memory(rig).pages()).isLessThanOrEqualTo(8);
            assertThat(rig.count("TcpExtTCPRcvQDrop")).isPositive();
            int kept = connection(sockets.get(0)).receiveQueueBytes();
            greedy.sends(". " + (kept + 1) + ":" + (kept + 1461) + "(1460) ack 1 win 65535");
            greedy.receives(". 1:1(0) ack " + (kept + 1) + " win 0");
            // The other has nothing queued: it gets one segment, whatever the limit.
            peers.get(1).sends("P. 1:1461(1460) ack 1 win 65535");
            assertThat(connection(sockets.get(1)).receiveQueueBytes()).isEqualTo(1460);
            readAll(rig, sockets.get(0));
            readAll(rig, sockets.get(1));
            rig.pollAll();
            greedy.sends(". " + (kept + 1) + ":" + (kept + 1461) + "(1460) ack 1 win 65535");
            assertThat(connection(sockets.get(0)).receiveQueueBytes())
                    .as("it goes on")
                    .isEqualTo(1460);
        }
    }

    @Test
    void whoWritesWithoutMemoryGetsOneSegmentAndThenHasToWait() {
        try (var rig = rig(4, 8, 16)) {
            var peers = new ArrayList<Peer>();
            List<TcpEndpoint> sockets = accepted(rig, rig.listen(80, 16), peers, 6);
            for (int i = 1; i < 6; i++) write(rig, sockets.get(i), 100_000);
            rig.pollAll();
            assertThat(memory(rig).pages()).isLessThanOrEqualTo(16 + 6);
            TcpEndpoint last = sockets.getFirst();
            int first = write(rig, last, 100_000);
            assertThat(first).as("what tcp_wmem[0] guarantees").isBetween(1, PAGE);
            assertThat(write(rig, last, 1000)).isEqualTo(Errno.EAGAIN.asResult());
            assertThat(last.readiness() & dev.sockeye.tcp.Readiness.OUT)
                    .as("not writable")
                    .isZero();
            rig.pollAll();
            peers.getFirst().sends(". 1 ack " + (first + 1) + " win 65535");
            assertThat(write(rig, last, 1000)).as("again").isPositive();
        }
    }

    /// `tcp_out_of_memory`: an orphan with more than a little queued goes when nothing is left.
    @Test
    void anOrphanIsResetWhenMemoryIsExhausted() {
        try (var rig = new Rig()) {
            var peers = new ArrayList<Peer>();
            List<TcpEndpoint> sockets = accepted(rig, rig.listen(80, 16), peers, 2);
            write(rig, sockets.get(0), 30_000);
            write(rig, sockets.get(1), 1000);
            rig.pollAll();
            rig.host.sysctl().tcp().tcp_mem = new long[] {1, 2, 3};
            sockets.get(0).close(rig.now);
            assertThat(peers.get(0).next()).startsWith("R. ");
            assertThat(rig.count("TcpExtTCPAbortOnMemory")).isEqualTo(1);
            sockets.get(1).close(rig.now);
            assertThat(rig.states()).as("one with little queued stays").contains("FIN_WAIT1");
            assertThat(rig.count("TcpExtTCPAbortOnMemory")).isEqualTo(1);
        }
    }

    /// `tcp_max_orphans`
    @Test
    void oneOrphanTooManyIsReset() {
        try (var rig = new Rig()) {
            rig.host.sysctl().tcp().tcp_max_orphans = 2;
            var peers = new ArrayList<Peer>();
            List<TcpEndpoint> sockets = accepted(rig, rig.listen(80, 16), peers, 3);
            for (int i = 0; i < 2; i++) {
                sockets.get(i).close(rig.now);
                peers.get(i).receives("F. 1:2(0) ack 1 win 64240");
            }
            sockets.get(2).close(rig.now);
            peers.get(2).receives("F. 1:2(0) ack 1 win 64240").receives("R. 2:2(0) ack 1 win 64240");
            assertThat(rig.count("TcpExtTCPAbortOnMemory")).isEqualTo(1);
            assertThat(rig.host.tcp().orphans).isEqualTo(2);
        }
    }

    /// An orphan that was told of an ICMP error counts for two when its timer runs out (`tcp_out_of_resources`).
    @Test
    void anOrphanThatIcmpIsAboutGoesEarlier() {
        try (var rig = new Rig()) {
            rig.host.sysctl().tcp().tcp_max_orphans = 3;
            var peers = new ArrayList<Peer>();
            List<TcpEndpoint> sockets = accepted(rig, rig.listen(80, 16), peers, 2);
            for (TcpEndpoint each : sockets) each.close(rig.now);
            byte[] fin = rig.sent();
            rig.pollAll();
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 1, 0, java.util.Arrays.copyOf(fin, 28)));
            rig.advance(Duration.ofMillis(1500));
            assertThat(rig.count("TcpExtTCPAbortOnMemory")).as("2 << 1 > 3").isEqualTo(1);
            assertThat(rig.states()).containsExactly("FIN_WAIT1", "LISTEN");
        }
    }
}
