package dev.sockeye.host;

import static dev.sockeye.host.Datagrams.describe;
import static dev.sockeye.host.Datagrams.icmp;
import static dev.sockeye.host.Datagrams.udp;
import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// ICMP both ways.
class IcmpTest {

    private static final String PEER = Rig.PEER_V4;
    private static final String HOST = Rig.HOST_V4;

    @Test
    void anEchoIsAnswered() {
        try (var rig = new Rig()) {
            rig.receive(icmp(PEER, HOST, 8, 0, 0x00070001, Datagrams.letters(56)));
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 icmp 0/0 rest 458753 data 56");
            rig.receive(icmp(Rig.PEER_V6, Rig.HOST_V6, 128, 0, 0x00070001, Datagrams.letters(56)));
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 icmp6 129/0 rest 458753 data 56");
            rig.receive(icmp(PEER, HOST, 8, 0, 1, Datagrams.letters(1472)));
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 icmp 0/0 rest 1 data 1472");
            rig.receive(icmp(PEER, "192.0.2.255", 8, 0, 1, Datagrams.letters(56)));
            assertThat(rig.poll()).as("icmp_echo_ignore_broadcasts").isNull();
            rig.host.sysctl().set("net.ipv4.icmp_echo_ignore_all", "1");
            rig.receive(icmp(PEER, HOST, 8, 0, 1, Datagrams.letters(56)));
            assertThat(rig.poll()).isNull();
            assertThat(rig.count("IcmpInEchos")).isEqualTo(4);
            assertThat(rig.count("IcmpOutEchoReps")).isEqualTo(2);
        }
    }

    @Test
    void aBadChecksumIsCounted() {
        try (var rig = new Rig()) {
            byte[] echo = icmp(PEER, HOST, 8, 0, 1, Datagrams.letters(8));
            echo[30] ^= 1;
            rig.receive(echo);
            assertThat(rig.poll()).isNull();
            assertThat(rig.count("IcmpInCsumErrors")).isEqualTo(1);
            assertThat(rig.count("IcmpInErrors")).isEqualTo(1);
        }
    }

    @Test
    void anUnknownProtocolIsUnreachable() {
        try (var rig = new Rig()) {
            rig.receive(Datagrams.ip(IpAddress.parse(PEER), IpAddress.parse(HOST), 99, new byte[20]));
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 icmp 3/2 quoting 40");
            rig.receive(Datagrams.ip(IpAddress.parse(Rig.PEER_V6), IpAddress.parse(Rig.HOST_V6), 99, new byte[20]));
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 icmp6 4/1 rest 6 quoting 60");
            assertThat(rig.count("IpInUnknownProtos")).isEqualTo(1);
            assertThat(rig.count("Ip6InUnknownProtos")).isEqualTo(1);
        }
    }

    @Test
    void anErrorIsNeverAnsweredNorIsAGroupOrAFragmentBehindTheFirst() {
        try (var rig = new Rig()) {
            byte[] quoted = udp(at(HOST, 1), at(PEER, 2), "x");
            rig.receive(icmp(PEER, HOST, 3, 3, 0, quoted));
            rig.receive(udp(at(PEER, 1), at("192.0.2.255", 2), "x"));
            rig.receive(Datagrams.ip(IpAddress.parse("224.0.0.9"), IpAddress.parse(HOST), 99, new byte[20]));
            rig.receive(Datagrams.ip(IpAddress.ANY_V4, IpAddress.parse(HOST), 99, new byte[20]));
            assertThat(rig.poll()).isNull();
        }
    }

    @Test
    void aQuoteIsCutToWhatAnErrorMayCarry() {
        try (var rig = new Rig()) {
            rig.receive(udp(at(PEER, 1), at(HOST, 2), Datagrams.letters(1400)));
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 icmp 3/3 quoting 548");
            rig.receive(udp(at(Rig.PEER_V6, 1), at(Rig.HOST_V6, 2), Datagrams.letters(1400)));
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 icmp6 1/4 quoting 1232");
        }
    }

