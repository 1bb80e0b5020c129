package dev.sockeye.host;

import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// MD5 signatures, as docs/linux/signatures.md saw them.
class Md5Test {

    private static final String KEY = "a secret";
    private static final String OTHER = "another";

    private static void key(TcpEndpoint socket, String peer, String key) {
        IpAddress ip = IpAddress.parse(peer);
        int result = socket.signatures()
                .setMd5Key(ip, ip.isV4() ? 32 : 128, false, key.isEmpty() ? null : Md5Reference.hash(key));
        assertThat(result).isZero();
    }

    /// A listener on port 80 with the peer's key.
    private static TcpEndpoint listen(Rig rig) {
        TcpEndpoint listener = rig.listen(80, 5);
        key(listener, Rig.PEER_V4, KEY);
        return listener;
    }

    private static Md5Peer peer(Rig rig, int port) {
        return new Md5Peer(rig, rig.peer(port, 80), KEY);
    }

    private static Md5Peer connects(Md5Peer peer) {
        return peer.sends("S 0 win 65535 <mss 1460>")
                .receives("good S. 0:1(0) ack 1 win 64240 <mss 1460>")
                .sends(". 1 ack 1 win 65535");
    }

    private static void count(Rig rig, long notFound, long unexpected, long failure) {
        assertThat(rig.count("TcpExtTCPMD5NotFound")).as("TCPMD5NotFound").isEqualTo(notFound);
        assertThat(rig.count("TcpExtTCPMD5Unexpected")).as("TCPMD5Unexpected").isEqualTo(unexpected);
        assertThat(rig.count("TcpExtTCPMD5Failure")).as("TCPMD5Failure").isEqualTo(failure);
    }

    /// Segments that Linux 6.18 has sent, with this key (`signatures.py vectors`).
    @ParameterizedTest
    @ValueSource(
            strings = {
                "45000044000040004006b6b0c0000201c000020213889c415c1d6669000f4241c012faf09b75000001011312688a56a907628157"
                        + "5d0f26fe459f3e43020405b401010402",
                "45000050df6b40004006d738c0000201c000020213889c415c1d666a000f4241a018faf0cfbe000001011312989906f1d29ee4ca"
                        + "5bf1aba973697fbb7369676e656420627920746865206b65726e656c",
                "45000048df6c40004006d73fc0000201c000020213889c415c1d667e000f4241d010faf0bf96000001011312f5d49b497ad3cfa7"
                        + "8e8679b5ebdccd2f0101050a000f42a5000f42af"
            })
    void aSegmentOfTheKernelsIsVerified(String hex) {
        byte[] packet = HexFormat.of().parseHex(hex);
        assertThat(Md5Reference.verify(packet, KEY)).isEqualTo("good");
        try (var rig = new Rig(1, "192.0.2.2", "fd00::2")) {
            TcpEndpoint listener = rig.listen(40001, 5);
            key(listener, "192.0.2.1", KEY);
            rig.receive(packet);
            count(rig, 0, 0, 0);
            key(listener, "192.0.2.1", OTHER);
            rig.receive(packet);
            count(rig, 0, 0, 1);
        }
    }

