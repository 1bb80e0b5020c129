package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// TIME_WAIT, and orphans in FIN_WAIT2: as docs/linux/timers.md and docs/linux/close.md saw them.
class TimeWaitTest {

    /// A connection that the host has closed first, without options.
    private static Peer closedByHost(Rig rig, TcpEndpoint listener, int port) {
        Peer peer = rig.peer(port, 80).connects();
        rig.accept(listener).close(rig.now);
        return peer.receives("F. 1:2(0) ack 1 win 64240")
                .sends(". 1 ack 2 win 65535")
                .sends("F. 1 ack 2 win 65535")
                .receives(". 2:2(0) ack 2 win 64240");
    }

    /// The same with timestamps; the peer's last was 100.
    private static Peer closedWithTimestamps(Rig rig, TcpEndpoint listener, int port) {
        Peer peer = rig.peer(port, 80)
                .sends("S 0 win 65535 <mss 1460,TS val 100 ecr 0>")
                .receives("S. 0:1(0) ack 1 win 65160 <mss 1460,TS val 0 ecr 100>");
        rig.advance(Duration.ofMillis(1));
        peer.sends(". 1 ack 1 win 65535 <TS val 100 ecr 0>");
        rig.accept(listener).close(rig.now);
        return peer.receives("F. 1:2(0) ack 1 win 65160 <TS val 1 ecr 100>")
                .sends(". 1 ack 2 win 65535 <TS val 100 ecr 1>")
                .sends("F. 1 ack 2 win 65535 <TS val 100 ecr 1>")
                .receives(". 2:2(0) ack 2 win 65160 <TS val 1 ecr 100>");
    }

    /// RFC 9293 3.6.1, MUST-13
    @Test
    void itLastsAMinuteAndStartsAnewWithARepeatedFin() {
        try (var rig = new Rig()) {
            Peer peer = closedByHost(rig, rig.listen(80, 5), 4000);
            assertThat(rig.states()).containsExactly("LISTEN", "TIME_WAIT");
            assertThat(rig.count("TcpExtTW")).isEqualTo(1);
            rig.advance(Duration.ofSeconds(59));
            peer.sends("F. 1 ack 2 win 65535").receives(". 2:2(0) ack 2 win 64240");
            rig.advance(Duration.ofSeconds(60).minusNanos(1));
            assertThat(rig.states()).containsExactly("LISTEN", "TIME_WAIT");
            rig.advance(Duration.ofNanos(1));
            assertThat(rig.states()).containsExactly("LISTEN");
            assertThat(rig.host.tcp().timeWaits).isZero();
        }
    }

    @Test
    void whatComesTooLateIsAcknowledgedAndLimited() {
        try (var rig = new Rig()) {
            Peer peer = closedByHost(rig, rig.listen(80, 5), 4000);
            peer.sends("P. 2:6(4) ack 2 win 65535").receives(". 2:2(0) ack 2 win 64240");
            peer.sends("P. 2:6(4) ack 2 win 65535").receives(". 2:2(0) ack 2 win 64240"); // data: not limited
            peer.sends(". 2 ack 2 win 65535").receivesNothing(); // as expected
            peer.sends(". 1 ack 2 win 65535").receives(". 2:2(0) ack 2 win 64240");
            peer.sends(". 1 ack 2 win 65535").receivesNothing();
            assertThat(rig.count("TcpExtTCPACKSkippedTimeWait")).isEqualTo(1);
            rig.advance(Duration.ofMillis(500));
            peer.sends(". 1 ack 2 win 65535").receives(". 2:2(0) ack 2 win 64240");
        }
    }

