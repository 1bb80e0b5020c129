package dev.sockeye.tcp;

import static dev.sockeye.tcp.TcpState.CLOSED;
import static dev.sockeye.tcp.TcpState.CLOSE_WAIT;
import static dev.sockeye.tcp.TcpState.CLOSING;
import static dev.sockeye.tcp.TcpState.ESTABLISHED;
import static dev.sockeye.tcp.TcpState.FIN_WAIT1;
import static dev.sockeye.tcp.TcpState.FIN_WAIT2;
import static dev.sockeye.tcp.TcpState.LAST_ACK;
import static dev.sockeye.tcp.TcpState.TIME_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.Errno;
import org.junit.jupiter.api.Test;

/// What a program sees in each state of an ending connection, and what close() and shutdown() send in it:
/// docs/linux/close.md, dialogue by dialogue.
class CloseStatesTest {

    // ---------------------------------------------------------------- close()

    /// "unread": the reset has what was sent and received, and the real window.
    /// RFC 9293 3.6.1, MAY-1, SHLD-3
    @Test
    void closeWithUnreadDataResetsAtOnce() {
        Peer peer = Peer.established();
        peer.send("P. 1:11(10) ack 1 win 65535").expect(". 1:1(0) ack 11 win 64230");
        assertThat(peer.write(7)).isEqualTo(7);
        peer.expect("P. 1:8(7) ack 11 win 64230");
        peer.close();
        peer.expect("R. 8:8(0) ack 11 win 64230").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPAbortOnClose)).isEqualTo(1);
        assertThat(peer.count(TcpMib.EstabResets)).isEqualTo(1);
        assertThat(peer.count(TcpMib.OutRsts)).isEqualTo(1);
        peer.send(". 11:11(0) ack 8 win 65535").expect("R 8:8(0)");
        peer.checkReleased();
    }

    /// "unread_partly": what was written but not sent is thrown away, and does not count in the reset's number.
    @Test
    void theResetOfCloseDoesNotCountWhatWasNeverSent() {
        Peer peer = new Peer().accept("<mss 1460>", 1000, 4);
        peer.send("P. 1:11(10) ack 1 win 1000").expect(". 1:1(0) ack 11 win 64230");
        assertThat(peer.read(9)).isEqualTo(9);
        assertThat(peer.write(3000)).isEqualTo(3000);
        peer.expect(". 1:501(500) ack 11 win 64230", "P. 501:1001(500) ack 11 win 64230");
        peer.close();
        peer.expect("R. 1001:1001(0) ack 11 win 64230").expectNothing();
    }

    /// "unread_then_fin": the FIN counts in the acknowledgment, and an unread FIN alone is not unread data.
    @Test
    void closeInCloseWaitResetsOnlyForUnreadData() {
        Peer peer = Peer.established();
        peer.send("FP. 1:12(10) ack 1 win 65535");
        assertThat(peer.state()).isEqualTo(CLOSE_WAIT);
        peer.close();
        peer.expect("R. 1:1(0) ack 12 win 64229").expectNothing();

        peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535");
        peer.elapse(50).expect(". 1:1(0) ack 2 win 64239");
        peer.close();
        peer.expect("F. 1:2(0) ack 2 win 64239").expectNothing();
        assertThat(peer.state()).isEqualTo(LAST_ACK);
    }

    @Test
    void dataHeldOutOfOrderIsNotUnreadData() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.send("P. 11:16(5) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240 <sack 11:16>");
        peer.close();
        peer.expect("F. 1:2(0) ack 1 win 64240 <sack 11:16>").expectNothing();
        assertThat(peer.state()).isEqualTo(FIN_WAIT1);
        peer.checkReleased();
    }

    @Test
    void closeWithEverythingReadEndsAsFinWait2() {
        Peer peer = Peer.established();
        peer.send("P. 1:11(10) ack 1 win 65535").expect(". 1:1(0) ack 11 win 64230");
        assertThat(peer.read(10)).isEqualTo(10);
        peer.close();
        peer.expect("F. 1:2(0) ack 11 win 64230");
        peer.send(". 11:11(0) ack 2 win 65535").expectNothing();
        assertThat(peer.timeWait.state()).isEqualTo(FIN_WAIT2);
        assertThat(peer.timeWait.deadline() - peer.now).isEqualTo(60_000_000_000L);
    }

    // ---------------------------------------------------------------- data after close()

    /// Even where the data does not acknowledge our FIN.
    /// RFC 9293 3.6.1, SHLD-3
    @Test
    void dataForAnOrphanInFinWait1IsReset() {
        for (int ack : new int[] {1, 2}) {
            for (String segment : new String[] {"P. 1:5(4)", "FP. 1:6(4)", "P. 50:53(3)"}) {
                Peer peer = Peer.established();
                peer.close();
                peer.expect("F. 1:2(0) ack 1 win 64240");
                peer.send(segment + " ack " + ack + " win 65535")
                        .expect("R " + ack + ":" + ack + "(0)")
                        .expectNothing();
                assertThat(peer.state()).as(segment + ack).isEqualTo(CLOSED);
                assertThat(peer.timeWait).isNull();
                assertThat(peer.count(TcpMib.TCPAbortOnData)).isEqualTo(1);
                assertThat(peer.count(TcpMib.OutRsts)).isEqualTo(1);
            }
        }
    }

    @Test
    void oldDataForAnOrphanIsOnlyAcknowledged() {
        Peer peer = Peer.established();
        peer.send("P. 1:11(10) ack 1 win 65535").expect(". 1:1(0) ack 11 win 64230");
        peer.read(10);
        peer.close();
        peer.expect("F. 1:2(0) ack 11 win 64230");
        peer.send("P. 1:11(10) ack 1 win 65535")
                .expect(". 2:2(0) ack 11 win 64230")
                .expectNothing();
        assertThat(peer.state()).isEqualTo(FIN_WAIT1);
    }

    // ---------------------------------------------------------------- shutdown()

    @Test
    void shutdownOfReadingOnlyMarksTheReader() {
        Peer peer = Peer.established();
        assertThat(peer.shutdown(Shutdown.READ)).isZero();
        peer.expectNothing();
        assertThat(peer.state()).isEqualTo(ESTABLISHED);
        assertThat(peer.poll()).isEqualTo("IN OUT RDHUP");
        assertThat(peer.read(10)).isZero();
        peer.send("P. 1:11(10) ack 1 win 65535").expect(". 1:1(0) ack 11 win 64230");
        assertThat(peer.read(4)).isEqualTo(4);
        assertThat(peer.read(10)).isEqualTo(6);
        assertThat(peer.read(10)).isZero();
        assertThat(peer.write(6)).isEqualTo(6);
        peer.expect("P. 1:7(6) ack 11 win 64230");
        peer.send("F. 11:12(0) ack 7 win 65535");
        assertThat(peer.state()).isEqualTo(CLOSE_WAIT);
        peer.close();
        peer.expect("F. 7:8(0) ack 12 win 64229");
    }

    @Test
    void afterShutdownOfWritingDataIsReceivedAsEver() {
        Peer peer = Peer.established();
        assertThat(peer.shutdown(Shutdown.WRITE)).isZero();
        peer.expect("F. 1:2(0) ack 1 win 64240");
        assertThat(peer.poll()).isEqualTo("OUT");
        peer.send("P. 1:11(10) ack 2 win 65535").expect(". 2:2(0) ack 11 win 64230");
        assertThat(peer.state()).isEqualTo(FIN_WAIT2);
        assertThat(peer.read(10)).isEqualTo(10);
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.shutdown(Shutdown.WRITE)).isZero();
        peer.send("P. 11:14(3) ack 2 win 65535").expect(". 2:2(0) ack 14 win 64227");
        peer.send("F. 14:15(0) ack 2 win 65535")
                .expect(". 2:2(0) ack 15 win 64226")
                .expectNothing();
        assertThat(peer.timeWait.state()).isEqualTo(TIME_WAIT);
        assertThat(peer.poll()).isEqualTo("IN OUT HUP RDHUP");
        assertThat(peer.read(10)).isEqualTo(3);
        assertThat(peer.read(10)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.shutdown(Shutdown.WRITE)).isEqualTo(Errno.ENOTCONN.asResult());
        peer.checkReleased();
    }

    @Test
    void afterShutdownOfBothNewDataIsReset() {
        Peer peer = Peer.established();
        peer.shutdown(Shutdown.BOTH);
        peer.expect("F. 1:2(0) ack 1 win 64240");
        assertThat(peer.poll()).isEqualTo("IN OUT HUP RDHUP");
        peer.send(". 1:1(0) ack 2 win 65535");
        assertThat(peer.state()).isEqualTo(FIN_WAIT2);
        peer.send("P. 1:11(10) ack 2 win 65535").expect("R 2:2(0)").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.poll()).isEqualTo("IN OUT ERR HUP RDHUP");
        assertThat(peer.socketError()).isEqualTo(Errno.ECONNRESET);
        assertThat(peer.read(10)).isZero();
        assertThat(peer.writeError()).isEqualTo(Errno.EPIPE);
        assertThat(peer.count(TcpMib.TCPAbortOnData)).isEqualTo(1);
    }

    @Test
    void shutdownOfBothWithUnreadDataSendsFinAndCloseMakesUpForIt() {
        Peer peer = Peer.established();
        peer.send("P. 1:11(10) ack 1 win 65535").expect(". 1:1(0) ack 11 win 64230");
        peer.shutdown(Shutdown.BOTH);
        peer.expect("F. 1:2(0) ack 11 win 64230");
        assertThat(peer.poll()).isEqualTo("IN OUT HUP RDHUP");
        assertThat(peer.read(4)).isEqualTo(4);
        peer.send(". 11:11(0) ack 2 win 65535");
        peer.close();
        peer.expect("R. 2:2(0) ack 11 win 64230").expectNothing();
        assertThat(peer.count(TcpMib.TCPAbortOnClose)).isEqualTo(1);
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- SO_LINGER 0

    /// A reset in the states where the peer still expects something, silence in the others.
    @Test
    void lingerZeroResetsWhereThePeerStillListens() {
        Peer peer = Peer.established();
        peer.write(5);
        peer.expect("P. 1:6(5) ack 1 win 64240");
        lingerZero(peer).expect("R. 6:6(0) ack 1 win 64240").expectNothing();

        peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535");
        lingerZero(peer).expect("R. 1:1(0) ack 2 win 64239").expectNothing();

        peer = finWait1();
        lingerZero(peer).expect("R. 2:2(0) ack 1 win 64240").expectNothing();

        peer = finWait1();
        peer.send(". 1:1(0) ack 2 win 65535");
        assertThat(peer.state()).isEqualTo(FIN_WAIT2);
        lingerZero(peer).expect("R. 2:2(0) ack 1 win 64240").expectNothing();

        peer = finWait1();
        peer.send("F. 1:2(0) ack 1 win 65535").expect(". 2:2(0) ack 2 win 64239");
        assertThat(peer.state()).isEqualTo(CLOSING);
        lingerZero(peer).expectNothing();

        peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535");
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 2 win 64239");
        assertThat(peer.state()).isEqualTo(LAST_ACK);
        lingerZero(peer).expectNothing();
    }

    private static Peer finWait1() {
        Peer peer = Peer.established();
        peer.shutdown(Shutdown.WRITE);
        return peer.expect("F. 1:2(0) ack 1 win 64240");
    }

    private static Peer lingerZero(Peer peer) {
        peer.options.lingerSeconds = 0;
        peer.close();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPAbortOnData)).isEqualTo(1);
        return peer;
    }

    // ---------------------------------------------------------------- FIN with data, and lost

    @Test
    void finRidesOnTheLastSegmentThatIsNotSentYet() {
        Peer peer = Peer.established();
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.write(50); // Nagle holds it back
        peer.expectNothing();
        peer.close();
        peer.expect("FP. 101:152(50) ack 1 win 64240").expectNothing();
    }

    @Test
    void aClosedWindowHoldsFinBackWithItsData() {
        Peer peer = new Peer().accept("<mss 1460>", 100, 4);
        peer.write(150);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.close();
        peer.expectNothing();
        assertThat(peer.state()).isEqualTo(FIN_WAIT1);
        peer.send(". 1:1(0) ack 101 win 1000")
                .expect("FP. 101:152(50) ack 1 win 64240")
                .expectNothing();
    }

    /// "linger_blocks": data and FIN that went apart are retransmitted as one segment.
    @Test
    void retransmissionJoinsDataAndFin() {
        Peer peer = Peer.established();
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.close();
        peer.expect("F. 101:102(0) ack 1 win 64240");
        peer.expectAfter(204, "FP. 1:102(100) ack 1 win 64240");
        peer.expectAfter(408, "FP. 1:102(100) ack 1 win 64240");
        peer.send(". 1:1(0) ack 102 win 65535");
        assertThat(peer.timeWait.state()).isEqualTo(FIN_WAIT2);
        peer.checkReleased();
    }

    // ---------------------------------------------------------------- simultaneous, and LAST_ACK

    @Test
    void crossingFinsMeetInClosing() {
        Peer peer = Peer.established();
        peer.close();
        peer.expect("F. 1:2(0) ack 1 win 64240");
        peer.send("F. 1:2(0) ack 1 win 65535")
                .expect(". 2:2(0) ack 2 win 64239")
                .expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSING);
        assertThat(peer.poll()).isEqualTo("IN OUT HUP RDHUP");
        peer.send(". 2:2(0) ack 2 win 65535").expectNothing();
        assertThat(peer.timeWait.state()).isEqualTo(TIME_WAIT);
    }

    @Test
    void lastAckEndsWithoutTimeWait() {
        Peer peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535");
        assertThat(peer.poll()).isEqualTo("IN OUT RDHUP");
        peer.elapse(50).expect(". 1:1(0) ack 2 win 64239");
        peer.close();
        peer.expect("F. 1:2(0) ack 2 win 64239");
        peer.send("F. 1:2(0) ack 1 win 65535").expect(". 2:2(0) ack 2 win 64239");
        peer.send(". 2:2(0) ack 2 win 65535").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.timeWait).isNull();
        peer.send(". 2:2(0) ack 2 win 65535").expect("R 2:2(0)");
    }

    // ---------------------------------------------------------------- beyond the peer's FIN

    /// "beyond_fin": what begins before the FIN and goes on behind it is a lie, and nobody reads it.
    @Test
    void dataThatGoesOnBehindTheFinResetsTheConnection() {
        Peer peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535");
        peer.send(". -100:90(190) ack 1 win 65535").expect("R 1:1(0)").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
        assertThat(peer.count(TcpMib.TCPAbortOnData)).isEqualTo(1);
        assertThat(peer.socketError()).isEqualTo(Errno.EPIPE);
    }

    /// The same where both sides have closed.
    @Test
    void dataBehindTheFinResetsInLastAckToo() {
        Peer peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535");
        peer.elapse(2).expect(". 1:1(0) ack 2 win 64239");
        peer.close();
        peer.expect("F. 1:2(0) ack 2 win 64239");
        assertThat(peer.state()).isEqualTo(LAST_ACK);
        peer.send("P. 1:11(10) ack 1 win 65535").expect("R 1:1(0)").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSED);
    }

    /// What begins behind the FIN is not looked at, but the acknowledgment of the FIN waits no longer.
    @Test
    void whatBeginsBehindTheFinIsIgnored() {
        Peer peer = Peer.established();
        peer.send("F. 1:2(0) ack 1 win 65535").expectNothing();
        peer.send("F. 2:3(0) ack 1 win 65535")
                .expect(". 1:1(0) ack 2 win 64239")
                .expectNothing();
        peer.send("P. 2:12(10) ack 1 win 65535").expectNothing();
        assertThat(peer.state()).isEqualTo(CLOSE_WAIT);
        assertThat(peer.read(100)).isZero();
    }

    /// "time_wait_window": in TIME_WAIT the window is the one that the acknowledgment of the FIN told.
    @Test
    void timeWaitKeepsTheWindowOfTheLastAcknowledgment() {
        Peer peer = Peer.established("<mss 1460,wscale 2>");
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 1 win 63");
        peer.send("F. 1:2(0) ack 2 win 65535").expect(". 2:2(0) ack 2 win 63");
        Segment late = SegmentScript.parse("P. 2:12(10) ack 2 win 65535");
        late.seq = peer.connection.rcvNxt;
        var answer = new Segment();
        assertThat(peer.timeWait.onSegment(late, answer, peer.now)).isEqualTo(TimeWait.Disposition.REPLY);
        assertThat(answer.window).isEqualTo(63);
    }

    /// "large_window": what has no room in 16 bits is cut off.
    @Test
    void timeWaitTellsTheLowBitsOfALargeWindow() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 1 win 64240");
        peer.send(". 2921:4381(1460) ack 2 win 65535").expect(". 2:2(0) ack 1 win 65535 <sack 2921:4381>");
        peer.close();
        assertThat(peer.timeWait.state()).isEqualTo(FIN_WAIT2);
        Segment fin = SegmentScript.parse("F. 1:2(0) ack 2 win 65535");
        fin.seq = peer.connection.rcvNxt;
        var answer = new Segment();
        assertThat(peer.timeWait.onSegment(fin, answer, peer.now)).isEqualTo(TimeWait.Disposition.REPLY);
        assertThat(answer.window).isEqualTo(1624);
    }
}
