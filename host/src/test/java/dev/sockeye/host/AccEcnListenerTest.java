package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sockeye.tcp.EcnMode;
import dev.sockeye.tcp.TcpInfo;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The passive open: what a SYN is answered, and what the last segment of the handshake tells (RFC 9768 3.1, 3.2.2);
/// docs/linux/ecn.md
class AccEcnListenerTest {

    private static final int NOT_ECT = 0, ECT0 = 2, CE = 3;
    private static final String OPTION = "ECN e1b 1 ceb 0 e0b 1";
    private static final String[] ACE = {"", "E", "W", "EW", "A", "EA", "WA", "EWA"};

    private static Rig rig(int tcpEcn) {
        var rig = new Rig();
        rig.host.sysctl().set("net.ipv4.tcp_ecn", "" + tcpEcn);
        return rig;
    }

    private static String synAck(String flags, boolean option) {
        return flags + " 0:1(0) ack 1 win 64240 <mss 1460,sackOK" + (option ? "," + OPTION : "") + ",wscale 10>";
    }

    private static Peer asking(Rig rig, int port, int mark, String flags) {
        return rig.peer(port, 80).sends(mark, flags + " 0 win 65535 <mss 1460,sackOK,wscale 8>");
    }

    /// A handshake for accurate feedback that goes well.
    private static Peer open(Rig rig) {
        return asking(rig, 4000, NOT_ECT, "SEWA")
                .receives(NOT_ECT, synAck("SW.", true))
                .sends(ECT0, "W. 1 ack 1 win 256 <ECN e0b 1 ceb 0 e1b 1>");
    }

    private static String agreed(TcpInfo info) {
        return EcnMode.values()[info.ecn_mode()] + ", delivered_ce " + info.delivered_ce() + ", fails "
                + info.accecn_fail_mode();
    }

    /// Every combination of the three flags, not-ECT and ECT(0), under every `tcp_ecn`.
    @Test
    void everySynUnderEverySetting() {
        for (int tcpEcn = 0; tcpEcn <= 5; tcpEcn++) {
            try (var rig = rig(tcpEcn)) {
                rig.listen(80, 16);
                for (int ace = 0; ace < 8; ace++) {
                    boolean accurate = tcpEcn >= 3 && ace != 0 && ace != 3;
                    boolean classic = tcpEcn != 0 && (ace == 3 || ace == 7);
                    asking(rig, 4000 + ace, NOT_ECT, "S" + ACE[ace])
                            .receives(NOT_ECT, synAck(accurate ? "SW." : classic ? "SE." : "S.", accurate));
                    // The path that has set ECT may have set ECE and CWR as well; AE, though, tells of somebody who
                    // knows.
                    classic &= ace == 7;
                    asking(rig, 4010 + ace, ECT0, "S" + ACE[ace])
                            .receives(NOT_ECT, synAck(accurate ? "SA." : classic ? "SE." : "S.", accurate));
                }
            }
        }
    }

    /// RFC 9768 table 2: the SYN-ACK tells how the SYN arrived.
    @ParameterizedTest
    @CsvSource({"0, SW.", "1, SEW.", "2, SA.", "3, SWA."})
    void theSynAckTellsHowTheSynArrived(int mark, String flags) {
        try (var rig = rig(3)) {
            rig.listen(80, 16);
            asking(rig, 4000, mark, "SEWA").receives(NOT_ECT, synAck(flags, true));
        }
    }

    @Test
    void theOptionOfTheSynAckCanBeSwitchedOff() {
        try (var rig = rig(3)) {
            rig.host.sysctl().set("net.ipv4.tcp_ecn_option", "0");
            rig.listen(80, 16);
            asking(rig, 4000, NOT_ECT, "SEWA").receives(synAck("SW.", false));
        }
    }

