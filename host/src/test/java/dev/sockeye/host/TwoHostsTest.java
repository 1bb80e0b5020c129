package dev.sockeye.host;

import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Two hosts and a wire between them.
class TwoHostsTest {

    /// A wire that takes a millisecond, and may lose or swap packets.
    private static final class Wire implements AutoCloseable {
        private record InFlight(Interface to, Packet packet, long arrives) {}

        final PagePool pool = new PagePool();
        final Host a;
        final Host b;
        final Interface atA;
        final Interface atB;
        private final ArrayDeque<InFlight> flying = new ArrayDeque<>();
        private final Random random;
        final double loss;
        final double swap;
        long now = 1;
        long carried;

        Wire(long seed, double loss, double swap, boolean offload) {
            this.random = new Random(seed);
            this.loss = loss;
            this.swap = swap;
            a = new Host("a", Sysctl.linux(), pool, seed);
            b = new Host("b", Sysctl.linux(), pool, seed + 1);
            atA = a.addInterface("eth0", 1500).addAddress("10.0.0.1/24").addAddress("fd00::1/64");
            atB = b.addInterface("eth0", 1500).addAddress("10.0.0.2/24").addAddress("fd00::2/64");
            if (offload) {
                atA.setOffload(true, true);
                atB.setOffload(true, true);
            }
        }

        private void collect(Host from, Interface to) {
            for (Packet packet = from.pollTransmit(); packet != null; packet = from.pollTransmit()) {
                carried++;
                if (random.nextDouble() < loss) {
                    packet.release(pool);
                    continue;
                }
                var inFlight = new InFlight(to, packet, now + 1_000_000);
                if (random.nextDouble() < swap && !flying.isEmpty()) {
                    InFlight last = flying.removeLast();
                    flying.add(new InFlight(inFlight.to, inFlight.packet, last.arrives));
                    flying.add(new InFlight(last.to, last.packet, inFlight.arrives));
                } else {
                    flying.add(inFlight);
                }
            }
        }

        /// The next thing happens: a packet arrives, or a timer rings. False if there is none before `until`.
        boolean step(long until) {
            collect(a, atB);
            collect(b, atA);
            long timers = Math.min(a.nextDeadline(), b.nextDeadline());
            InFlight first = flying.peek();
            long next = Math.min(timers, first == null ? Long.MAX_VALUE : first.arrives);
            if (next > until) return false;
            now = Math.max(now, next);
            if (first != null && first.arrives <= now) {
                flying.remove();
                first.to.host().onPacket(first.to, first.packet, now);
            } else {
                a.onTime(now);
                b.onTime(now);
            }
            return true;
        }

        void run(Duration time) {
            long until = now + time.toNanos();
            boolean more = true;
            while (more) more = step(until);
            now = until;
        }

        @Override
        public void close() {
            collect(a, atB);
            collect(b, atA);
            for (InFlight each : flying) each.packet.release(pool);
            a.powerOff(now);
            b.powerOff(now);
            assertThat(pool.pagesOut()).isZero();
            assertThat(pool.packetsOut()).isZero();
        }
    }

    private static TcpEndpoint listen(Host host, String ip, int port, long now) {
        TcpEndpoint listener = host.openTcp(ip.indexOf(':') < 0 ? Family.INET : Family.INET6);
        assertThat(listener.bind(at(ip, port), now)).isZero();
        assertThat(listener.listen(128, now)).isZero();
        return listener;
    }

    private static TcpEndpoint connect(Host host, String ip, int port, long now) {
        TcpEndpoint socket = host.openTcp(ip.indexOf(':') < 0 ? Family.INET : Family.INET6);
        assertThat(socket.connect(at(ip, port), now)).isEqualTo(Errno.EINPROGRESS.asResult());
        return socket;
    }

