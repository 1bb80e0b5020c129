package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpInfo;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// SYN cookies: a handshake that leaves nothing behind until it is complete; see docs/linux/open.md
class SynCookiesTest {

    private static Rig always() {
        var rig = new Rig();
        rig.host.sysctl().set("net.ipv4.tcp_syncookies", "2");
        return rig;
    }

    @Test
    void aCookieBringsBackTheMssRoundedDown() {
        int[][] offeredAndUsed = {{1460, 1460}, {1459, 1440}, {1400, 1300}, {1300, 1300}, {536, 536}, {100, 536}};
        try (var rig = always()) {
            TcpEndpoint listener = rig.listen(80, 16);
            for (int i = 0; i < offeredAndUsed.length; i++) {
                rig.peer(4000 + i, 80)
                        .sends("S 0 win 65535 <mss " + offeredAndUsed[i][0] + ">")
                        .receives("S. 0:1(0) ack 1 win 64240 <mss 1460>")
                        .sends(". 1 ack 1 win 65535");
                TcpInfo info = rig.accept(listener).info(rig.now);
                assertThat(info.snd_mss()).isEqualTo(offeredAndUsed[i][1]);
                assertThat(info.options()).isZero();
            }
            assertThat(rig.count("TcpExtSyncookiesSent")).isEqualTo(offeredAndUsed.length);
            assertThat(rig.count("TcpExtSyncookiesRecv")).isEqualTo(offeredAndUsed.length);
        }
    }

    @Test
    void withTimestampsAllOptionsComeBack() {
        try (var rig = always()) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = rig.peer(4000, 80)
                    .sends("SEW 0 win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7>")
                    .receives("SE. 0:1(0) ack 1 win 65160 <mss 1460,sackOK,TS val 0 ecr 5,wscale 10>");
            assertThat(rig.states()).as("nothing is remembered").containsExactly("LISTEN");
            rig.advance(Duration.ofMillis(50));
            // The echo is what tells: a relative 0 would be taken for none.
            peer.sendsEchoing("P. 1:6(5) ack 1 win 512", 6);
            TcpEndpoint accepted = rig.accept(listener);
            assertThat(rig.read(accepted)).isEqualTo("bcdef");
            TcpInfo info = accepted.info(rig.now);
            assertThat(info.options() & 0xf)
                    .isEqualTo(TcpInfo.OPT_TIMESTAMPS | TcpInfo.OPT_SACK | TcpInfo.OPT_WSCALE | TcpInfo.OPT_ECN);
            assertThat(info.snd_wscale()).isEqualTo(7);
            assertThat(info.rcv_wscale()).isEqualTo(10);
            assertThat(info.snd_mss()).isEqualTo(1448);
        }
    }

    @Test
    void withoutTimestampsTheSynAckOffersNoOtherOption() {
        try (var rig = always()) {
            rig.listen(80, 16);
            rig.peer(4000, 80)
                    .sends("S 0 win 65535 <mss 1460,sackOK,wscale 7>")
                    .receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
        }
    }

    @Test
    void aWrongCookieIsReset() {
        try (var rig = always()) {
            rig.listen(80, 16);
            rig.peer(4000, 80)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("S. 0:1(0) ack 1 win 64240 <mss 1460>")
                    .sends(". 1 ack 2 win 65535")
                    .receives("R 2:2(0)")
                    .sends(". 101 ack 1 win 65535")
                    .receives("R 1:1(0)");
            assertThat(rig.count("TcpExtSyncookiesFailed")).isEqualTo(2);
        }
    }

    @Test
    void aCookieIsGoodForTwoMinutesAtMost() {
        try (var rig = always()) {
            rig.listen(80, 16);
            Peer quick = rig.peer(4000, 80).sends("S 0 win 65535 <mss 1460>");
            quick.receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            Peer slow = rig.peer(4001, 80).sends("S 0 win 65535 <mss 1460>");
            slow.receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            rig.advance(Duration.ofSeconds(60));
            quick.sends(". 1 ack 1 win 65535").receivesNothing();
            rig.advance(Duration.ofSeconds(60));
            slow.sends(". 1 ack 1 win 65535").receives("R 1:1(0)");
        }
    }

    @Test
    void anOverflowOfTheSynQueueBringsCookiesAndOnlyThenAreTheyTaken() {
        try (var rig = new Rig()) {
            rig.listen(80, 4);
            String synAck = "S. 0:1(0) ack 1 win 64240 <mss 1460>";
            rig.peer(1, 80).sends(". 0 ack 7777 win 65535").receives("R 7777:7777(0)");
            assertThat(rig.count("TcpExtSyncookiesFailed"))
                    .as("no cookie was ever sent")
                    .isZero();
            for (int port = 1; port <= 5; port++)
                rig.peer(port, 80).sends("S 0 win 65535 <mss 1460>").receives(synAck);
            assertThat(rig.count("TcpExtSyncookiesSent")).isZero();
            Peer sixth = rig.peer(6, 80).sends("S 0 win 65535 <mss 1460>").receives(synAck);
            assertThat(rig.count("TcpExtSyncookiesSent")).isEqualTo(1);
            assertThat(rig.count("TcpExtTCPReqQFullDoCookies")).isEqualTo(1);
            sixth.sends(". 1 ack 1 win 65535").receivesNothing();
            assertThat(rig.states()).contains("ESTABLISHED");
        }
    }

    @Test
    void aCookieThatFindsTheAcceptQueueFullIsDroppedAndTriedAgainWithData() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 1);
            String synAck = "S. 0:1(0) ack 1 win 64240 <mss 1460>";
            var peers = new Peer[4];
            for (int i = 0; i < 4; i++) {
                peers[i] = rig.peer(i + 1, 80).sends("S 0 win 65535 <mss 1460>").receives(synAck);
            }
            assertThat(rig.count("TcpExtSyncookiesSent")).isEqualTo(2);
            for (Peer peer : peers) peer.sends(". 1 ack 1 win 65535").receivesNothing();
            assertThat(rig.states()).containsExactly("ESTABLISHED", "ESTABLISHED", "LISTEN");
            peers[2].sends("P. 1:6(5) ack 1 win 65535").receivesNothing();
            assertThat(rig.count("TcpExtListenOverflows")).isEqualTo(3);
            assertThat(rig.count("TcpExtSyncookiesRecv")).isEqualTo(3);
            rig.accept(listener);
            peers[2].sends("P. 1:6(5) ack 1 win 65535").receives(". 1:1(0) ack 6 win 64235");
        }
    }
}