    @Test
    void errorsToOneDestinationAreSixAtOnceAndThenOneASecond() {
        try (var rig = new Rig()) {
            for (int i = 0; i < 20; i++) rig.receive(udp(at(PEER, 1), at(HOST, 2), "x"));
            assertThat(rig.pollAll()).hasSize(6);
            assertThat(rig.count("IcmpOutRateLimitHost")).isEqualTo(14);
            rig.advance(Duration.ofMillis(999));
            rig.receive(udp(at(PEER, 1), at(HOST, 2), "x"));
            assertThat(rig.pollAll()).isEmpty();
            rig.advance(Duration.ofMillis(1));
            for (int i = 0; i < 20; i++) rig.receive(udp(at(PEER, 1), at(HOST, 2), "x"));
            assertThat(rig.pollAll()).hasSize(1);
            rig.receive(udp(at("192.0.2.3", 1), at(HOST, 2), "x"));
            assertThat(rig.pollAll()).as("another destination").hasSize(1);
        }
    }

    @Test
    void errorsToAllAreFiftyAtOnce() {
        try (var rig = new Rig()) {
            for (int i = 0; i < 100; i++) rig.receive(udp(at("192.0.2." + (2 + i), 1), at(HOST, 2), "x"));
            assertThat(rig.pollAll()).hasSize(50);
            assertThat(rig.count("IcmpOutRateLimitGlobal")).isEqualTo(50);
            rig.advance(Duration.ofMillis(10)); // ten of a thousand in a second
            for (int i = 0; i < 100; i++) rig.receive(udp(at("192.0.2." + (102 + i), 1), at(HOST, 2), "x"));
            assertThat(rig.pollAll()).hasSize(10);
        }
    }

    private static TcpEndpoint connecting(Rig rig) {
        TcpEndpoint socket = rig.host.openTcp(Family.INET);
        assertThat(Rig.result(socket.connect(at(PEER, 80), rig.now))).isEqualTo("EINPROGRESS");
        return socket;
    }

    /// RFC 9293 3.9.2.2, MUST-54
    @Test
    void anErrorEndsAConnectWhateverItsCode() {
        Errno[] expected = {
            Errno.ENETUNREACH,
            Errno.EHOSTUNREACH,
            Errno.ENOPROTOOPT,
            Errno.ECONNREFUSED,
            null,
            Errno.EOPNOTSUPP,
            Errno.ENETUNREACH,
            Errno.EHOSTDOWN,
            Errno.ENONET,
            Errno.ENETUNREACH,
            Errno.EHOSTUNREACH,
            Errno.ENETUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EHOSTUNREACH,
            null
        };
        for (int code = 0; code < expected.length; code++) {
            try (var rig = new Rig()) {
                TcpEndpoint socket = connecting(rig);
                rig.receive(icmp(PEER, HOST, 3, code, code == 4 ? 1400 : 0, rig.sent()));
                Errno errno = expected[code];
                assertThat(socket.state()).isEqualTo(errno == null ? TcpState.SYN_SENT : TcpState.CLOSED);
                assertThat(socket.takeError()).isEqualTo(errno == null ? 0 : errno.number());
            }
        }
    }

