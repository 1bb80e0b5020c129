package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How much is sent at first: RFC 6928, RFC 5681 3.1, and docs/linux/congestion.md where SYNs were lost.
class InitialWindowTest {

    private final Peer peer = new Peer();

    /// A passive open whose SYN-ACK had to be sent again so many times; 30 segments are written.
    private int accepted(int retransmissions, String options, String ack) {
        peer.acceptSyn("S 0:1(0) win 65535 " + options).afterRetransmissions(retransmissions);
        peer.now += 3000 * Timers.MILLI;
        peer.send(". 1:1(0) ack 1 win 65535" + ack);
        peer.write(30_000);
        return peer.sent().size();
    }

    @Test
    void tenSegments() {
        assertThat(accepted(0, "<mss 1000>", "")).isEqualTo(10);
        assertThat(peer.info().snd_cwnd()).isEqualTo(10);
    }

    @Test
    void oneLostSynAckCostsNothing() {
        assertThat(accepted(1, "<mss 1000>", "")).isEqualTo(10);
        assertThat(peer.info().total_retrans()).isEqualTo(1);
    }

    @Test
    void afterTwoThereIsOneSegment() {
        assertThat(accepted(2, "<mss 1000>", "")).isEqualTo(1);
        assertThat(peer.info().snd_cwnd()).isEqualTo(1);
        assertThat(peer.info().total_retrans()).isEqualTo(2);
    }

    /// The ACK echoes the first SYN-ACK's timestamp: nothing was lost, it was only late.
    @Test
    void aLateAnswerToTheFirstSynAckCostsNothing() {
        assertThat(accepted(2, "<mss 1012,TS>", " <TS>")).isEqualTo(10);
    }

    @Test
    void anAnswerToALaterSynAckDoes() {
        peer.tsEcr = 12_345;
        assertThat(accepted(2, "<mss 1012,TS>", " <TS>")).isEqualTo(1);
    }

    @Test
    void theSameOfASyn() {
        assertThat(connected(0)).isEqualTo(10);
        assertThat(new InitialWindowTest().connected(1)).isEqualTo(10);
        assertThat(new InitialWindowTest().connected(2)).isEqualTo(1);
    }

    private int connected(int retransmissions) {
        peer.sysctl.tcp_timestamps = 0;
        peer.connect().sent();
        for (int i = 0; i < retransmissions; i++) {
            peer.elapse(1010);
            assertThat(peer.sent()).hasSize(1);
        }
        peer.send("S. 0:1(0) ack 1 win 65535 <mss 1000>");
        peer.sent();
        peer.write(30_000);
        return peer.sent().size();
    }
}