    /// RFC 2385 2.0, MUST-1
    @Test
    void everySegmentOfAConnectionIsSigned() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = connects(peer(rig, 4000));
            TcpEndpoint socket = rig.accept(listener);
            rig.write(socket, "hello");
            peer.receives("good P. 1:6(5) ack 1 win 64240").sends("P. 1:3(2) ack 6 win 65535");
            assertThat(rig.read(socket)).isEqualTo("bc");
            rig.advance(Duration.ofMillis(50));
            peer.receives("good . 6:6(0) ack 3 win 64238");
            socket.close(rig.now);
            peer.receives("good F. 6:7(0) ack 3 win 64238").sends("F. 3 ack 7 win 65535");
            peer.receives("good . 7:7(0) ack 4 win 64237").receivesNothing();
            count(rig, 0, 0, 0);
        }
    }

    @Test
    void theSignatureTakesItsRoomFromTheData() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = connects(peer(rig, 4000));
            TcpEndpoint socket = rig.accept(listener);
            rig.write(socket, "x".repeat(3500));
            assertThat(socket.info(rig.now).snd_mss())
                    .as("the signature is not reckoned with here")
                    .isEqualTo(1460);
            peer.receives("good . 1:1441(1440) ack 1 win 64240");
            peer.receives("good . 1441:2881(1440) ack 1 win 64240");
            peer.receives("good P. 2881:3501(620) ack 1 win 64240");
        }
    }

    @Test
    void timestampsGiveWayToSackAndStayWithoutIt() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            peer(rig, 4000)
                    .sends("S 0 win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7>")
                    .receives("good S. 0:1(0) ack 1 win 65160 <mss 1460,sackOK,wscale 10>")
                    .sends(". 1 ack 1 win 512");
            assertThat(rig.accept(listener).info(rig.now).options()).isEqualTo(6);
            Md5Peer peer = peer(rig, 4001)
                    .sends("S 0 win 65535 <mss 1460,TS val 5 ecr 0>")
                    .receives("good S. 0:1(0) ack 1 win 65160 <mss 1460,TS val 0 ecr 5>")
                    .sends(". 1 ack 1 win 65535 <TS val 6 ecr 0>");
            TcpEndpoint socket = rig.accept(listener);
            rig.write(socket, "x".repeat(1500));
            peer.receives("good . 1:1429(1428) ack 1 win 65160 <TS val 0 ecr 6>");
            peer.receives("good P. 1429:1501(72) ack 1 win 65160 <TS val 0 ecr 6>");
        }
    }

    @Test
    void twoSackBlocksFitAndTakeTheirRoomToo() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = peer(rig, 4000)
                    .sends("S 0 win 65535 <mss 1460,sackOK>")
                    .receives("good S. 0:1(0) ack 1 win 64240 <mss 1460,sackOK>")
                    .sends(". 1 ack 1 win 65535")
                    .sends(". 101:111(10) ack 1 win 65535")
                    .receives("good . 1:1(0) ack 1 win 64240 <sack 101:111>")
                    .sends(". 201:211(10) ack 1 win 65535")
                    .receives("good . 1:1(0) ack 1 win 64240 <sack 201:211 101:111>")
                    .sends(". 301:311(10) ack 1 win 65535")
                    .receives("good . 1:1(0) ack 1 win 64240 <sack 301:311 201:211>");
            rig.write(rig.accept(listener), "x".repeat(1500));
            peer.receives("good . 1:1421(1420) ack 1 win 64240 <sack 301:311 201:211>");
        }
    }

    @Test
    void connectingSignsTheSynAndOffersNoTimestamps() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = rig.host.openTcp(Family.INET);
            key(socket, Rig.PEER_V4, KEY);
            socket.connect(at(Rig.PEER_V4, 80), rig.now);
            int port = socket.localAddress().port();
            var peer = new Md5Peer(rig, rig.peer(80, port), KEY);
            peer.receives("good S 0:1(0) win 64240 <mss 1460,sackOK,wscale 10>")
                    .sendsUnsigned("S. 0 ack 1 win 65535 <mss 1460>")
                    .receivesNothing()
                    .sends("S. 0 ack 77 win 65535 <mss 1460>")
                    .receives("good R 77:77(0)")
                    .sends("S. 0 ack 1 win 65535 <mss 1460>")
                    .receives("good . 1:1(0) ack 1 win 64240");
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            count(rig, 1, 0, 0);
        }
    }

    /// RFC 2385 2.0, MUST-2; RFC 2385 4.1, MUST-3
    @Test
    void whatIsNotSignedAsItShouldIsDroppedAndCounted() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            rig.listen(81, 5);
            peer(rig, 4000).sendsUnsigned("S 0 win 65535 <mss 1460>").receivesNothing();
            count(rig, 1, 0, 0);
            Md5Peer wrong = peer(rig, 4001);
            wrong.key = OTHER;
            wrong.sends("S 0 win 65535 <mss 1460>").receivesNothing();
            count(rig, 1, 0, 1);
            new Md5Peer(rig, rig.peer(4002, 81), KEY)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receivesNothing();
            count(rig, 1, 1, 1);
            Md5Peer peer = connects(peer(rig, 4003));
            TcpEndpoint socket = rig.accept(listener);
            peer.sendsUnsigned("P. 1:3(2) ack 1 win 65535")
                    .sendsUnsigned("R. 1 ack 1 win 65535")
                    .sendsUnsigned("S 1 win 65535 <mss 1460>")
                    .sendsUnsigned("F. 1 ack 1 win 65535");
            peer.key = OTHER;
            peer.sends("P. 1:3(2) ack 1 win 65535").receivesNothing();
            count(rig, 5, 1, 2);
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(rig.read(socket)).isEqualTo("EAGAIN");
        }
    }

    @Test
    void aChallengeIsSigned() {
        try (var rig = new Rig()) {
            listen(rig);
            Md5Peer peer = connects(peer(rig, 4000));
            peer.sends("S 5 win 65535 <mss 1460>").receives("good . 1:1(0) ack 1 win 64240");
            peer.sends("R 1 win 0");
            assertThat(rig.states()).containsExactly("CLOSED", "LISTEN");
        }
    }

    @Test
    void aSegmentThatIsRepeatedIsTheConnectionsMatter() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = connects(peer(rig, 4000));
            peer.sends("P. 1:6(5) ack 1 win 65535").receives("good . 1:1(0) ack 6 win 64235");
            peer.sends("P. 1:6(5) ack 1 win 65535").receives("good . 1:1(0) ack 6 win 64235");
            assertThat(rig.read(rig.accept(listener))).isEqualTo("bcdef");
        }
    }

    @Test
    void aKeyMayChangeOrGoOrComeWhileAConnectionIsOpen() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = connects(peer(rig, 4000));
            TcpEndpoint socket = rig.accept(listener);
            key(socket, Rig.PEER_V4, OTHER);
            peer.sends("P. 1:2(1) ack 1 win 65535").receivesNothing();
            count(rig, 0, 0, 1);
            peer.key = OTHER;
            peer.sends("P. 1:2(1) ack 1 win 65535").receives("good . 1:1(0) ack 2 win 64239");
            key(socket, Rig.PEER_V4, "");
            peer.sends("P. 2:3(1) ack 1 win 65535").receivesNothing();
            count(rig, 0, 1, 1);
            rig.write(socket, "x".repeat(1460));
            peer.receives("none P. 1:1461(1460) ack 2 win 64239").sendsUnsigned(". 2 ack 1461 win 65535");
            key(socket, Rig.PEER_V4, OTHER);
            rig.write(socket, "x".repeat(1460));
            peer.receives("good . 1461:2901(1440) ack 2 win 64239");
        }
    }

    @Test
    void whileHalfOpenTheListenersKeyCounts() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = peer(rig, 4000)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("good S. 0:1(0) ack 1 win 64240 <mss 1460>")
                    .sendsUnsigned(". 1 ack 1 win 65535")
                    .sendsUnsigned("R 1 win 0")
                    .sendsUnsigned("S 0 win 65535 <mss 1460>")
                    .receivesNothing();
            count(rig, 3, 0, 0);
            peer.sends("S 0 win 65535 <mss 1460>")
                    .receives("good S. 0:1(0) ack 1 win 64240 <mss 1460>")
                    .sends(". 1 ack 77 win 65535")
                    .receives("good R 77:77(0)");
            key(listener, Rig.PEER_V4, OTHER);
            peer.sends(". 1 ack 1 win 65535").receivesNothing();
            count(rig, 3, 0, 1);
            rig.advance(Duration.ofSeconds(1));
            peer.key = OTHER;
            peer.receives("good S. 0:1(0) ack 1 win 64240 <mss 1460>").sends(". 1 ack 1 win 65535");
            TcpEndpoint socket = rig.accept(listener);
            key(listener, Rig.PEER_V4, "");
            rig.write(socket, "x");
            peer.receives("good P. 1:2(1) ack 1 win 64240");
        }
    }

    @Test
    void timeWaitAnswersWithSignaturesButAsksForNone() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = connects(peer(rig, 4000));
            rig.accept(listener).close(rig.now);
            peer.receives("good F. 1:2(0) ack 1 win 64240")
                    .sends("F. 1 ack 2 win 65535")
                    .receives("good . 2:2(0) ack 2 win 64239")
                    .sendsUnsigned("F. 1 ack 2 win 65535")
                    .receives("good . 2:2(0) ack 2 win 64239");
            count(rig, 0, 0, 0);
            peer.sendsUnsigned("S 100000 win 65535 <mss 1460>").receivesNothing();
            count(rig, 1, 0, 0);
            assertThat(rig.states()).containsExactly("LISTEN");
        }
    }

    @Test
    void anOrphanInFinWait2ResetsAsIfItWereUnknown() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            for (int port : new int[] {4000, 4001, 80}) {
                Md5Peer peer = connects(peer(rig, port));
                rig.accept(listener).close(rig.now);
                peer.receives("good F. 1:2(0) ack 1 win 64240").sends(". 1 ack 2 win 65535");
                assertThat(rig.states()).containsExactly("FIN_WAIT2", "LISTEN");
                if (port == 4000)
                    peer.sendsUnsigned("P. 1:2(1) ack 2 win 65535").receives("none R 2:2(0)");
                else peer.sends("P. 1:2(1) ack 2 win 65535");
                // Signed, it is answered where a listener on the peer's port number has the key.
                peer.receives(port == 80 ? "good R 2:2(0)" : "nothing");
                assertThat(rig.states()).containsExactly("LISTEN");
            }
            count(rig, 0, 0, 0);
        }
    }

    @Test
    void aResetForNoConnectionIsSignedWhereTheSegmentWas() {
        try (var rig = new Rig()) {
            listen(rig);
            peer(rig, 4000).sends(". 1 ack 1 win 65535").receives("good R 1:1(0)");
            peer(rig, 4001).sendsUnsigned(". 1 ack 1 win 65535").receivesNothing();
            Md5Peer closed = new Md5Peer(rig, rig.peer(4002, 6000), KEY);
            closed.sends(". 1 ack 1 win 65535").receivesNothing();
            closed.sends("S 0 win 65535 <mss 1460>").receivesNothing();
            closed.sendsUnsigned(". 1 ack 1 win 65535").receives("none R 1:1(0)");
            // From the number of a port that a listener with the key has here.
            Md5Peer namesake = new Md5Peer(rig, rig.peer(80, 6000), KEY);
            namesake.sends(". 1 ack 1 win 65535").receives("good R 1:1(0)");
            namesake.key = OTHER;
            namesake.sends(". 1 ack 1 win 65535").receivesNothing();
            count(rig, 1, 0, 0);
        }
    }

    @Test
    void resetsOfAConnectionsOwnAreSigned() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = connects(peer(rig, 4000)).sends("P. 1:6(5) ack 1 win 65535");
            rig.pollAll();
            rig.accept(listener).close(rig.now);
            peer.receives("good R. 1:1(0) ack 6 win 64235");
        }
    }

    @Test
    void aSynCookieIsSignedAndKeepsItsTimestamps() {
        try (var rig = new Rig()) {
            rig.host.sysctl().set("net.ipv4.tcp_syncookies", "2");
            TcpEndpoint listener = listen(rig);
            Md5Peer peer = peer(rig, 4000)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("good S. 0:1(0) ack 1 win 64240 <mss 1460>")
                    .sendsUnsigned(". 1 ack 1 win 65535");
            count(rig, 1, 0, 0);
            peer.sends(". 1 ack 1 win 65535");
            rig.write(rig.accept(listener), "x".repeat(1500));
            peer.receives("good . 1:1441(1440) ack 1 win 64240").receives("good P. 1441:1501(60) ack 1 win 64240");
            peer(rig, 4001)
                    .sends("S 0 win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7>")
                    .receives("good S. 0:1(0) ack 1 win 65160 <mss 1460,sackOK,TS val 0 ecr 5,wscale 10>");
        }
    }

    @Test
    void besideTimestampsNoSackBlockFits() {
        try (var rig = new Rig()) {
            rig.host.sysctl().set("net.ipv4.tcp_syncookies", "2");
            TcpEndpoint listener = listen(rig);
            Peer plain = rig.peer(4001, 80);
            var peer = new Md5Peer(rig, plain, KEY);
            peer.sends("S 0 win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7>")
                    .receives("good S. 0:1(0) ack 1 win 65160 <mss 1460,sackOK,TS val 0 ecr 5,wscale 10>");
            rig.advance(Duration.ofMillis(50));
            rig.receive(Md5Reference.sign(plain.packetEchoing(". 1 ack 1 win 512", 6), KEY));
            assertThat(rig.accept(listener).info(rig.now).options()).isEqualTo(7);
            rig.receive(Md5Reference.sign(plain.packetEchoing(". 101:111(10) ack 1 win 512", 7), KEY));
            assertThat(peer.next()).startsWith("good . 1:1(0) ack 1").doesNotContain("sack");
        }
    }

    @Test
    void theLongestPrefixCounts() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 9);
            for (int prefix : new int[] {0, 16, 32, 24}) {
                IpAddress network = IpAddress.parse("192.0.2.77");
                if (prefix == 32) network = IpAddress.parse(Rig.PEER_V4);
                assertThat(listener.signatures().setMd5Key(network, prefix, false, Md5Reference.hash("key" + prefix)))
                        .isZero();
            }
            int port = 4000;
            for (int prefix : new int[] {32, 24, 16, 0}) {
                new Md5Peer(rig, rig.peer(port++, 80), "key" + prefix)
                        .sends("S 0 win 65535 <mss 1460>")
                        .receives("good S. 0:1(0) ack 1 win 64240 <mss 1460>");
                IpAddress network = IpAddress.parse(prefix == 32 ? Rig.PEER_V4 : "192.0.2.77");
                assertThat(listener.signatures().setMd5Key(network, prefix, false, null))
                        .isZero();
            }
            count(rig, 0, 0, 0);
            rig.peer(port, 80).connects();
        }
    }

    @Test
    void keysAreBoundedInNumber() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = rig.host.openTcp(Family.INET);
            int count = 0;
            String last = "ok";
            while (last.equals("ok") && count < 2000) {
                IpAddress ip = IpAddress.v4(0x0a00_0000 + count);
                last = Rig.result(socket.signatures().setMd5Key(ip, 32, false, Md5Reference.hash(KEY)));
                if (last.equals("ok")) count++;
            }
            assertThat(last).isEqualTo("ENOMEM");
            assertThat(count).isEqualTo(963);
        }
    }

    @Test
    void senselessOptionsNeverReachASocket() {
        byte[] two = new byte[40];
        two[0] = two[1] = two[20] = two[21] = 1;
        two[2] = two[22] = 19;
        two[3] = two[23] = 18;
        byte[] tooShort = new byte[20];
        tooShort[0] = tooShort[1] = 1;
        tooShort[2] = 19;
        tooShort[3] = 17;
        byte[] beyond = tooShort.clone();
        beyond[3] = 30;
        byte[] emptyAo = new byte[20];
        emptyAo[0] = 29;
        emptyAo[1] = 4;
        for (byte[] options : new byte[][] {two, tooShort, beyond, emptyAo}) {
            try (var rig = new Rig()) {
                listen(rig);
                rig.listen(81, 5);
                peer(rig, 4000).sendsWith("S 0 win 65535", options).receivesNothing();
                new Md5Peer(rig, rig.peer(4000, 81), KEY)
                        .sendsWith("S 0 win 65535", options)
                        .receivesNothing();
                // Not even a reset.
                new Md5Peer(rig, rig.peer(4000, 82), KEY)
                        .sendsWith("S 0 win 65535", options)
                        .receivesNothing();
                count(rig, 0, 0, 0);
                assertThat(rig.states()).containsExactly("LISTEN", "LISTEN");
            }
        }
    }

    @Test
    void ipv6IsSignedWithItsOwnPseudoHeader() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.host.openTcp(Family.INET6);
            assertThat(listener.bind(at("::", 80), rig.now)).isZero();
            assertThat(listener.listen(5, rig.now)).isZero();
            assertThat(listener.signatures().setMd5Key(IpAddress.parse("fd00::"), 64, false, Md5Reference.hash(KEY)))
                    .isZero();
            var peer = new Md5Peer(rig, rig.peerV6(4000, 80), KEY);
            peer.sends("S 0 win 65535 <mss 1440>")
                    .receives("good S. 0:1(0) ack 1 win 64800 <mss 1440>")
                    .sends(". 1 ack 1 win 65535");
            rig.write(rig.accept(listener), "x".repeat(1500));
            peer.receives("good . 1:1421(1420) ack 1 win 64800").receives("good P. 1421:1501(80) ack 1 win 64800");
            count(rig, 0, 0, 0);
        }
    }
}
