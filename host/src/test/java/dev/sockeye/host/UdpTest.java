package dev.sockeye.host;

import static dev.sockeye.host.Datagrams.describe;
import static dev.sockeye.host.Datagrams.udp;
import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// UDP sockets.
class UdpTest {

    private static final TransportAddress PEER = at(Rig.PEER_V4, 4000);
    private static final TransportAddress HOST = at(Rig.HOST_V4, 53);

    private static UdpEndpoint open(Rig rig, String ip, int port) {
        UdpEndpoint socket = rig.host.openUdp(ip.indexOf(':') < 0 ? Family.INET : Family.INET6);
        assertThat(socket.bind(at(ip, port), rig.now)).isZero();
        return socket;
    }

    private static String send(Rig rig, UdpEndpoint socket, String data, @Nullable TransportAddress to) {
        byte[] bytes = data.getBytes(StandardCharsets.US_ASCII);
        return Rig.result(socket.send(MemorySegment.ofArray(bytes), 0, bytes.length, to, 0, rig.now));
    }

    private static String receive(Rig rig, UdpEndpoint socket) {
        return receive(rig, socket, 20, 0);
    }

    private static String receive(Rig rig, UdpEndpoint socket, int room, int flags) {
        byte[] bytes = new byte[room];
        var info = new DatagramInfo();
        int count = socket.receive(MemorySegment.ofArray(bytes), 0, room, flags, info, rig.now);
        if (count < 0) return Errno.ofResult(count).name();
        String text = new String(bytes, 0, count, StandardCharsets.US_ASCII);
        return text + " of " + info.length() + " from " + info.source();
    }

