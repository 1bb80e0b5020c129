package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.FIN_WAIT2;
import static dev.sockeye.tcp.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a connection tells of its life: the journal's entries with their times and causes, TCP_INFO, the counters;
/// and how long an orphan may stay (docs/linux/close.md, "FIN_WAIT2").
class LifeTest {

    private static List<String> journal(Connection connection, long start) {
        var lines = new ArrayList<String>();
        Journal journal = connection.journal();
        for (int i = 0; i < journal.size(); i++) {
            lines.add((journal.time(i) - start) / 1_000_000 + " " + journal.from(i) + " > " + journal.to(i) + ", "
                    + journal.cause(i));
        }
        return lines;
    }

    @Test
    void theJournalOfBothEndsTellsAWholeLife() {
        var pair = Pair.closed();
        long start = pair.now;
        pair.open();
        pair.a.write("question");
        pair.advance(Duration.ofMillis(100));
        pair.b.read();
        pair.b.write("answer");
        pair.b.close();
        pair.advance(Duration.ofMillis(900));
        pair.a.read();
        pair.a.close();
        pair.advance(Duration.ofMillis(100));
        assertThat(journal(pair.a.connection, start))
                .containsExactly(
                        "0 CLOSED > SYN_SENT, CALL_CONNECT",
                        "20 SYN_SENT > ESTABLISHED, SEGMENT",
                        "140 ESTABLISHED > CLOSE_WAIT, SEGMENT",
                        "1030 CLOSE_WAIT > LAST_ACK, CALL_CLOSE");
        assertThat(journal(pair.b.connection, start))
                .containsExactly(
                        "10 LISTEN > SYN_RCVD, SEGMENT",
                        "30 SYN_RCVD > ESTABLISHED, SEGMENT",
                        "130 ESTABLISHED > FIN_WAIT1, CALL_CLOSE",
                        "190 FIN_WAIT1 > FIN_WAIT2, SEGMENT");
        assertThat(pair.b.timeWait.state()).isEqualTo(FIN_WAIT2);
    }

    @Test
    void theCauseOfAnEndIsTold() {
        Peer peer = Peer.established();
        peer.send("R 1:1(0) win 0");
        assertThat(last(peer)).isEqualTo("ESTABLISHED > CLOSED, SEGMENT");
        Journal journal = peer.connection.journal();
        assertThat(journal.flags(journal.size() - 1)).isEqualTo(Segment.RST);

        peer = Peer.established();
        peer.abort();
        assertThat(last(peer)).isEqualTo("ESTABLISHED > CLOSED, CALL_ABORT");

        peer = new Peer();
        peer.connect().elapse(200_000);
        assertThat(last(peer)).isEqualTo("SYN_SENT > CLOSED, TIMER_RETRANSMIT");

        peer = new Peer();
        peer.connect().icmp(dev.sockeye.wire.Errno.EHOSTUNREACH, 0);
        assertThat(last(peer)).isEqualTo("SYN_SENT > CLOSED, ICMP");

        peer = new Peer();
        peer.options.keepAlive = true;
        peer.accept("<mss 1460>").elapse(8_000_000);
        assertThat(last(peer)).isEqualTo("ESTABLISHED > CLOSED, TIMER_KEEPALIVE");

        peer = Peer.established();
        peer.sysctl.tcp_max_orphans = 0;
        peer.close();
        assertThat(last(peer)).isEqualTo("FIN_WAIT1 > CLOSED, RESOURCES");
    }

    private static String last(Peer peer) {
        List<String> lines = journal(peer.connection, 0);
        return lines.getLast().substring(lines.getLast().indexOf(' ') + 1);
    }

    /// Counted as they are in the kernel: SYN and FIN are not bytes.
    @Test
    void infoCountsSegmentsAndBytes() {
        Peer peer = new Peer().accept("<mss 1460,sackOK,TS,wscale 7>", 65_535, 20);
        peer.write(4000);
        peer.sent();
        peer.elapse(20).send("P. 1:501(500) ack 2897 win 512 <TS>").sent();
        TcpInfo info = peer.info();
        assertThat(info.state()).isEqualTo(1);
        assertThat(info.bytes_sent()).isEqualTo(4000);
        assertThat(info.bytes_acked()).isEqualTo(2896);
        assertThat(info.bytes_received()).isEqualTo(500);
        assertThat(info.data_segs_out()).isEqualTo(3);
        assertThat(info.data_segs_in()).isEqualTo(1);
        assertThat(info.unacked()).isEqualTo(1);
        assertThat(info.delivered()).isEqualTo(3); // with our SYN-ACK
        assertThat(info.snd_wnd()).isEqualTo(65_536);
        assertThat(info.rtt()).isEqualTo(20_000);
        assertThat(info.min_rtt()).isEqualTo(20_000);
        assertThat(info.rto()).isEqualTo(220_000);
        assertThat(info.ato()).isEqualTo(40_000);
        assertThat(info.last_ack_recv()).isZero();
        peer.elapse(1000).sent();
        info = peer.info();
        assertThat(info.last_ack_recv()).isEqualTo(1000);
        assertThat(info.last_data_recv()).isEqualTo(1000);
        assertThat(info.bytes_retrans()).isEqualTo(1104L * info.total_retrans());
        assertThat(info.busy_time()).isEqualTo(1_020_000);
        assertThat(info.total_rto_recoveries()).isEqualTo(1);
    }

