package dev.sockeye.jdk.behaviour;

import static dev.sockeye.jdk.behaviour.Net.loopback;
import static java.nio.channels.SelectionKey.OP_ACCEPT;
import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.jdk.behaviour.Net.ChannelPair;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `Selector` as a program knows it: keys, readiness, wakeup, cancellation; run over the kernel and over the stack.
@Timeout(60)
@SuppressWarnings("try") // closing early is what is tested
class SelectorBehaviourTest {

    private static SelectionKey register(SocketChannel channel, Selector selector, int ops) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, ops);
    }

    private static ByteBuffer oneByte() {
        return ByteBuffer.allocate(1);
    }

    @Test
    void readinessIsALevel() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.b(), selector, OP_READ);
            assertThat(selector.selectNow()).isZero();
            pair.a().write(ByteBuffer.allocate(2));
            assertThat(selector.select(5_000)).isEqualTo(1);
            assertThat(selector.selectedKeys()).containsExactly(key);
            assertThat(key.readyOps()).isEqualTo(OP_READ);
            assertThat(key.isReadable()).isTrue();
            assertThat(selector.selectNow()).isZero(); // selected already, nothing new
            selector.selectedKeys().clear();
            assertThat(selector.selectNow()).isEqualTo(1); // still readable
            pair.b().read(oneByte());
            selector.selectedKeys().clear();
            assertThat(selector.selectNow()).isEqualTo(1); // one byte is left
            pair.b().read(oneByte());
            selector.selectedKeys().clear();
            assertThat(selector.selectNow()).isZero();
            pair.a().close();
            assertThat(selector.select(5_000)).isEqualTo(1); // the end of the stream is readable
            assertThat(pair.b().read(oneByte())).isEqualTo(-1);
        }
    }

    @Test
    void aKeyThatIsSelectedGathersOperations() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.b(), selector, OP_READ | OP_WRITE);
            assertThat(selector.select()).isEqualTo(1);
            assertThat(key.readyOps()).isEqualTo(OP_WRITE);
            pair.a().write(oneByte());
            while (selector.selectNow() == 0) Thread.sleep(1);
            assertThat(key.readyOps()).isEqualTo(OP_READ | OP_WRITE);
            selector.selectedKeys().remove(key);
            key.interestOps(OP_READ);
            assertThat(selector.select()).isEqualTo(1);
            assertThat(key.readyOps()).isEqualTo(OP_READ);
        }
    }

    @Test
    void writableEndsWhenTheBuffersAreFullAndReturnsWhenTheyDrain() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.a(), selector, OP_WRITE);
            long written = 0;
            for (int idle = 0; idle < 20; ) {
                int n = pair.a().write(ByteBuffer.allocate(65_536));
                written += n;
                if (n == 0) Thread.sleep(1);
                idle = n == 0 ? idle + 1 : 0;
            }
            assertThat(selector.selectNow()).isZero();
            long toRead = written;
            var drain = Outcome.later(() -> {
                var buffer = ByteBuffer.allocate(65_536);
                for (long read = 0; read < toRead; read += buffer.position()) {
                    buffer.clear();
                    pair.b().read(buffer);
                }
                return "drained";
            });
            assertThat(selector.select(5_000)).isEqualTo(1);
            assertThat(key.isWritable()).isTrue();
            assertThat(drain.outcome()).isEqualTo("drained");
        }
    }

    @Test
    void aListenerIsAcceptableWhileConnectionsWait() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0));
                var selector = Selector.open()) {
            listener.configureBlocking(false);
            SelectionKey key = listener.register(selector, OP_ACCEPT, "attached");
            assertThat(key.attachment()).isEqualTo("attached");
            assertThat(selector.selectNow()).isZero();
            try (var one = SocketChannel.open(listener.getLocalAddress());
                    var two = SocketChannel.open(listener.getLocalAddress())) {
                assertThat(one.isConnected() && two.isConnected()).isTrue();
                for (int i = 0; i < 2; i++) {
                    assertThat(selector.select(5_000)).isEqualTo(1);
                    assertThat(key.isAcceptable()).isTrue();
                    selector.selectedKeys().clear();
                    listener.accept().close();
                }
                assertThat(selector.selectNow()).isZero();
            }
        }
    }

    @Test
    void aConnectIsSelectedWhenItSucceedsOrFails() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0));
                var good = SocketChannel.open();
                var bad = SocketChannel.open();
                var selector = Selector.open()) {
            SelectionKey goodKey = register(good, selector, OP_CONNECT);
            if (!good.connect(listener.getLocalAddress())) {
                assertThat(selector.select(5_000)).isEqualTo(1);
                assertThat(goodKey.isConnectable()).isTrue();
                assertThat(good.finishConnect()).isTrue();
            }
            goodKey.interestOps(OP_WRITE);
            selector.selectedKeys().clear();
            assertThat(selector.select(5_000)).isEqualTo(1);
            assertThat(goodKey.readyOps()).isEqualTo(OP_WRITE);
            goodKey.cancel();

            SelectionKey badKey = register(bad, selector, OP_CONNECT);
            assertThat(Outcome.of(() -> {
                        bad.connect(loopback(Net.closedPort()));
                        selector.selectedKeys().clear();
                        assertThat(selector.select(5_000)).isEqualTo(1);
                        assertThat(badKey.isConnectable()).isTrue();
                        bad.finishConnect();
                    }))
                    .isEqualTo("java.net.ConnectException: Connection refused");
            assertThat(badKey.isValid()).isFalse();
        }
    }

    @Test
    void aResetMakesAKeyReadyForAllItWants() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.b(), selector, OP_READ);
            pair.a().setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
            pair.a().close();
            assertThat(selector.select(5_000)).isEqualTo(1);
            assertThat(key.readyOps()).isEqualTo(OP_READ);
            assertThat(Outcome.of(() -> pair.b().read(oneByte())))
                    .isEqualTo("java.net.SocketException: Connection reset");
        }
    }

    @Test
    void aSelectTimesOut() throws Exception {
        try (var selector = Selector.open()) {
            long start = System.nanoTime();
            assertThat(selector.select(50)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(49_000_000L);
            assertThat(Outcome.of(() -> selector.select(-1)))
                    .isEqualTo("java.lang.IllegalArgumentException: Negative timeout");
        }
    }

    @Test
    void aWakeupIsKeptForTheNextSelect() throws Exception {
        try (var selector = Selector.open()) {
            selector.wakeup();
            selector.wakeup();
            assertThat(selector.select()).isZero();
            assertThat(selector.select(30)).isZero(); // only one was kept
            selector.wakeup();
            assertThat(selector.selectNow()).isZero(); // which selectNow takes, too
            long start = System.nanoTime();
            assertThat(selector.select(50)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(49_000_000L);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBlockedSelectEndsWithWakeupInterruptOrClose(boolean virtual) throws Exception {
        try (var selector = Selector.open()) {
            var woken = Outcome.later(virtual, () -> selector.select()).whenBlocked();
            selector.wakeup();
            assertThat(woken.outcome()).isEqualTo("0");

            var interrupted = Outcome.later(
                            virtual,
                            () -> selector.select() + " "
                                    + Thread.currentThread().isInterrupted())
                    .whenBlocked();
            interrupted.thread().interrupt();
            assertThat(interrupted.outcome()).isEqualTo("0 true");
            assertThat(selector.isOpen()).isTrue();
            // An interrupt also wakes the selector; where the thread was quicker, that is kept for the next.
            assertThat(selector.selectNow()).isZero();

            var closed = Outcome.later(virtual, () -> selector.select()).whenBlocked();
            selector.close();
            assertThat(closed.outcome()).isEqualTo("0");
            assertThat(Outcome.of(() -> selector.select())).isEqualTo("java.nio.channels.ClosedSelectorException");
            assertThat(Outcome.of(selector::keys)).isEqualTo("java.nio.channels.ClosedSelectorException");
        }
    }

    @Test
    void anInterruptedThreadDoesNotBlock() throws Exception {
        try (var selector = Selector.open()) {
            var select = Outcome.later(() -> {
                Thread.currentThread().interrupt();
                return selector.select() + " " + Thread.currentThread().isInterrupted();
            });
            assertThat(select.outcome()).isEqualTo("0 true");
        }
    }

    @Test
    void aSelectorHasKeySetsThatKeepTheirRules() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.b(), selector, OP_WRITE);
            assertThat(selector.keys()).containsExactly(key);
            assertThat(Outcome.of(() -> selector.keys().clear())).isEqualTo("java.lang.UnsupportedOperationException");
            assertThat(Outcome.of(() -> selector.selectedKeys().add(key)))
                    .isEqualTo("java.lang.UnsupportedOperationException");
            assertThat(selector.select()).isEqualTo(1);
            var keys = selector.selectedKeys().iterator();
            assertThat(keys.next()).isSameAs(key);
            keys.remove();
            assertThat(selector.selectedKeys()).isEmpty();
            assertThat(key.channel()).isSameAs(pair.b());
            assertThat(key.selector()).isSameAs(selector);
            assertThat(pair.b().keyFor(selector)).isSameAs(key);
            assertThat(register(pair.b(), selector, OP_READ)).isSameAs(key);
            assertThat(key.interestOps()).isEqualTo(OP_READ);
            assertThat(Outcome.of(() -> key.interestOps(OP_ACCEPT))).isEqualTo("java.lang.IllegalArgumentException");
            assertThat(key.interestOpsOr(OP_WRITE)).isEqualTo(OP_READ);
            assertThat(key.interestOpsAnd(~OP_READ)).isEqualTo(OP_READ | OP_WRITE);
            assertThat(key.interestOps()).isEqualTo(OP_WRITE);
        }
    }

    @Test
    void aCancelledKeyLeavesWithTheNextSelect() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.b(), selector, OP_WRITE);
            assertThat(selector.select()).isEqualTo(1);
            key.cancel();
            assertThat(key.isValid()).isFalse();
            assertThat(Outcome.of(key::readyOps)).isEqualTo("java.nio.channels.CancelledKeyException");
            assertThat(selector.keys()).containsExactly(key);
            assertThat(selector.selectedKeys()).containsExactly(key);
            assertThat(pair.b().isRegistered()).isTrue();
            assertThat(Outcome.of(() -> pair.b().register(selector, OP_READ)))
                    .isEqualTo("java.nio.channels.CancelledKeyException");
            assertThat(selector.selectNow()).isZero();
            assertThat(selector.keys()).isEmpty();
            assertThat(selector.selectedKeys()).isEmpty();
            assertThat(pair.b().isRegistered()).isFalse();
            pair.b().configureBlocking(true);
            pair.a().write(oneByte());
            assertThat(pair.b().read(oneByte())).isEqualTo(1);
        }
    }

    @Test
    void aCancelledKeyDoesNotKeepItsChannelFromBlocking() throws Exception {
        // what com.sun.net.httpserver does with each connection: cancel, block, read, and register again
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.b(), selector, OP_READ);
            assertThat(Outcome.of(() -> pair.b().configureBlocking(true)))
                    .isEqualTo("java.nio.channels.IllegalBlockingModeException");
            for (int i = 0; i < 3; i++) {
                pair.a().write(oneByte());
                assertThat(selector.select(5_000)).isEqualTo(1);
                key.cancel();
                pair.b().configureBlocking(true);
                assertThat(pair.b().read(oneByte())).isEqualTo(1);
                selector.selectNow();
                key = register(pair.b(), selector, OP_READ);
                assertThat(selector.selectNow()).isZero();
            }
        }
    }

    @Test
    void aClosedChannelLeavesItsSelector() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey key = register(pair.b(), selector, OP_READ);
            pair.b().close();
            assertThat(key.isValid()).isFalse();
            assertThat(selector.selectNow()).isZero();
            assertThat(selector.keys()).isEmpty();
            assertThat(pair.a().read(oneByte())).isEqualTo(-1);
        }
    }

    @Test
    void aChannelServesSeveralSelectors() throws Exception {
        try (var pair = ChannelPair.open();
                var one = Selector.open();
                var two = Selector.open()) {
            register(pair.b(), one, OP_READ);
            register(pair.b(), two, OP_READ | OP_WRITE);
            pair.a().write(oneByte());
            assertThat(one.select(5_000)).isEqualTo(1);
            assertThat(two.select(5_000)).isEqualTo(1);
            one.close();
            assertThat(pair.b().keyFor(one)).isNull();
            assertThat(pair.b().isRegistered()).isTrue();
        }
    }

    @Test
    void aConsumerIsGivenTheReadyKeys() throws Exception {
        try (var one = ChannelPair.open();
                var two = ChannelPair.open();
                var selector = Selector.open()) {
            SelectionKey first = register(one.b(), selector, OP_READ | OP_WRITE);
            register(two.b(), selector, OP_READ);
            var given = new ArrayList<SelectionKey>();
            assertThat(selector.select(given::add, 5_000)).isEqualTo(1);
            assertThat(given).containsExactly(first);
            assertThat(first.readyOps()).isEqualTo(OP_WRITE);
            assertThat(selector.selectedKeys()).isEmpty();
            assertThat(selector.select(given::add)).isEqualTo(1);
            assertThat(selector.selectNow(given::add)).isEqualTo(1);
            assertThat(given).hasSize(3);
            assertThat(Outcome.of(() -> selector.select(key -> {
                        throw new IllegalStateException("from the consumer");
                    })))
                    .isEqualTo("java.lang.IllegalStateException: from the consumer");
            assertThat(Outcome.of(() -> selector.selectNow(key -> {
                        try {
                            selector.selectNow();
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })))
                    .isEqualTo("java.lang.IllegalStateException: select in progress");
        }
    }

    @Test
    void aBlockingChannelCannotBeRegistered() throws Exception {
        try (var pair = ChannelPair.open();
                var selector = Selector.open()) {
            assertThat(Outcome.of(() -> pair.a().register(selector, OP_READ)))
                    .isEqualTo("java.nio.channels.IllegalBlockingModeException");
            pair.a().configureBlocking(false);
            assertThat(Outcome.of(() -> pair.a().register(selector, OP_ACCEPT)))
                    .isEqualTo("java.lang.IllegalArgumentException");
        }
    }

    @Test
    void aPipeIsSelected() throws Exception {
        Pipe pipe = Pipe.open();
        try (var selector = Selector.open()) {
            pipe.source().configureBlocking(false);
            pipe.sink().configureBlocking(false);
            SelectionKey source = pipe.source().register(selector, OP_READ);
            SelectionKey sink = pipe.sink().register(selector, OP_WRITE);
            assertThat(selector.select()).isEqualTo(1);
            assertThat(selector.selectedKeys()).containsExactly(sink);
            sink.interestOps(0);
            selector.selectedKeys().clear();
            assertThat(selector.selectNow()).isZero();
            pipe.sink().write(oneByte());
            assertThat(selector.select(5_000)).isEqualTo(1);
            assertThat(selector.selectedKeys()).containsExactly(source);
        } finally {
            pipe.source().close();
            pipe.sink().close();
        }
    }

    @Test
    void oneSelectorServesStreamsDatagramsAndUnixSockets(@TempDir Path folder) throws Exception {
        var unix = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (var selector = Selector.open();
                var listener = ServerSocketChannel.open().bind(loopback(0));
                var local =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(unix);
                var datagrams = DatagramChannel.open().bind(loopback(0))) {
            listener.configureBlocking(false);
            local.configureBlocking(false);
            datagrams.configureBlocking(false);
            SelectionKey tcp = listener.register(selector, OP_ACCEPT);
            SelectionKey unixKey = local.register(selector, OP_ACCEPT);
            SelectionKey udp = datagrams.register(selector, OP_READ);
            assertThat(selector.selectNow()).isZero();
            try (var client = SocketChannel.open(listener.getLocalAddress())) {
                assertThat(client.isConnected()).isTrue();
                assertThat(selector.select(5_000)).isEqualTo(1);
                assertThat(selector.selectedKeys()).containsExactly(tcp);
                listener.accept().close();
                selector.selectedKeys().clear();
            }
            try (var client = SocketChannel.open(unix)) {
                assertThat(client.isConnected()).isTrue();
                assertThat(selector.select(5_000)).isEqualTo(1);
                assertThat(selector.selectedKeys()).containsExactly(unixKey);
                local.accept().close();
                selector.selectedKeys().clear();
            }
            try (var sender = DatagramChannel.open()) {
                sender.send(oneByte(), datagrams.getLocalAddress());
                assertThat(selector.select(5_000)).isEqualTo(1);
                assertThat(selector.selectedKeys()).containsExactly(udp);
            }
            var select = Outcome.later(() -> selector.select(k -> {}, 10_000));
            assertThat(select.outcome()).isEqualTo("1");
        }
    }

    @Test
    void noWakeupIsLostBetweenThreads() throws Exception {
        int rounds = 3_000;
        try (var one = ChannelPair.open();
                var two = ChannelPair.open();
                var selector = Selector.open()) {
            register(one.b(), selector, OP_READ);
            register(two.b(), selector, OP_READ);
            var first = Outcome.later(() -> pingPong(one.a(), rounds));
            var second = Outcome.laterVirtually(() -> pingPong(two.a(), rounds));
            var disturber = Outcome.later(() -> {
                while (!first.isDone() || !second.isDone()) {
                    selector.wakeup();
                    Thread.sleep(1);
                }
                return "done";
            });
            for (int served = 0; served < 2 * rounds; ) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) served += serve(key, selector);
                selector.selectedKeys().clear();
            }
            assertThat(List.of(first.outcome(), second.outcome(), disturber.outcome()))
                    .containsExactly("pong", "pong", "done");
        }
    }

    private static String pingPong(SocketChannel channel, int rounds) throws IOException {
        var buffer = oneByte();
        for (int i = 0; i < rounds; i++) {
            buffer.clear().put(0, (byte) i);
            channel.write(buffer);
            buffer.clear();
            channel.read(buffer);
            if (buffer.get(0) != (byte) i) return "wrong answer in round " + i;
        }
        return "pong";
    }

    @Test
    void manyConnectionsShareOneSelector() throws Exception {
        int count = 300;
        var clients = new ArrayList<SocketChannel>();
        try (var listener = ServerSocketChannel.open().bind(loopback(0), count);
                var selector = Selector.open()) {
            listener.configureBlocking(false);
            listener.register(selector, OP_ACCEPT);
            for (int i = 0; i < count; i++) clients.add(SocketChannel.open(listener.getLocalAddress()));
            for (int i = 0; i < count; i++) clients.get(i).write(ByteBuffer.wrap(new byte[] {(byte) i}));
            int[] echoed = {0};
            while (echoed[0] < count) {
                selector.select(key -> {
                    try {
                        echoed[0] += serve(key, selector);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
            }
            for (int i = 0; i < count; i++) {
                var answer = oneByte();
                clients.get(i).read(answer);
                assertThat(answer.get(0)).isEqualTo((byte) i);
            }
            assertThat(selector.keys()).hasSize(count + 1);
            for (SelectionKey key : List.copyOf(selector.keys())) key.channel().close();
        } finally {
            for (SocketChannel client : clients) client.close();
        }
    }

    private static int serve(SelectionKey key, Selector selector) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel accepted = ((ServerSocketChannel) key.channel()).accept();
            if (accepted != null) register(accepted, selector, OP_READ);
            return 0;
        }
        var channel = (SocketChannel) key.channel();
        var buffer = oneByte();
        if (channel.read(buffer) != 1) return 0;
        channel.write(buffer.flip());
        return 1;
    }
}
