package dev.sockeye.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Ports that the host chooses; see docs/linux/bind.md, "Ephemeral ports".
class PortAllocatorTest {

    private static Rig withRange(int low, int high) {
        var rig = new Rig();
        rig.host.sysctl().set("net.ipv4.ip_local_port_range", low + " " + high);
        return rig;
    }

    private static String connect(Rig rig, int port, List<Integer> chosen) {
        TcpEndpoint socket = rig.host.openTcp(Family.INET);
        String result = Rig.result(socket.connect(Rig.at(Rig.PEER_V4, port), rig.now));
        if (result.equals("EINPROGRESS")) chosen.add(socket.localAddress().port());
        return result;
    }

    private static String bind(Rig rig, List<Integer> chosen) {
        TcpEndpoint socket = rig.host.openTcp(Family.INET);
        String result = Rig.result(socket.bind(Rig.at("0.0.0.0", 0), rig.now));
        if (result.equals("ok")) chosen.add(socket.localAddress().port());
        return result;
    }

    @Test
    void connectTakesTheParityOfTheRangeFirstAndEachPortOnce() {
        try (var rig = withRange(40_000, 40_019)) {
            var chosen = new ArrayList<Integer>();
            for (int i = 0; i < 20; i++) assertThat(connect(rig, 80, chosen)).isEqualTo("EINPROGRESS");
            assertThat(connect(rig, 80, chosen)).isEqualTo("EADDRNOTAVAIL");
            assertThat(chosen.subList(0, 10)).allMatch(port -> port % 2 == 0);
            assertThat(chosen.subList(10, 20)).allMatch(port -> port % 2 == 1);
            assertThat(new TreeSet<>(chosen)).hasSize(20);
            // To another destination they are all free again; bind has none.
            for (int i = 0; i < 20; i++)
                assertThat(connect(rig, 81, new ArrayList<>())).isEqualTo("EINPROGRESS");
            assertThat(bind(rig, chosen)).isEqualTo("EADDRINUSE");
        }
    }

    @Test
    void bindTakesTheOtherParityFirstAndKeepsItFromConnect() {
        try (var rig = withRange(40_000, 40_009)) {
            var chosen = new ArrayList<Integer>();
            for (int i = 0; i < 10; i++) assertThat(bind(rig, chosen)).isEqualTo("ok");
            assertThat(bind(rig, chosen)).isEqualTo("EADDRINUSE");
            assertThat(chosen.subList(0, 5)).allMatch(port -> port % 2 == 1);
            assertThat(new TreeSet<>(chosen)).hasSize(10);
            assertThat(connect(rig, 80, chosen)).isEqualTo("EADDRNOTAVAIL");
        }
    }

    @Test
    void withReuseAddressBindSearchesTheLowerHalfFirst() {
        try (var rig = withRange(40_000, 40_009)) {
            for (int i = 0; i < 10; i++) {
                TcpEndpoint socket = rig.host.openTcp(Family.INET);
                socket.setReuseAddress(true);
                assertThat(socket.bind(Rig.at("0.0.0.0", 0), rig.now)).isZero();
                assertThat(socket.localAddress().port() < 40_004).isEqualTo(i < 4);
            }
        }
    }

    @Test
    void anOddRangeIsUsedToItsEnd() {
        try (var rig = withRange(40_001, 40_003)) {
            var chosen = new ArrayList<Integer>();
            for (int i = 0; i < 3; i++) assertThat(connect(rig, 80, chosen)).isEqualTo("EINPROGRESS");
            assertThat(connect(rig, 80, chosen)).isEqualTo("EADDRNOTAVAIL");
            assertThat(chosen.subList(0, 2)).containsExactlyInAnyOrder(40_001, 40_003);
            assertThat(chosen.get(2)).isEqualTo(40_002);
        }
    }

    @Test
    void eachDestinationHasASequenceOfItsOwn() {
        try (var rig = new Rig()) {
            var first = new ArrayList<Integer>();
            var second = new ArrayList<Integer>();
            for (int i = 0; i < 10; i++) {
                connect(rig, 80, first);
                connect(rig, 81, second);
            }
            for (int i = 1; i < 10; i++) {
                // Small steps upwards, from a place that only the host knows.
                assertThat(Math.floorMod(first.get(i) - first.get(i - 1), 28_232))
                        .isBetween(2, 40);
                assertThat(Math.floorMod(second.get(i) - second.get(i - 1), 28_232))
                        .isBetween(2, 40);
            }
            assertThat(first).doesNotContainAnyElementsOf(second);
        }
    }

    @Test
    void anotherSeedChoosesOtherPorts() {
        var chosen = new ArrayList<Integer>();
        for (int seed = 1; seed <= 4; seed++) {
            try (var rig = new Rig(seed)) {
                connect(rig, 80, chosen);
            }
        }
        assertThat(new TreeSet<>(chosen)).hasSize(4);
    }

    @Test
    void aPortBoundByTheProgramConnectsToEachDestinationOnce() {
        try (var rig = new Rig()) {
            for (int i = 0; i < 3; i++) {
                TcpEndpoint socket = rig.host.openTcp(Family.INET);
                socket.setReuseAddress(true);
                assertThat(socket.bind(Rig.at(Rig.HOST_V4, 7001), rig.now)).isZero();
                assertThat(Rig.result(socket.connect(Rig.at(Rig.PEER_V4, 80 + i % 2), rig.now)))
                        .isEqualTo(i == 2 ? "EADDRNOTAVAIL" : "EINPROGRESS");
            }
        }
    }

    @Test
    void aPortIsFreeAgainAfterItsConnectionIsGone() {
        try (var rig = withRange(40_000, 40_000)) {
            var chosen = new ArrayList<Integer>();
            assertThat(connect(rig, 80, chosen)).isEqualTo("EINPROGRESS");
            assertThat(connect(rig, 80, chosen)).isEqualTo("EADDRNOTAVAIL");
            Peer peer = rig.peer(80, 40_000);
            peer.receives("S 0:1(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,wscale 10>")
                    .sends("R. 0 ack 1 win 0");
            assertThat(connect(rig, 80, chosen)).isEqualTo("EINPROGRESS");
        }
    }
}