    /// The time that a closed window of the peer and a full buffer of ours have cost.
    @Test
    void infoTellsWhatTheTimeWasSpentOn() {
        Peer peer = new Peer().accept("<mss 1460>", 2000, 4);
        peer.write(30_000);
        peer.sent();
        peer.elapse(100).send(". 1:1(0) ack 2001 win 2000").sent();
        peer.elapse(100);
        assertThat(peer.info().busy_time()).isEqualTo(200_000);
        assertThat(peer.info().rwnd_limited()).isEqualTo(200_000);
    }

    // ---------------------------------------------------------------- orphans

    @Test
    void aTimeoutAboveSixtySecondsIsWaitedForInTwoParts() {
        var peer = new Peer();
        peer.sysctl.tcp_fin_timeout = 65;
        peer.accept("<mss 1460>");
        peer.close();
        peer.sent();
        peer.send(". 1:1(0) ack 2 win 65535");
        assertThat(peer.state()).isEqualTo(FIN_WAIT2);
        peer.expectNothingFor(4999);
        assertThat(peer.timeWait).isNull();
        peer.elapse(1);
        assertThat(peer.timeWait.state()).isEqualTo(FIN_WAIT2);
        assertThat(peer.timeWait.deadline() - peer.now).isEqualTo(5_000_000_000L);
    }

    @Test
    void linger2ShortensTheWaitOrForbidsIt() {
        var peer = new Peer();
        peer.options.linger2Seconds = 2;
        peer.accept("<mss 1460>");
        peer.close();
        peer.sent();
        peer.send(". 1:1(0) ack 2 win 65535");
        assertThat(peer.timeWait.deadline() - peer.now).isEqualTo(2_000_000_000L);

        peer = new Peer();
        peer.options.linger2Seconds = -1;
        peer.accept("<mss 1460>");
        peer.close();
        peer.expect("F. 1:2(0) ack 1 win 64240");
        peer.send(". 1:1(0) ack 2 win 65535").expect("R 2:2(0)").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPAbortOnData)).isEqualTo(1);

        peer = new Peer();
        peer.options.linger2Seconds = -1;
        peer.accept("<mss 1460>");
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 1 win 64240");
        peer.send(". 1:1(0) ack 2 win 65535");
        peer.close();
        peer.expect("R. 2:2(0) ack 1 win 64240").expectNothing();
        assertThat(peer.count(TcpMib.TCPAbortOnLinger)).isEqualTo(1);
    }

    @Test
    void aHeldFinWait2WaitsAndTheTimeCountsFromClose() {
        Peer peer = Peer.established();
        peer.shutdown(Shutdown.WRITE);
        peer.sent();
        peer.send(". 1:1(0) ack 2 win 65535").expectNothingFor(200_000);
        assertThat(peer.state()).isEqualTo(FIN_WAIT2);
        assertThat(peer.connection.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        peer.close();
        assertThat(peer.timeWait.deadline() - peer.now).isEqualTo(60_000_000_000L);
    }

    /// Eight retransmissions, then silence (tcp_orphan_retries 0); or as many as the sysctl's time allows.
    @Test
    void anOrphanWhoseFinIsNotAcknowledgedGoesInSilence() {
        for (int[] row : new int[][] {{0, 8}, {2, 3}}) {
            var peer = new Peer();
            peer.sysctl.tcp_orphan_retries = row[0];
            peer.accept("<mss 1460>", 65_535, 4);
            peer.close();
            peer.expect("F. 1:2(0) ack 1 win 64240");
            for (int i = 0; i < row[1]; i++) peer.expectAfter(204L << i, "F. 1:2(0) ack 1 win 64240");
            peer.expectNothingFor(204L << row[1]);
            assertThat(peer.state()).isEqualTo(CLOSED);
            assertThat(peer.timeWait).isNull();
            assertThat(peer.count(TcpMib.TCPTimeouts)).isEqualTo(row[1] + 1);
            assertThat(peer.count(TcpMib.TCPAbortOnTimeout)).isEqualTo(1);
            assertThat(peer.context.orphans).isZero();
        }
    }

    @Test
    void whatIsTooManyOrphansIsReset() {
        Peer peer = Peer.established();
        peer.sysctl.tcp_max_orphans = 0;
        peer.write(10);
        peer.sent();
        peer.close();
        assertThat(peer.sent().getLast()).startsWith("R.");
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPAbortOnMemory)).isEqualTo(1);
        peer.checkReleased();
    }

    @Test
    void withoutRoomForTimeWaitThereIsNone() {
        Peer peer = Peer.established();
        peer.sysctl.tcp_max_tw_buckets = 0;
        peer.shutdown(Shutdown.WRITE);
        peer.sent();
        peer.send("F. 1:2(0) ack 2 win 65535").expect(". 2:2(0) ack 2 win 64239");
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.timeWait).isNull();
        assertThat(peer.count(TcpMib.TCPTimeWaitOverflow)).isEqualTo(1);
        assertThat(peer.connection.journal().to(peer.connection.journal().size() - 1))
                .isEqualTo(TIME_WAIT);
    }
}
