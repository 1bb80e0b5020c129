package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What a receiver says of what lies beyond a gap: the order and number of SACK blocks (RFC 2018 4), DSACK (RFC
/// 2883), and how many duplicate ACKs. docs/linux/recovery.md, "The receiver's SACKs".
class SackReceiverTest {

    private static void exchange(Peer peer, String range, String ack) {
        peer.send(". " + range + " ack 1 win 65535" + (peer.connection.timestamps.agreed ? " <TS>" : ""));
        peer.elapse(2);
        peer.expect(". 1:1(0) " + ack).expectNothing();
    }

    /// The newest block first, then the others by recency, four of them.
    @Test
    void theNewestBlockComesFirst() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        exchange(peer, "101:151(50)", "ack 1 win 64240 <sack 101:151>");
        exchange(peer, "301:351(50)", "ack 1 win 64240 <sack 301:351 101:151>");
        exchange(peer, "201:251(50)", "ack 1 win 64240 <sack 201:251 301:351 101:151>");
        exchange(peer, "501:551(50)", "ack 1 win 64240 <sack 501:551 201:251 301:351 101:151>");
        exchange(peer, "701:751(50)", "ack 1 win 64240 <sack 701:751 501:551 201:251 301:351>");
        exchange(peer, "901:951(50)", "ack 1 win 64240 <sack 901:951 701:751 501:551 201:251>");
        exchange(peer, "351:401(50)", "ack 1 win 64240 <sack 351:401 901:951 701:751 501:551>");
        exchange(peer, "501:551(50)", "ack 1 win 64240 <sack 501:551 501:551 351:401 901:951>");
        // Joins two blocks, and overlaps the second. Linux leaves the DSACK out where the segment could be merged
        // in memory with its left neighbour: docs/linux/differential.md, "coalesced"
        exchange(peer, "151:251(100)", "ack 1 win 64240 <sack 151:251 501:551 351:401 901:951>");
        exchange(peer, "1:101(100)", "ack 251 win 63990 <sack 501:551 351:401 901:951>");
        exchange(peer, "1:51(50)", "ack 251 win 63990 <sack 1:51 501:551 351:401 901:951>");
        assertThat(peer.count(TcpMib.TCPDSACKOldSent)).isEqualTo(1);
        assertThat(peer.read(1000)).isEqualTo(250);
        peer.checkReleased();
    }

    @Test
    void besideTimestampsThreeBlocksFit() {
        Peer peer = Peer.established("<mss 1460,sackOK,TS>");
        exchange(peer, "101:151(50)", "ack 1 win 65160 <sack 101:151>");
        exchange(peer, "301:351(50)", "ack 1 win 65160 <sack 301:351 101:151>");
        exchange(peer, "201:251(50)", "ack 1 win 65160 <sack 201:251 301:351 101:151>");
        exchange(peer, "501:551(50)", "ack 1 win 65160 <sack 501:551 201:251 301:351>");
        exchange(peer, "701:751(50)", "ack 1 win 65160 <sack 701:751 501:551 201:251>");
        exchange(peer, "901:951(50)", "ack 1 win 65160 <sack 901:951 701:751 501:551>");
        exchange(peer, "351:401(50)", "ack 1 win 65160 <sack 351:401 901:951 701:751>");
        exchange(peer, "501:551(50)", "ack 1 win 65160 <sack 501:551 501:551 351:401>");
        exchange(peer, "151:251(100)", "ack 1 win 65160 <sack 201:251 151:251 501:551>");
        exchange(peer, "1:101(100)", "ack 251 win 64910 <sack 501:551 351:401 901:951>");
        exchange(peer, "1:51(50)", "ack 251 win 64910 <sack 1:51 501:551 351:401>");
    }

    @Test
    void withoutSackDuplicateAcksSayNothingMore() {
        Peer peer = Peer.established();
        exchange(peer, "101:151(50)", "ack 1 win 64240");
        exchange(peer, "201:251(50)", "ack 1 win 64240");
        exchange(peer, "1:101(100)", "ack 151 win 64090");
        exchange(peer, "151:201(50)", "ack 251 win 63990");
    }

    @Test
    void withoutDsackDuplicatesAreOnlyAcknowledged() {
        var peer = new Peer();
        peer.sysctl.tcp_dsack = 0;
        peer.accept("<mss 1460,sackOK>");
        exchange(peer, "1:51(50)", "ack 51 win 64190");
        exchange(peer, "1:51(50)", "ack 51 win 64190");
    }

    /// tcp_comp_sack_nr and tcp_comp_sack_delay_ns: the first at once, then at most 44 held together for a
    /// twentieth of the round trip. The kernel was seen to send 6 for 50 segments, five at the beginning, of which
    /// two are not explained; we send three, one after 44 more, and one when the time is over.
    @Test
    void manyDuplicateAcksAreCompressed() {
        var peer = new Peer();
        peer.accept("<mss 1460,sackOK,TS>", 65535, 20);
        int begin = 1;
        for (int i = 0; i < 8; i++, begin += 1448) {
            peer.send(". " + begin + ":" + (begin + 1448) + "(1448) ack 1 win 65535 <TS>")
                    .elapse(20);
            peer.read(10_000);
        }
        peer.write(1000);
        peer.elapse(20)
                .send(". " + begin + ":" + begin + "(0) ack 1001 win 65535 <TS>")
                .sent();
        int acks = 0;
        for (int i = 1; i <= 50; i++) {
            int at = begin + i * 1000;
            peer.send(". " + at + ":" + (at + 1000) + "(1000) ack 1001 win 65535 <TS>");
            acks += peer.sent().size();
        }
        peer.elapse(2);
        acks += peer.sent().size();
        assertThat(acks).isEqualTo(5);
        assertThat(peer.count(TcpMib.TCPAckCompressed)).isEqualTo(45);
        peer.checkReleased();
    }

    /// What is beyond a gap is given up when memory is short, and no longer SACKed then (RFC 2018 8).
    /// RFC 9293 3.10.7.4, SHLD-31
    @Test
    void aGapThatIsFilledDeliversWhatWaitedBehindIt() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        for (int i = 40; i > 0; i--) {
            int at = 1 + i * 100;
            peer.send(". " + at + ":" + (at + 100) + "(100) ack 1 win 65535");
        }
        peer.elapse(10).sent();
        assertThat(peer.readError()).isEqualTo(dev.sockeye.wire.Errno.EAGAIN);
        peer.send(". 1:101(100) ack 1 win 65535")
                .expect(". 1:1(0) ack 4101 win 60140")
                .expectNothing();
        assertThat(peer.read(10_000)).isEqualTo(4100);
        peer.checkReleased();
    }

    /// "dsack_waits": a DSACK that waits for a segment to carry it gives way to the next; only what is found in the
    /// queue beyond a gap is joined to it.
    @Test
    void theLastDuplicateIsTold() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        exchange(peer, "101:1101(1000)", "ack 1 win 64240 <sack 101:1101>");
        exchange(peer, "1:101(100)", "ack 1101 win 63140");
        peer.write(46);
        peer.expect("P. 1:47(46) ack 1101 win 63140");
        peer.elapse(50).send(". 1101:1101(0) ack 47 win 65535");
        peer.send("P. 101:1561(1460) ack 47 win 65535");
        peer.send("P. 1:484(483) ack 47 win 65535").expect(". 47:47(0) ack 1561 win 65535 <sack 1:484>");
    }

    /// "reset_sack": a reset tells what lies beyond the gap, as every segment does.
    @Test
    void aResetCarriesSackBlocks() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        exchange(peer, "927:2387(1460)", "ack 1 win 65535 <sack 927:2387>");
        peer.abort();
        peer.expect("R. 1:1(0) ack 1 win 65535 <sack 927:2387>").expectNothing().checkReleased();
    }

    /// "fin_before_gap": a FIN in front of what was received before: the acknowledgment that makes TIME_WAIT reports
    /// once more what the FIN makes void.
    @Test
    void theLastAcknowledgmentReportsWhatTheFinMakesVoid() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 1:2(0) ack 1 win 64240");
        peer.send("P. 734:2194(1460) ack 2 win 65535").expect(". 2:2(0) ack 1 win 65535 <sack 734:2194>");
        peer.send("F. 1:17(15) ack 2 win 65535").expect(". 2:2(0) ack 17 win 65535 <sack 734:2194>");
        assertThat(peer.connection.timeWait()).isNotNull();
        peer.expectNothing();
    }

    /// "fin_covered": data that covers a FIN beyond the gap, and goes on: the FIN was none.
    @Test
    void aFinThatDataCoversIsForgotten() {
        Peer peer = Peer.established("<mss 1460,sackOK>");
        peer.send("F. 101:126(24) ack 1 win 65535").expect(". 1:1(0) ack 1 win 64240 <sack 101:126>");
        peer.send(". 1:501(500) ack 1 win 65535").expect(". 1:1(0) ack 501 win 63784 <sack 101:126>");
        assertThat(peer.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(peer.read(1000)).isEqualTo(500);
    }
}
