package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Explicit congestion notification, both halves (RFC 3168 6.1).
class EcnTest {

    private static final int ECT0 = 2;
    private static final int CE = 3;

    private static Peer accepted() {
        var peer = new Peer();
        peer.acceptSyn("SEW 0:1(0) win 65535 <mss 1460>");
        return peer.send(". 1:1(0) ack 1 win 65535").expectNothing();
    }

    private static Peer connected(String synAck) {
        var peer = new Peer();
        peer.sysctl.tcp_ecn = 1;
        peer.connect().expect("SEW 0:1(0) win 64240 <TS,mss 1460,sackOK,wscale 10>");
        assertThat(peer.lastEcn()).isZero();
        return peer.send(synAck + " 0:1(0) ack 1 win 65535 <mss 1460>").expect(". 1:1(0) ack 1 win 64240");
    }

    /// RFC 3168 6.1.1, MUST-12
    @Test
    void itIsAgreedOnWhereTheAnswerHasEceWithoutCwr() {
        assertThat(connected("SE.").info().options() & TcpInfo.OPT_ECN).isNotZero();
        assertThat(connected("S.").info().options() & TcpInfo.OPT_ECN).isZero();
        assertThat(connected("SEWA.").info().options() & TcpInfo.OPT_ECN).isZero();
        assertThat(accepted().info().options() & TcpInfo.OPT_ECN).isNotZero();
        assertThat(Peer.established().info().options() & TcpInfo.OPT_ECN).isZero();
    }

    /// Only data sent for the first time is ECN-capable; neither SYN nor pure ACKs nor retransmissions. RFC
    /// 3168 5.2, MUST-2, MUST-3; RFC 3168 6.1.1, MUST-13; RFC 3168 6.1.4, MUST-15; RFC 3168 6.1.5, MUST-16,
    /// MUST-17
    @Test
    void onlyNewDataIsMarkedCapable() {
        Peer peer = connected("SE.");
        assertThat(peer.lastEcn()).isZero();
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        assertThat(peer.lastEcn()).isEqualTo(ECT0);
        peer.elapse(201).expect("P. 1:101(100) ack 1 win 64240");
        assertThat(peer.lastEcn()).isZero();
        peer.send(". 1:1(0) ack 101 win 65535").expectNothing();
        peer.shutdown(Shutdown.WRITE);
        peer.expect("F. 101:102(0) ack 1 win 64240"); // no data
        assertThat(peer.lastEcn()).isZero();
    }

    /// RFC 3168 6.1.1, MUST-9
    @Test
    void withoutAgreementNothingIsMarked() {
        Peer peer = connected("S.");
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        assertThat(peer.lastEcn()).isZero();
        peer.send("P. 1:101(100) ack 101 win 65535", CE).expect(". 101:101(0) ack 101 win 64140");
    }

    /// RFC 3168 6.1.1, MUST-11; RFC 9293 3.8.2, SHLD-8: every ACK echoes the mark, until the peer says that
    /// it has reduced
    /// its window.
    @Test
    void aMarkIsEchoedUntilThePeerHasReduced() {
        Peer peer = accepted();
        peer.send("P. 1:101(100) ack 1 win 65535", ECT0).expect(". 1:1(0) ack 101 win 64140");
        peer.send("P. 101:201(100) ack 1 win 65535", CE).expect("E. 1:1(0) ack 201 win 64040");
        peer.send("P. 201:301(100) ack 1 win 65535", ECT0).expect("E. 1:1(0) ack 301 win 64040");
        peer.write(10);
        peer.expect("PE. 1:11(10) ack 301 win 64040");
        peer.send("PW. 301:401(100) ack 11 win 65535", ECT0).expect(". 11:11(0) ack 401");
        assertThat(peer.info().options() & TcpInfo.OPT_ECN_SEEN).isNotZero();
    }

    /// RFC 3168 6.1.6, MUST-18: a window probe is not ECN-capable, and has no CWR though the window was
    /// reduced; the next
    /// data has it.
    @Test
    void aWindowProbeSaysNothing() {
        Peer peer = accepted();
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.send("E. 1:1(0) ack 101 win 0").expectNothing();
        peer.write(100);
        peer.expectAfter(201, ". 100:100(0) ack 1 win 64240");
        assertThat(peer.lastEcn()).isZero();
        peer.send(". 1:1(0) ack 101 win 65535").expect("PW. 101:201(100) ack 1 win 64240");
        assertThat(peer.lastEcn()).isEqualTo(ECT0);
    }