    /// RFC 9293 3.9.2.2, MUST-55
    @Test
    void otherTypes() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = connecting(rig);
            byte[] syn = rig.sent();
            rig.receive(icmp(PEER, HOST, 4, 0, 0, syn));
            rig.receive(icmp(PEER, HOST, 5, 1, 0, syn));
            rig.receive(icmp(PEER, HOST, 11, 1, 0, syn));
            assertThat(socket.state()).isEqualTo(TcpState.SYN_SENT);
            rig.receive(icmp(PEER, HOST, 11, 0, 0, syn));
            assertThat(socket.takeError()).isEqualTo(Errno.EHOSTUNREACH.number());
        }
    }

    /// RFC 9293 3.9.2.2, MUST-54
    @Test
    void aQuoteOfSomethingNeverSentIsIgnored() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = connecting(rig);
            byte[] syn = rig.sent();
            syn[27] ^= 2; // the sequence number
            rig.receive(icmp(PEER, HOST, 3, 1, 0, syn));
            assertThat(socket.state()).isEqualTo(TcpState.SYN_SENT);
            assertThat(rig.count("TcpExtOutOfWindowIcmps")).isEqualTo(1);
            syn[21] ^= 1; // another connection
            rig.receive(icmp(PEER, HOST, 3, 1, 0, syn));
            assertThat(rig.count("IcmpInErrors")).isEqualTo(1);
            rig.receive(icmp(PEER, HOST, 3, 1, 0, new byte[20])); // no packet at all
            assertThat(rig.count("IcmpInErrors")).isEqualTo(2);
        }
    }

    @Test
    void aHalfOpenConnectionIsGivenUpWhereNobodyCanBeReached() {
        try (var rig = new Rig()) {
            rig.listen(80, 5);
            rig.peer(1, 80).sends("S 0 win 65535");
            byte[] synAck = rig.sent();
            rig.receive(icmp(PEER, HOST, 3, 3, 0, synAck));
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            byte[] other = synAck.clone();
            other[24] ^= 1;
            rig.receive(icmp(PEER, HOST, 3, 1, 0, other));
            assertThat(rig.count("TcpExtOutOfWindowIcmps")).isEqualTo(1);
            assertThat(rig.states()).containsExactly("LISTEN", "SYN_RECV");
            rig.receive(icmp(PEER, HOST, 3, 1, 0, synAck));
            assertThat(rig.states()).containsExactly("LISTEN");
        }
    }

    @Test
    void overIpv6() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = rig.host.openTcp(Family.INET6);
            assertThat(Rig.result(socket.connect(at(Rig.PEER_V6, 80), rig.now))).isEqualTo("EINPROGRESS");
            rig.receive(icmp(Rig.PEER_V6, Rig.HOST_V6, 1, 1, 0, rig.sent()));
            assertThat(socket.takeError()).isEqualTo(Errno.EACCES.number());
        }
    }

    @Test
    void fragmentationNeededNarrowsThePathForTenMinutes() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80).connects();
            TcpEndpoint socket = rig.accept(listener);
            byte[] data = Datagrams.letters(2920);
            assertThat(socket.send(MemorySegment.ofArray(data), 0, 2920, 0, rig.now))
                    .isEqualTo(2920);
            byte[] first = rig.sent();
            assertThat(first).hasSize(1500);
            rig.pollAll();
            rig.receive(icmp(PEER, HOST, 3, 4, 1000, first));
            assertThat(rig.pollAll()).hasSize(4).allMatch(packet -> packet.length <= 1000);
            assertThat(socket.info(rig.now).pmtu()).isEqualTo(1000);
            // The next connection there knows it; what it can receive is another matter.
            peer.sends(". 1 ack 2921 win 65535");
            rig.peer(4001, 80)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("S. 0:1(0) ack 1 win 64240 <mss 1460>")
                    .sends(". 1 ack 1 win 65535");
            assertThat(rig.accept(listener).info(rig.now).pmtu()).isEqualTo(1000);
            rig.receive(icmp(PEER, HOST, 3, 4, 1200, first));
            rig.peer(4002, 80)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("S. 0:1(0) ack 1 win 64240 <mss 1460>")
                    .sends(". 1 ack 1 win 65535");
            assertThat(rig.accept(listener).info(rig.now).pmtu())
                    .as("never up by ICMP")
                    .isEqualTo(1000);
            rig.advance(Duration.ofMinutes(10));
            rig.pollAll();
            rig.peer(4003, 80).connects();
            assertThat(rig.accept(listener).info(rig.now).pmtu()).isEqualTo(1500);
        }
    }

    @Test
    void belowTheLeastPathMtuPacketsGoWithoutDontFragment() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            rig.peer(4000, 80).connects();
            TcpEndpoint socket = rig.accept(listener);
            byte[] data = Datagrams.letters(1460);
            assertThat(socket.send(MemorySegment.ofArray(data), 0, 1460, 0, rig.now))
                    .isEqualTo(1460);
            byte[] sent = rig.sent();
            assertThat(sent[6] & 0x40).isNotZero();
            rig.receive(icmp(PEER, HOST, 3, 4, 200, sent));
            var again = rig.pollAll();
            assertThat(again).isNotEmpty().allMatch(packet -> packet.length <= 552 && (packet[6] & 0x40) == 0);
        }
    }

    @Test
    void anInterfaceThatBecomesNarrowerIsNoticedAtOnce() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80).connects();
            TcpEndpoint socket = rig.accept(listener);
            rig.eth0.setMtu(1000);
            var data = MemorySegment.ofArray(Datagrams.letters(1460));
            assertThat(socket.send(data, 0, 1460, 0, rig.now)).isEqualTo(1460);
            assertThat(rig.pollAll()).isNotEmpty().allMatch(packet -> packet.length <= 1000);
            assertThat(socket.info(rig.now).pmtu()).isEqualTo(1000);
            peer.sends(". 1 ack 1461 win 65535");
            assertThat(socket.send(data, 0, 960, 0, rig.now)).isEqualTo(960);
            peer.receives("P. 1461:2421(960) ack 1 win 64240");
        }
    }

    @Test
    void packetTooBigOverIpv6HasAFloorOf1280() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = rig.host.openUdp(Family.INET6);
            byte[] data = Datagrams.letters(1400);
            var memory = MemorySegment.ofArray(data);
            assertThat(socket.send(memory, 0, 1400, at(Rig.PEER_V6, 80), 0, rig.now))
                    .isEqualTo(1400);
            rig.receive(icmp(Rig.PEER_V6, Rig.HOST_V6, 2, 0, 600, rig.sent()));
            assertThat(socket.send(memory, 0, 1400, at(Rig.PEER_V6, 80), 0, rig.now))
                    .isEqualTo(1400);
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 fragment 0+1232 more");
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 fragment 1232+176");
        }
    }

    /// RFC 9293 3.9.2.2, MUST-56, SHLD-25: what RFC 9293 calls soft. RFC 9293 3.9.2.2, SHLD-26: what it calls hard is
    /// no different to Linux, and ends nothing.
    @Test
    void noErrorEndsAConnectionThatIsEstablished() {
        int[][] soft = {{3, 0}, {3, 1}, {3, 5}, {11, 0}, {12, 0}, {3, 2}, {3, 3}};
        Errno[] told = {
            Errno.ENETUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EOPNOTSUPP,
            Errno.EHOSTUNREACH,
            Errno.EPROTO,
            Errno.ENOPROTOOPT,
            Errno.ECONNREFUSED
        };
        for (int i = 0; i < soft.length; i++) {
            try (var rig = new Rig()) {
                TcpEndpoint listener = rig.listen(80, 5);
                Peer peer = rig.peer(4000, 80).connects();
                TcpEndpoint socket = rig.accept(listener);
                assertThat(rig.write(socket, "hello")).isEqualTo("5");
                rig.receive(icmp(PEER, HOST, soft[i][0], soft[i][1], 0, rig.sent()));
                assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
                assertThat(rig.read(socket)).isEqualTo("EAGAIN");
                assertThat(socket.takeError()).isEqualTo(told[i].number());
                peer.sends("P. 1:6(5) ack 6 win 65535").receives(". 6:6(0) ack 6 win 64235");
                assertThat(rig.read(socket)).isEqualTo("bcdef");
                assertThat(rig.write(socket, "more")).isEqualTo("4");
            }
        }
    }

    /// RFC 9293 3.9.2.2, MUST-56, SHLD-25
    @Test
    void norDoesOneOfIpv6() {
        int[][] soft = {{1, 0}, {1, 3}, {3, 0}, {3, 1}, {4, 0}, {4, 1}, {4, 2}};
        Errno[] told = {
            Errno.ENETUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EHOSTUNREACH,
            Errno.EPROTO,
            Errno.EPROTO,
            Errno.EPROTO
        };
        for (int i = 0; i < soft.length; i++) {
            try (var rig = new Rig()) {
                TcpEndpoint listener = rig.host.openTcp(Family.INET6);
                assertThat(listener.bind(at("::", 80), rig.now)).isZero();
                assertThat(listener.listen(5, rig.now)).isZero();
                rig.peerV6(4000, 80)
                        .sends("S 0 win 65535 <mss 1440>")
                        .receives("S. 0:1(0) ack 1 win 64800 <mss 1440>")
                        .sends(". 1 ack 1 win 65535");
                TcpEndpoint socket = rig.accept(listener);
                assertThat(rig.write(socket, "hello")).isEqualTo("5");
                rig.receive(icmp(Rig.PEER_V6, Rig.HOST_V6, soft[i][0], soft[i][1], 0, rig.sent()));
                assertThat(socket.state()).isEqualTo(TcpState.ESTABLISHED);
                assertThat(socket.takeError()).isEqualTo(told[i].number());
            }
        }
    }

    /// RFC 9293 3.9.2.2, MUST-55: of an established connection, whose window stays as it was.
    @Test
    void sourceQuenchChangesNothing() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            rig.peer(4000, 80).connects();
            TcpEndpoint socket = rig.accept(listener);
            assertThat(rig.write(socket, "hello")).isEqualTo("5");
            rig.receive(icmp(PEER, HOST, 4, 0, 0, rig.sent()));
            assertThat(socket.info(rig.now).snd_cwnd()).isEqualTo(10);
            assertThat(socket.takeError()).isZero();
            assertThat(rig.poll()).isNull();
            assertThat(rig.count("IcmpInSrcQuenchs")).isEqualTo(1);
        }
    }
}
