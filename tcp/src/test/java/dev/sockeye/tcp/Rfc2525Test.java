package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// RFC 2525, "Known TCP Implementation Problems": each of the eighteen, as a test that we have it not.
class Rfc2525Test {

    private static final int MSS = 1460;

    private static Peer full() {
        return Peer.established("<mss 1460,sackOK,wscale 7>");
    }

    private static long dataSegments(List<String> sent) {
        return sent.stream().filter(text -> !text.contains("(0)")).count();
    }

    @Test
    void noInitialSlowStart() {
        Peer peer = full();
        peer.write(100_000);
        assertThat(dataSegments(peer.sent())).as("an initial window, RFC 6928").isEqualTo(10);
    }

    @Test
    void noSlowStartAfterRetransmissionTimeout() {
        Peer peer = Peer.established();
        peer.write(14_600);
        peer.sent();
        peer.elapse(1000);
        assertThat(peer.info().snd_cwnd()).isEqualTo(1);
        assertThat(peer.info().snd_ssthresh()).isEqualTo(5);
        peer.sent();
        peer.send(". 1:1(0) ack 1461 win 65535");
        assertThat(dataSegments(peer.sent())).isLessThanOrEqualTo(2);
    }

    @Test
    void uninitializedCwnd() {
        var peer = new Peer();
        peer.connect();
        peer.sent();
        peer.send("S. 0:1(0) ack 1 win 65535 <mss 1460>");
        assertThat(peer.info().snd_cwnd()).isEqualTo(10);
        assertThat(Peer.established().info().snd_cwnd()).isEqualTo(10);
    }

    /// A retransmission has the bytes that were sent first: the same range, whatever was written since.
    @Test
    void inconsistentRetransmission() {
        Peer peer = Peer.established();
        peer.write(100);
        peer.expect("P. 1:101(100) ack 1 win 64240");
        peer.write(50);
        peer.expectAfter(204, "P. 1:101(100) ack 1 win 64240");
    }

    @Test
    void failureToRetainAboveSequenceData() {
        Peer peer = full();
        peer.send(". 1461:2921(1460) ack 1 win 65535");
        peer.send(". 2921:4381(1460) ack 1 win 65535");
        peer.elapse(5).sent();
        peer.send(". 1:1461(1460) ack 1 win 65535");
        assertThat(peer.sent().getLast()).contains("ack 4381");
        assertThat(peer.read(10_000)).isEqualTo(4380);
    }

    /// In congestion avoidance a window's worth of ACKs opens one segment, and not an eighth of one more.
    @Test
    void extraAdditiveConstantInCongestionAvoidance() {
        Peer peer = Peer.established();
        peer.connection.cwnd.ssthresh = 10;
        int acked = 1;
        for (int round = 0; round < 3; round++) {
            int before = peer.info().snd_cwnd();
            peer.write(before * MSS);
            peer.sent();
            for (int i = 0; i < before; i++) {
                acked += MSS;
                peer.elapse(1).send(". 1:1(0) ack " + acked + " win 65535");
                peer.sent();
            }
            assertThat(peer.info().snd_cwnd()).isBetween(before, before + 1);
        }
    }

    @Test
    void initialRtoTooLow() {
        var peer = new Peer();
        peer.connect();
        peer.sent();
        peer.expectNothingFor(999);
        peer.elapse(1);
        assertThat(peer.sent()).as("RFC 6298 2.1: a second").hasSize(1);
    }

    @Test
    void failureOfWindowDeflationAfterLossRecovery() {
        Peer peer = full();
        peer.write(14_600);
        peer.sent();
        for (int i = 2; i <= 10; i++) {
            peer.elapse(1).send(". 1:1(0) ack 1 win 512 <sack 1461:" + (1 + i * MSS) + ">");
        }
        peer.sent();
        peer.elapse(4).send(". 1:1(0) ack 14601 win 512");
        assertThat(peer.info().snd_cwnd()).isLessThanOrEqualTo(peer.info().snd_ssthresh());
    }

    @Test
    void excessivelyShortKeepaliveConnectionTimeout() {
        var peer = new Peer();
        peer.options.keepAlive = true;
        peer.accept("<mss 1460>");
        peer.elapse(7_200_000L + 8 * 75_000);
        assertThat(peer.state()).as("nine probes, 75 s apart").isEqualTo(TcpState.ESTABLISHED);
    }

    @Test
    void failureToBackOffRetransmissionTimeout() {
        Peer peer = Peer.established();
        peer.write(100);
        String data = "P. 1:101(100) ack 1 win 64240";
        peer.expect(data).expectAfter(204, data).expectAfter(408, data).expectAfter(816, data);
    }

    @Test
    void insufficientIntervalBetweenKeepalives() {
        var peer = new Peer();
        peer.options.keepAlive = true;
        peer.accept("<mss 1460>");
        peer.expectNothingFor(7_199_999).elapse(1);
        assertThat(peer.sent()).hasSize(1);
        peer.expectNothingFor(74_999);
    }

    /// The window closes, and the update that opens it is lost: probes go on until an answer says so.
    @Test
    void windowProbeDeadlock() {
        Peer peer = Peer.established();
        peer.write(1000);
        peer.sent();
        peer.send(". 1:1(0) ack 1001 win 0");
        peer.write(500);
        peer.expectNothing().elapse(100_000);
        assertThat(peer.sent()).hasSizeGreaterThan(5);
        peer.send(". 1:1(0) ack 1001 win 65535");
        assertThat(dataSegments(peer.sent())).isEqualTo(1);
    }

    @Test
    void stretchAckViolation() {
        Peer peer = Peer.established();
        int acks = 0;
        for (int i = 0; i < 40; i++) {
            peer.send(". " + (1 + i * MSS) + ":" + (1 + (i + 1) * MSS) + "(1460) ack 1 win 65535");
            peer.read(MSS);
            acks += peer.sent().size();
        }
        assertThat(acks).as("one for two segments at least").isGreaterThanOrEqualTo(20);
    }

    @Test
    void retransmissionSendsMultiplePackets() {
        Peer peer = Peer.established();
        peer.write(14_600);
        peer.sent();
        long before = peer.connection.totalRetransmits;
        while (peer.connection.totalRetransmits == before) peer.elapse(1);
        assertThat(peer.connection.totalRetransmits - before).isEqualTo(1);
    }

    @Test
    void failureToSendFinNotificationPromptly() {
        Peer peer = Peer.established();
        peer.write(100);
        peer.sent();
        peer.close();
        assertThat(peer.sent()).as("without waiting for the ACK").containsExactly("F. 101:102(0) ack 1 win 64240");
    }

    @Test
    void failureToSendAResetAfterHalfDuplexClose() {
        Peer peer = Peer.established();
        peer.close();
        peer.sent();
        peer.send("P. 1:11(10) ack 2 win 65535");
        assertThat(peer.sent().getLast()).startsWith("R");
    }

    @Test
    void failureToResetOnCloseWithDataPending() {
        Peer peer = Peer.established();
        peer.send("P. 1:11(10) ack 1 win 65535");
        peer.sent();
        peer.close();
        assertThat(peer.sent().getLast()).startsWith("R");
    }

    @Test
    void optionsMissingFromMssCalculation() {
        Peer peer = Peer.established("<mss 1460,sackOK,TS>");
        peer.write(5000);
        assertThat(peer.sent().getFirst()).contains("1:1449(1448)");
        peer.send(". 1001:2001(1000) ack 1 win 65535 <TS>");
        peer.elapse(5).sent();
        assertThat(peer.connection.sizes.current()).as("and a SACK block").isEqualTo(1448 - 12);
    }
}