    /// RFC 3168 6.1.2: the window was reduced by a timeout, and the first new data says so.
    @Test
    void aTimeoutIsToldAsWell() {
        Peer peer = accepted();
        peer.write(100);
        peer.sent();
        peer.elapse(1000).sent();
        peer.send(". 1:1(0) ack 101 win 65535");
        peer.write(100);
        peer.expectMarked("[ect0] PW. 101:201(100) ack 1");
        peer.write(100);
        peer.send(". 1:1(0) ack 201 win 65535").expectMarked("[ect0] P. 201:301(100) ack 1");
    }

    /// Probes and resets echo, too; none of them is ECN-capable (6.1.4, 6.1.6).
    @Test
    void probesEchoAsWell() {
        Peer peer = accepted();
        peer.send("P. 1:101(100) ack 1 win 0", CE).expect("E. 1:1(0) ack 101");
        peer.write(100);
        peer.elapse(1000);
        assertThat(peer.sent()).isNotEmpty().allMatch(text -> text.startsWith("E. 0:0(0)"));
        assertThat(peer.lastEcn()).isZero();
        peer.abort();
        assertThat(peer.sent()).singleElement().asString().startsWith("RE. ");
    }

    /// Linux: data that is not-ECT after ECT was seen is taken for a retransmission, and acknowledged at once.
    @Test
    void dataThatIsNotCapableAnyMoreIsAcknowledgedAtOnce() {
        Peer peer = accepted();
        peer.send("[ect0] P. 1:101(100) ack 1 win 65535").sent();
        peer.connection.acks.quick = 0;
        peer.connection.acks.delayMillis = 40;
        peer.send("[ect0] P. 101:201(100) ack 1 win 65535").expectAfter(40, ". 1:1(0) ack 201");
        peer.send("[noecn] P. 201:301(100) ack 1 win 65535").expect(". 1:1(0) ack 301");
    }

    /// A mark on the very segment that says CWR starts the echo anew.
    @Test
    void aMarkBesideCwrIsEchoedAgain() {
        Peer peer = accepted();
        peer.send("P. 1:101(100) ack 1 win 65535", CE).expect("E. 1:1(0) ack 101 win 64140");
        peer.send("PW. 101:201(100) ack 1 win 65535", CE).expect("E. 1:1(0) ack 201 win 64040");
    }

    /// RFC 3168 5, MUST-1; RFC 3168 6.1.1, MUST-10; RFC 9293 3.8.2, SHLD-8: as for a loss, but nothing is
    /// retransmitted,
    /// and once a round trip at most.
    @Test
    void anEchoReducesTheWindowOnceARoundTrip() {
        Peer peer = accepted();
        peer.write(20 * 1460);
        assertThat(peer.sent()).hasSize(10);
        peer.elapse(50);
        peer.send("E. 1:1(0) ack 1461 win 65535");
        assertThat(peer.info().snd_ssthresh()).isEqualTo(5);
        assertThat(peer.connection.recovery.state()).isEqualTo(LossRecovery.State.CWR);
        peer.elapse(2).send("E. 1:1(0) ack 2921 win 65535");
        peer.elapse(2).send("E. 1:1(0) ack 4381 win 65535");
        assertThat(peer.info().snd_ssthresh()).isEqualTo(5);
        // The first new segment says so.
        assertThat(peer.sent().getFirst()).startsWith("W. 14601:16061(1460)");
        for (int at = 5841; at <= 17_521; at += 1460) peer.elapse(2).send(". 1:1(0) ack " + at + " win 65535");
        assertThat(peer.connection.recovery.state()).isEqualTo(LossRecovery.State.OPEN);
        assertThat(peer.info().snd_cwnd()).isEqualTo(5);
        assertThat(peer.count(TcpMib.RetransSegs)).isZero();
        assertThat(peer.sent()).noneMatch(text -> text.contains("W"));
    }
}