    @Test
    void datagramsComeAndGo() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig, "0.0.0.0", 53);
            assertThat(receive(rig, socket)).isEqualTo("EAGAIN");
            assertThat(socket.readiness()).isEqualTo(Readiness.OUT);
            rig.receive(udp(PEER, HOST, "hello"));
            assertThat(socket.readiness()).isEqualTo(Readiness.IN | Readiness.OUT);
            assertThat(rig.host.pollReady()).isSameAs(socket);
            assertThat(socket.takeEvents()).isEqualTo(Readiness.IN);
            assertThat(receive(rig, socket, 20, Connection.MSG_PEEK)).isEqualTo("hello of 5 from 192.0.2.2:4000");
            assertThat(receive(rig, socket, 2, 0)).isEqualTo("he of 5 from 192.0.2.2:4000");
            assertThat(receive(rig, socket)).isEqualTo("EAGAIN");
            assertThat(send(rig, socket, "world", PEER)).isEqualTo("5");
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 udp 53 > 4000 world");
            assertThat(send(rig, socket, "", PEER)).isEqualTo("ok");
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 udp 53 > 4000 ");
            assertThat(rig.count("UdpInDatagrams")).isEqualTo(1);
            assertThat(rig.count("UdpOutDatagrams")).isEqualTo(2);
        }
    }

    @Test
    void ipv6AndMappedAddressesOnOneSocket() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig, "::", 53);
            rig.receive(udp(at(Rig.PEER_V6, 4000), at(Rig.HOST_V6, 53), "six"));
            rig.receive(udp(PEER, HOST, "four"));
            assertThat(receive(rig, socket)).isEqualTo("six of 3 from [fd00::2]:4000");
            assertThat(receive(rig, socket)).isEqualTo("four of 4 from 192.0.2.2:4000");
            assertThat(send(rig, socket, "6", at(Rig.PEER_V6, 1))).isEqualTo("1");
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 udp 53 > 1 6");
            assertThat(send(rig, socket, "4", at(Rig.PEER_V4, 1))).isEqualTo("1");
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 udp 53 > 1 4");
        }
    }

    @Test
    void aClosedPortIsUnreachable() {
        try (var rig = new Rig()) {
            rig.receive(udp(PEER, HOST, "hello"));
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.2 icmp 3/3 quoting 33");
            rig.receive(udp(at(Rig.PEER_V6, 4000), at(Rig.HOST_V6, 53), "hello"));
            assertThat(describe(rig.poll())).isEqualTo("fd00::1 > fd00::2 icmp6 1/4 quoting 53");
            assertThat(rig.count("UdpNoPorts")).isEqualTo(1);
            assertThat(rig.count("Udp6NoPorts")).isEqualTo(1);
            assertThat(rig.count("IcmpOutDestUnreachs")).isEqualTo(1);
        }
    }

    @Test
    void checksums() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig, "::", 53);
            byte[] wrong = udp(PEER, HOST, "hello");
            wrong[26] ^= 1;
            rig.receive(wrong);
            assertThat(rig.count("UdpInCsumErrors")).isEqualTo(1);
            byte[] none = udp(PEER, HOST, "hello");
            none[26] = none[27] = 0;
            rig.receive(none);
            assertThat(receive(rig, socket)).as("IPv4 may go without").startsWith("hello");
            byte[] noneV6 = udp(at(Rig.PEER_V6, 4000), at(Rig.HOST_V6, 53), "hello");
            noneV6[46] = noneV6[47] = 0;
            rig.receive(noneV6);
            assertThat(receive(rig, socket)).as("IPv6 may not").isEqualTo("EAGAIN");
            assertThat(rig.count("Udp6InErrors")).isEqualTo(1);
        }
    }

    @Test
    void aConnectedSocketHearsItsPeerOnlyAndOfItsErrors() {
        try (var rig = new Rig()) {
            UdpEndpoint any = open(rig, "0.0.0.0", 53);
            any.setReuseAddress(true);
            UdpEndpoint socket = rig.host.openUdp(Family.INET);
            socket.setReuseAddress(true);
            assertThat(socket.bind(HOST, rig.now)).isZero();
            assertThat(socket.connect(PEER, rig.now)).isZero();
            rig.receive(udp(PEER, HOST, "one"));
            rig.receive(udp(at(Rig.PEER_V4, 4001), HOST, "two"));
            assertThat(receive(rig, socket)).startsWith("one");
            assertThat(receive(rig, any)).startsWith("two");
            assertThat(send(rig, socket, "x", null)).isEqualTo("1");
            byte[] sent = rig.sent();
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 3, 0, sent));
            assertThat(socket.readiness() & Readiness.ERR).isNotZero();
            assertThat(receive(rig, socket)).isEqualTo("ECONNREFUSED");
            assertThat(receive(rig, socket)).isEqualTo("EAGAIN");
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 1, 0, sent)); // host unreachable: soft
            assertThat(receive(rig, socket)).isEqualTo("EAGAIN");
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 3, 0, sent));
            assertThat(send(rig, socket, "x", null)).isEqualTo("ECONNREFUSED");
            assertThat(send(rig, socket, "x", null)).isEqualTo("1");
            assertThat(socket.disconnect(rig.now)).isZero();
            assertThat(send(rig, socket, "x", null)).isEqualTo("EDESTADDRREQ");
        }
    }

    @Test
    void anUnconnectedSocketIsNotToldOfErrors() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig, "0.0.0.0", 53);
            send(rig, socket, "x", PEER);
            byte[] sent = rig.sent();
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 3, 0, sent));
            assertThat(receive(rig, socket)).isEqualTo("EAGAIN");
            socket.options().receiveErrors = true;
            rig.receive(Datagrams.icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 3, 0, sent));
            assertThat(receive(rig, socket)).isEqualTo("ECONNREFUSED");
        }
    }

    @Test
    void theReceiveQueueIsBounded() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = open(rig, "0.0.0.0", 53);
            socket.options().receiveBuffer = 4096;
            for (int i = 0; i < 100; i++) rig.receive(udp(PEER, HOST, "datagram " + i));
            int waiting = 0;
            while (receive(rig, socket).startsWith("datagram " + waiting + " of")) waiting++;
            assertThat(waiting).isBetween(3, 10);
            assertThat(socket.drops()).isEqualTo(100 - waiting);
            assertThat(rig.count("UdpRcvbufErrors")).isEqualTo(100 - waiting);
            assertThat(socket.receiveQueueBytes()).isZero();
        }
    }

    @Test
    void errorsOfCalls() {
        try (var rig = new Rig()) {
            UdpEndpoint socket = rig.host.openUdp(Family.INET);
            assertThat(send(rig, socket, "x", null)).isEqualTo("EDESTADDRREQ");
            assertThat(send(rig, socket, "x", at("203.0.113.1", 1))).isEqualTo("ENETUNREACH");
            assertThat(send(rig, socket, "x", at(Rig.PEER_V6, 1))).isEqualTo("EAFNOSUPPORT");
            assertThat(send(rig, socket, "x", at("192.0.2.255", 1))).isEqualTo("EACCES");
            assertThat(send(rig, socket, "x", at(Rig.PEER_V4, 0))).isEqualTo("EINVAL");
            assertThat(send(rig, socket, "x".repeat(65_508), PEER)).isEqualTo("EMSGSIZE");
            assertThat(Rig.result(socket.bind(at("203.0.113.1", 0), rig.now))).isEqualTo("EADDRNOTAVAIL");
            UdpEndpoint other = open(rig, "0.0.0.0", 53);
            UdpEndpoint second = rig.host.openUdp(Family.INET);
            assertThat(Rig.result(second.bind(HOST, rig.now))).isEqualTo("EADDRINUSE");
            other.close(rig.now);
            assertThat(Rig.result(second.bind(HOST, rig.now))).isEqualTo("ok");
            assertThat(Rig.result(second.shutdown(Shutdown.BOTH, rig.now))).isEqualTo("ENOTCONN");
            assertThat(send(rig, second, "x", PEER)).isEqualTo("EPIPE");
        }
    }

    @Test
    void aLargeDatagramGoesInFragmentsAndComesBackWhole() {
        for (boolean v4 : new boolean[] {true, false}) {
            try (var rig = new Rig();
                    var other = new Rig(2, "192.0.2.9", "fd00::9")) {
                String peer = v4 ? "192.0.2.9" : "fd00::9";
                UdpEndpoint socket = open(rig, v4 ? "0.0.0.0" : "::", 53);
                UdpEndpoint receiver = open(other, v4 ? "0.0.0.0" : "::", 53);
                byte[] data = Datagrams.letters(v4 ? 65_507 : 65_527);
                int sent = socket.send(MemorySegment.ofArray(data), 0, data.length, at(peer, 53), 0, rig.now);
                assertThat(sent).isEqualTo(data.length);
                var fragments = rig.pollAll();
                assertThat(fragments).hasSize(v4 ? 45 : 46).allMatch(each -> each.length <= 1500);
                for (byte[] fragment : fragments) other.receive(fragment);
                byte[] got = new byte[70_000];
                var info = new DatagramInfo();
                int count = receiver.receive(MemorySegment.ofArray(got), 0, got.length, 0, info, other.now);
                assertThat(count).isEqualTo(data.length);
                assertThat(got).startsWith(data);
            }
        }
    }

    @Test
    void groupsAndBroadcast() {
        try (var rig = new Rig()) {
            UdpEndpoint member = rig.host.openUdp(Family.INET);
            UdpEndpoint stranger = rig.host.openUdp(Family.INET);
            for (UdpEndpoint each : new UdpEndpoint[] {member, stranger}) {
                each.setReuseAddress(true);
                assertThat(each.bind(at("0.0.0.0", 5353), rig.now)).isZero();
            }
            IpAddress group = IpAddress.parse("224.0.0.251");
            assertThat(Rig.result(member.join(group, null)))
                    .as("no route to the group")
                    .isEqualTo("ENODEV");
            assertThat(member.join(group, rig.eth0)).isZero();
            assertThat(Rig.result(member.join(group, rig.eth0))).isEqualTo("EADDRINUSE");
            rig.receive(udp(PEER, at("224.0.0.251", 5353), "group"));
            assertThat(receive(rig, member)).startsWith("group");
            assertThat(receive(rig, stranger)).isEqualTo("EAGAIN");
            rig.receive(udp(PEER, at("192.0.2.255", 5353), "all"));
            assertThat(receive(rig, member)).startsWith("all");
            assertThat(receive(rig, stranger)).startsWith("all");
            rig.receive(udp(PEER, at("192.0.2.255", 5354), "nobody"));
            assertThat(rig.poll()).as("a broadcast is never answered").isNull();
            rig.host.routes().add("224.0.0.0/4", rig.eth0);
            assertThat(send(rig, stranger, "own", at("224.0.0.251", 5353))).isEqualTo("3");
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 224.0.0.251 udp 5353 > 5353 own");
            assertThat(receive(rig, member)).startsWith("own of 3 from 192.0.2.1:5353");
            assertThat(member.leave(group, null)).isZero();
            rig.receive(udp(PEER, at("224.0.0.251", 5353), "group"));
            assertThat(receive(rig, member)).isEqualTo("EAGAIN");
            stranger.options().broadcast = true;
            assertThat(send(rig, stranger, "b", at("192.0.2.255", 9))).isEqualTo("1");
            assertThat(describe(rig.poll())).isEqualTo("192.0.2.1 > 192.0.2.255 udp 5353 > 9 b");
        }
    }

    @Test
    void loopbackStaysInside() {
        try (var rig = new Rig()) {
            UdpEndpoint a = open(rig, "127.0.0.1", 1);
            UdpEndpoint b = open(rig, "0.0.0.0", 2);
            assertThat(send(rig, a, "hi", at("127.0.0.1", 2))).isEqualTo("2");
            assertThat(receive(rig, b)).isEqualTo("hi of 2 from 127.0.0.1:1");
            assertThat(a.connect(at("127.0.0.1", 3), rig.now)).isZero();
            assertThat(send(rig, a, "hi", null)).isEqualTo("2");
            assertThat(receive(rig, a)).isEqualTo("ECONNREFUSED");
            byte[] big = Datagrams.letters(60_000);
            assertThat(a.send(MemorySegment.ofArray(big), 0, big.length, at("127.0.0.1", 2), 0, rig.now))
                    .isEqualTo(60_000);
            assertThat(receive(rig, b)).contains("of 60000");
            assertThat(rig.host.pollTransmit()).isNull();
        }
    }
}
