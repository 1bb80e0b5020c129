package dev.sockeye.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.host.TcpVisitor;
import dev.sockeye.sim.Side.Temper;
import dev.sockeye.sim.junit.Simulated;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.TcpMib;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TcpSysctl;
import dev.sockeye.tcp.TimeWait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/// Two machines, a few connections at a time, random programs at both ends, and a bad network between them: nothing is
/// lost, nothing invented, the end of the stream comes exactly after all data, errors only with a reason, and in the
/// end
/// everything has been released.
@NullMarked
class RandomConversationsTest {

    /// A network with every fault that TCP has to hide.
    @Simulated(seeds = 1000)
    void everythingArrivesWhateverTheNetworkDoes(Network net) {
        var world = new World(net, false);
        net.runUntil(world::isDone, Duration.ofHours(12));
        for (Side side : world.sides) {
            assertThat(side.isDone() || side.mayWait() || world.hasGivenUpAnOrphan())
                    .as("%s is stuck, peer %s", side, world.peer(side))
                    .isTrue();
            if (side.mustBeHeard() && !world.hasGivenUpAnOrphan()) {
                assertThat(world.peer(side).endOfStream)
                        .as("%s must be heard by %s", side, world.peer(side))
                        .isTrue();
            }
        }
        world.endsWithNothingLeft();
    }

    /// Machines that vanish and reboot, and cables that stay cut.
    @Simulated(seeds = 500)
    void machinesDieAndNothingStaysThatShouldNot(Network net) {
        var world = new World(net, true);
        net.runUntil(world::isDone, Duration.ofHours(3));
        net.advance(Duration.ofHours(3));
        for (Side side : world.sides) {
            // With something in flight it must have noticed; with nothing it may wait for ever, as on Linux.
            assertThat(side.inFlight())
                    .as("%s waits, peer %s", side, world.peer(side))
                    .isZero();
        }
        world.endsWithNothingLeft();
    }

    @Simulated(seeds = 20)
    void everyRunRepeatsFromItsSeed(long seed) {
        assertThat(hashOfRun(seed)).isEqualTo(hashOfRun(seed)).isNotEqualTo(hashOfRun(seed + 1));
    }

    private static long hashOfRun(long seed) {
        try (var net = new Network(seed)) {
            var world = new World(net, seed % 3 == 0);
            net.runUntil(world::isDone, Duration.ofHours(3));
            world.endsWithNothingLeft();
            return net.traceHash();
        }
    }

    /// What a seed makes.
    private static final class World {

        private final Network net;
        private final boolean harsh;
        private final RandomGenerator random;
        private final Machine a;
        private final Machine b;
        private final List<Listening> listenings = new ArrayList<>();
        final List<Side> sides = new ArrayList<>();

        World(Network net, boolean harsh) {
            this.net = net;
            this.harsh = harsh;
            random = net.random("world");
            a = net.machine("a");
            b = net.machine("b");
            setSysctl(a.sysctl().tcp());
            setSysctl(b.sysctl().tcp());
            int mtu = random.nextInt(3) == 0 ? 576 + random.nextInt(9000) : 1500;
            var impairment = new RandomFaults(net, random, List.of(), List.of()).impairment();
            Cable cable = net.connect(a, b, impairment, mtu);
            int conversations = 1 + random.nextInt(4);
            for (int i = 0; i < conversations; i++) converse(i);
            var faults = new RandomFaults(net, random, List.of(a, b), List.of(cable));
            faults.planFaults(random.nextInt(6), Duration.ofSeconds(20));
            if (harsh) faults.planDisaster(Duration.ofSeconds(20));
        }

        private void setSysctl(TcpSysctl sysctl) {
            if (random.nextInt(4) == 0) sysctl.tcp_sack = 0;
            if (random.nextInt(4) == 0) sysctl.tcp_timestamps = 0;
            if (random.nextInt(4) == 0) sysctl.tcp_window_scaling = 0;
            if (random.nextInt(4) == 0) sysctl.tcp_dsack = 0;
        }

        private void converse(int number) {
            Temper[] tempers = Temper.values();
            var client = new Side("client" + number, net, tempers[random.nextInt(tempers.length)]);
            var server = new Side("server" + number, net, tempers[random.nextInt(tempers.length)]);
            client.isHarsh = server.isHarsh = harsh;
            client.orphansGivenUp = server.orphansGivenUp = this::hasGivenUpAnOrphan;
            client.meets(server);
            server.meets(client);
            sides.add(client);
            sides.add(server);
            int port = 1000 + number;
            listenings.add(b.listen(port, 10, stream -> {
                if (server.hasMet()) return ghost(stream);
                stream.options(server::setOptions);
                return server;
            }));
            net.after(Duration.ofMillis(random.nextInt(2000)), () -> {
                if (a.isOn()) a.connect(b.at(port), client, stream -> stream.options(client::setOptions));
            });
        }

        /// A SYN cookie is valid for a while: a duplicate of the handshake's last ACK makes a second connection
        /// of it.
        private Program ghost(Stream stream) {
            assertThat(b.sysctl().tcp().tcp_syncookies)
                    .as("%s a second time", stream)
                    .isEqualTo(2);
            net.after(Duration.ofNanos(1), () -> {
                if (stream.isAlive()) stream.abort();
                if (stream.isAlive()) stream.close();
            });
            return Program.IDLE;
        }

        Side peer(Side side) {
            return sides.get(sides.indexOf(side) ^ 1);
        }

        /// Linux gives an orphan up early if its peer's window stays small and Karn's rule keeps its timeout
        /// long, which takes a connection without timestamps (`tcp_probe_timer`, `tcp_orphan_retries`): what it
        /// still had is lost.
        boolean hasGivenUpAnOrphan() {
            boolean karn = a.sysctl().tcp().tcp_timestamps == 0 || b.sysctl().tcp().tcp_timestamps == 0;
            return karn && timeouts(a) + timeouts(b) > 0;
        }

        private static long timeouts(Machine machine) {
            return machine.host().tcp().counters.get(TcpMib.TCPAbortOnTimeout);
        }

        boolean isDone() {
            return sides.stream().allMatch(Side::isDone);
        }

        void endsWithNothingLeft() {
            for (Side side : sides) side.letGo();
            for (Listening listening : listenings) if (listening.isAlive()) listening.close();
            net.advance(Duration.ofHours(2));
            for (Machine machine : net.machines()) {
                if (!machine.isOn()) continue;
                assertThat(socketsOf(machine)).as("sockets of %s", machine).isEmpty();
                machine.host().pages().clear();
            }
            assertThat(net.pool().pagesOut()).as("pages that nobody gave back").isZero();
            assertThat(net.pool().packetsOut())
                    .as("packets that nobody gave back")
                    .isZero();
        }

        private static List<String> socketsOf(Machine machine) {
            List<String> sockets = new ArrayList<>();
            machine.host().forEachTcp(new TcpVisitor() {
                @Override
                public void endpoint(TcpEndpoint endpoint) {
                    if (endpoint.state() != TcpState.CLOSED || !endpoint.isClosed()) {
                        sockets.add(endpoint.localAddress() + " " + endpoint.remoteAddress() + " " + endpoint.state());
                    }
                }

                @Override
                public void halfOpen(HalfOpen halfOpen) {
                    sockets.add("half open " + halfOpen.tuple());
                }

                @Override
                public void timeWait(TimeWait timeWait) {
                    sockets.add("time wait " + timeWait.tuple());
                }
            });
            return sockets;
        }
    }
}