    @Test
    void aConnectionFromOpenToClose() {
        for (String ip : new String[] {"10.0.0.2", "fd00::2"}) {
            try (var wire = new Wire(1, 0, 0, false)) {
                TcpEndpoint listener = listen(wire.b, ip, 80, wire.now);
                TcpEndpoint client = connect(wire.a, ip, 80, wire.now);
                wire.run(Duration.ofMillis(10));
                TcpEndpoint server = Objects.requireNonNull(listener.accept(wire.now));
                assertThat(client.state()).isEqualTo(TcpState.ESTABLISHED);
                assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
                client.shutdown(Shutdown.WRITE, wire.now);
                wire.run(Duration.ofMillis(10));
                assertThat(server.state()).isEqualTo(TcpState.CLOSE_WAIT);
                assertThat(client.state()).isEqualTo(TcpState.FIN_WAIT2);
                server.close(wire.now);
                client.close(wire.now);
                wire.run(Duration.ofMillis(10));
                assertThat(wire.a.tcp().timeWaits).isEqualTo(1);
                wire.run(Duration.ofMinutes(2));
                assertThat(wire.a.tcp().timeWaits).isZero();
                assertThat(wire.a.nextDeadline()).isEqualTo(Long.MAX_VALUE);
                assertThat(wire.b.nextDeadline()).isEqualTo(Long.MAX_VALUE);
            }
        }
    }

    @Test
    void nobodyListens() {
        try (var wire = new Wire(1, 0, 0, false)) {
            TcpEndpoint client = connect(wire.a, "10.0.0.2", 80, wire.now);
            wire.run(Duration.ofMillis(10));
            assertThat(client.takeError()).isEqualTo(Errno.ECONNREFUSED.number());
        }
    }