    @Test
    void aResetEndsItUnlessRfc1337IsObeyed() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            closedByHost(rig, listener, 4000).sends("R 3 win 0").receivesNothing();
            assertThat(rig.states()).containsExactly("LISTEN", "TIME_WAIT");
            closedByHost(rig, listener, 4001).sends("R 2 win 0").receivesNothing();
            assertThat(rig.states()).containsExactly("LISTEN", "TIME_WAIT");
            rig.host.sysctl().set("net.ipv4.tcp_rfc1337", "1");
            closedByHost(rig, listener, 4001).sends("R 2 win 0").receivesNothing();
            assertThat(rig.states()).containsExactly("LISTEN", "TIME_WAIT", "TIME_WAIT");
        }
    }

    /// RFC 9293 3.6.1, MAY-2
    @Test
    void aNewSynOpensTheConnectionAnewFromBeyondTheOldOne() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = closedByHost(rig, listener, 4000);
            peer.sends("S 1 win 65535 <mss 1460>").receives(". 2:2(0) ack 2 win 64240"); // old
            rig.advance(Duration.ofSeconds(1));
            peer.sends("S 2 win 65535 <mss 1460>").receives(". 2:2(0) ack 2 win 64240"); // RCV.NXT itself
            peer.sends("S 3 win 65535 <mss 1460>").receivesAbsolute("S. 65539:65540(0) ack 4 win 64240 <mss 1460>");
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            assertThat(rig.host.tcp().timeWaits).isZero();
            assertThat(rig.count("TcpExtTWRecycled")).isZero();
        }
    }

    /// RFC 9293 3.6.1, SHLD-4
    @Test
    void withTimestampsTheNewerOneDecides() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 100);
            String ack = ". 2:2(0) ack 2 win 65160 <TS val 1 ecr 100>";
            String lower = "S -70000 win 65535 <mss 1460";
            String higher = "S 70000 win 65535 <mss 1460";
            closedWithTimestamps(rig, listener, 1)
                    .sends(lower + ",TS val 99 ecr 0>")
                    .receives(ack);
            closedWithTimestamps(rig, listener, 2)
                    .sends(higher + ",TS val 99 ecr 0>")
                    .receives(ack);
            assertThat(rig.count("TcpExtPAWSTimewait")).isEqualTo(2);
            closedWithTimestamps(rig, listener, 3)
                    .sends(lower + ",TS val 100 ecr 0>")
                    .receives(ack);
            closedWithTimestamps(rig, listener, 4)
                    .sends(higher + ",TS val 100 ecr 0>")
                    .receives("S. 0:1(0) ack 70001 win 65160 <mss 1460,TS val 1 ecr 100>");
            closedWithTimestamps(rig, listener, 5)
                    .sends(lower + ",TS val 101 ecr 0>")
                    .receives("S. 0:1(0) ack " + Integer.toUnsignedString(-69999)
                            + " win 65160 <mss 1460,TS val 1 ecr 101>");
            closedWithTimestamps(rig, listener, 6)
                    .sends(higher + ">")
                    .receives("S. 0:1(0) ack 70001 win 64240 <mss 1460>");
            closedWithTimestamps(rig, listener, 7).sends(lower + ">").receives(ack);
        }
    }

    @Test
    void withoutAListenerANewSynIsOnlyAcknowledged() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = closedByHost(rig, listener, 4000);
            listener.close(rig.now);
            peer.sends("S 100 win 65535 <mss 1460>").receives(". 2:2(0) ack 2 win 64240");
            assertThat(rig.states()).containsExactly("TIME_WAIT");
        }
    }

    @Test
    void anOrphanInFinWait2WaitsAMinuteForTheFin() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80).connects();
            rig.accept(listener).close(rig.now);
            peer.receives("F. 1:2(0) ack 1 win 64240").sends(". 1 ack 2 win 65535");
            assertThat(rig.states()).containsExactly("FIN_WAIT2", "LISTEN");
            rig.advance(Duration.ofSeconds(59));
            assertThat(rig.states()).containsExactly("FIN_WAIT2", "LISTEN");
            rig.advance(Duration.ofSeconds(1));
            assertThat(rig.states()).containsExactly("LISTEN");
            peer.sends("F. 1 ack 2 win 65535").receives("R 2:2(0)");
        }
    }

    @Test
    void dataToAnOrphanInFinWait2IsReset() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80).connects();
            rig.accept(listener).close(rig.now);
            peer.receives("F. 1:2(0) ack 1 win 64240").sends(". 1 ack 2 win 65535");
            peer.sends("P. 1:6(5) ack 2 win 65535").receives("R 2:2(0)");
            assertThat(rig.states()).containsExactly("LISTEN");
        }
    }

    @Test
    void noMoreThanTcpMaxTwBuckets() {
        try (var rig = new Rig()) {
            rig.host.sysctl().set("net.ipv4.tcp_max_tw_buckets", "1");
            TcpEndpoint listener = rig.listen(80, 5);
            closedByHost(rig, listener, 4000);
            Peer second = rig.peer(4001, 80).connects();
            rig.accept(listener).close(rig.now);
            second.receives("F. 1:2(0) ack 1 win 64240").sends(". 1 ack 2 win 65535");
            assertThat(rig.states()).containsExactly("LISTEN", "TIME_WAIT");
            assertThat(rig.count("TcpExtTCPTimeWaitOverflow")).isEqualTo(1);
            second.sends("F. 1 ack 2 win 65535").receives("R 2:2(0)");
        }
    }

    @Test
    void theListenersPortIsHeldMeanwhile() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            closedByHost(rig, listener, 4000);
            listener.close(rig.now);
            TcpEndpoint again = rig.host.openTcp(Family.INET);
            assertThat(Rig.result(again.bind(Rig.at("0.0.0.0", 80), rig.now))).isEqualTo("EADDRINUSE");
            again.setReuseAddress(true);
            assertThat(Rig.result(again.bind(Rig.at("0.0.0.0", 80), rig.now))).isEqualTo("EADDRINUSE");
            rig.advance(Duration.ofSeconds(60));
            assertThat(Rig.result(again.bind(Rig.at("0.0.0.0", 80), rig.now))).isEqualTo("ok");
        }
    }

    /// The program binds a port, connects, closes first, and wants the same again.
    private static String connectsAgain(Rig rig, boolean timestamps) {
        String options = timestamps ? "<mss 1460,TS val 100 ecr 0>" : "<mss 1460>";
        String stamp = timestamps ? " <TS val 100 ecr 0>" : "";
        TcpEndpoint first = rig.host.openTcp(Family.INET);
        first.setReuseAddress(true);
        assertThat(first.bind(Rig.at(Rig.HOST_V4, 7000), rig.now)).isZero();
        assertThat(Rig.result(first.connect(Rig.at(Rig.PEER_V4, 80), rig.now))).isEqualTo("EINPROGRESS");
        Peer peer = rig.peer(80, 7000);
        assertThat(peer.next()).startsWith("S 0:1(0)");
        rig.advance(Duration.ofMillis(1));
        peer.sendsEchoing("S. 0 ack 1 win 65535 " + options, timestamps);
        first.close(rig.now);
        rig.pollAll();
        peer.sends(". 1 ack 2 win 65535" + stamp).sends("F. 1 ack 2 win 65535" + stamp);
        assertThat(rig.states()).containsExactly("TIME_WAIT");
        rig.pollAll();
        TcpEndpoint second = rig.host.openTcp(Family.INET);
        second.setReuseAddress(true);
        assertThat(second.bind(Rig.at(Rig.HOST_V4, 7000), rig.now)).isZero();
        return Rig.result(second.connect(Rig.at(Rig.PEER_V4, 80), rig.now));
    }

    @Test
    void aProgramThatNamesThePortMayConnectAgainIfThereWereTimestamps() {
        try (var rig = new Rig()) {
            assertThat(connectsAgain(rig, false)).isEqualTo("EADDRNOTAVAIL");
        }
        try (var rig = new Rig()) {
            assertThat(connectsAgain(rig, true)).isEqualTo("EINPROGRESS");
            assertThat(rig.states()).containsExactly("SYN_SENT");
            assertThat(rig.count("TcpExtTWRecycled")).isEqualTo(1);
        }
    }

    @Test
    void onLoopbackAPortIsTakenOverAfterASecond() {
        try (var rig = new Rig()) {
            rig.host.sysctl().set("net.ipv4.ip_local_port_range", "40000 40000");
            TcpEndpoint listener = rig.host.openTcp(Family.INET);
            assertThat(listener.bind(Rig.at("127.0.0.1", 80), rig.now)).isZero();
            assertThat(listener.listen(5, rig.now)).isZero();
            assertThat(connectAndClose(rig, listener)).isEqualTo("EINPROGRESS");
            assertThat(rig.states()).containsExactly("LISTEN", "TIME_WAIT");
            assertThat(connectAndClose(rig, listener)).isEqualTo("EADDRNOTAVAIL");
            rig.advance(Duration.ofSeconds(1));
            assertThat(connectAndClose(rig, listener)).isEqualTo("EADDRNOTAVAIL");
            rig.advance(Duration.ofNanos(1));
            assertThat(connectAndClose(rig, listener)).isEqualTo("EINPROGRESS");
            assertThat(rig.count("TcpExtTWRecycled")).isEqualTo(1);
            rig.host.sysctl().set("net.ipv4.tcp_tw_reuse", "0");
            rig.advance(Duration.ofSeconds(10));
            assertThat(connectAndClose(rig, listener)).isEqualTo("EADDRNOTAVAIL");
        }
    }

    private static String connectAndClose(Rig rig, TcpEndpoint listener) {
        TcpEndpoint client = rig.host.openTcp(Family.INET);
        String result = Rig.result(client.connect(Rig.at("127.0.0.1", 80), rig.now));
        client.close(rig.now);
        TcpEndpoint server = listener.accept(rig.now);
        if (server != null) server.close(rig.now);
        return result;
    }
}
