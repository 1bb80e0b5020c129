package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What the sender makes of the peer's ACE field and option (RFC 9768 3.2.2.5, 3.2.3.1): the numbers are those that the
/// kernel was seen to arrive at, docs/linux/ecn.md, "wraps", "wraps_with_option", "partial".
class AccEcnSenderTest {

    private int acknowledged;

    /// So many packets go out, and one ACK tells of all.
    private void acked(Peer peer, int packets, int ace, String option) {
        peer.connection.cwnd.segments = 200;
        peer.connection.cwnd.ssthresh = 200;
        peer.write(packets * 1000);
        peer.elapse(4);
        acknowledged += packets * 1000;
        peer.sent();
        peer.send("[ect0] " + ace + ". 1:1(0) ack " + (acknowledged + 1) + " win 65535 " + option);
    }

    private static String told(Peer peer) {
        TcpInfo info = peer.info();
        return info.delivered_ce() + ", " + info.delivered_e1_bytes() + " " + info.delivered_e0_bytes() + " "
                + info.delivered_ce_bytes();
    }

    @Test
    void upToSevenPackets_TheFieldIsTakenAsItStands_ForMoreTheMostThatFits() {
        Peer peer = AccEcn.accepted();
        int[][] acks = {
            {1, 5, 0},
            {7, 6, 1},
            {7, 7, 2},
            {8, 0, 3},
            {8, 0, 11},
            {10, 2, 21},
            {16, 3, 30},
            {20, 3, 46},
            {30, 4, 71},
            {40, 4, 111},
            {3, 1, 116},
            {9, 1, 124}
        };
        for (int[] ack : acks) {
            acked(peer, ack[0], ack[1], "");
            assertThat(peer.info().delivered_ce())
                    .as(ack[0] + " packets, ACE " + ack[1])
                    .isEqualTo(ack[2]);
        }
        peer.checkReleased();
    }

    /// Where each ACK stands for many packets, a jump of the field needs no other explanation.
    @Test
    void whereAcksAreLargeTheLeastIsTaken() {
        Peer peer = AccEcn.accepted();
        acked(peer, 10, 6, "");
        assertThat(peer.info().delivered_ce()).isEqualTo(1);
        acked(peer, 20, 0, "");
        assertThat(peer.info().delivered_ce()).isEqualTo(3);
        peer.checkReleased();
    }

    @Test
    void byteCountersTellHowOftenTheFieldHasGoneAround() {
        Peer peer = AccEcn.primed("<mss 1012,sackOK>");
        acknowledged = 1000;
        // packets, how many marked, how many the field says, delivered_ce
        int[][] acks = {
            {1, 0, 0, 0},
            {10, 0, 0, 0},
            {10, 1, 1, 1},
            {10, 9, 9, 10},
            {8, 8, 8, 18},
            {10, 10, 10, 28},
            {20, 1, 1, 29},
            {20, 17, 17, 46},
            {20, 3, 11, 49},
            {30, 30, 30, 79},
            {40, 10, 10, 89},
            {40, 10, 3, 100},
            {12, 2, 10, 102},
            {9, 9, 1, 111},
            {9, 1, 9, 112},
            {16, 8, 8, 120},
            {16, 9, 9, 129},
            {16, 8, 16, 137},
            {16, 0, 8, 137},
            {15, 0, 8, 137},
            {15, 8, 8, 145}
        };
        int e0 = 1001;
        int ce = 0;
        int ace = 5;
        for (int[] ack : acks) {
            e0 += 1000 * (ack[0] - ack[1]);
            ce += 1000 * ack[1];
            ace = ace + ack[2] & 7;
            acked(peer, ack[0], ace, "<ECN e0b " + e0 + " ceb " + ce + " e1b 1>");
            assertThat(told(peer)).isEqualTo(ack[3] + ", 0 " + (e0 - 1) + " " + ce);
        }
        peer.checkReleased();
    }

