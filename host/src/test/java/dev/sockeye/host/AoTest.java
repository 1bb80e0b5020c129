package dev.sockeye.host;

import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// TCP-AO (RFC 5925): dialogues with a peer that signs, too; docs/linux/signatures.md
class AoTest {

    private static final IpAddress PEER = IpAddress.parse(Rig.PEER_V4);

    /// What it signs with ID 5 the peer knows as 5, too, and the other way round with 7.
    private static AoKey key(String password, int sendId, int receiveId) {
        return key(PEER, 32, password, sendId, receiveId);
    }

    private static AoKey key(IpAddress peer, int prefix, String password, int sendId, int receiveId) {
        MasterKey master = AoReference.master(password);
        return new AoKey(peer, prefix, false, sendId, receiveId, 12, false, "hmac(sha1)", master);
    }

    private static TcpEndpoint listen(Rig rig) {
        TcpEndpoint listener = rig.listen(80, 5);
        assertThat(listener.signatures().addAoKey(key("secret", 5, 7), false, false))
                .isZero();
        return listener;
    }

    private static AoPeer peer(Rig rig, int port) {
        return new AoPeer(rig, rig.peer(port, 80));
    }

    private static AoPeer connects(AoPeer peer) {
        return peer.sends("S 0 win 65535 <mss 1460>")
                .receives("5/7 S. 0:1(0) ack 1 win 64240 <mss 1460>")
                .sends(". 1 ack 1 win 65535");
    }

    private static AoKeys ao(TcpEndpoint socket) {
        return Objects.requireNonNull(socket.signatures().ao());
    }

    private static void count(Rig rig, long required, long bad, long notFound) {
        assertThat(rig.count("TcpExtTCPAORequired")).as("TCPAORequired").isEqualTo(required);
        assertThat(rig.count("TcpExtTCPAOBad")).as("TCPAOBad").isEqualTo(bad);
        assertThat(rig.count("TcpExtTCPAOKeyNotFound")).as("TCPAOKeyNotFound").isEqualTo(notFound);
    }

