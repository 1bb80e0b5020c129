package dev.sockeye.host;

import static dev.sockeye.host.Datagrams.icmp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The server's side of Fast Open (RFC 7413 4.2.2), as docs/linux/fast-open.md saw it.
class FastOpenServerTest {

    private static final String KEY = "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4";
    /// Of the peer, with that key; the same that the kernel gives.
    private static final String COOKIE = "b3f936a51baeaf84";

    private static final String SYN = "S 0:11(10) win 65535 <mss 1460,sackOK,FO " + COOKIE + ">";
    private static final String SYN_ACK = "S. 0:1(0) ack 11 win 64240 <mss 1460,sackOK>";

    private static Rig rig() {
        var rig = new Rig();
        rig.host.sysctl().set("net.ipv4.tcp_fastopen", "1027");
        rig.host.sysctl().set("net.ipv4.tcp_fastopen_key", KEY);
        rig.host.sysctl().set("net.ipv4.tcp_timestamps", "0");
        return rig;
    }

    /// One connection whose SYN had data, and the server has it before the handshake is complete.
    private static final class Opened {
        final Rig rig = rig();
        final TcpEndpoint listener = rig.listen(80, 16);
        final Peer peer = rig.peer(4000, 80).sends(SYN).receives(SYN_ACK);
        final TcpEndpoint socket;

        Opened() {
            socket = rig.accept(listener);
            assertThat(socket.state()).isEqualTo(TcpState.SYN_RCVD);
        }

        Opened read() {
            assertThat(rig.read(socket)).isEqualTo("bcdefghijk");
            return this;
        }
    }

    private static TcpInfo info(Rig rig, TcpEndpoint socket) {
        return socket.info(rig.now);
    }

    // ---------------------------------------------------------------- cookies

    /// docs/linux/fast-open.md, "What cookie a SYN gets". RFC 7413 4.2.2, SHLD-4
    @ParameterizedTest(name = "{0}: {1}, counts {2}")
    @CsvSource(delimiter = '|', textBlock = """
            <mss 1460,FO>                            | <mss 1460,FO b3f936a51baeaf84>             | CookieReqd
            <mss 1460,FOEXP>                         | <mss 1460,FOEXP b3f936a51baeaf84>          | CookieReqd
            <mss 1460,wscale 7,FO>                   | <mss 1460,wscale 10,FO b3f936a51baeaf84>   | CookieReqd
            <mss 1460,sackOK,wscale 7,FOEXP>         | <mss 1460,sackOK,wscale 10,FOEXP b3f936a51baeaf84> | CookieReqd
            <mss 1460,FO 3132333435363738>           | <mss 1460,FO b3f936a51baeaf84>             | PassiveFail
            <mss 1460,FO 31323334>                   | <mss 1460,FO b3f936a51baeaf84>             | PassiveFail
            <mss 1460,FOEXP 31323334>                | <mss 1460,FOEXP b3f936a51baeaf84>          | PassiveFail
            <mss 1460>                               | <mss 1460>                                 |
            """)
    void aWrongCookieAndTheQuestionForOneGetTheRightOne(String options, String answer, String counter) {
        try (var rig = rig()) {
            rig.listen(80, 16);
            rig.peer(4000, 80).sends("S 0:11(10) win 65535 " + options).receives("S. 0:1(0) ack 1 win 64240 " + answer);
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            if (counter != null)
                assertThat(rig.count("TcpExtTCPFastOpen" + counter)).isEqualTo(1);
            assertThat(rig.count("TcpExtTCPFastOpenPassive")).isZero();
            // The cookie is on the first SYN-ACK only.
            rig.advance(Duration.ofSeconds(1));
            String again = answer.replaceAll(",FO.*>", ">");
            rig.peer(4000, 80).receives("S. 0:1(0) ack 1 win 64240 " + again);
        }
    }

