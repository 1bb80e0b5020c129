package dev.sockeye.host;

import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Checksum;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What TCP asks of IP, and what it makes of what IP hands up (RFC 9293 3.9.2): addresses, time to live, differentiated
/// services, options.
class IpServiceTest {

    private static TcpEndpoint connecting(Rig rig, String remote) {
        boolean v4 = remote.indexOf(':') < 0;
        TcpEndpoint socket = rig.host.openTcp(v4 ? Family.INET : Family.INET6);
        assertThat(Rig.result(socket.connect(at(remote, 80), rig.now))).isEqualTo("EINPROGRESS");
        return socket;
    }

    // ---------------------------------------------------------------- TTL and DSCP

    /// Hop limit, traffic class and kind of a packet of the host.
    private static String service(byte[] packet) {
        boolean v4 = packet[0] >>> 4 == 4;
        int hops = v4 ? packet[8] & 0xff : packet[7] & 0xff;
        int trafficClass = v4 ? packet[1] & 0xff : (packet[0] & 15) << 4 | (packet[1] & 0xff) >>> 4;
        int flags = packet[(v4 ? 20 : 40) + 13];
        String kind = (flags & Segment.SYN) != 0 ? "SYN" : (flags & Segment.PSH) != 0 ? "data" : "ACK";
        return kind + " ttl " + hops + " class " + trafficClass;
    }

    /// RFC 9293 3.9.2, MUST-49; RFC 9293 3.9.1.9, MUST-48, SHLD-21, SHLD-22: of the SYN, of data, of acknowledgments.
    @Test
    void theProgramChoosesTimeToLiveAndServiceAndMayChangeThem() {
        for (String remote : new String[] {Rig.PEER_V4, Rig.PEER_V6}) {
            try (var rig = new Rig()) {
                TcpEndpoint plain = connecting(rig, remote);
                assertThat(service(rig.sent())).isEqualTo("SYN ttl 64 class 0");
                plain.close(rig.now);
                TcpEndpoint socket = rig.host.openTcp(remote.equals(Rig.PEER_V4) ? Family.INET : Family.INET6);
                socket.options().hopLimit = 5;
                socket.options().trafficClass = 0xb8;
                assertThat(Rig.result(socket.connect(at(remote, 80), rig.now))).isEqualTo("EINPROGRESS");
                int port = socket.localAddress().port();
                Peer peer = remote.equals(Rig.PEER_V4) ? rig.peer(80, port) : rig.peerV6(80, port);
                byte[] syn = rig.sent();
                assertThat(service(syn)).isEqualTo("SYN ttl 5 class 184");
                peer.textOf(syn);
                peer.sends("S. 0 ack 1 win 65535 <mss 1000>");
                assertThat(service(rig.sent())).isEqualTo("ACK ttl 5 class 184");
                assertThat(rig.write(socket, "hello")).isEqualTo("5");
                assertThat(service(rig.sent())).isEqualTo("data ttl 5 class 184");
                socket.options().hopLimit = 255;
                socket.options().trafficClass = 0x20;
                socket.onOptionsChanged(rig.now);
                rig.advance(Duration.ofSeconds(2));
                assertThat(service(rig.sent())).isEqualTo("data ttl 255 class 32");
            }
        }
    }