    /// RFC 9768 3.2.3.2.2: again without option, then without flags. The mode stays: who answers in the accurate way
    /// gets accurate feedback, but no ECT (3.1.5).
    @Test
    void theSynAckIsSentAgainWithLess() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = asking(rig, 4000, NOT_ECT, "SEWA").receives(synAck("SW.", true));
            rig.advance(Duration.ofSeconds(1));
            peer.receives(synAck("SW.", false));
            rig.advance(Duration.ofSeconds(2));
            peer.receives(synAck("S.", false));
            rig.advance(Duration.ofSeconds(4));
            peer.receives(synAck("S.", false));
            peer.sends("W. 1 ack 1 win 256 <ECN e0b 1 ceb 0 e1b 1>");
            TcpEndpoint accepted = rig.accept(listener);
            assertThat(agreed(accepted.info(rig.now))).isEqualTo("ACCECN, delivered_ce 0, fails 1");
            rig.write(accepted, "abc");
            peer.receives(NOT_ECT, "PEA. 1:4(3) ack 1 win 63 <" + OPTION + ">");
            peer.sends(CE, "PEA. 1:4(3) ack 4 win 256")
                    .receives(NOT_ECT, "WA. 4:4(0) ack 4 win 63 <ECN e1b 1 ceb 3 e0b 1>");
        }
    }

    /// A classic SYN-ACK keeps its flag.
    @Test
    void theClassicSynAckIsSentAgainAsItWas() {
        try (var rig = rig(3)) {
            rig.listen(80, 16);
            Peer peer = asking(rig, 4000, NOT_ECT, "SEW").receives(synAck("SE.", false));
            for (int seconds = 1; seconds <= 4; seconds *= 2) {
                rig.advance(Duration.ofSeconds(seconds));
                peer.receives(synAck("SE.", false));
            }
        }
    }

    /// RFC 9768 3.1.5: the latest SYN counts; after one that asks for nothing there is no ECT.
    @Test
    void aSynThatComesAgainIsAnsweredAnew() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = asking(rig, 4000, ECT0, "SEWA").receives(synAck("SA.", true));
            rig.advance(Duration.ofMillis(600));
            peer.sends(CE, "SEWA 0 win 65535 <mss 1460,sackOK,wscale 8>").receives(synAck("SWA.", false));
            peer.sends(ECT0, "W. 1 ack 1 win 256");
            assertThat(agreed(rig.accept(listener).info(rig.now))).isEqualTo("ACCECN, delivered_ce 0, fails 0");

            peer = asking(rig, 4001, ECT0, "SEWA").receives(synAck("SA.", true));
            rig.advance(Duration.ofMillis(100));
            peer.sends("S 0 win 65535 <mss 1460,sackOK,wscale 8>").receives(synAck("SW.", false));
            peer.sends("W. 1 ack 1 win 256 <ECN e0b 1 ceb 0 e1b 1>");
            TcpEndpoint accepted = rig.accept(listener);
            assertThat(agreed(accepted.info(rig.now))).isEqualTo("ACCECN, delivered_ce 0, fails 2");
            rig.write(accepted, "abc");
            peer.receives(NOT_ECT, "PEA. 1:4(3) ack 1 win 63 <" + OPTION + ">");
        }
    }

    /// RFC 9768 table 4: what the ACE field of the last segment says of our SYN-ACK, which was not-ECT.
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 10",
        "1, 1, 0, 0",
        "2, 1, 0, 0",
        "3, 1, 0, 2",
        "4, 1, 0, 2",
        "5, 1, 0, 0",
        "6, 1, 0, 2",
        "7, 1, 0, 0",
        "0, 0, 0, 10",
        "2, 0, 0, 0",
        "3, 0, 0, 0",
        "4, 0, 0, 0",
        "6, 0, 1, 0",
    })
    void theLastAckOfTheHandshake(int ace, int fallback, int marks, int fails) {
        try (var rig = rig(3)) {
            rig.host.sysctl().set("net.ipv4.tcp_ecn_fallback", "" + fallback);
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = asking(rig, 4000, NOT_ECT, "SEWA").receives(synAck("SW.", true));
            peer.sends(ECT0, ACE[ace] + ". 1 ack 1 win 256 <ECN e0b 1 ceb 0 e1b 1>");
            TcpEndpoint accepted = rig.accept(listener);
            assertThat(agreed(accepted.info(rig.now))).isEqualTo("ACCECN, delivered_ce " + marks + ", fails " + fails);
            rig.write(accepted, "abc");
            peer.receives(fails == 0 ? ECT0 : NOT_ECT, "PEA. 1:4(3) ack 1 win 63 <" + OPTION + ">");
            // Feedback that is not believed changes nothing; it must have started from 5.
            peer.sends("WA. 1 ack 4 win 256 <ECN e0b 4 ceb 3 e1b 1>");
            assertThat(accepted.info(rig.now).delivered_ce()).isEqualTo(fails == 0 ? 1 : 0);
        }
    }

    /// The last ACK is lost, and data comes in its place: its field counts marks, and says nothing of the SYN-ACK.
    @Test
    void dataMayEndTheHandshake() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = asking(rig, 4000, NOT_ECT, "SEWA").receives(synAck("SW.", true));
            peer.sends(CE, "PWA. 1:4(3) ack 1 win 256 <ECN e0b 1 ceb 0 e1b 1>")
                    .receives(ECT0, "WA. 1:1(0) ack 4 win 63 <ECN e1b 1 ceb 3 e0b 1>");
            TcpInfo info = rig.accept(listener).info(rig.now);
            assertThat(agreed(info)).isEqualTo("ACCECN, delivered_ce 0, fails 0");
            assertThat(info.received_ce()).isEqualTo(1);
            assertThat(info.received_ce_bytes()).isEqualTo(3);
        }
    }

    /// The last ACK may itself be marked.
    @Test
    void aMarkOnTheLastAckIsCounted() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = asking(rig, 4000, NOT_ECT, "SEWA").receives(synAck("SW.", true));
            peer.sends(CE, "W. 1 ack 1 win 256 <ECN e0b 1 ceb 0 e1b 1>");
            TcpEndpoint accepted = rig.accept(listener);
            assertThat(accepted.info(rig.now).received_ce()).isEqualTo(1);
            rig.write(accepted, "abc");
            peer.receives(ECT0, "PWA. 1:4(3) ack 1 win 63 <" + OPTION + ">");
        }
    }

    /// Without the peer's option we send none; later ones are taken.
    @Test
    void ourOptionWaitsForThePeers() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = asking(rig, 4000, NOT_ECT, "SEWA")
                    .receives(synAck("SW.", true))
                    .sends(ECT0, "W. 1 ack 1 win 256");
            TcpEndpoint accepted = rig.accept(listener);
            rig.write(accepted, "abc");
            peer.receives(ECT0, "PEA. 1:4(3) ack 1 win 63").sends("EA. 1 ack 4 win 256 <ECN e0b 4 ceb 0 e1b 1>");
            rig.write(accepted, "def");
            peer.receives(ECT0, "PEA. 4:7(3) ack 1 win 63 <" + OPTION + ">");
            assertThat(accepted.info(rig.now).delivered_e0_bytes()).isEqualTo(3);
        }
    }

    /// RFC 9768 5.1: nothing is remembered of the SYN, but an ACK that tells how the SYN-ACK arrived tells enough.
    @Test
    void aSynCookieNeedsNotRememberIt() {
        try (var rig = rig(3)) {
            rig.host.sysctl().set("net.ipv4.tcp_syncookies", "2");
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = rig.peer(4000, 80).sends(ECT0, "SEWA 0 win 65535 <mss 1460>");
            peer.receives(NOT_ECT, "SA. 0:1(0) ack 1 win 64240 <mss 1460," + OPTION + ">")
                    .sends("W. 1 ack 1 win 65535");
            assertThat(agreed(rig.accept(listener).info(rig.now))).isEqualTo("ACCECN, delivered_ce 0, fails 0");

            peer = rig.peer(4001, 80)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            peer.sends(". 1 ack 1 win 65535");
            assertThat(agreed(rig.accept(listener).info(rig.now))).isEqualTo("DISABLED, delivered_ce 0, fails 0");
        }
    }

    /// A super-segment is cut, and every packet has the whole ACE field; classic CWR is the first one's only.
    @Test
    void everyPacketOfASuperSegmentHasTheField() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = open(rig);
            TcpEndpoint accepted = rig.accept(listener);
            peer.sends(CE, "EA. 1:2(1) ack 1 win 256").receives("WA. 1:1(0) ack 2 win 63 <ECN e1b 1 ceb 1 e0b 1>");
            rig.write(accepted, "x".repeat(4000));
            peer.receives(ECT0, "WA. 1:1449(1448) ack 2 win 63 <ECN e1b 1 ceb 1 e0b 1>")
                    .receives(ECT0, "WA. 1449:2897(1448) ack 2 win 63 <ECN e1b 1 ceb 1 e0b 1>")
                    .receives(ECT0, "PWA. 2897:4001(1104) ack 2 win 63 <ECN e1b 1 ceb 1 e0b 1>");
        }
    }

    /// The FIN that an orphan in FIN_WAIT2 waits for is acknowledged in a packet like all before; what comes later is
    /// not.
    @Test
    void afterTheEnd() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = open(rig);
            rig.accept(listener).close(rig.now);
            peer.receives(ECT0, "FEA. 1:2(0) ack 1 win 63 <" + OPTION + ">").sends("EA. 1 ack 2 win 256");
            peer.sends("FEA. 1 ack 2 win 256").receives(ECT0, ". 2:2(0) ack 2 win 63");
            peer.sends("FEA. 1 ack 2 win 256").receives(NOT_ECT, ". 2:2(0) ack 2 win 63");
        }
    }

    /// IPv6, from the SYN to marked data.
    @Test
    void theSameOverIpv6() {
        try (var rig = rig(3)) {
            TcpEndpoint listener = rig.host.openTcp(Family.INET6);
            assertThat(listener.bind(Rig.at("::", 80), rig.now)).isZero();
            assertThat(listener.listen(16, rig.now)).isZero();
            Peer peer = rig.peerV6(4000, 80).sends(CE, "SEWA 0 win 65535 <mss 1440,sackOK,wscale 8>");
            peer.receives(NOT_ECT, "SWA. 0:1(0) ack 1 win 64800 <mss 1440,sackOK," + OPTION + ",wscale 10>");
            peer.sends(ECT0, "W. 1 ack 1 win 256 <ECN e0b 1 ceb 0 e1b 1>");
            TcpEndpoint accepted = rig.accept(listener);
            peer.sends(CE, "PEA. 1:4(3) ack 1 win 256")
                    .receives(ECT0, "WA. 1:1(0) ack 4 win 64 <ECN e1b 1 ceb 3 e0b 1>");
            assertThat(accepted.info(rig.now).received_ce_bytes()).isEqualTo(3);
        }
    }

    @Test
    void whatTheSettingsCannotBe() {
        try (var rig = new Rig()) {
            for (String wrong :
                    new String[] {"tcp_ecn=6", "tcp_ecn_option=4", "tcp_ecn_option_beacon=4", "tcp_ecn_fallback=2"}) {
                String[] each = wrong.split("=");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> rig.host.sysctl().set("net.ipv4." + each[0], each[1]))
                        .withMessageContaining("is not a value of net.ipv4." + each[0]);
            }
        }
    }
}