    /// RFC 7413 4.2.2, MUST-12
    @Test
    void theCookieOpensTheConnectionAtOnce() {
        try (var rig = rig()) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = rig.peer(4000, 80).sends(SYN).receives(SYN_ACK).receivesNothing();
            assertThat(listener.readiness()).isEqualTo(1);
            TcpEndpoint socket = rig.accept(listener);
            assertThat(socket.state()).isEqualTo(TcpState.SYN_RCVD);
            assertThat(socket.readiness()).isEqualTo(5);
            TcpInfo info = info(rig, socket);
            assertThat(info.options()).isEqualTo(TcpInfo.OPT_SACK | TcpInfo.OPT_SYN_DATA | TcpInfo.OPT_TFO_CHILD);
            assertThat(info.delivered()).isZero();
            assertThat(info.snd_cwnd()).isEqualTo(10);
            assertThat(info.rto()).isEqualTo(3_000_000);
            assertThat(info.segs_in()).isEqualTo(1);
            assertThat(info.data_segs_in()).isEqualTo(1);
            assertThat(info.bytes_received()).isEqualTo(10);
            assertThat(rig.read(socket)).isEqualTo("bcdefghijk");
            assertThat(rig.read(socket)).isEqualTo("EAGAIN");
            // It answers before the handshake is complete.
            assertThat(rig.write(socket, "answer")).isEqualTo("6");
            peer.receives("P. 1:7(6) ack 11 win 64240");
            rig.advance(Duration.ofMillis(300));
            peer.receivesNothing().sends(". 11 ack 1 win 65535").receivesNothing();
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            info = info(rig, socket);
            assertThat(info.delivered()).isEqualTo(1);
            assertThat(info.rtt()).isEqualTo(300_000);
            assertThat(info.rto()).isEqualTo(900_000);
            peer.sends(". 11 ack 7 win 65535");
            assertThat(info(rig, socket).delivered()).isEqualTo(2);
            assertThat(info(rig, socket).unacked()).isZero();
            assertThat(rig.count("TcpExtTCPFastOpenPassive")).isEqualTo(1);
            assertThat(rig.count("TcpPassiveOpens")).isEqualTo(1);
        }
    }

    @Test
    void theSameOverIpv6() {
        try (var rig = rig()) {
            TcpEndpoint listener = rig.host.openTcp(Family.INET6);
            assertThat(listener.bind(Rig.at("::", 80), rig.now)).isZero();
            assertThat(listener.listen(5, rig.now)).isZero();
            Peer peer = rig.peerV6(4000, 80).sends("S 0 win 65535 <mss 1440,FO>");
            String answer = peer.next();
            assertThat(answer).startsWith("S. 0:1(0) ack 1 win 64800 <mss 1440,FO ");
            String cookie = answer.substring(answer.indexOf("FO ") + 3, answer.length() - 1);
            rig.peerV6(4001, 80)
                    .sends("S 0:11(10) win 65535 <mss 1440,FO " + cookie + ">")
                    .receives("S. 0:1(0) ack 11 win 64800 <mss 1440>");
            assertThat(rig.read(rig.accept(listener))).isEqualTo("bcdefghijk");
            // The same listener over IPv4: the cookie is of the IPv4 addresses.
            rig.peer(4002, 80).sends(SYN).receives(SYN_ACK);
            assertThat(rig.read(rig.accept(listener))).isEqualTo("bcdefghijk");
        }
    }

    /// The listener of a program that has not asked for it opens nothing fast, whatever comes, and answers no question.
    /// RFC 7413 2, MUST-1; RFC 7413 4.2, MUST-8, MUST-9
    @ParameterizedTest
    @ValueSource(strings = {"FO b3f936a51baeaf84", "FO 3132333435363738", "FO", "FOEXP"})
    void aListenerOpensNothingFastUnlessItsProgramHasSaidSo(String option) {
        try (var rig = rig()) {
            rig.host.sysctl().tcp().tcp_fastopen = 3;
            TcpEndpoint listener = rig.listen(80, 16);
            rig.peer(4000, 80)
                    .sends("S 0:11(10) win 65535 <mss 1460," + option + ">")
                    .receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            assertThat(listener.readiness()).isZero();
        }
    }

    /// A cookie opens a connection also without data; with cookies not required, data does without a cookie.
    @ParameterizedTest(name = "tcp_fastopen {0}, {1} {2}: opened {3}, {4}")
    @CsvSource(delimiter = '|', textBlock = """
            1027 | S 0:1(0)   | ,FO b3f936a51baeaf84 | true  | S. 0:1(0) ack 1 win 64240 <mss 1460>
            1027 | S 0:11(10) |                      | false | S. 0:1(0) ack 1 win 64240 <mss 1460>
            1539 | S 0:1(0)   | ,FO b3f936a51baeaf84 | true  | S. 0:1(0) ack 1 win 64240 <mss 1460>
            1539 | S 0:11(10) |                      | true  | S. 0:1(0) ack 11 win 64240 <mss 1460>
            1539 | S 0:11(10) | ,FO                  | true  | S. 0:1(0) ack 11 win 64240 <mss 1460>
            1539 | S 0:11(10) | ,FO 3132333435363738 | true  | S. 0:1(0) ack 11 win 64240 <mss 1460>
            1539 | S 0:1(0)   |                      | false | S. 0:1(0) ack 1 win 64240 <mss 1460>
            1025 | S 0:11(10) | ,FO b3f936a51baeaf84 | false | S. 0:1(0) ack 1 win 64240 <mss 1460>
            3    | S 0:11(10) | ,FO b3f936a51baeaf84 | false | S. 0:1(0) ack 1 win 64240 <mss 1460>
            """)
    void theSysctlSaysWhatIsNeeded(int sysctl, String syn, String option, boolean opened, String answer) {
        try (var rig = rig()) {
            rig.host.sysctl().tcp().tcp_fastopen = sysctl;
            TcpEndpoint listener = rig.listen(80, 16);
            String options = "<mss 1460" + (option == null ? "" : option) + ">";
            rig.peer(4000, 80).sends(syn + " win 65535 " + options).receives(answer);
            TcpEndpoint child = listener.accept(rig.now);
            assertThat(child != null).isEqualTo(opened);
            boolean data = child != null && (info(rig, child).options() & TcpInfo.OPT_SYN_DATA) != 0;
            assertThat(data).isEqualTo(opened && answer.contains("ack 11"));
        }
    }

    @Test
    void keysAreExchangedWithoutAFailure() {
        try (var rig = rig()) {
            String newKey = "11111111-22222222-33333333-44444444";
            rig.host.sysctl().set("net.ipv4.tcp_fastopen_key", newKey + "," + KEY);
            rig.listen(80, 16);
            rig.peer(4000, 80).sends(SYN).receives("S. 0:1(0) ack 11 win 64240 <mss 1460,sackOK,FO 51e2d0a8054de5c4>");
            assertThat(rig.count("TcpExtTCPFastOpenPassiveAltKey")).isEqualTo(1);
            rig.advance(Duration.ofSeconds(1));
            rig.peer(4000, 80).receives(SYN_ACK);
            rig.peer(4001, 80).sends(SYN.replace(COOKIE, "51e2d0a8054de5c4")).receives(SYN_ACK);
            rig.host.sysctl().set("net.ipv4.tcp_fastopen_key", newKey);
            rig.peer(4002, 80).sends(SYN).receives("S. 0:1(0) ack 1 win 64240 <mss 1460,sackOK,FO 51e2d0a8054de5c4>");
            assertThat(rig.count("TcpExtTCPFastOpenPassiveFail")).isEqualTo(1);
            assertThat(rig.host.sysctl().get("net.ipv4.tcp_fastopen_key")).isEqualTo(newKey);
        }
    }

    // ---------------------------------------------------------------- the handshake's end

    @Test
    void theFinalAckMayCarryDataAndFin() {
        var open = new Opened();
        open.peer.sends("P. 11:31(20) ack 1 win 65535").receives(". 1:1(0) ack 31 win 64220");
        assertThat(open.socket.state()).isEqualTo(TcpState.ESTABLISHED);
        open.rig.close();

        open = new Opened();
        open.peer.sends("F. 11:12(0) ack 1 win 65535");
        assertThat(open.socket.state()).isEqualTo(TcpState.CLOSE_WAIT);
        open.read();
        assertThat(open.rig.read(open.socket)).isEqualTo("end");
        open.rig.close();
    }

    /// Half of our data is acknowledged: that is a handshake complete. Nothing of it, or more than all: a reset.
    @Test
    void theFinalAckMayCoverDataOfOurs() {
        var open = new Opened();
        open.rig.write(open.socket, "0123456789");
        open.peer.receives("P. 1:11(10) ack 11 win 64240");
        open.peer.sends(". 11 ack 20 win 65535").receives("R 20:20(0)");
        open.peer.sends(". 11 ack 0 win 65535").receives("R 0:0(0)");
        assertThat(open.socket.state()).isEqualTo(TcpState.SYN_RCVD);
        open.rig.advance(Duration.ofMillis(50));
        open.peer.sends(". 11 ack 5 win 65535").receivesNothing();
        assertThat(open.socket.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(info(open.rig, open.socket).rtt()).isEqualTo(50_000);
        open.rig.close();
    }

    @Test
    void aRepeatedSynGetsTheSynAckAgain() {
        var open = new Opened();
        open.peer.sends(SYN).receives(SYN_ACK);
        open.peer.sends("S 0 win 65535 <mss 1460>").receivesNothing(); // too soon
        open.rig.advance(Duration.ofMillis(600));
        open.peer.sends("S 0 win 65535 <mss 1460>").receives(SYN_ACK);
        open.rig.advance(Duration.ofMillis(600));
        open.peer.receives(SYN_ACK); // the timer's
        open.peer.sends("S 5 win 65535 <mss 1460>").receives(". 1:1(0) ack 11 win 64240");
        open.rig.advance(Duration.ofMillis(600));
        open.peer.sends("S 100 win 65535 <mss 1460>").receives("R. 0:0(0) ack 101");
        open.rig.advance(Duration.ofMillis(600));
        open.peer.sends("- 11:19(8) win 65535").receivesNothing();
        open.peer.sends("S. 100 ack 1 win 65535").receives("R 1:1(0)");
        assertThat(open.socket.state()).isEqualTo(TcpState.SYN_RCVD);
        assertThat(open.rig.count("TcpAttemptFails")).isEqualTo(2);
        assertThat(info(open.rig, open.socket).total_retrans()).isEqualTo(3);
        open.rig.close();
    }

    // ---------------------------------------------------------------- timeouts

    @Test
    void theSynAckIsSentAgainAndNothingElse() {
        var open = new Opened();
        open.rig.host.sysctl().tcp().tcp_synack_retries = 3;
        open.rig.write(open.socket, "0123456789");
        open.peer.receives("P. 1:11(10) ack 11 win 64240");
        int[] seconds = {1, 2, 4, 8};
        for (int i = 0; i < seconds.length; i++) {
            open.rig.advance(Duration.ofMillis(1000 * seconds[i] - 1));
            open.peer.receivesNothing();
            open.rig.advance(Duration.ofMillis(1));
            open.peer.receives(SYN_ACK).receivesNothing();
            TcpInfo info = info(open.rig, open.socket);
            assertThat(info.retransmits()).isEqualTo(i + 1);
            assertThat(info.snd_cwnd()).isEqualTo(i == 0 ? 10 : 1);
            assertThat(info.ca_state()).isEqualTo(i == 0 ? 0 : 4);
        }
        open.rig.advance(Duration.ofSeconds(16));
        open.peer.receivesNothing();
        assertThat(open.socket.state()).isEqualTo(TcpState.CLOSED);
        open.read();
        assertThat(open.rig.read(open.socket)).isEqualTo("ETIMEDOUT");
        open.rig.close();
    }

    /// After the second timeout the window is one segment, and what was sent before goes again.
    @Test
    void aLateAckStartsTheRetransmissionOfWhatWasSent() {
        var open = new Opened();
        open.rig.write(open.socket, "0123456789");
        open.peer.receives("P. 1:11(10) ack 11 win 64240");
        open.rig.advance(Duration.ofMillis(1500));
        open.peer.receives(SYN_ACK).sends(". 11 ack 1 win 65535").receivesNothing();
        TcpInfo info = info(open.rig, open.socket);
        assertThat(info.ca_state()).isZero();
        assertThat(info.retransmits()).isZero();
        assertThat(info.snd_cwnd()).isEqualTo(10);
        assertThat(info.rto()).isEqualTo(3_000_000);
        open.rig.close();

        open = new Opened();
        open.rig.write(open.socket, "0123456789");
        open.peer.receives("P. 1:11(10) ack 11 win 64240");
        open.rig.advance(Duration.ofSeconds(4));
        open.peer.receives(SYN_ACK).receives(SYN_ACK);
        open.peer.sends(". 11 ack 1 win 65535").receives("P. 1:11(10) ack 11 win 64240");
        info = info(open.rig, open.socket);
        assertThat(info.ca_state()).isEqualTo(4);
        assertThat(info.snd_cwnd()).isEqualTo(1);
        open.peer.sends(". 11 ack 11 win 65535").receivesNothing();
        assertThat(info(open.rig, open.socket).ca_state()).isZero();
        open.rig.close();
    }

    // ---------------------------------------------------------------- resets

    @ParameterizedTest(name = "accepted {0}, {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            false | R 11       | gone
            true  | R 11       | gone
            true  | R. 11 ack 1 | gone
            true  | R. 11 ack 77 | gone
            false | R 12       | . 1:1(0) ack 11 win 64240
            true  | R 12       | . 1:1(0) ack 11 win 64240
            true  | R 1        | nothing
            true  | R 5        | nothing
            true  | R 0        | nothing
            """)
    void onlyAResetAtTheExpectedNumberEndsIt(boolean accepted, String reset, String then) {
        try (var rig = rig()) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = rig.peer(4000, 80).sends(SYN).receives(SYN_ACK);
            TcpEndpoint socket = accepted ? rig.accept(listener) : null;
            peer.sends(reset);
            if (!then.equals("gone")) {
                assertThat(peer.next()).isEqualTo(then);
                assertThat(Objects.requireNonNullElseGet(socket, () -> rig.accept(listener))
                                .state())
                        .isEqualTo(TcpState.SYN_RCVD);
                return;
            }
            if (socket == null) socket = rig.accept(listener);
            assertThat(socket.state()).isEqualTo(TcpState.CLOSED);
            assertThat(rig.read(socket)).isEqualTo("bcdefghijk");
            assertThat(rig.read(socket)).isEqualTo("ECONNRESET");
            assertThat(rig.read(socket)).isEqualTo("end");
            assertThat(rig.write(socket, "x")).isEqualTo("EPIPE");
            assertThat(rig.count("TcpAttemptFails")).isEqualTo(2);
        }
    }

    /// RFC 7413 5.1: who opens with forged addresses has RSTs for answer, and those count for a minute.
    @Test
    void theQueueIsBoundedAndResetsCountForAMinute() {
        try (var rig = rig()) {
            rig.host.sysctl().tcp().tcp_fastopen = 3;
            TcpEndpoint listener = rig.listen(80, 16);
            listener.options().fastOpenQueue = 2;
            String plain = "S. 0:1(0) ack 1 win 64240 <mss 1460,sackOK>";
            rig.peer(4000, 80).sends(SYN).receives(SYN_ACK);
            rig.peer(4001, 80).sends(SYN).receives(SYN_ACK);
            rig.peer(4002, 80).sends(SYN).receives(plain);
            assertThat(rig.count("TcpExtTCPFastOpenListenOverflow")).isEqualTo(1);
            // A handshake that is complete counts no more, nor does one that was reset before it was accepted.
            Peer first = rig.peer(4000, 80);
            first.sends("R 11 win 0");
            rig.peer(4003, 80).sends(SYN).receives(SYN_ACK);
            // One that was reset when the program had it does.
            for (int i = 0; i < 3; i++) rig.accept(listener);
            rig.peer(4001, 80).sends("R 11 win 0");
            rig.peer(4003, 80).sends("R 11 win 0");
            rig.peer(4004, 80).sends(SYN).receives(plain);
            rig.advance(Duration.ofMillis(59_900));
            rig.pollAll();
            rig.peer(4005, 80).sends(SYN).receives(plain);
            rig.advance(Duration.ofMillis(200));
            rig.pollAll();
            rig.peer(4006, 80).sends(SYN).receives(SYN_ACK);
            rig.peer(4007, 80).sends(SYN).receives(SYN_ACK);
            rig.peer(4008, 80).sends(SYN).receives(plain);
        }
    }

    @Test
    void aFullAcceptQueueTakesNone() {
        try (var rig = rig()) {
            TcpEndpoint listener = rig.listen(80, 0);
            assertThat(listener.options().fastOpenQueue).isZero();
            listener.options().fastOpenQueue = 5;
            rig.peer(4000, 80).sends(SYN).receives(SYN_ACK);
            rig.peer(4001, 80).sends(SYN).receivesNothing();
            assertThat(rig.count("TcpExtListenOverflows")).isEqualTo(1);
            rig.accept(listener);
            rig.peer(4002, 80).sends(SYN).receives(SYN_ACK);
        }
    }

    // ---------------------------------------------------------------- the program ends it

    @Test
    void closeSendsFinBeforeTheHandshakeIsComplete() {
        var open = new Opened().read();
        open.socket.close(open.rig.now);
        open.peer.receives("F. 1:1(0) ack 11 win 64240".replace("1:1", "1:2"));
        assertThat(open.rig.states()).contains("FIN_WAIT1");
        open.rig.advance(Duration.ofSeconds(1));
        open.peer.receives(SYN_ACK).receivesNothing();
        open.peer.sends(". 11 ack 1 win 65535").receivesNothing();
        open.peer.sends("F. 11:12(0) ack 2 win 65535").receives(". 2:2(0) ack 12 win 64239");
        assertThat(open.rig.states()).containsExactly("LISTEN", "TIME_WAIT");
        open.rig.close();
    }

    @Test
    void closeWithUnreadDataResets() {
        var open = new Opened();
        open.socket.close(open.rig.now);
        open.peer.receives("R. 1:1(0) ack 11 win 64240");
        open.peer.sends(". 11 ack 1 win 65535").receives("R 1:1(0)");
        assertThat(open.rig.count("TcpExtTCPAbortOnClose")).isEqualTo(1);
        assertThat(open.rig.count("TcpAttemptFails")).isZero();
        open.rig.close();
    }

    @Test
    void shutdownWaitsForTheHandshake() {
        var open = new Opened().read();
        assertThat(open.socket.shutdown(Shutdown.WRITE, open.rig.now)).isZero();
        open.peer.receivesNothing();
        assertThat(open.socket.state()).isEqualTo(TcpState.SYN_RCVD);
        assertThat(open.rig.write(open.socket, "x")).isEqualTo("EPIPE");
        open.peer.sends(". 11 ack 1 win 65535").receives("F. 1:2(0) ack 11 win 64240");
        assertThat(open.socket.state()).isEqualTo(TcpState.FIN_WAIT1);
        open.rig.close();
    }

    @Test
    void dataAfterCloseIsAnsweredWithAReset() {
        var open = new Opened().read();
        open.socket.close(open.rig.now);
        open.peer.receives("F. 1:2(0) ack 11 win 64240");
        open.peer.sends("P. 11:15(4) ack 1 win 65535").receives("R 1:1(0)");
        assertThat(open.rig.states()).containsExactly("LISTEN");
        assertThat(open.rig.count("TcpExtTCPAbortOnData")).isEqualTo(1);
        open.rig.close();
    }

    @Test
    void disconnectResetsAndTheSocketConnectsAnew() {
        var open = new Opened();
        assertThat(open.socket.disconnect(open.rig.now)).isZero();
        open.peer.receives("R. 1:1(0) ack 11 win 64240");
        assertThat(open.socket.state()).isEqualTo(TcpState.CLOSED);
        int result = open.socket.connect(Rig.at(Rig.PEER_V4, 4000), open.rig.now);
        assertThat(Rig.result(result)).isEqualTo("EINPROGRESS");
        open.peer.receives("S 0:1(0) win 64240 <mss 1460,sackOK,wscale 10>");
        open.rig.advance(Duration.ofSeconds(1));
        open.peer.receives("S 0:1(0) win 64240 <mss 1460,sackOK,wscale 10>");
        open.rig.close();
    }

    @Test
    void theListenerCloses() {
        var open = new Opened();
        Peer waiting = open.rig.peer(4001, 80).sends(SYN).receives(SYN_ACK);
        open.listener.close(open.rig.now);
        waiting.receives("R. 1:1(0) ack 11 win 64240");
        open.peer.receivesNothing().sends(". 11 ack 1 win 65535").receivesNothing();
        assertThat(open.socket.state()).isEqualTo(TcpState.ESTABLISHED);
        open.read();
        waiting.sends(". 11 ack 1 win 65535").receives("R 1:1(0)");
        open.rig.close();
    }

    // ---------------------------------------------------------------- ICMP, other options

    /// Nobody has the connection: it fails. A program has it: it lives on.
    @Test
    void anIcmpErrorEndsOnlyWhatNobodyHas() {
        try (var rig = rig()) {
            TcpEndpoint listener = rig.listen(80, 16);
            rig.peer(4000, 80).sends(SYN);
            byte[] first = rig.sent();
            byte[] beyond = first.clone();
            beyond[24] ^= 1; // the sequence number
            rig.receive(icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 1, 0, beyond));
            assertThat(rig.count("TcpExtOutOfWindowIcmps")).isEqualTo(1);
            rig.receive(icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 1, 0, first));
            TcpEndpoint failed = rig.accept(listener);
            assertThat(failed.state()).isEqualTo(TcpState.CLOSED);
            assertThat(rig.read(failed)).isEqualTo("bcdefghijk");
            assertThat(rig.read(failed)).isEqualTo("EHOSTUNREACH");
            assertThat(rig.write(failed, "x")).isEqualTo("EPIPE");

            rig.peer(4001, 80).sends(SYN);
            byte[] second = rig.sent();
            TcpEndpoint alive = rig.accept(listener);
            rig.receive(icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 1, 0, second));
            assertThat(alive.state()).isEqualTo(TcpState.SYN_RCVD);
            assertThat(rig.read(alive)).isEqualTo("bcdefghijk");
            assertThat(rig.read(alive)).isEqualTo("EAGAIN");
            assertThat(alive.takeError()).isEqualTo(113);
        }
    }

    @Test
    void aDeferredListenerGetsItAtOnce() {
        try (var rig = rig()) {
            TcpEndpoint listener = rig.listen(80, 16);
            listener.options().deferAcceptSeconds = 5;
            rig.peer(4000, 80).sends(SYN.replace("0:11(10)", "0:1(0)")).receives(SYN_ACK.replace("ack 11", "ack 1"));
            TcpEndpoint child = rig.accept(listener);
            assertThat(child.options().fastOpenQueue).isZero();
            assertThat(child.options().deferAcceptSeconds).isZero();
        }
    }

    /// The window of the SYN is not scaled, and bounds what goes before the final ACK.
    @Test
    void theWindowOfTheSynBoundsTheAnswer() {
        try (var rig = rig()) {
            TcpEndpoint listener = rig.listen(80, 16);
            Peer peer = rig.peer(4000, 80)
                    .sends("S 0:11(10) win 4000 <mss 1460,wscale 7,FO " + COOKIE + ">")
                    .receives("S. 0:1(0) ack 11 win 64240 <mss 1460,wscale 10>");
            TcpEndpoint socket = rig.accept(listener);
            assertThat(rig.write(socket, "x".repeat(6000))).isEqualTo("6000");
            peer.receives(". 1:1461(1460) ack 11 win 63")
                    .receives("P. 1461:2921(1460) ack 11 win 63")
                    .receivesNothing();
            peer.sends(". 11 ack 2921 win 257").receives(". 2921:4381(1460) ack 11 win 63");
        }
    }
}