    @Test
    void optionsMayTellLess_AndWithoutOneItIsEstimated() {
        Peer peer = AccEcn.primed();
        acknowledged = 1000;
        Object[][] acks = {
            {1, 5, "<ECN e0b 2001 ceb 0 e1b 1>", "0, 0 2000 0"},
            {1, 5, "", "0, 0 3000 0"},
            {1, 5, "<ECN e0b 4001>", "0, 0 4000 0"},
            {1, 5, "<ECN e1b 1>", "0, 0 4000 0"},
            {1, 6, "<ECN e1b 1 ceb 1000>", "1, 0 4000 1000"},
            {1, 6, "", "1, 0 4000 2000"},
            {1, 6, "", "1, 0 4000 3000"},
            // The last two were not marked after all.
            {1, 6, "<ECN e0b 9001 ceb 0 e1b 1>", "1, 0 9000 0"},
            // Two have grown: which one grows next cannot be told.
            {2, 6, "<ECN e0b 10001 ceb 1000 e1b 1>", "1, 0 10000 1000"},
            {1, 6, "", "1, 0 10000 1000"},
            {1, 6, "<ECN e0b 11001 ceb 1000 e1b 1>", "1, 0 11000 1000"},
            {1, 6, "<ECN>", "1, 0 11000 1000"},
            {1, 6, "<ECN e0b 0 ceb 0 e1b 0>", "1, -1 -1 0"},
            {1, 6, "", "1, -1 -1 0"},
            {1, 6, "<ECN e0b 1001 ceb 14000 e1b 1>", "1, 0 1000 14000"},
        };
        for (Object[] ack : acks) {
            acked(peer, (int) ack[0], (int) ack[1], (String) ack[2]);
            assertThat(told(peer)).as(ack[2].toString()).isEqualTo(ack[3]);
        }
        peer.checkReleased();
    }

    /// The counters of the option have 24 bits, and go around.
    @Test
    void theOptionsCountersGoAround() {
        Peer peer = AccEcn.primed();
        acknowledged = 1000;
        acked(peer, 40, 5, "<ECN e0b 41001 ceb 0 e1b 1>");
        peer.connection.ecn.delivered.ect0Bytes = 0xff_ff00;
        acked(peer, 1, 5, "<ECN e0b 745 ceb 0 e1b 1>");
        assertThat(peer.info().delivered_e0_bytes()).isEqualTo(0xff_ff00 + 1000);
        peer.checkReleased();
    }

    /// An ACK that acknowledges nothing new, and is not newer by its timestamp, may have been overtaken.
    @Test
    void withoutProgressNothingIsCounted() {
        Peer peer = AccEcn.primed();
        peer.write(1000);
        peer.expect("PEA. 1001:2001(1000) ack 1 <ECN e1b 1 ceb 0 e0b 1>");
        peer.send("[ect0] 6. 1:1(0) ack 1001 win 65535 <ECN e0b 1001 ceb 1000 e1b 1>");
        assertThat(told(peer)).isEqualTo("0, 0 1000 0");
        peer.send("[ect0] 6. 1:1(0) ack 2001 win 65535 <ECN e0b 1001 ceb 1000 e1b 1>");
        assertThat(told(peer)).isEqualTo("1, 0 1000 1000");
        peer.checkReleased();
    }

    @Test
    void aNewerTimestampIsProgress() {
        Peer peer = AccEcn.accepted("<mss 1024,sackOK,TS>");
        peer.write(1000);
        peer.sent();
        peer.send("[ect0] 6. 1:1(0) ack 1 win 65535 <TS>");
        assertThat(peer.info().delivered_ce()).isZero();
        peer.elapse(1).send("[ect0] 6. 1:1(0) ack 1 win 65535 <TS>");
        assertThat(peer.info().delivered_ce()).isEqualTo(1);
        peer.checkReleased();
    }

    /// A mark is congestion (RFC 3168 6.1.2), once a round trip; there is no CWR to be told.
    @Test
    void marksReduceTheWindow() {
        Peer peer = AccEcn.primed();
        peer.write(10_000);
        peer.sent();
        peer.elapse(50).send("[ect0] 6. 1:1(0) ack 2001 win 65535 <ECN e0b 1001 ceb 1000 e1b 1>");
        assertThat(peer.connection.recovery.state()).isEqualTo(LossRecovery.State.CWR);
        assertThat(peer.info().snd_ssthresh()).isEqualTo(5);
        peer.send("[ect0] 7. 1:1(0) ack 3001 win 65535 <ECN e0b 1001 ceb 2000 e1b 1>");
        assertThat(peer.info().snd_ssthresh()).isEqualTo(5);
        assertThat(peer.count(TcpMib.TCPDeliveredCE)).isEqualTo(2);
        peer.checkReleased();
    }