    /// Sends `length` bytes each way and checks them as they come; each side closes when it has sent all.
    private static void exchange(Wire wire, TcpEndpoint one, TcpEndpoint other, int length, int most) {
        byte[] data = new byte[length];
        new Random(5).nextBytes(data);
        TcpEndpoint[] sides = {one, other};
        int[] sent = new int[2];
        int[] received = new int[2];
        boolean[] done = new boolean[2];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(length);
            MemorySegment.copy(data, 0, source, ValueLayout.JAVA_BYTE, 0, length);
            MemorySegment sink = arena.allocate(most);
            long until = wire.now + Duration.ofHours(2).toNanos();
            while (!(done[0] && done[1])) {
                for (int i = 0; i < 2; i++) {
                    int count = 1;
                    while (sent[i] < length && count > 0) {
                        count = sides[i].send(source, sent[i], Math.min(most, length - sent[i]), 0, wire.now);
                        sent[i] += Math.max(0, count);
                        if (sent[i] == length)
                            assertThat(sides[i].shutdown(Shutdown.WRITE, wire.now))
                                    .isZero();
                    }
                    count = 1;
                    while (!done[i] && count > 0) {
                        count = sides[i].receive(sink, 0, most, 0, wire.now);
                        if (count == 0) done[i] = true;
                        if (count <= 0) continue;
                        assertThat(sink.asSlice(0, count).mismatch(source.asSlice(received[i], count)))
                                .isEqualTo(-1);
                        received[i] += count;
                    }
                }
                if (done[0] && done[1]) break;
                assertThat(wire.step(until))
                        .as("still moving; got %d and %d", received[0], received[1])
                        .isTrue();
            }
        }
        assertThat(received).containsExactly(length, length);
    }

    @Test
    void bulkBothWays() {
        for (boolean offload : new boolean[] {false, true}) {
            try (var wire = new Wire(1, 0, 0, offload)) {
                TcpEndpoint listener = listen(wire.b, "10.0.0.2", 80, wire.now);
                TcpEndpoint client = connect(wire.a, "10.0.0.2", 80, wire.now);
                wire.run(Duration.ofMillis(10));
                TcpEndpoint server = Objects.requireNonNull(listener.accept(wire.now));
                exchange(wire, client, server, 5_000_000, 65_536);
                assertThat(wire.a.counters().get("TcpRetransSegs")).isZero();
                client.close(wire.now);
                server.close(wire.now);
                listener.close(wire.now);
                wire.run(Duration.ofMinutes(2));
                assertThat(wire.a.tcp().timeWaits + wire.b.tcp().timeWaits).isZero();
            }
        }
    }

    @Test
    void bulkThroughLossAndDisorder() {
        for (int seed = 1; seed <= 5; seed++) {
            try (var wire = new Wire(seed, 0.03, 0.05, false)) {
                TcpEndpoint listener = listen(wire.b, "fd00::2", 80, wire.now);
                TcpEndpoint client = connect(wire.a, "fd00::2", 80, wire.now);
                TcpEndpoint server = null;
                while (server == null) {
                    assertThat(wire.step(Long.MAX_VALUE - 1)).isTrue();
                    server = listener.accept(wire.now);
                }
                exchange(wire, client, server, 1_000_000, 10_000);
            }
        }
    }

    @Test
    void onLoopbackAWriteEndsInThePeersQueue() {
        try (var wire = new Wire(1, 0, 0, false)) {
            TcpEndpoint listener = listen(wire.a, "127.0.0.1", 80, wire.now);
            TcpEndpoint client = connect(wire.a, "127.0.0.1", 80, wire.now);
            assertThat(client.state()).isEqualTo(TcpState.ESTABLISHED);
            TcpEndpoint server = Objects.requireNonNull(listener.accept(wire.now));
            // Linux shows the same: half of the window of a SYN, which is 65483.
            assertThat(client.info(wire.now).snd_mss()).isEqualTo(32_741);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(1_000_000);
                int sent = client.send(buffer, 0, 100_000, 0, wire.now);
                assertThat(sent).isEqualTo(100_000);
                assertThat(server.receive(buffer, 0, 1_000_000, 0, wire.now)).isPositive();
            }
            TcpInfo info = client.info(wire.now);
            assertThat(info.snd_wnd()).isGreaterThan(65_483);
            assertThat(info.snd_mss()).isEqualTo(info.snd_wnd() / 2);
            assertThat(wire.carried).isZero();
            exchange(wire, client, server, 1_000_000, 65_536);
        }
    }

    @Test
    void manyConnections() {
        try (var wire = new Wire(1, 0, 0, false)) {
            TcpEndpoint listener = listen(wire.b, "0.0.0.0", 80, wire.now);
            var clients = new ArrayList<TcpEndpoint>();
            for (int i = 0; i < 2000; i++) {
                clients.add(connect(wire.a, "10.0.0.2", 80, wire.now));
                if (i % 100 == 99) wire.run(Duration.ofMillis(5));
                for (TcpEndpoint each = listener.accept(wire.now); each != null; each = listener.accept(wire.now)) {
                    clients.add(each);
                }
            }
            wire.run(Duration.ofMillis(20));
            for (TcpEndpoint each = listener.accept(wire.now); each != null; each = listener.accept(wire.now)) {
                clients.add(each);
            }
            assertThat(clients).hasSize(4000).allMatch(each -> each.state() == TcpState.ESTABLISHED);
            for (TcpEndpoint each : clients) each.close(wire.now);
            wire.run(Duration.ofSeconds(1));
            assertThat(wire.a.tcp().timeWaits + wire.b.tcp().timeWaits).isPositive();
            wire.run(Duration.ofMinutes(2));
            assertThat(wire.a.tcp().timeWaits + wire.b.tcp().timeWaits).isZero();
            assertThat(wire.a.tcp().orphans + wire.b.tcp().orphans).isZero();
        }
    }

    @Test
    void aPeerThatIsSwitchedOffIsFoundOutByRetransmission() {
        try (var wire = new Wire(1, 0, 0, false)) {
            TcpEndpoint listener = listen(wire.b, "10.0.0.2", 80, wire.now);
            TcpEndpoint client = connect(wire.a, "10.0.0.2", 80, wire.now);
            wire.run(Duration.ofMillis(10));
            assertThat(listener.accept(wire.now)).isNotNull();
            wire.atB.setUp(false);
            byte[] hello = {1, 2, 3};
            assertThat(client.send(MemorySegment.ofArray(hello), 0, 3, 0, wire.now))
                    .isEqualTo(3);
            wire.run(Duration.ofMinutes(10));
            assertThat(client.state()).isEqualTo(TcpState.ESTABLISHED);
            wire.run(Duration.ofMinutes(10));
            assertThat(client.takeError()).isEqualTo(Errno.ETIMEDOUT.number());
        }
    }
}
