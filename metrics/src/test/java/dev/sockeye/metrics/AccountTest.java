package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.TcpChanges;
import dev.sockeye.metrics.SilentPeer.Network;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Who goes only to what the kernel says has moved counts the same as who goes to every socket: two censuses of one
/// namespace, after each thing that happens in it.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class AccountTest {

    private static final int RING = 1 << 20;
    private static final List<Integer> NONE = Collections.nCopies(StateLabel.COUNT, 0);
    private static final int SO_LINGER = 13, SO_RCVBUF = 8;
    private static final IpAddress V4 = IpAddress.LOOPBACK_V4, V6 = IpAddress.LOOPBACK_V6;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<KernelSocket> sockets = new ArrayList<>();
    private final Map<Account.Extent, Integer> extents = new EnumMap<>(Account.Extent.class);
    private Census told;
    private Census goes;
    private SilentPeer peer;

    @AfterEach
    void close() throws Exception {
        for (KernelSocket each : sockets) each.close();
        for (AutoCloseable each : opened.reversed()) each.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    private static TcpChanges changes() throws IOException {
        try {
            return new TcpChanges(RING);
        } catch (IOException e) {
            assumeTrue(false, "BPF is not permitted here: " + e.getMessage());
            throw e;
        }
    }

    private void begin() throws IOException {
        told = own(new Census(changes(), false, Bounds.STANDARD, 1));
        goes = own(new Census(null, false, Bounds.STANDARD, 1));
        try {
            peer = own(new SilentPeer());
        } catch (SystemCallException e) {
            assumeTrue(false, "TUN devices cannot be made here: " + e.getMessage());
        }
        told.look();
        goes.look();
    }

    // ---------------------------------------------------------------- two censuses

    /// What was counted, without what time alone moves: ages, and when each census finds out who holds a socket.
    private record Counted(
            Map<String, List<Integer>> namespaces,
            Map<String, List<Integer>> holders,
            List<Listeners.Row> listeners,
            List<Reading.Ports> ports) {

        static Counted of(Reading reading) {
            return new Counted(
                    counts(reading.namespaces(), false),
                    counts(reading.processes(), true),
                    reading.listeners().stream().map(Counted::ofAnybody).toList(),
                    reading.ports());
        }

        private static Map<String, List<Integer>> counts(Tally.Folded folded, boolean isOfHolders) {
            Map<String, List<Integer>> counts = new TreeMap<>();
            folded.rows().forEach((name, row) -> {
                String key = isOfHolders && !name.equals(Labels.NOBODY) ? "somebody" : name;
                List<Integer> states = counts.computeIfAbsent(key, _ -> new ArrayList<>(NONE));
                for (int state = 0; state < StateLabel.COUNT; state++) {
                    states.set(state, states.get(state) + row.count(state));
                }
            });
            return counts;
        }

        private static Listeners.Row ofAnybody(Listeners.Row row) {
            return new Listeners.Row(
                    row.namespace(),
                    row.local(),
                    "",
                    row.waiting(),
                    row.limit(),
                    row.fill(),
                    row.overflows(),
                    row.halfOpen(),
                    row.isOpen());
        }
    }

    /// Where nothing happened between two looks of the one, the other has seen the same.
    private Counted compare(String when) throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            Counted before = Counted.of(goes.look());
            Counted its = Counted.of(told.look());
            extents.merge(told.lastExtent(), 1, Integer::sum);
            Counted after = Counted.of(goes.look());
            if (!before.equals(after)) continue;
            assertThat(its).as(when + ", " + told.lastExtent()).isEqualTo(after);
            return after;
        }
        throw new AssertionError(when + ": the sockets never rest");
    }

    // ---------------------------------------------------------------- sockets

    private KernelSocket open(boolean v4) throws IOException {
        KernelSocket socket = KernelSocket.open(v4);
        sockets.add(socket);
        return socket;
    }

    private static void check(int result) {
        assertThat(result).isIn(0, -115); // EINPROGRESS
    }

    private KernelSocket listen(IpAddress at, int port, int backlog) throws IOException {
        KernelSocket listener = open(at.isV4());
        check(listener.bind(new TransportAddress(at, port)));
        check(listener.listen(backlog));
        return listener;
    }

    private KernelSocket connect(boolean v4, IpAddress to, int port) throws IOException {
        KernelSocket client = open(v4);
        check(client.connect(new TransportAddress(to, port)));
        return client;
    }

    private KernelSocket accept(KernelSocket listener) throws IOException {
        var accepted = new KernelSocket[1];
        for (int attempt = 0; attempt < 2000; attempt++) {
            if (listener.accept(accepted) == 0) {
                sockets.add(accepted[0]);
                return accepted[0];
            }
            pause();
        }
        throw new IOException("nobody came");
    }

    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(KernelSocket socket, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            socket.send(arena.allocate(bytes), 0, bytes, KernelSocket.MSG_NOSIGNAL);
        }
    }

    // ---------------------------------------------------------------- every state

    @Test
    void everyStateOfEitherFamily() throws Exception {
        Inside.run(() -> {
            begin();
            Counted counted = compare("at first");
            for (Network in : List.of(Network.V4, Network.V6)) {
                boolean v4 = in.isV4();
                onLoopback(v4, v4 ? V4 : V6);
                behindTheDevice(in);
                counted = compare("in the end of " + in);
            }
            connect(false, V4, 8001); // mapped at both ends
            compare("mapped");
            List<Integer> states = counted.namespaces().values().iterator().next();
            for (int state = 0; state < StateLabel.COUNT; state++) {
                String name = StateLabel.NAMES.get(state);
                if (!name.equals("close"))
                    assertThat(states.get(state)).as(name).isPositive();
            }
            assertThat(extents).containsKeys(Account.Extent.CHANGED, Account.Extent.PASSING);
        });
    }

    private void onLoopback(boolean v4, IpAddress ip) throws IOException {
        KernelSocket listener = listen(ip, 8001, 7);
        compare("listening");
        connect(v4, ip, 8001);
        compare("not accepted yet");
        accept(listener);
        compare("accepted");
        KernelSocket halfClosed = connect(v4, ip, 8001);
        accept(listener);
        check(halfClosed.shutdown(1));
        compare("FIN-WAIT-2 that a program holds, and CLOSE-WAIT");
        halfClosed.close();
        compare("FIN-WAIT-2 that nobody holds any more: nothing has told of it");
        KernelSocket first = connect(v4, ip, 8001);
        KernelSocket second = accept(listener);
        first.close();
        second.close();
        compare("TIME-WAIT");
        KernelSocket full = connect(v4, ip, 8001);
        check(accept(listener).setOption(KernelSocket.SOL_SOCKET, SO_RCVBUF, 2000));
        send(full, 1 << 20);
        compare("a closed window");
        full.close();
        compare("FIN-WAIT-1 in front of it");
    }

    /// Nothing tells of one who becomes half-open, until the SYN-ACK is sent again, after a second.
    private void awaitHalfOpen() throws IOException {
        int many = halfOpen(goes);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (halfOpen(told) != many) {
            assertThat(System.nanoTime())
                    .as("the SYN-ACK was not sent again within 10 s")
                    .isLessThan(until);
            pause();
        }
    }

    private static int halfOpen(Census census) throws IOException {
        Counted counted = Counted.of(census.look());
        return counted.namespaces().values().iterator().next().get(StateLabel.SYN_RECV);
    }

    private void behindTheDevice(Network in) throws IOException {
        KernelSocket listener = listen(in.kernel(), 8004, 7);
        peer.syn(in, 5001, 8004);
        awaitHalfOpen();
        compare("SYN-RECV");
        peer.connect(in, 5002, 8004);
        KernelSocket closing = accept(listener);
        compare("established from outside");
        closing.close();
        peer.finWithoutAcknowledging(in, 5002, 8004);
        compare("CLOSING");
        peer.connect(in, 5003, 8004);
        KernelSocket last = accept(listener);
        peer.fin(in, 5003, 8004);
        for (int attempt = 0; attempt < 2000 && last.queued(KernelSocket.SIOCINQ) < 0; attempt++) pause();
        compare("CLOSE-WAIT");
        last.close();
        compare("LAST-ACK");
        peer.connect(in, 5004, 8004);
        accept(listener).close();
        compare("FIN-WAIT-1");
        peer.connect(in, 5005, 8004);
        KernelSocket held = accept(listener);
        check(held.shutdown(1));
        peer.acknowledgeFin(in, 5005, 8004);
        compare("FIN-WAIT-2");
        connect(in.isV4(), in.peer(), 9);
        compare("SYN-SENT");
    }

    // ---------------------------------------------------------------- whatever happens

    @Test
    void whateverHappens() throws Exception {
        long seed = Long.getLong("sockeye.seed", System.nanoTime());
        var random = new Random(seed);
        Inside.run(() -> {
            begin();
            List<KernelSocket> listeners = new ArrayList<>();
            List<IpAddress> at = List.of(V4, V6, Network.V4.kernel(), Network.V6.kernel());
            for (int i = 0; i < at.size(); i++) listeners.add(listen(at.get(i), 8000 + i, 1000));
            for (int step = 0; step < 60; step++) {
                int many = random.nextInt(12) == 0 ? 60 : 1 + random.nextInt(4);
                var what = new StringBuilder();
                for (int i = 0; i < many; i++) what.append(happens(random, listeners, at, step * 100 + i));
                compare("seed " + seed + ", step " + step + ":" + what);
            }
            assertThat(extents).containsKeys(Account.Extent.CHANGED, Account.Extent.PASSING);
        });
    }

    private String happens(Random random, List<KernelSocket> listeners, List<IpAddress> at, int number)
            throws IOException {
        int which = random.nextInt(at.size());
        List<KernelSocket> live = sockets.stream()
                .filter(each -> each.fd() >= 0 && !listeners.contains(each))
                .toList();
        KernelSocket any = live.isEmpty() ? null : live.get(random.nextInt(live.size()));
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> {
                boolean v4 = at.get(which).isV4();
                connect(v4 && random.nextInt(4) > 0, at.get(which), 8000 + which);
                yield " connect";
            }
            case 3, 4 -> {
                var accepted = new KernelSocket[1];
                if (listeners.get(which).accept(accepted) == 0) sockets.add(accepted[0]);
                yield " accept";
            }
            case 5 -> {
                if (any != null) any.close();
                yield " close";
            }
            case 6 -> {
                if (any != null) any.shutdown(1);
                yield " shutdown";
            }
            case 7 -> {
                if (any == null) yield "";
                if (random.nextBoolean()) {
                    send(any, 1000);
                    yield " send";
                }
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment linger = arena.allocate(8, 4);
                    linger.set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 1);
                    any.setOption(KernelSocket.SOL_SOCKET, SO_LINGER, linger);
                }
                any.close();
                yield " reset";
            }
            default -> {
                Network in = random.nextBoolean() ? Network.V4 : Network.V6;
                if (random.nextInt(3) == 0) connect(in.isV4(), in.peer(), 1000 + number % 50_000);
                else peer.connect(in, 10_000 + number % 50_000, in.isV4() ? 8002 : 8003);
                yield " from outside";
            }
        };
    }
}