    /// RFC 9768 3.2.2.4: a counter that begins with 5 cannot be 0 yet; somebody has cleared the flags.
    @Test
    void aFieldOfZeroInTheFirstAckIsNotBelieved() {
        Peer peer = AccEcn.accepted();
        acked(peer, 1, 0, "<ECN e0b 1001 ceb 0 e1b 1>");
        assertThat(peer.info().accecn_fail_mode()).isEqualTo(EcnFailures.ACE_RECEIVED);
        assertThat(peer.info().delivered_ce()).isZero();
        peer.write(1000);
        peer.expectMarked("[noecn] PEA. 1001:2001(1000) ack 1 <ECN e1b 1 ceb 0 e0b 1>");
        peer.send("[ect0] 3. 1:1(0) ack 2001 win 65535");
        assertThat(peer.info().delivered_ce()).isZero();
        peer.checkReleased();
    }

    /// Three marks among three packets, though, make an honest 0.
    @Test
    void threePacketsMayHaveBeenMarked() {
        Peer peer = AccEcn.accepted();
        acked(peer, 3, 0, "<ECN e0b 1 ceb 3000 e1b 1>");
        assertThat(peer.info().accecn_fail_mode()).isZero();
        assertThat(peer.info().delivered_ce()).isEqualTo(3);
        peer.checkReleased();
    }

    /// RFC 9768 3.2.3.2.3: somebody clears the option's counters. Ours go on, the peer's are not read any more.
    @Test
    void zeroedCountersAreNotRead() {
        Peer peer = AccEcn.listening(3).acceptSyn("SEWA 0:1(0) win 65535 <mss 1012,sackOK>");
        peer.now += 4_000_000;
        peer.send("[ect0] W. 1:1(0) ack 1 win 65535 <ECN e0b 0 ceb 0 e1b 0>");
        assertThat(peer.info().accecn_opt_seen()).isEqualTo(EcnFailures.ZEROED);
        assertThat(peer.info().accecn_fail_mode()).isEqualTo(EcnFailures.OPTION_RECEIVED);
        acked(peer, 1, 5, "<ECN e0b 1001 ceb 0 e1b 1>");
        assertThat(told(peer)).isEqualTo("0, 0 0 0");
        peer.write(1000);
        peer.expectMarked("[ect0] PEA. 1001:2001(1000) ack 1 <ECN e1b 1 ceb 0 e0b 1>");
        peer.checkReleased();
    }

    /// Without an option so far, one that comes after eight megabytes comes too late: which turn of the counters it
    /// tells of cannot be known.
    @Test
    void anOptionMayComeLate_ButNotTooLate() {
        Peer peer = AccEcn.listening(3).acceptSyn("SEWA 0:1(0) win 65535 <mss 1012,sackOK>");
        peer.now += 4_000_000;
        peer.send("[ect0] W. 1:1(0) ack 1 win 65535");
        acked(peer, 2, 5, "");
        assertThat(peer.info().accecn_opt_seen()).isEqualTo(EcnFailures.NOT_SEEN);
        assertThat(peer.sent()).isEmpty();
        acked(peer, 2, 5, "<ECN e0b 4001 ceb 0 e1b 1>");
        assertThat(told(peer)).isEqualTo("0, 0 4000 0");

        acknowledged = 0;
        peer = AccEcn.listening(3).acceptSyn("SEWA 0:1(0) win 65535 <mss 1012,sackOK>");
        peer.now += 4_000_000;
        peer.send("[ect0] W. 1:1(0) ack 1 win 65535");
        peer.connection.bytesSent = (1 << 23) - 1;
        acked(peer, 2, 5, "");
        assertThat(peer.info().accecn_fail_mode()).isEqualTo(EcnFailures.OPTION_RECEIVED);
        acked(peer, 2, 5, "<ECN e0b 4001 ceb 0 e1b 1>");
        assertThat(told(peer)).isEqualTo("0, 0 0 0");
        peer.checkReleased();
    }

    /// What congestion control sees of it: marks among the packets of the last round.
    @Test
    void theRateSampleTellsMarks() {
        Peer peer = AccEcn.primed();
        peer.write(4000);
        peer.sent();
        peer.elapse(4).send("[ect0] 6. 1:1(0) ack 3001 win 65535 <ECN e0b 2001 ceb 1000 e1b 1>");
        assertThat(peer.connection.rate.sample.ecnEcho).isTrue();
        assertThat(peer.connection.rate.sample.deliveredCe).isEqualTo(1);
        peer.send("[ect0] 7. 1:1(0) ack 5001 win 65535 <ECN e0b 3001 ceb 2000 e1b 1>");
        assertThat(peer.connection.rate.sample.deliveredCe).isEqualTo(2);
        peer.checkReleased();
    }
}
