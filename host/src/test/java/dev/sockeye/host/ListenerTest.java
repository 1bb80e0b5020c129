package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// LISTEN, the SYN queue and the accept queue: as docs/linux/open.md saw them.
class ListenerTest {

    @Test
    void aHandshakePutsAConnectionIntoTheAcceptQueue() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            rig.peer(4000, 80)
                    .sends("S 0 win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7>")
                    .receives("S. 0:1(0) ack 1 win 65160 <mss 1460,sackOK,TS val 0 ecr 5,wscale 10>");
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            assertThat(listener.accept(rig.now)).isNull();
            rig.advance(Duration.ofMillis(10));
            Peer peer = rig.peer(4001, 80).connects().receivesNothing();
            assertThat(listener.readiness()).isEqualTo(Readiness.IN);
            assertThat(rig.host.pollReady()).isNotNull();
            TcpEndpoint accepted = rig.accept(listener);
            assertThat(accepted.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(accepted.localAddress()).isEqualTo(Rig.at(Rig.HOST_V4, 80));
            assertThat(accepted.remoteAddress()).isEqualTo(Rig.at(Rig.PEER_V4, 4001));
            peer.sends("P. 1:6(5) ack 1 win 65535").receives(". 1:1(0) ack 6 win 64235");
            assertThat(rig.read(accepted)).isEqualTo("bcdef");
            assertThat(rig.count("TcpPassiveOpens")).isEqualTo(1);
        }
    }

    /// RFC 7323 2.2, MUST-1, MUST-3; RFC 7323 2.3, MUST-7
    @Test
    void theSynAckOffersWhatTheSynOffered() {
        try (var rig = new Rig()) {
            rig.listen(80, 100);
            String[][] dialogues = {
                {"S 0 win 65535", "S. 0:1(0) ack 1 win 64240 <mss 1460>"},
                {"S 0 win 65535 <mss 1460,wscale 7>", "S. 0:1(0) ack 1 win 64240 <mss 1460,wscale 10>"},
                {"S 0 win 65535 <mss 1460,sackOK>", "S. 0:1(0) ack 1 win 64240 <mss 1460,sackOK>"},
                {"S 0 win 65535 <mss 1460,TS val 9 ecr 0>", "S. 0:1(0) ack 1 win 65160 <mss 1460,TS val 0 ecr 9>"},
                {"S 0 win 65535 <mss 9000,wscale 15>", "S. 0:1(0) ack 1 win 64240 <mss 1460,wscale 10>"},
                {"SEW 0 win 65535 <mss 1460>", "SE. 0:1(0) ack 1 win 64240 <mss 1460>"},
                {"SP 0:5(4) win 65535", "S. 0:1(0) ack 1 win 64240 <mss 1460>"},
                {"SU 0 win 65535", "S. 0:1(0) ack 1 win 64240 <mss 1460>"},
            };
            for (int i = 0; i < dialogues.length; i++) {
                rig.peer(4000 + i, 80).sends(dialogues[i][0]).receives(dialogues[i][1]);
            }
        }
    }

    /// RFC 7323 2.2, MUST-1; RFC 7323 2.3, MUST-11: 14 at most, and none where scaling is switched off.
    @Test
    void thePeersScaleIsTakenWhereOursIsOffered() {
        int[][] scaling = {{1, 7, 7}, {1, 14, 14}, {1, 15, 14}, {1, 255, 14}, {0, 7, 0}};
        for (int[] each : scaling) {
            try (var rig = new Rig()) {
                rig.host.sysctl().set("net.ipv4.tcp_window_scaling", Integer.toString(each[0]));
                TcpEndpoint listener = rig.listen(80, 5);
                rig.peer(4000, 80)
                        .sends("S 0 win 65535 <mss 1460,wscale " + each[1] + ">")
                        .receives("S. 0:1(0) ack 1 win 64240 <mss 1460" + (each[0] == 1 ? ",wscale 10>" : ">"))
                        .sends(". 1 ack 1 win 1000");
                TcpEndpoint accepted = rig.accept(listener);
                assertThat(accepted.info(rig.now).snd_wscale()).isEqualTo(each[2]);
                assertThat(accepted.info(rig.now).snd_wnd()).isEqualTo(1000 << each[2]);
            }
        }
    }

    /// RFC 7323 5.4, MUST-29, MUST-30: the clock of a SYN-ACK is that of the connection.
    @Test
    void theClockTicksWhileHalfOpen() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            String syn = "S 0 win 65535 <mss 1460,TS val 9 ecr 0>";
            Peer peer = rig.peer(4000, 80).sends(syn);
            int before = stampOf(rig, peer);
            for (int millis : new int[] {1, 10, 600}) {
                rig.advance(Duration.ofMillis(millis));
                rig.poll();
                rig.peer(4000 + millis, 80).sends(syn);
                int stamp = stampOf(rig, rig.peer(4000 + millis, 80));
                assertThat(stamp - before).isEqualTo(millis);
                before = stamp;
            }
        }
    }

    private static int stampOf(Rig rig, Peer peer) {
        var synAck = peer.parse(rig.sent());
        return synAck == null ? -1 : synAck.tsVal;
    }

    /// RFC 3168 6.1.1, MUST-8, MUST-12, MUST-13: only ECE and CWR together ask for ECN, and no SYN-ACK is
    /// ECN-capable.
    @Test
    void onlyASynThatAsksForEcnIsGrantedIt() {
        try (var rig = new Rig()) {
            rig.listen(80, 100);
            String[][] flags = {{"S", "S."}, {"SE", "S."}, {"SW", "S."}, {"SEW", "SE."}};
            for (int i = 0; i < flags.length; i++) {
                Peer peer = rig.peer(4000 + i, 80).sends(flags[i][0] + " 0 win 65535 <mss 1460>");
                byte[] synAck = rig.poll();
                assertThat(peer.textOf(synAck)).isEqualTo(flags[i][1] + " 0:1(0) ack 1 win 64240 <mss 1460>");
                assertThat(peer.parse(synAck).ecn).isZero();
            }
            // Linux: a path that has marked the SYN may have set the flags as well.
            for (int mark = 1; mark <= 3; mark++) {
                Peer peer = rig.peer(5000 + mark, 80).sends(mark, "SEW 0 win 65535 <mss 1460>");
                peer.receives(0, "S. 0:1(0) ack 1 win 64240 <mss 1460>");
            }
        }
    }

    /// docs/linux/differential.md, "half_open_window": of what the SYN-ACK could tell.
    @Test
    void aHalfOpenConnectionTellsTheWindowOfItsSynAck() {
        try (var rig = new Rig()) {
            rig.listen(80, 100).options().receiveBuffer = 200_000;
            rig.peer(4000, 80)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("S. 0:1(0) ack 1 win 65535 <mss 1460>")
                    .sends("S -100 win 65535 <mss 1460>")
                    .receives(". 1:1(0) ack 1 win 65535");
        }
    }

    @Test
    void theReceiveBufferDecidesOnWindowAndScale() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 100);
            String syn = "S 0 win 65535 <mss 1460,wscale 7>";
            listener.options().receiveBuffer = 8192;
            rig.peer(1, 80).sends(syn).receives("S. 0:1(0) ack 1 win 2920 <mss 1460,wscale 0>");
            listener.options().receiveBuffer = 131_072;
            rig.peer(2, 80).sends(syn).receives("S. 0:1(0) ack 1 win 64240 <mss 1460,wscale 1>");
            listener.options().receiveBuffer = 524_288;
            rig.peer(3, 80).sends(syn).receives("S. 0:1(0) ack 1 win 65535 <mss 1460,wscale 3>");
            listener.options().receiveBuffer = 0;
            listener.options().maxSegment = 1000;
            rig.peer(4, 80).sends(syn).receives("S. 0:1(0) ack 1 win 65000 <mss 1000,wscale 10>");
            listener.options().windowClamp = 5000;
            rig.peer(5, 80).sends(syn).receives("S. 0:1(0) ack 1 win 5000 <mss 1000,wscale 0>");
        }
    }

    /// RFC 9293 3.7.1, MUST-14, MUST-67
    @Test
    void overIpv6TheMssIsTwentyLess() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.host.openTcp(Family.INET6);
            assertThat(listener.bind(Rig.at("::", 80), rig.now)).isZero();
            assertThat(listener.listen(5, rig.now)).isZero();
            rig.peerV6(4000, 80)
                    .sends("S 0 win 65535 <mss 1440>")
                    .receives("S. 0:1(0) ack 1 win 64800 <mss 1440>")
                    .sends(". 1 ack 1 win 65535");
            rig.peer(4000, 80).connects();
            assertThat(listener.accept(rig.now)).isNotNull();
            TcpEndpoint mapped = rig.accept(listener);
            assertThat(mapped.family()).isEqualTo(Family.INET6);
            assertThat(mapped.localAddress()).isEqualTo(Rig.at(Rig.HOST_V4, 80));
        }
    }

    @Test
    void aListenerAnswersAcksWithAResetAndIgnoresTheRest() {
        try (var rig = new Rig()) {
            rig.listen(80, 16);
            Peer peer = rig.peer(4000, 80);
            peer.sends(". 0 ack 7777 win 65535").receives("R 7777:7777(0)");
            peer.sends("P. 0:4(4) ack 7777 win 65535").receives("R 7777:7777(0)");
            peer.sends("F. 0 ack 7777 win 65535").receives("R 7777:7777(0)");
            peer.sends("F 0 win 65535").receivesNothing();
            peer.sends("- 0:4(4) win 65535").receivesNothing();
            peer.sends("R 0 win 65535").receivesNothing();
            peer.sends("R. 0 ack 7777 win 65535").receivesNothing();
            peer.sends("S. 0 ack 7777 win 65535").receives("R 7777:7777(0)");
            peer.sends("SF 0 win 65535").receivesNothing();
            peer.sends("SR 0 win 65535").receivesNothing();
            peer.sends("SFPU. 0:4(4) ack 7777 win 65535").receives("R 7777:7777(0)");
            assertThat(rig.states()).containsExactly("LISTEN");
            assertThat(rig.count("TcpOutRsts")).isEqualTo(5);
        }
    }

    @Test
    void aClosedPortAnswersWithAReset() {
        try (var rig = new Rig()) {
            Peer peer = rig.peer(4000, 80);
            peer.sends("S 0 win 65535").receives("R. 0:0(0) ack 1");
            peer.sends("S 0:5(4) win 65535").receives("R. 0:0(0) ack 5");
            peer.sends("S. 0 ack 7777 win 65535").receives("R 7777:7777(0)");
            peer.sends("P. 0:4(4) ack 7777 win 65535").receives("R 7777:7777(0)");
            peer.sends("F 0:5(4) win 65535").receives("R. 0:0(0) ack 5");
            peer.sends("- 0 win 65535").receives("R. 0:0(0) ack 0");
            peer.sends("R 0 win 65535").receivesNothing();
            peer.sends("SF 0 win 65535").receives("R. 0:0(0) ack 2");
            assertThat(rig.count("TcpOutRsts")).isEqualTo(7);
        }
    }

    @Test
    void theSynAckIsSentFiveTimesAgainAndThenForgotten() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            String synAck = "S. 0:1(0) ack 1 win 64240 <mss 1460>";
            Peer peer = rig.peer(4000, 80).sends("S 0 win 65535 <mss 1460>").receives(synAck);
            for (int seconds = 1; seconds <= 16; seconds *= 2) {
                rig.advance(Duration.ofSeconds(seconds).minusNanos(1));
                peer.receivesNothing();
                rig.advance(Duration.ofNanos(1));
                peer.receives(synAck);
            }
            rig.advance(Duration.ofSeconds(32).minusNanos(1));
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            rig.advance(Duration.ofNanos(1));
            assertThat(rig.states()).containsExactly("LISTEN");
            peer.receivesNothing().sends(". 1 ack 1 win 65535").receives("R 1:1(0)");
            assertThat(rig.count("TcpRetransSegs")).isEqualTo(5);
            assertThat(rig.count("TcpExtTCPSynRetrans")).isEqualTo(5);
            assertThat(rig.count("TcpExtTCPTimeouts")).isEqualTo(6);
            assertThat(rig.host.nextDeadline()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void theSameSynAgainGetsTheSameSynAck() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            String synAck = "S. 0:1(0) ack 1 win 64240 <mss 1460>";
            Peer peer = rig.peer(4000, 80).sends("S 0 win 65535 <mss 1460>").receives(synAck);
            rig.advance(Duration.ofMillis(600));
            peer.sends("S 0 win 65535 <mss 1460>").receives(synAck);
            rig.advance(Duration.ofMillis(100));
            peer.sends("S 0 win 65535 <mss 1460>").receivesNothing(); // tcp_invalid_ratelimit
            rig.advance(Duration.ofMillis(899));
            peer.receivesNothing(); // the timer began anew
            rig.advance(Duration.ofMillis(1));
            peer.receives(synAck);
        }
    }

    /// RFC 9293 3.5, MUST-11
    @Test
    void segmentsThatDoNotFitAHalfOpenConnection() {
        try (var rig = new Rig()) {
            rig.listen(80, 100);
            halfOpen(rig, 1).sends("S 100 win 65535 <mss 1460>").receives("R. 0:0(0) ack 101");
            assertThat(rig.states()).as("a SYN in the window ends it").containsExactly("LISTEN");
            halfOpen(rig, 2).sends("S -100 win 65535 <mss 1460>").receives(". 1:1(0) ack 1 win 64240");
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            halfOpen(rig, 3).sends("R 1 win 65535").receivesNothing();
            assertThat(rig.states()).as("a RST at RCV.NXT ends it").containsExactly("LISTEN", "SYN_RECV");
            halfOpen(rig, 4).sends("R 10 win 65535").receives(". 1:1(0) ack 1 win 64240");
            assertThat(rig.count("TcpExtTCPChallengeACK")).isEqualTo(1);
            halfOpen(rig, 20).sends("R. 10 ack 5 win 65535").receives(". 1:1(0) ack 1 win 64240");
            halfOpen(rig, 21)
                    .sends("R. 1 ack 5 win 65535")
                    .sends(". 1 ack 1 win 65535")
                    .receives("R 1:1(0)");
            halfOpen(rig, 5).sends("R 100000 win 65535").receivesNothing();
            halfOpen(rig, 6).sends(". 1 ack 5 win 65535").receives("R 5:5(0)");
            halfOpen(rig, 7).sends(". 1 ack 0 win 65535").receives("R 0:0(0)");
            halfOpen(rig, 8).sends(". 100000 ack 1 win 65535").receives(". 1:1(0) ack 1 win 64240");
            halfOpen(rig, 9).sends("F 1 win 65535").receivesNothing();
            halfOpen(rig, 10).sends("P 1:5(4) win 65535").receivesNothing();
            assertThat(rig.states()).hasSize(10).containsOnly("LISTEN", "SYN_RECV");
            halfOpen(rig, 11).sends(". 10 ack 1 win 65535");
            assertThat(rig.states()).contains("ESTABLISHED");
            assertThat(rig.count("TcpExtEmbryonicRsts")).isEqualTo(3);
            assertThat(rig.count("TcpAttemptFails")).isEqualTo(3);
        }
    }

    private static Peer halfOpen(Rig rig, int port) {
        return rig.peer(port, 80).sends("S 0 win 65535 <mss 1460>").receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
    }

    @Test
    void aTimestampFromBeforeTheSynIsRefused() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            rig.peer(4000, 80)
                    .sends("S 0 win 65535 <mss 1460,TS val 100 ecr 0>")
                    .receives("S. 0:1(0) ack 1 win 65160 <mss 1460,TS val 0 ecr 100>")
                    .sends(". 1 ack 1 win 65535 <TS val 99 ecr 1>")
                    .receives(". 1:1(0) ack 1 win 65160 <TS val 0 ecr 100>");
            assertThat(rig.count("TcpExtPAWSEstab")).isEqualTo(1);
            rig.peer(4001, 80)
                    .sends("S 0 win 65535 <mss 1460,TS val 100 ecr 0>")
                    .receives("S. 0:1(0) ack 1 win 65160 <mss 1460,TS val 0 ecr 100>")
                    .sends(". 1 ack 1 win 65535 <TS val 101 ecr 77777>")
                    .receives(". 1:1(0) ack 1 win 65160 <TS val 0 ecr 100>");
            assertThat(rig.count("TcpExtTSEcrRejected")).isEqualTo(1);
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV", "SYN_RECV");
        }
    }

    @Test
    void listenOfNLetsNPlusOneWait() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 1);
            rig.peer(1, 80).connects();
            rig.peer(2, 80).connects();
            rig.peer(3, 80).sends("S 0 win 65535 <mss 1460>").receivesNothing();
            rig.peer(4, 80).sends("S 0 win 65535 <mss 1460>").receivesNothing();
            assertThat(rig.count("TcpExtListenOverflows")).isEqualTo(2);
            assertThat(rig.count("TcpExtListenDrops")).isEqualTo(2);
            assertThat(listener.info(rig.now).unacked()).isEqualTo(2);
            assertThat(listener.info(rig.now).sacked()).isEqualTo(1);
            assertThat(port(listener.accept(rig.now))).isEqualTo(1);
            assertThat(port(listener.accept(rig.now))).isEqualTo(2);
            assertThat(listener.accept(rig.now)).isNull();
            rig.peer(4, 80).connects();
        }
    }

    private static int port(@Nullable TcpEndpoint socket) {
        var remote = socket == null ? null : socket.remoteAddress();
        return remote == null ? -1 : remote.port();
    }

    @Test
    void aFinalAckThatFindsTheQueueFullIsForgotten() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 1);
            rig.peer(1, 80).connects();
            Peer second = halfOpen(rig, 2);
            Peer third = halfOpen(rig, 3);
            second.sends(". 1 ack 1 win 65535");
            third.sends(". 1 ack 1 win 65535").receivesNothing();
            assertThat(rig.states()).containsExactly("ESTABLISHED", "ESTABLISHED", "LISTEN", "SYN_RECV");
            assertThat(rig.count("TcpExtListenOverflows")).isEqualTo(1);
            rig.advance(Duration.ofSeconds(1));
            third.receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            assertThat(port(listener.accept(rig.now))).isEqualTo(1);
            third.sends("P. 1:6(5) ack 1 win 65535").receives(". 1:1(0) ack 6 win 64235");
            assertThat(listener.info(rig.now).unacked()).isEqualTo(2);
        }
    }

    @Test
    void withAbortOnOverflowItIsReset() {
        try (var rig = new Rig()) {
            rig.host.sysctl().set("net.ipv4.tcp_abort_on_overflow", "1");
            rig.listen(80, 1);
            rig.peer(1, 80).connects();
            Peer second = halfOpen(rig, 2);
            Peer third = halfOpen(rig, 3);
            second.sends(". 1 ack 1 win 65535");
            third.sends(". 1 ack 1 win 65535").receives("R 1:1(0)");
            assertThat(rig.states()).containsExactly("ESTABLISHED", "ESTABLISHED", "LISTEN");
            assertThat(rig.count("TcpExtEmbryonicRsts")).isEqualTo(1);
        }
    }

    @Test
    void withoutCookiesASynBeyondTheBacklogIsDropped() {
        try (var rig = new Rig()) {
            rig.host.sysctl().set("net.ipv4.tcp_syncookies", "0");
            rig.listen(80, 4);
            for (int port = 1; port <= 5; port++) halfOpen(rig, port);
            rig.peer(6, 80).sends("S 0 win 65535 <mss 1460>").receivesNothing();
            assertThat(rig.count("TcpExtTCPReqQFullDrop")).isEqualTo(1);
            assertThat(rig.count("TcpExtListenDrops")).isEqualTo(1);
        }
    }

    @Test
    void aConnectionResetBeforeAcceptIsStillAccepted() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            rig.peer(1, 80)
                    .connects()
                    .sends("P. 1:6(5) ack 1 win 65535")
                    .receives(". 1:1(0) ack 6 win 64235")
                    .sends("R 6 win 65535");
            assertThat(listener.readiness()).isEqualTo(Readiness.IN);
            TcpEndpoint accepted = rig.accept(listener);
            assertThat(accepted.remoteAddress()).isNull();
            assertThat(rig.read(accepted)).isEqualTo("bcdef");
            assertThat(rig.read(accepted)).isEqualTo("ECONNRESET");
            accepted.close(rig.now);
        }
    }

    @Test
    void closingAListenerResetsWhatWaitsAndForgetsWhatIsHalfOpen() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer half = halfOpen(rig, 1);
            Peer waiting = rig.peer(2, 80).connects();
            Peer withData = rig.peer(3, 80).connects().sends("P. 1:6(5) ack 1 win 65535");
            withData.receives(". 1:1(0) ack 6 win 64235");
            listener.close(rig.now);
            waiting.receives("R. 1:1(0) ack 1 win 64240");
            withData.receives("R. 1:1(0) ack 6 win 64235");
            half.receivesNothing().sends(". 1 ack 1 win 65535").receives("R 1:1(0)");
            assertThat(rig.states()).isEmpty();
        }
    }

    @Test
    void shutdownOfAListenerEndsListeningAndListenBeginsAgain() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer waiting = rig.peer(1, 80).connects();
            assertThat(listener.shutdown(Shutdown.WRITE, rig.now)).isZero();
            assertThat(listener.state()).isEqualTo(TcpState.LISTEN);
            assertThat(listener.shutdown(Shutdown.READ, rig.now)).isZero();
            waiting.receives("R. 1:1(0) ack 1 win 64240");
            assertThat(listener.state()).isEqualTo(TcpState.CLOSED);
            assertThat(listener.readiness()).isEqualTo(Readiness.OUT | Readiness.HUP);
            rig.peer(2, 80).sends("S 0 win 65535").receives("R. 0:0(0) ack 1");
            assertThat(listener.listen(5, rig.now)).isZero();
            rig.peer(3, 80).connects();
        }
    }

    @Test
    void deferAcceptWaitsForData() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            listener.options().deferAcceptSeconds = 3;
            Peer peer = halfOpen(rig, 1).sends(". 1 ack 1 win 65535").receivesNothing();
            assertThat(rig.count("TcpExtTCPDeferAcceptDrop")).isEqualTo(1);
            assertThat(listener.accept(rig.now)).isNull();
            peer.sends("P. 1:6(5) ack 1 win 65535").receives(". 1:1(0) ack 6 win 64235");
            assertThat(port(listener.accept(rig.now))).isEqualTo(1);

            // Who says nothing is reminded at the end of the time, and accepted then.
            Peer silent = halfOpen(rig, 2).sends(". 1 ack 1 win 65535");
            rig.advance(Duration.ofSeconds(1));
            silent.receivesNothing();
            rig.advance(Duration.ofSeconds(2));
            silent.receives("S. 0:1(0) ack 1 win 64240 <mss 1460>").sends(". 1 ack 1 win 65535");
            assertThat(port(listener.accept(rig.now))).isEqualTo(2);
        }
    }

    @Test
    void aSynThatCannotBeAnsweredIsDropped() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            new Peer(rig, Rig.at("203.0.113.1", 1), Rig.at(Rig.HOST_V4, 80)).sends("S 0 win 65535");
            assertThat(rig.states()).containsExactly("LISTEN");
            assertThat(rig.count("TcpExtListenDrops")).isEqualTo(1);
        }
    }

    /// RFC 9293 3.9.2.3, MUST-57
    @Test
    void aSynToABroadcastAddressIsNotAnswered() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            new Peer(rig, Rig.at(Rig.PEER_V4, 1), Rig.at("192.0.2.255", 80))
                    .sends("S 0 win 65535")
                    .receivesNothing();
        }
    }

    /// RFC 9293 3.1, MUST-3
    @Test
    void aSegmentWithABadChecksumIsCountedAndDropped() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            Peer peer = rig.peer(1, 80);
            byte[] syn = peer.bytes(SegmentReader.read("S 0 win 65535"));
            syn[syn.length - 1] ^= 1;
            rig.receive(syn);
            peer.receivesNothing();
            assertThat(rig.count("TcpInCsumErrors")).isEqualTo(1);
            assertThat(rig.count("TcpInErrs")).isEqualTo(1);
        }
    }
}
