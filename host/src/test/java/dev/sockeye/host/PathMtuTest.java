package dev.sockeye.host;

import static dev.sockeye.host.Datagrams.icmp;
import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Path MTUs as a program sees them, and the error queue: docs/linux/pmtu.md, docs/linux/errqueue.md.
class PathMtuTest {

    private static final MemorySegment DATA = MemorySegment.ofArray(Datagrams.letters(1460));

    private static TcpEndpoint connection(Rig rig, int mode) {
        TcpEndpoint listener = rig.listen(80 + mode, 5);
        listener.options().pathMtuDiscovery = mode;
        rig.peer(4000, 80 + mode).connects();
        return rig.accept(listener);
    }

    private static int packets(Rig rig, TcpEndpoint socket) {
        assertThat(socket.send(DATA, 0, 1460, 0, rig.now)).isEqualTo(1460);
        return rig.pollAll().size();
    }

    /// What was learned is forgotten after `mtu_expires`, by connections that are open, too.
    @Test
    void anOpenConnectionSendsLargeSegmentsAgainOnceThePathIsForgotten() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.listen(80, 5);
            Peer peer = rig.peer(4000, 80).connects();
            TcpEndpoint socket = rig.accept(listener);
            assertThat(socket.send(DATA, 0, 1460, 0, rig.now)).isEqualTo(1460);
            rig.receive(icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 4, 1000, rig.sent()));
            assertThat(rig.pollAll()).hasSize(2);
            peer.sends(". 1 ack 1461 win 65535");
            rig.advance(Duration.ofMinutes(9));
            assertThat(packets(rig, socket)).isEqualTo(2);
            assertThat(socket.pathMtu(rig.now)).isEqualTo(1000);
            peer.sends(". 1 ack 2921 win 65535");
            rig.advance(Duration.ofSeconds(61));
            assertThat(socket.pathMtu(rig.now)).isEqualTo(1500);
            assertThat(packets(rig, socket)).isEqualTo(1);
            assertThat(socket.info(rig.now).pmtu()).isEqualTo(1500);
            assertThat(socket.info(rig.now).snd_mss()).isEqualTo(1460);
            peer.sends("R 1 win 0");
        }
    }

    /// DF where the path is being discovered; the message makes what is in flight go again only there and where a
    /// program probes by itself; what is written later is smaller in any case.
    @Test
    void eachModeOfDiscoveryDoesAsOnLinux() {
        boolean[][] expected = {
            // DF, goes again at once
            {false, false},
            {true, true},
            {true, true},
            {false, true},
            {false, false},
            {false, false},
        };
        for (int mode = SocketOptions.PMTU_DONT; mode <= SocketOptions.PMTU_OMIT; mode++) {
            try (var rig = new Rig()) {
                TcpEndpoint socket = connection(rig, mode);
                assertThat(socket.send(DATA, 0, 1460, 0, rig.now)).isEqualTo(1460);
                byte[] sent = rig.sent();
                assertThat((sent[6] & 0x40) != 0).as("DF of mode " + mode).isEqualTo(expected[mode][0]);
                rig.receive(icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 4, 1000, sent));
                assertThat(rig.pollAll()).as("mode " + mode).hasSize(expected[mode][1] ? 2 : 0);
                assertThat(packets(rig, socket)).isEqualTo(2);
                assertThat(socket.pathMtu(rig.now)).isEqualTo(1000);
            }
        }
    }

    /// RFC 8201 4: what no IPv6 link may be as narrow as is no word to go by.
    @Test
    void tooBigOverIpv6TeachesNothingBelow1280() {
        try (var rig = new Rig()) {
            TcpEndpoint listener = rig.host.openTcp(Family.INET6);
            listener.bind(at("::", 80), rig.now);
            listener.listen(5, rig.now);
            rig.peerV6(4000, 80)
                    .sends("S 0 win 65535 <mss 1460>")
                    .receives("S. 0:1(0) ack 1 win 64800 <mss 1440>")
                    .sends(". 1 ack 1 win 65535");
            TcpEndpoint socket = rig.accept(listener);
            assertThat(socket.send(DATA, 0, 1400, 0, rig.now)).isEqualTo(1400);
            byte[] sent = rig.sent();
            rig.receive(icmp(Rig.PEER_V6, Rig.HOST_V6, 2, 0, 1279, sent));
            assertThat(rig.pollAll()).isEmpty();
            assertThat(socket.info(rig.now).pmtu()).isEqualTo(1500);
            rig.receive(icmp(Rig.PEER_V6, Rig.HOST_V6, 2, 0, 1280, sent));
            assertThat(rig.pollAll()).hasSize(2).allMatch(packet -> packet.length <= 1280);
            assertThat(socket.info(rig.now).pmtu()).isEqualTo(1280);
        }
    }

    /// Who connects is told what ICMP has said, whether the program has set `IP_RECVERR` or not.
    @Test
    void aConnectThatFailedLeavesARecord() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = rig.host.openTcp(Family.INET);
            assertThat(socket.connect(at(Rig.PEER_V4, 80), rig.now)).isEqualTo(Errno.EINPROGRESS.asResult());
            byte[] syn = rig.sent();
            rig.receive(icmp("192.0.2.9", Rig.HOST_V4, 3, 1, 0, syn));
            ErrorRecord record = socket.takeErrorRecord();
            assertThat(record).isNotNull();
            assertThat(record.errno()).isEqualTo(Errno.EHOSTUNREACH.number());
            assertThat(record.origin()).isEqualTo(ErrorRecord.ICMP);
            assertThat(record.type()).isEqualTo(3);
            assertThat(record.code()).isEqualTo(1);
            assertThat(record.offender()).isEqualTo(IpAddress.parse("192.0.2.9"));
            assertThat(record.peer()).isEqualTo(at(Rig.PEER_V4, 80));
            assertThat(record.payload()).containsExactly(java.util.Arrays.copyOfRange(syn, 20, 28));
            assertThat(socket.takeError()).as("it was read").isZero();
            assertThat(socket.takeErrorRecord()).isNull();
        }
    }

    @Test
    void anEstablishedConnectionHasNoRecordOfErrors() {
        try (var rig = new Rig()) {
            TcpEndpoint socket = connection(rig, SocketOptions.PMTU_WANT);
            socket.options().receiveErrors = true;
            assertThat(rig.write(socket, "hello")).isEqualTo("5");
            rig.receive(icmp(Rig.PEER_V4, Rig.HOST_V4, 3, 1, 0, rig.sent()));
            assertThat(socket.takeErrorRecord()).isNull();
            assertThat(socket.takeError()).isEqualTo(Errno.EHOSTUNREACH.number());
        }
    }

    /// `net.core.rmem_max` counts for the window scale where it is more than `tcp_rmem` has.
    @Test
    void theWindowScaleFollowsTheLargestBufferThatCanBeSet() {
        int[][] expected = {
            // tcp_rmem[2], rmem_max, scale
            {2 << 20, 4 << 20, 7},
            {2 << 20, 1 << 20, 6},
            {32 << 20, 4 << 20, 10},
            {1 << 20, 64 << 20, 11},
        };
        for (int[] row : expected) {
            try (var rig = new Rig()) {
                rig.host.sysctl().tcp().tcp_rmem = new int[] {4096, 131_072, row[0]};
                rig.host.sysctl().core().rmem_max = row[1];
                rig.listen(80, 5);
                rig.peer(4000, 80)
                        .sends("S 0 win 65535 <mss 1460,wscale 7>")
                        .receives("S. 0:1(0) ack 1 win 64240 <mss 1460,wscale " + row[2] + ">");
            }
        }
    }
}
