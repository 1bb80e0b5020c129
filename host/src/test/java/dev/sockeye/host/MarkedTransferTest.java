package dev.sockeye.host;

import static dev.sockeye.host.Rig.at;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.wire.Ipv4Header;
import dev.sockeye.wire.Ipv6Header;
import dev.sockeye.wire.Packet;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TcpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A path marks packets at random, and what the sender comes to know of it is what the receiver has seen (RFC 9768):
/// for
/// bytes always, for packets as long as no ACK is lost, for then the counter of three bits may go around unseen.
class MarkedTransferTest {

    private static final int TOTAL = 400_000;

    private record Flying(Interface to, Packet packet, long arrives) {}

    private final PagePool pool = new PagePool();
    private final ArrayDeque<Flying> air = new ArrayDeque<>();
    private SplittableRandom random = new SplittableRandom();
    private double marks;
    private double lostAcks;
    private long now = 1;
    private Host a;
    private Host b;
    private Interface atA;
    private Interface atB;
    /// Packets that were marked on the way to b.
    private int marked;

    private void build(int seed, boolean offload) {
        random = new SplittableRandom(seed);
        a = new Host("a", Sysctl.linux().set("net.ipv4.tcp_ecn", "3"), pool, seed);
        b = new Host("b", Sysctl.linux().set("net.ipv4.tcp_ecn", "3"), pool, seed + 1);
        atA = a.addInterface("eth0", 1500).addAddress("10.0.0.1/24").addAddress("fd00::1/64");
        atB = b.addInterface("eth0", 1500).addAddress("10.0.0.2/24").addAddress("fd00::2/64");
        atA.setOffload(offload, offload);
        atB.setOffload(offload, offload);
    }

    private void collect(Host from, Interface to) {
        for (Packet packet = from.pollTransmit(); packet != null; packet = from.pollTransmit()) {
            if (packet.length() < 120 && random.nextDouble() < lostAcks) {
                packet.release(pool);
                continue;
            }
            if (random.nextDouble() < marks) mark(packet, to == atB);
            air.add(new Flying(to, packet, now + 5_000_000));
        }
    }

    /// CE, where the packet is ECN-capable (RFC 3168 5).
    private void mark(Packet packet, boolean count) {
        MemorySegment memory = packet.memory(0);
        int first = packet.offset(0);
        boolean v4 = Ipv4Header.version(memory, first) == 4;
        int ecn = v4 ? Ipv4Header.ecn(memory, first) : Ipv6Header.ecn(memory, first);
        if (ecn == 0) return;
        if (v4) {
            Ipv4Header.setTos(memory, first, Ipv4Header.tos(memory, first) | 3);
            Ipv4Header.fillChecksum(memory, first);
        } else {
            Ipv6Header.setTrafficClass(memory, first, Ipv6Header.trafficClass(memory, first) | 3);
        }
        if (!count) return;
        int transport = v4 ? 20 : 40;
        int headers = transport + TcpHeader.headerLength(memory, first + transport);
        int size = packet.segmentSize();
        marked += size == 0 ? 1 : (packet.length() - headers + size - 1) / size;
    }

    private boolean step(long until) {
        collect(a, atB);
        collect(b, atA);
        Flying first = air.peek();
        long next =
                Math.min(Math.min(a.nextDeadline(), b.nextDeadline()), first == null ? Long.MAX_VALUE : first.arrives);
        if (next > until) return false;
        now = Math.max(now, next);
        if (first != null && first.arrives <= now) {
            air.remove();
            first.to.host().onPacket(first.to, first.packet, now);
        } else {
            a.onTime(now);
            b.onTime(now);
        }
        return true;
    }

    private void run(Duration time) {
        long until = now + time.toNanos();
        boolean more = true;
        while (more) more = step(until);
        now = until;
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.2, 0.01, 0, false", "10.0.0.2, 0.2, 0, false", "10.0.0.2, 1, 0, false", "fd00::2, 0.2, 0, false",
        "10.0.0.2, 0.2, 0, true", "10.0.0.2, 0.1, 0.3, false", "fd00::2, 0.3, 0.2, false", "10.0.0.2, 0.3, 0.3, true",
    })
    void theSenderLearnsWhatTheReceiverSees(String ip, double markingRate, double lostAckRate, boolean offload) {
        for (int seed = 1; seed <= 5; seed++) {
            marks = lostAcks = 0;
            marked = 0;
            build(seed, offload);
            // Where ACKs are lost, the option would be suspected and given up.
            if (lostAckRate > 0) b.sysctl().set("net.ipv4.tcp_ecn_option", "3");
            TcpEndpoint listener = b.openTcp(ip.indexOf(':') < 0 ? Family.INET : Family.INET6);
            assertThat(listener.bind(at(ip, 80), now)).isZero();
            assertThat(listener.listen(8, now)).isZero();
            TcpEndpoint client = a.openTcp(ip.indexOf(':') < 0 ? Family.INET : Family.INET6);
            client.connect(at(ip, 80), now);
            run(Duration.ofMillis(100));
            TcpEndpoint server = Objects.requireNonNull(listener.accept(now));
            marks = markingRate;
            lostAcks = lostAckRate;
            transfer(client, server, TOTAL);
            // Nothing more is lost, and one more segment brings the last news.
            lostAcks = marks = 0;
            run(Duration.ofSeconds(30));
            transfer(client, server, 1);
            run(Duration.ofSeconds(1));

            TcpInfo sender = client.info(now);
            TcpInfo receiver = server.info(now);
            String what = "seed " + seed;
            if (lostAckRate == 0) assertThat(receiver.received_ce()).as(what).isEqualTo(marked);
            assertThat(receiver.received_ce()).as(what).isPositive();
            assertThat(sender.delivered_ce_bytes()).as(what).isEqualTo(receiver.received_ce_bytes());
            assertThat(sender.delivered_e0_bytes()).as(what).isEqualTo(receiver.received_e0_bytes());
            assertThat(sender.delivered_e1_bytes()).as(what).isZero();
            assertThat(sender.delivered_ce() - receiver.received_ce() & 7)
                    .as(what)
                    .isZero();
            if (lostAckRate == 0) assertThat(sender.delivered_ce()).as(what).isEqualTo(receiver.received_ce());
            int fails = sender.accecn_fail_mode() + receiver.accecn_fail_mode();
            if (lostAckRate == 0) assertThat(fails).as(what).isZero();
            powerOff();
        }
    }

    private void transfer(TcpEndpoint client, TcpEndpoint server, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(bytes);
            MemorySegment to = arena.allocate(65_536);
            int written = 0;
            int read = 0;
            for (int i = 0; read < bytes; i++) {
                if (i > 100_000) throw new AssertionError("only " + read + " bytes have arrived");
                if (written < bytes) {
                    int count = client.send(from, written, bytes - written, 0, now);
                    if (count > 0) written += count;
                }
                run(Duration.ofMillis(2));
                for (int count = 1; count > 0; ) {
                    count = server.receive(to, 0, 65_536, 0, now);
                    if (count > 0) read += count;
                }
            }
        }
    }

    private void powerOff() {
        collect(a, atB);
        collect(b, atA);
        for (Flying each : air) each.packet.release(pool);
        air.clear();
        a.powerOff(now);
        b.powerOff(now);
        assertThat(pool.pagesOut()).isZero();
        assertThat(pool.packetsOut()).isZero();
    }
}
