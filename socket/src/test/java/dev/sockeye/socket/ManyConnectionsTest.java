package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.socket.Poller.Trigger;
import dev.sockeye.tcp.Readiness;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many connections and many threads at once.
@Timeout(60)
class ManyConnectionsTest {

    private final TwoMachines two = new TwoMachines();

    @AfterEach
    void stop() {
        two.close();
    }

    /// One thread serves all of the server's ends through a poller, one all of the clients'.
    @Test
    void tenThousandConnectionsAndTwoThreads() throws InterruptedException {
        int connections = 10_000;
        ListenSocket listener = two.listen(80, 4096);
        int threadsBefore = Thread.activeCount();
        var poller = two.b.openPoller();
        poller.register(listener, Readiness.IN, Trigger.LEVEL, null);
        var accepted = new StreamSocket[64];
        byte[] buffer = new byte[64];
        Thread server = Thread.ofPlatform().start(() -> {
            while (poller.select(Socket.FOREVER, ready -> {
                        if (ready.socket() == listener) {
                            int count = listener.accept(accepted, 0, Socket.NOW);
                            for (int i = 0; i < count; i++) {
                                poller.register(accepted[i], Readiness.IN, Trigger.LEVEL, null);
                            }
                        } else if (ready.socket() instanceof StreamSocket stream) {
                            int count = stream.read(buffer, 0, buffer.length, 0, Socket.NOW);
                            if (count > 0) {
                                assertThat(stream.write(buffer, 0, count, 0, Socket.NOW))
                                        .isEqualTo(count);
                            } else {
                                ready.cancel();
                                stream.close();
                            }
                        }
                    })
                    >= 0) {}
        });
        List<StreamSocket> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) clients.add(two.connect(80));
        byte[] ping = {1, 2, 3};
        for (StreamSocket client : clients) client.write(ping, 0, 3, 0, Socket.FOREVER);
        for (StreamSocket client : clients) {
            assertThat(client.read(buffer, 0, buffer.length, 0, Socket.FOREVER)).isEqualTo(3);
        }
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threadsBefore + 1);
        for (StreamSocket client : clients) client.close();
        while (poller.registrations().size() > 1) Thread.onSpinWait();
        poller.close();
        server.join();
    }

    @Test
    void tenThousandVirtualThreadsEachWithAConnection() throws InterruptedException {
        int connections = 10_000;
        ListenSocket listener = two.listen(80, 4096);
        var echoed = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        threads.add(Thread.ofVirtual().start(() -> {
            for (int i = 0; i < connections; i++) {
                StreamSocket far = TwoMachines.accept(listener);
                Thread ignored = Thread.ofVirtual().start(() -> echo(far));
            }
        }));
        for (int i = 0; i < connections; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                byte[] line = new byte[20];
                try (StreamSocket near = two.connect(80)) {
                    for (int round = 0; round < 3; round++) {
                        near.write(line, 0, line.length, 0, Socket.FOREVER);
                        int count = near.read(line, 0, line.length, Socket.MSG_WAITALL, Socket.FOREVER);
                        echoed.addAndGet(count);
                    }
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        assertThat(echoed.get()).isEqualTo(60L * connections);
    }

    private static void echo(StreamSocket socket) {
        byte[] buffer = new byte[64];
        int count;
        while ((count = socket.read(buffer, 0, buffer.length, 0, Socket.FOREVER)) > 0) {
            socket.write(buffer, 0, count, 0, Socket.FOREVER);
        }
        socket.close();
    }

    /// Streams in both directions of several connections at once, on platform and virtual threads, with random
    /// sizes: every byte arrives, in its place.
    @Test
    void everyByteOfManyThreadsArrives() throws InterruptedException {
        long seed = System.nanoTime();
        int length = 3_000_000;
        var wrong = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            StreamSocket[] ends = two.pair();
            for (int side = 0; side < 2; side++) {
                long streamSeed = seed + 2L * i + side;
                StreamSocket from = ends[side];
                StreamSocket to = ends[1 - side];
                var builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
                threads.add(builder.start(() -> send(from, streamSeed, length)));
                threads.add(builder.start(() -> wrong.addAndGet(receive(to, streamSeed, length))));
            }
        }
        for (Thread thread : threads) thread.join();
        assertThat(wrong.get()).as("wrong bytes; seed " + seed).isZero();
    }

    private static void send(StreamSocket to, long seed, int length) {
        var random = new Random(seed);
        var sizes = new Random(~seed);
        byte[] chunk = new byte[40_000];
        for (int at = 0; at < length; ) {
            int size = Math.min(length - at, 1 + sizes.nextInt(chunk.length));
            for (int i = 0; i < size; i++) chunk[i] = (byte) random.nextInt();
            if (to.write(chunk, 0, size, 0, Socket.FOREVER) != size) return;
            at += size;
        }
    }

    private static int receive(StreamSocket from, long seed, int length) {
        var random = new Random(seed);
        byte[] chunk = new byte[50_000];
        int wrong = 0;
        int at = 0;
        while (at < length) {
            int count = from.read(chunk, 0, chunk.length, 0, Socket.FOREVER);
            if (count <= 0) return wrong + length - at;
            for (int i = 0; i < count; i++) if (chunk[i] != (byte) random.nextInt()) wrong++;
            at += count;
        }
        return wrong;
    }

    /// Threads open, use, abort and close connections while others wait on them: nobody is left waiting.
    @Test
    void nobodyIsLeftWaitingWhenSocketsCloseUnderThreads() throws InterruptedException {
        long seed = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int port = 80 + t;
            ListenSocket listener = two.listen(port, 16);
            var random = new Random(seed + t);
            threads.add(Thread.ofPlatform().start(() -> {
                byte[] buffer = new byte[1000];
                for (int i = 0; i < 300; i++) {
                    StreamSocket near = two.connect(port);
                    StreamSocket far = TwoMachines.accept(listener);
                    Thread reader = Thread.ofVirtual().start(() -> {
                        while (near.read(new byte[100], 0, 100, 0, Socket.FOREVER) > 0) {}
                    });
                    Thread writer = Thread.ofVirtual().start(() -> {
                        while (far.write(buffer, 0, buffer.length, 0, Socket.FOREVER) > 0) {}
                    });
                    StreamSocket first = random.nextBoolean() ? near : far;
                    if (random.nextBoolean()) first.abort();
                    first.close();
                    joinQuietly(first == near ? reader : writer);
                    near.close();
                    far.close();
                    joinQuietly(reader);
                    joinQuietly(writer);
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        long established = two.a.inHost((host, now) -> host.counters().get("TcpCurrEstab"));
        assertThat(established).as("connections left; seed " + seed).isZero();
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
