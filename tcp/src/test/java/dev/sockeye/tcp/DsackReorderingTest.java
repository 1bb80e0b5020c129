package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which DSACKs say that the path reorders: docs/linux/congestion.md. The third segment of 1000 bytes was lost, was
/// sent again, and has arrived twice.
class DsackReorderingTest {

    private final Peer peer = new Peer();

    @BeforeEach
    void theThirdIsSentAgain() {
        peer.sysctl.tcp_congestion_control = "bbr";
        peer.accept("<mss 1000,sackOK,wscale 7>", 65535, 50);
        peer.write(20_000);
        peer.sent();
        peer.elapse(50);
        ack("1001:2001");
        ack("3001:5001 1001:2001");
        ack("3001:7001 1001:2001");
        peer.elapse(60);
        assertThat(peer.sent()).anyMatch(each -> each.contains("2001:3001"));
    }

    private void ack(String blocks) {
        peer.send(". 1:1(0) ack 1 win 65535 <sack " + blocks + ">");
    }

    @Test
    void oneOfWhatIsSackedAlreadyDoes() {
        ack("1001:7001");
        ack("2001:3001 1001:7001");
        assertThat(peer.info().dsack_dups()).isEqualTo(1);
        assertThat(peer.info().reord_seen()).isEqualTo(1);
    }

    /// The ACK that the first arrival brought about was lost.
    @Test
    void oneOfWhatIsSackedByTheSameAckDoesNot() {
        ack("2001:3001 1001:7001");
        assertThat(peer.info().dsack_dups()).isEqualTo(1);
        assertThat(peer.info().reord_seen()).isZero();
        assertThat(peer.info().sacked()).isEqualTo(6);
    }

    @Test
    void norIfTheBlockIsNoLongerThanTheDuplicate() {
        ack("2001:3001 2001:3001 3001:7001");
        assertThat(peer.info().dsack_dups()).isEqualTo(1);
        assertThat(peer.info().reord_seen()).isZero();
    }

    /// The third is put into the second's buffer, and the fourth's, which has all up to the seventh, too.
    @Test
    void sackedNeighboursAreChargedOneOverhead() {
        int before = peer.connection.memoryInfo().wmemQueued();
        ack("1001:7001");
        assertThat(peer.connection.memoryInfo().wmemQueued()).isEqualTo(before - 2 * SendQueue.OVERHEAD);
    }
}