    /// A listener's are its connections' too, from the SYN-ACK on.
    @Test
    void aListenersServiceIsThatOfItsConnections() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            listener.options().hopLimit = 9;
            listener.options().trafficClass = 0x48;
            Peer peer = rig.peer(4000, 80).sends("S 0 win 65535 <mss 1460>");
            byte[] synAck = rig.sent();
            assertThat(service(synAck)).isEqualTo("SYN ttl 9 class 72");
            peer.textOf(synAck);
            peer.sends(". 1 ack 1 win 65535");
            assertThat(rig.write(rig.accept(listener), "hello")).isEqualTo("5");
            assertThat(service(rig.sent())).isEqualTo("data ttl 9 class 72");
        }
    }

    // ---------------------------------------------------------------- the path

    private static int flowLabel(byte[] packet) {
        return (packet[1] & 15) << 16 | (packet[2] & 0xff) << 8 | packet[3] & 0xff;
    }

    /// RFC 9293 3.8.3, MUST-20, SHLD-10: after three retransmissions and more (`tcp_retries1`: when 3 s have passed
    /// since the first) the path is looked up anew. Each timeout takes another flow label.
    @Test
    void retransmissionWithoutEndMakesThePathDoubtful() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.host.openTcp(Family.INET6);
            assertThat(listener.bind(at("::", 80), rig.now)).isZero();
            assertThat(listener.listen(5, rig.now)).isZero();
            rig.peerV6(4000, 80)
                    .sends("S 0 win 65535 <mss 1440>")
                    .receives("S. 0:1(0) ack 1 win 64800 <mss 1440>")
                    .sends(". 1 ack 1 win 65535");
            TcpEndpoint socket = rig.accept(listener);
            IpAddress peer = IpAddress.parse(Rig.PEER_V6);
            assertThat(rig.write(socket, "hello")).isEqualTo("5");
            Path path = socket.path(peer, rig.now);
            List<Integer> labels = new ArrayList<>(List.of(flowLabel(rig.sent())));
            for (int i = 0; i < 4; i++) {
                rig.advance(Duration.ofNanos(rig.host.nextDeadline() - rig.now));
                labels.add(flowLabel(rig.sent()));
                assertThat(socket.path(peer, rig.now))
                        .as("after %d retransmissions", labels.size() - 1)
                        .isSameAs(path);
            }
            // The host's last path is another one, so that this one, looked up anew, is a new object.
            rig.host.path(IpAddress.parse(Rig.PEER_V4), null, rig.now);
            rig.advance(Duration.ofNanos(rig.host.nextDeadline() - rig.now));
            labels.add(flowLabel(rig.sent()));
            assertThat(socket.path(peer, rig.now)).isNotSameAs(path);
            assertThat(labels).hasSize(6).doesNotHaveDuplicates();
            assertThat(rig.count("TcpExtTcpTimeoutRehash")).isEqualTo(5);
            assertThat(socket.info(rig.now).rehash()).isEqualTo(5);
        }
    }

    // ---------------------------------------------------------------- local addresses

    private static String source(byte[] packet) {
        return IpAddress.of(Arrays.copyOfRange(packet, 12, 16)).toString();
    }

    /// RFC 9293 3.9.1.1, MUST-44: by the route to the peer, of a host with several addresses.
    @Test
    void theHostChoosesTheLocalAddressBeforeTheSyn() {
        try (var rig = new Rig()) {
            rig.host.addInterface("eth1", 1500).addAddress("198.51.100.1/24");
            connecting(rig, "198.51.100.2");
            assertThat(source(rig.sent())).isEqualTo("198.51.100.1");
            connecting(rig, Rig.PEER_V4);
            assertThat(source(rig.sent())).isEqualTo(Rig.HOST_V4);
        }
    }

    /// RFC 9293 3.9.1.1, MUST-43: for an active open, and for a passive one.
    @Test
    void theProgramMayChooseIt() {
        try (var rig = new Rig()) {
            rig.eth0.addAddress("192.0.2.77/24");
            TcpEndpoint socket = rig.host.openTcp(Family.INET);
            assertThat(socket.bind(at("192.0.2.77", 0), rig.now)).isZero();
            assertThat(Rig.result(socket.connect(at(Rig.PEER_V4, 80), rig.now))).isEqualTo("EINPROGRESS");
            assertThat(source(rig.sent())).isEqualTo("192.0.2.77");
            TcpEndpoint listener = rig.host.openTcp(Family.INET);
            assertThat(listener.bind(at("192.0.2.77", 80), rig.now)).isZero();
            assertThat(listener.listen(5, rig.now)).isZero();
            rig.peer(4000, 80).sends("S 0 win 65535").receives("R. 0:0(0) ack 1");
            new Peer(rig, at(Rig.PEER_V4, 4000), at("192.0.2.77", 80)).connects();
            assertThat(rig.accept(listener).localAddress()).isEqualTo(at("192.0.2.77", 80));
        }
    }

    /// RFC 9293 3.9.1.1, MUST-45: another address, and a better route, change nothing for a connection that is open.
    @Test
    void aConnectionKeepsItsAddress() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            rig.peer(4000, 80).connects();
            TcpEndpoint accepted = rig.accept(listener);
            TcpEndpoint opening = connecting(rig, Rig.PEER_V4);
            assertThat(source(rig.sent())).isEqualTo(Rig.HOST_V4);
            rig.eth0.addAddress("192.0.2.77/32");
            IpAddress peer = IpAddress.parse(Rig.PEER_V4);
            rig.host.routes().add(new Route(peer, 32, rig.eth0, null, IpAddress.parse("192.0.2.77"), 0));
            connecting(rig, Rig.PEER_V4);
            assertThat(source(rig.sent())).as("a new connection").isEqualTo("192.0.2.77");
            assertThat(rig.write(accepted, "hello")).isEqualTo("5");
            assertThat(source(rig.sent())).isEqualTo(Rig.HOST_V4);
            rig.advance(Duration.ofSeconds(3));
            assertThat(rig.pollAll()).extracting(IpServiceTest::source).contains(Rig.HOST_V4);
            assertThat(opening.state()).isEqualTo(TcpState.SYN_SENT);
            assertThat(opening.localAddress().ip()).hasToString(Rig.HOST_V4);
        }
    }

    // ---------------------------------------------------------------- a port with listener and connections

    /// RFC 9293 3.9.1.1, MUST-42: and once it listens, its own half-open connections do not keep others away.
    @Test
    void aPortCanBeListenedOnWhileConnectionsAreBeingOpenedFromIt() {
        try (var rig = new Rig()) {
            TcpEndpoint opening = rig.host.openTcp(Family.INET);
            opening.setReuseAddress(true);
            assertThat(opening.bind(at(Rig.HOST_V4, 80), rig.now)).isZero();
            assertThat(Rig.result(opening.connect(at(Rig.PEER_V4, 9), rig.now))).isEqualTo("EINPROGRESS");
            rig.sent();
            TcpEndpoint listener = rig.host.openTcp(Family.INET);
            listener.setReuseAddress(true);
            assertThat(listener.bind(at(Rig.HOST_V4, 80), rig.now)).isZero();
            assertThat(Rig.result(listener.listen(5, rig.now))).isEqualTo("ok");
            rig.peer(4000, 80).sends("S 0 win 65535").receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            rig.peer(4001, 80).connects();
            assertThat(rig.accept(listener).remoteAddress()).isEqualTo(at(Rig.PEER_V4, 4001));
            assertThat(rig.states()).containsExactly("ESTABLISHED", "LISTEN", "SYN_RECV", "SYN_SENT");
        }
    }

    /// RFC 9293 3.9.1.1, MUST-41: it makes a listener, or fails; connections go on as they were.
    @Test
    void aPassiveOpenChangesNoConnection() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80).connects();
            TcpEndpoint accepted = rig.accept(listener);
            rig.peer(4001, 80).sends("S 0 win 65535").receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            TcpEndpoint second = rig.host.openTcp(Family.INET);
            assertThat(Rig.result(second.bind(at("0.0.0.0", 80), rig.now))).isEqualTo("EADDRINUSE");
            second.close(rig.now);
            assertThat(Rig.result(accepted.listen(5, rig.now))).isEqualTo("EINVAL");
            assertThat(Rig.result(listener.listen(7, rig.now))).isEqualTo("ok");
            assertThat(rig.states()).containsExactly("ESTABLISHED", "LISTEN", "SYN_RECV");
            peer.sends("P. 1:6(5) ack 1 win 65535").receives(". 1:1(0) ack 6 win 64235");
            assertThat(rig.read(accepted)).isEqualTo("bcdef");
        }
    }

    // ---------------------------------------------------------------- what arrives

    /// RFC 9293 3.9.2.3, MUST-63, MUST-57: the SYN leaves nothing behind, and is not answered.
    @Test
    void aSynFromNowhereOrToManyIsDropped() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.host.openTcp(Family.INET6);
            assertThat(listener.bind(at("::", 80), rig.now)).isZero();
            assertThat(listener.listen(50, rig.now)).isZero();
            String[][] fromTo = {
                {"224.0.0.9", Rig.HOST_V4},
                {"255.255.255.255", Rig.HOST_V4},
                {"0.0.0.0", Rig.HOST_V4},
                {"127.0.0.1", Rig.HOST_V4},
                {Rig.HOST_V4, Rig.HOST_V4},
                {"ff02::1", Rig.HOST_V6},
                {"::1", Rig.HOST_V6},
                {"::", Rig.HOST_V6},
                {Rig.PEER_V4, "192.0.2.255"},
                {Rig.PEER_V4, "255.255.255.255"},
                {Rig.PEER_V4, "224.0.0.1"},
                {Rig.PEER_V6, "ff02::1"},
            };
            for (String[] each : fromTo) {
                new Peer(rig, at(each[0], 4000), at(each[1], 80)).sends("S 0 win 65535");
                assertThat(rig.pollAll()).as("%s to %s", each[0], each[1]).isEmpty();
                assertThat(rig.states()).as("%s to %s", each[0], each[1]).containsExactly("LISTEN");
            }
        }
    }

    /// RFC 9293 3.9.2, MUST-50: an unknown option of IP, and those that routers fill in.
    @Test
    void optionsOfIpAreIgnored() {
        byte[][] options = {
            {(byte) 0x9e, 4, 0, 0}, // an experiment (RFC 4727)
            {0x07, 7, 4, 0, 0, 0, 0, 0}, // record route
            {0x44, 8, 5, 0, 0, 0, 0, 0}, // timestamp
            {(byte) 0x94, 4, 0, 0}, // router alert
        };
        for (byte[] option : options) {
            try (var rig = new Rig()) {
                rig.listen(80, 5);
                Peer peer = rig.peer(4000, 80);
                rig.receive(withIpOption(rig, peer.packet("S 0 win 65535 <mss 1460>"), option));
                peer.receives("S. 0:1(0) ack 1 win 64240 <mss 1460>");
            }
        }
    }

    private static byte[] withIpOption(Rig rig, byte[] plain, byte[] option) {
        byte[] bytes = new byte[plain.length + option.length];
        System.arraycopy(plain, 0, bytes, 0, 20);
        System.arraycopy(option, 0, bytes, 20, option.length);
        System.arraycopy(plain, 20, bytes, 20 + option.length, plain.length - 20);
        bytes[0] = (byte) (0x45 + option.length / 4);
        bytes[2] = (byte) (bytes.length >> 8);
        bytes[3] = (byte) bytes.length;
        bytes[10] = bytes[11] = 0;
        int sum = Checksum.of(Checksum.sum(MemorySegment.ofArray(bytes), 0, 20 + option.length));
        bytes[10] = (byte) (sum >> 8);
        bytes[11] = (byte) sum;
        Packet packet = Packet.of(bytes, rig.pool);
        assertThat(Ipv4Header.validate(packet)).isNull();
        packet.release(rig.pool);
        return bytes;
    }

    // ---------------------------------------------------------------- options of TCP, in a packet

    /// RFC 9293 3.1, MUST-5, MUST-6, MUST-7: behind the handshake too, where the data that comes with them
    /// counts. RFC 7323 2.2, MUST-2: a window scale does not.
    @Test
    void anyOptionMayComeWithData() {
        int[][] options = {
            {0xfd, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, // a kind that nobody knows
            {1, 0xfd, 3, 9, 1, 1, 8, 10, 0, 0, 0, 1}, // a timestamp that is cut off
            {2, 4, 0, 100, 3, 3, 7, 0, 0, 0, 0, 0}, // what belongs to a SYN
            {0xfd, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // no length
            {0xfd, 200, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // too long
            {0xfd, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // too short
            {0, 2, 4, 0, 100, 0, 0, 0, 0, 0, 0, 0}, // behind the end
        };
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80).connects();
            TcpEndpoint socket = rig.accept(listener);
            int at = 1;
            for (int[] each : options) {
                String data = "P. %d:%d(5) ack 1 win 65535 <TS val 1 ecr 1>".formatted(at, at + 5);
                rig.receive(withTcpOptions(rig, peer.packet(data), each));
                at += 5;
                peer.receives(". 1:1(0) ack " + at + " win " + (64_241 - at));
            }
            assertThat(rig.read(socket)).hasSize(5 * options.length);
            assertThat(socket.info(rig.now).snd_mss()).isEqualTo(1460);
            assertThat(socket.info(rig.now).snd_wscale()).isZero();
            assertThat(socket.info(rig.now).snd_wnd()).isEqualTo(65_535);
        }
    }

    /// Puts twelve bytes of options into a packet that has as many.
    private static byte[] withTcpOptions(Rig rig, byte[] bytes, int[] options) {
        for (int i = 0; i < options.length; i++) bytes[40 + i] = (byte) options[i];
        bytes[36] = bytes[37] = 0;
        Packet packet = Packet.of(bytes, rig.pool);
        int pseudo = Checksum.pseudoV4(
                Ipv4Header.sourceBits(packet.memory(0), 0),
                Ipv4Header.destinationBits(packet.memory(0), 0),
                6,
                bytes.length - 20);
        TcpHeader.fillChecksum(packet, 20, pseudo);
        byte[] complete = packet.toBytes();
        packet.release(rig.pool);
        return complete;
    }

    // ---------------------------------------------------------------- sizes

    /// RFC 9293 3.7.1, MUST-15: whoever opened.
    @Test
    void aPeerThatAnnouncesNoSizeGetsTheDefault() {
        try (var rig = new Rig()) {
            for (String remote : new String[] {Rig.PEER_V4, Rig.PEER_V6}) {
                boolean v4 = remote.equals(Rig.PEER_V4);
                int expected = v4 ? 536 : 1220;
                TcpEndpoint active = connecting(rig, remote);
                int port = active.localAddress().port();
                Peer server = v4 ? rig.peer(80, port) : rig.peerV6(80, port);
                server.next();
                server.sends("S. 0 ack 1 win 65535");
                assertThat(active.info(rig.now).snd_mss()).isEqualTo(expected);
                TcpEndpoint listener = rig.host.openTcp(v4 ? Family.INET : Family.INET6);
                assertThat(listener.bind(at(v4 ? Rig.HOST_V4 : Rig.HOST_V6, 80), rig.now))
                        .isZero();
                assertThat(listener.listen(5, rig.now)).isZero();
                Peer client = v4 ? rig.peer(4000, 80) : rig.peerV6(4000, 80);
                rig.pollAll();
                client.sends("S 0 win 65535");
                client.next();
                client.sends(". 1 ack 1 win 65535");
                assertThat(rig.accept(listener).info(rig.now).snd_mss()).isEqualTo(expected);
                rig.pollAll();
            }
        }
    }

    /// RFC 9293 3.7.1, MUST-67: the loopback takes 65536 bytes, an IPv4 datagram has 65535.
    @Test
    void noMoreIsAnnouncedThanADatagramHolds() {
        try (var rig = new Rig()) {
            for (String ip : new String[] {"127.0.0.1", "::1"}) {
                boolean v4 = ip.indexOf(':') < 0;
                TcpEndpoint listener = rig.host.openTcp(v4 ? Family.INET : Family.INET6);
                assertThat(listener.bind(at(ip, 80), rig.now)).isZero();
                assertThat(listener.listen(5, rig.now)).isZero();
                TcpEndpoint socket = rig.host.openTcp(v4 ? Family.INET : Family.INET6);
                rig.host.sysctl().set("net.ipv4.tcp_timestamps", "0");
                assertThat(Rig.result(socket.connect(at(ip, 80), rig.now))).isEqualTo("EINPROGRESS");
                assertThat(socket.info(rig.now).advmss()).isEqualTo(v4 ? 65_495 : 65_476);
            }
        }
    }
}
