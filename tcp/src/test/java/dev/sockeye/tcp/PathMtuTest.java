package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A path that takes only smaller packets (RFC 1191, RFC 8201): what is in flight is cut and goes again at once,
/// and congestion control is not told. docs/linux/errors.md, "Fragmentation needed".
class PathMtuTest {

    /// RFC 7323 5.7, MUST-31
    @Test
    void whatIsInFlightIsCutAndSentAgain() {
        Peer peer = Peer.established();
        peer.write(2920);
        peer.expect(". 1:1461(1460) ack 1 win 64240", "P. 1461:2921(1460) ack 1 win 64240");
        peer.packetTooBig(1000, 1);
        peer.expect(
                ". 1:961(960) ack 1 win 64240",
                ". 961:1921(960) ack 1 win 64240",
                ". 1921:2881(960) ack 1 win 64240",
                "P. 2881:2921(40) ack 1 win 64240");
        peer.expectNothing();
        assertThat(peer.info().snd_mss()).isEqualTo(960);
        assertThat(peer.info().pmtu()).isEqualTo(1000);
        assertThat(peer.info().snd_cwnd()).isEqualTo(10);
        peer.send(". 1:1(0) ack 2921 win 65535");
        peer.write(2000);
        peer.expect(
                ". 2921:3881(960) ack 1 win 64240",
                ". 3881:4841(960) ack 1 win 64240",
                "P. 4841:4921(80) ack 1 win 64240");
        peer.checkReleased();
    }

    @Test
    void segmentsThatFitAreLeftAlone() {
        Peer peer = Peer.established();
        peer.write(900);
        peer.expect("P. 1:901(900) ack 1 win 64240");
        peer.packetTooBig(1000, 1);
        peer.expectNothing();
        assertThat(peer.info().snd_mss()).isEqualTo(960);
    }

    /// RFC 5927 4.2, 7.2: a message about what was never sent, or is acknowledged, is forged or old.
    @Test
    void aMessageAboutSomethingElseIsIgnored() {
        Peer peer = Peer.established();
        peer.write(1460);
        peer.sent();
        peer.packetTooBig(1000, 5000);
        peer.packetTooBig(1000, -5);
        assertThat(peer.info().snd_mss()).isEqualTo(1460);
        assertThat(peer.count(TcpMib.OutOfWindowIcmps)).isEqualTo(2);
        peer.expectNothing();
    }

    /// It never makes segments larger.
    @Test
    void aLargerMtuChangesNothing() {
        Peer peer = Peer.established();
        peer.write(100);
        peer.sent();
        peer.packetTooBig(9000, 1);
        assertThat(peer.info().snd_mss()).isEqualTo(1460);
        assertThat(peer.info().pmtu()).isEqualTo(1500);
    }

    @Test
    void inSynSentTheSynStaysAsItWas() {
        var peer = new Peer();
        peer.connect().sent();
        peer.packetTooBig(1000, 0);
        peer.send("S. 0:1(0) ack 1 win 65535 <mss 1460>").sent();
        peer.write(1000);
        peer.expect(". 1:961(960) ack 1 win 64240", "P. 961:1001(40) ack 1 win 64240");
    }
}
