package dev.sockeye.inspect.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.Rtnetlink;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A pass through the sockets of a namespace that holds some hundred, in blocks of what the kernel tells at once.
@EnabledOnOs(value = OS.LINUX, disabledReason = "sock_diag is Linux's")
class KernelPassTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int CONNECTIONS = 150;

    private record Seen(
            long cookie, TcpState state, TransportAddress local, TransportAddress remote, List<Owner> owners) {

        static Seen of(SocketSnapshot socket) {
            return new Seen(socket.kernel().cookie(), socket.state(), socket.local(), socket.remote(), socket.owners());
        }
    }

    /// Each block by its number: none may come twice.
    private static final class Blocks implements SocketBlocks {

        final Map<Integer, List<Seen>> byNumber = new ConcurrentSkipListMap<>();

        @Override
        public void add(int number, List<SocketSnapshot> sockets) {
            List<Seen> block = new ArrayList<>();
            for (int i = 0; i < sockets.size(); i++) block.add(Seen.of(sockets.get(i)));
            assertThat(byNumber.put(number, block)).isNull();
        }

        List<Seen> all() {
            List<Seen> all = new ArrayList<>();
            byNumber.values().forEach(all::addAll);
            return all;
        }
    }

    @FunctionalInterface
    private interface Scene {
        void play() throws Exception;
    }

    /// In a namespace with connections, both ends of which are ours.
    private static void inNamespace(Scene scene) throws Exception {
        List<AutoCloseable> there = new ArrayList<>();
        try {
            NetworkNamespace.callInNew(() -> {
                try (Rtnetlink links = new Rtnetlink()) {
                    links.setUp("lo", true);
                }
                var listener = new ServerSocket(0, CONNECTIONS, LOOPBACK);
                there.add(listener);
                for (int i = 0; i < CONNECTIONS; i++) {
                    there.add(new Socket(LOOPBACK, listener.getLocalPort()));
                    there.add(listener.accept());
                }
                scene.play();
                return null;
            });
        } catch (SystemCallException e) {
            assumeTrue(false, "may not make a network namespace: run as root (" + e.getMessage() + ")");
        } finally {
            for (AutoCloseable each : there) each.close();
        }
    }

    @Test
    void everySocketPassesOnceInTheKernelsOrderWithItsHolders() throws Exception {
        inNamespace(() -> {
            var blocks = new Blocks();
            assertThat(new KernelPass(KernelQuery.ALL, Journals.none(), blocks, 1, 2).run())
                    .isEmpty();
            int count = blocks.byNumber.size();
            assertThat(count).isGreaterThan(3);
            assertThat(blocks.byNumber.keySet())
                    .containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
            try (var source = new KernelSource()) {
                List<Seen> looked = source.sockets().stream().map(Seen::of).toList();
                assertThat(looked).hasSize(1 + 2 * CONNECTIONS);
                assertThat(blocks.all()).isEqualTo(looked);
            }
        });
    }

    @Test
    void withoutHoldersToo() throws Exception {
        inNamespace(() -> {
            var blocks = new Blocks();
            KernelQuery query = KernelQuery.ALL.with(false, false);
            new KernelPass(query, Journals.none(), blocks, 1, 2).run();
            try (var source = new KernelSource()) {
                assertThat(blocks.all())
                        .isEqualTo(source.look(query).sockets().stream()
                                .map(Seen::of)
                                .toList());
            }
        });
    }

    @Test
    void aNamespaceWithoutSocketsIsOneEmptyBlock() throws Exception {
        inNamespace(() -> {
            var blocks = new Blocks();
            KernelQuery none = KernelQuery.ALL.inStates(1 << TcpState.SYN_SENT.number());
            new KernelPass(none, Journals.none(), blocks).run();
            assertThat(blocks.byNumber).isEqualTo(Map.of(0, List.of()));
        });
    }

    @Test
    void whoWantsNoMoreEndsIt() throws Exception {
        inNamespace(() -> {
            SocketBlocks enough = (number, sockets) -> {
                throw new IOException("enough");
            };
            var pass = new KernelPass(KernelQuery.ALL, Journals.none(), enough, 1, 2);
            assertThatThrownBy(pass::run).isInstanceOf(IOException.class).hasMessage("enough");
            assertThat(pass.hasBegun()).isTrue();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("sockeye-blocks");
        });
    }

    /// The thread that asks has gone through all the rest, and waits for the other one's block.
    @Test
    void whatGoesWrongWithTheLastBlockIsNotLost() throws Exception {
        inNamespace(() -> {
            Thread asks = Thread.currentThread();
            var otherHasOne = new CountDownLatch(1);
            var thisHasOne = new CountDownLatch(1);
            SocketBlocks late = (number, sockets) -> {
                try {
                    if (Thread.currentThread() == asks) {
                        thisHasOne.countDown();
                        assertThat(otherHasOne.await(10, TimeUnit.SECONDS)).isTrue();
                        return;
                    }
                    otherHasOne.countDown();
                    assertThat(thisHasOne.await(10, TimeUnit.SECONDS)).isTrue();
                    for (int i = 0; i < 10_000 && asks.getState() != Thread.State.WAITING; i++) Thread.sleep(1);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                throw new IOException("late");
            };
            var pass = new KernelPass(KernelQuery.ALL, Journals.none(), late, 1, 2);
            assertThatThrownBy(pass::run).isInstanceOf(IOException.class).hasMessage("late");
        });
    }
}