    /// RFC 5925 5.1, MUST-5
    @Test
    void everySegmentOfAConnectionIsSigned() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            AoPeer peer = connects(peer(rig, 4000));
            TcpEndpoint socket = rig.accept(listener);
            rig.write(socket, "x".repeat(1500));
            peer.receives("5/7 . 1:1445(1444) ack 1 win 64240").receives("5/7 P. 1445:1501(56) ack 1 win 64240");
            peer.sends("P. 1:3(2) ack 1501 win 65535");
            assertThat(rig.read(socket)).isEqualTo("bc");
            rig.advance(Duration.ofMillis(50));
            peer.receives("5/7 . 1501:1501(0) ack 3 win 64238");
            socket.close(rig.now);
            peer.receives("5/7 F. 1501:1502(0) ack 3 win 64238").sends("F. 3 ack 1502 win 65535");
            peer.receives("5/7 . 1502:1502(0) ack 4 win 64237");
            // TIME_WAIT
            peer.sends("F. 3 ack 1502 win 65535").receives("5/7 . 1502:1502(0) ack 4 win 64237");
            count(rig, 0, 0, 0);
            assertThat(rig.count("TcpExtTCPAOGood")).isEqualTo(4);
        }
    }

    /// RFC 5925 5.2, MUST-6
    @Test
    void connectingDerivesTheKeysOfBothDirections() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = rig.host.openTcp(Family.INET);
            assertThat(socket.signatures().addAoKey(key("secret", 5, 7), false, false))
                    .isZero();
            socket.connect(at(Rig.PEER_V4, 80), rig.now);
            AoPeer peer = new AoPeer(rig, rig.peer(80, socket.localAddress().port()));
            peer.receives("5/7 S 0:1(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,wscale 10>")
                    .sendsUnsigned("S. 0 ack 1 win 65535 <mss 1460>")
                    .receivesNothing();
            rig.advance(Duration.ofSeconds(1));
            peer.receives("5/7 S 0:1(0) win 64240 <mss 1460,sackOK,TS val 1000 ecr 0,wscale 10>")
                    .sends("S. 0 ack 1 win 65535 <mss 1460>")
                    .receives("5/7 . 1:1(0) ack 1 win 64240")
                    .sends("P. 1:4(3) ack 1 win 65535");
            assertThat(rig.read(socket)).isEqualTo("bcd");
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            count(rig, 1, 0, 0);
        }
    }

    @Test
    void timestampsGiveWayToSackInASynAck() {
        try (var rig = new Rig()) {
            listen(rig);
            peer(rig, 4000)
                    .sends("S 0 win 65535 <mss 1460,sackOK,TS val 5 ecr 0,wscale 7>")
                    .receives("5/7 S. 0:1(0) ack 1 win 65160 <mss 1460,sackOK,wscale 10>");
        }
    }

    /// RFC 5925 7.5, MUST-9
    @Test
    void whatIsNotSignedAsItShouldIsDroppedAndCounted() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            rig.listen(81, 5);
            peer(rig, 4000).sendsUnsigned("S 0 win 65535 <mss 1460>").receivesNothing();
            count(rig, 1, 0, 0);
            AoPeer wrong = peer(rig, 4001);
            wrong.password = "guess";
            wrong.sends("S 0 win 65535 <mss 1460>").receivesNothing();
            count(rig, 1, 1, 0);
            AoPeer stranger = peer(rig, 4002);
            stranger.keyId = 9;
            stranger.sends("S 0 win 65535 <mss 1460>").receivesNothing();
            count(rig, 1, 1, 1);
            // Linux: not accepted without its signature, as RFC 5925 would have it.
            new AoPeer(rig, rig.peer(4003, 81))
                    .sends("S 0 win 65535 <mss 1460>")
                    .receivesNothing();
            count(rig, 1, 1, 2);
            AoPeer peer = connects(peer(rig, 4004));
            TcpEndpoint socket = rig.accept(listener);
            peer.sendsUnsigned("P. 1:3(2) ack 1 win 65535").sendsUnsigned("R. 1 ack 1 win 65535");
            count(rig, 3, 1, 2);
            peer.password = "guess";
            peer.sends("P. 1:3(2) ack 1 win 65535").receivesNothing();
            peer.keyId = 8;
            peer.sends("P. 1:3(2) ack 1 win 65535").receivesNothing();
            count(rig, 3, 2, 3);
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(rig.read(socket)).isEqualTo("EAGAIN");
            assertThat(ao(socket).unsigned()).isEqualTo(2);
            assertThat(ao(socket).bad()).isEqualTo(1);
            assertThat(ao(socket).keyNotFound()).isEqualTo(1);
        }
    }

    @Test
    void whatARecordedConnectionSaidIsWorthNothingToAnother() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Peer plain = rig.peer(4000, 80);
            AoPeer peer = connects(new AoPeer(rig, plain));
            peer.sends("R 1 win 0");
            rig.accept(listener);
            // The same ports again, another number of ours.
            rig.advance(Duration.ofSeconds(1));
            AoPeer again = peer(rig, 4000)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("5/7 S. 0:1(0) ack 1 win 64240 <mss 1460>");
            peer.sends(". 1 ack 1 win 65535");
            count(rig, 0, 1, 0);
            again.sends(". 1 ack 1 win 65535");
            assertThat(listener.accept(rig.now)).isNotNull();
        }
    }

    /// RFC 5925 3.3, MUST-4; RFC 5925 7.4, MUST-8; RFC 5925 7.5, MUST-10
    @Test
    void theKeyRollsOverWhereThePeerAsksForIt() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            assertThat(listener.signatures().addAoKey(key("later", 6, 8), false, false))
                    .isZero();
            AoPeer peer = connects(peer(rig, 4000));
            TcpEndpoint socket = rig.accept(listener);
            // The peer asks us to sign with 6 from now on, and is asked for 8 once the program wants that.
            peer.nextId = 6;
            peer.sends("P. 1:3(2) ack 1 win 65535");
            assertThat(Objects.requireNonNull(ao(socket).current()).sendId()).isEqualTo(6);
            assertThat(Objects.requireNonNull(ao(socket).next()).receiveId()).isEqualTo(7);
            rig.write(socket, "x");
            peer.hostPassword = "later";
            peer.receives("6/7 . 1:1(0) ack 3 win 64238").receives("6/7 P. 1:2(1) ack 3 win 64238");
            peer.sends(". 3 ack 2 win 65535");
            assertThat(ao(socket).choose(-1, 8)).isZero();
            rig.write(socket, "y");
            peer.receives("6/8 P. 2:3(1) ack 3 win 64238");
            peer.password = "later";
            peer.keyId = 8;
            peer.sends("P. 3:5(2) ack 3 win 65535");
            assertThat(rig.read(socket)).isEqualTo("bcde");
            // The old key still verifies, until it is taken away; an ID that nobody has changes nothing.
            peer.password = "secret";
            peer.keyId = 7;
            peer.nextId = 99;
            peer.sends("P. 5:7(2) ack 3 win 65535");
            assertThat(rig.read(socket)).isEqualTo("fg");
            assertThat(ao(socket).remove(PEER, 32, 5, 7, -1, -1)).isZero();
            peer.sends("P. 7:9(2) ack 3 win 65535");
            count(rig, 0, 0, 1);
        }
    }

    @Test
    void aKeyInUseIsNotTakenAway() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            listener.signatures().addAoKey(key("later", 6, 8), false, false);
            connects(peer(rig, 4000));
            AoKeys ao = ao(rig.accept(listener));
            assertThat(Rig.result(ao.remove(PEER, 32, 5, 7, -1, -1))).isEqualTo("EBUSY");
            assertThat(Rig.result(ao.remove(PEER, 32, 5, 7, 6, -1))).isEqualTo("EBUSY");
            assertThat(Rig.result(ao.remove(PEER, 32, 5, 7, 99, -1))).isEqualTo("ENOENT");
            assertThat(Rig.result(ao.remove(PEER, 32, 5, 9, -1, -1))).isEqualTo("ENOENT");
            assertThat(Rig.result(ao.remove(PEER, 32, 5, 7, 6, 8))).isEqualTo("ok");
            assertThat(ao.keys()).hasSize(1);
            assertThat(ao(listener).keys()).as("the listener's are its own").hasSize(2);
        }
    }

    /// RFC 5925 6.2, MUST-7
    @Test
    void sequenceNumbersGoRoundAndTheirExtensionCountsIt() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            Peer plain = rig.peer(4000, 80);
            plain.isn = 0xffff_fff0;
            AoPeer peer = connects(new AoPeer(rig, plain));
            TcpEndpoint socket = rig.accept(listener);
            peer.sends("P. 1:11(10) ack 1 win 65535").sends("P. 11:31(20) ack 1 win 65535");
            assertThat(rig.read(socket)).isEqualTo("bcdefghijklmnopqrstuvwxyzabcde");
            // Beyond it, and one from before it again.
            peer.sends("P. 31:36(5) ack 1 win 65535").sends("P. 1:11(10) ack 1 win 65535");
            assertThat(rig.read(socket)).isEqualTo("fghij");
            count(rig, 0, 0, 0);
        }
    }

    @Test
    void aSegmentOfTheLastTurnIsWrongInThisOne() {
        try (var rig = new Rig()) {
            listen(rig);
            AoPeer peer = connects(peer(rig, 4000));
            peer.sends("P. 1:6(5) ack 1 win 65535", 0);
            // A gigabyte further each: outside the window, but right.
            peer.sends("P. 1073741824 ack 1 win 65535", 0);
            peer.sends("P. 2147483647 ack 1 win 65535", 0);
            peer.sends("P. -1073741824 ack 1 win 65535", 1);
            count(rig, 0, 0, 0);
            peer.sends("P. 1:6(5) ack 1 win 65535", 0);
            count(rig, 0, 1, 0);
            peer.sends("P. 1:6(5) ack 1 win 65535", 1);
            count(rig, 0, 1, 0);
            assertThat(rig.count("TcpExtTCPAOGood")).isEqualTo(7);
        }
    }

    @Test
    void anExtensionIsTheNearestThereIs() {
        long turn = 1L << 32;
        assertThat(AoMac.extend(0xffff_fff0L, 5)).isEqualTo(turn + 5);
        assertThat(AoMac.extend(turn + 5, 0xffff_fff0)).isEqualTo(0xffff_fff0L);
        assertThat(AoMac.extend(3 * turn + 0x7fff_ffffL, 0x8000_0005)).isEqualTo(3 * turn + 0x8000_0005L);
        long at = 0x1234_5678L;
        for (int i = 0; i < 40; i++) {
            long next = at + 0x4000_0000L;
            assertThat(AoMac.extend(at, (int) next)).isEqualTo(next);
            at = next;
        }
    }

    @Test
    void aSynCookieIsSignedWithTheNumbersOfBoth() {
        try (var rig = new Rig()) {
            rig.host.sysctl().set("net.ipv4.tcp_syncookies", "2");
            TcpEndpoint listener = listen(rig);
            AoPeer peer = peer(rig, 4000)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("5/7 S. 0:1(0) ack 1 win 64240 <mss 1460>")
                    .sendsUnsigned(". 1 ack 1 win 65535");
            count(rig, 1, 0, 0);
            peer.sends(". 1 ack 1 win 65535");
            rig.write(rig.accept(listener), "x");
            peer.receives("5/7 P. 1:2(1) ack 1 win 64240").sends(". 1 ack 2 win 65535");
            count(rig, 1, 0, 0);
        }
    }

    @Test
    void resetsAndChallengesAreSigned() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            AoPeer peer = connects(peer(rig, 4000));
            peer.sends("S 5 win 65535 <mss 1460>");
            count(rig, 0, 1, 0); // a SYN of another number is of another key
            peer.sends("R 5 win 0").receives("5/7 . 1:1(0) ack 1 win 64240");
            peer.sends("P. 1:6(5) ack 1 win 65535");
            rig.pollAll();
            rig.accept(listener).close(rig.now);
            peer.receives("5/7 R. 1:1(0) ack 6 win 64235");
            // To the listener, only what follows the SYNs can be told to be right, as a SYN cookie's would be.
            peer.sends("P. 6:7(1) ack 1 win 65535").receivesNothing();
            peer.sends(". 1 ack 1 win 65535").receives("5/7 R 1:1(0)");
            new AoPeer(rig, rig.peer(4001, 6000)).sends(". 1 ack 1 win 65535").receivesNothing();
        }
    }

    /// RFC 5925 7.8, MUST-11
    @Test
    void hardIcmpErrorsDoNotReachAnOpenConnection() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = listen(rig);
            connects(peer(rig, 4000));
            TcpEndpoint socket = rig.accept(listener);
            socket.options().receiveErrors = true;
            rig.write(socket, "x");
            byte[] quoted = Arrays.copyOf(rig.sent(), 28);
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 3, 0, quoted));
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 4, 1000, quoted));
            assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(socket.takeError()).isZero();
            assertThat(rig.count("TcpExtTCPAODroppedIcmps")).isEqualTo(2);
            assertThat(ao(socket).icmpDropped()).isEqualTo(2);
            // Others pass, and all where the program says so.
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 1, 0, quoted));
            assertThat(rig.count("TcpExtTCPAODroppedIcmps")).isEqualTo(2);
            ao(socket).demand(false, true);
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 3, 0, quoted));
            assertThat(rig.count("TcpExtTCPAODroppedIcmps")).isEqualTo(2);
            assertThat(socket.takeError()).isNotZero();
        }
    }

    @Test
    void whoseKeyIsMissingGetsNoAnswer() {
        try (var rig = new Rig()) {
            listen(rig);
            AoPeer peer = peer(rig, 4000);
            peer.nextId = 99;
            peer.sends("S 0 win 65535 <mss 1460>").receivesNothing();
            assertThat(rig.states()).contains("SYN_RECV");
        }
    }

    @Test
    void oneWhoListensMayAskItOfAll() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            listener.signatures().ensureAo().demand(true, false);
            rig.peer(4000, 80).sends("S 0 win 65535 <mss 1460>").receivesNothing();
            count(rig, 1, 0, 0);
            listener.signatures().ensureAo().demand(false, false);
            rig.peer(4000, 80).connects();
        }
    }

    /// RFC 5925 3.1, MUST-3: nor are there two with the same ID.
    @Test
    void bothKindsOfKeysForOnePeerAreRefused() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = rig.host.openTcp(Family.INET);
            socket.signatures().addAoKey(key("secret", 5, 7), false, false);
            int md5 = socket.signatures().setMd5Key(PEER, 32, false, Md5Reference.hash("key"));
            assertThat(Rig.result(md5)).isEqualTo("EKEYREJECTED");
            IpAddress other = IpAddress.parse("192.0.2.9");
            assertThat(Rig.result(socket.signatures().setMd5Key(other, 32, false, Md5Reference.hash("key"))))
                    .isEqualTo("ok");
            assertThat(Rig.result(socket.signatures().addAoKey(key(other, 32, "later", 1, 2), false, false)))
                    .isEqualTo("EKEYREJECTED");
            assertThat(Rig.result(socket.signatures().addAoKey(key("later", 5, 8), false, false)))
                    .isEqualTo("EEXIST");
            IpAddress network = IpAddress.parse("192.0.0.0");
            assertThat(Rig.result(socket.signatures().addAoKey(key(network, 8, "later", 6, 7), false, false)))
                    .isEqualTo("EEXIST");
            assertThat(Rig.result(socket.connect(at("192.0.2.77", 80), rig.now)))
                    .as("no key for it")
                    .isEqualTo("EKEYREJECTED");
            assertThat(Rig.result(socket.connect(at(Rig.PEER_V4, 80), rig.now))).isEqualTo("EINPROGRESS");
        }
    }

    @Test
    void aConnectionWithoutItDoesNotGetIt() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            rig.peer(4000, 80).connects();
            TcpEndpoint socket = rig.accept(listener);
            assertThat(Rig.result(socket.signatures().addAoKey(key("secret", 5, 7), false, false)))
                    .isEqualTo("EISCONN");
        }
    }
}
