package dev.sockeye.jdk.behaviour;

import static dev.sockeye.jdk.behaviour.Net.LOOPBACK;
import static dev.sockeye.jdk.behaviour.Net.loopback;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.jdk.behaviour.Net.ChannelPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `SocketChannel` and `ServerSocketChannel` as a program knows them; run over the kernel and over the stack.
@Timeout(60)
@SuppressWarnings("try") // closing early is what is tested
class ChannelBehaviourTest {

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private static String readText(SocketChannel channel, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
        return new String(buffer.array(), 0, buffer.position(), US_ASCII);
    }

    @Test
    void heapAndDirectBuffersCarryTheSame() throws Exception {
        try (var pair = ChannelPair.open()) {
            var direct = ByteBuffer.allocateDirect(20)
                    .put(ascii("..direct.."))
                    .flip()
                    .position(2)
                    .limit(8);
            assertThat(pair.a().write(direct)).isEqualTo(6);
            assertThat(direct.remaining()).isZero();
            var slice = ByteBuffer.allocate(30).position(5).slice().limit(10);
            assertThat(pair.b().read(slice)).isEqualTo(6);
            assertThat(new String(slice.array(), 5, 6, US_ASCII)).isEqualTo("direct");
            assertThat(pair.a().write(ascii("read only").asReadOnlyBuffer())).isEqualTo(9);
            var directIn = ByteBuffer.allocateDirect(9);
            assertThat(pair.b().read(directIn)).isEqualTo(9);
            assertThat(US_ASCII.decode(directIn.flip()).toString()).isEqualTo("read only");
            assertThat(Outcome.of(() -> pair.b().read(ByteBuffer.allocate(1).asReadOnlyBuffer())))
                    .isEqualTo("java.lang.IllegalArgumentException: Read-only buffer");
        }
    }

    @Test
    void buffersAreGatheredAndScattered() throws Exception {
        try (var pair = ChannelPair.open()) {
            ByteBuffer[] words = {ascii("skipped"), ascii("ga"), ascii(""), ascii("ther"), ascii("skipped")};
            assertThat(pair.a().write(words, 1, 3)).isEqualTo(6);
            ByteBuffer[] parts = {ByteBuffer.allocate(4), ByteBuffer.allocate(0), ByteBuffer.allocate(4)};
            assertThat(pair.b().read(parts)).isEqualTo(6);
            assertThat(new String(parts[0].array(), US_ASCII)).isEqualTo("gath");
            assertThat(new String(parts[2].array(), 0, parts[2].position(), US_ASCII))
                    .isEqualTo("er");
            assertThat(Outcome.of(() -> pair.b().read(parts, 2, 2))).startsWith("java.lang.IndexOutOfBoundsException");
            assertThat(Outcome.of(() -> pair.a().write(words, -1, 2)))
                    .startsWith("java.lang.IndexOutOfBoundsException");
        }
    }

    @Test
    void aLongGatheringWriteArrivesWhole() throws Exception {
        var random = new Random(5);
        var buffers = new ByteBuffer[40];
        var expected = ByteBuffer.allocate(40 * 30_000);
        for (int i = 0; i < buffers.length; i++) {
            byte[] bytes = new byte[random.nextInt(30_000)];
            random.nextBytes(bytes);
            buffers[i] = ByteBuffer.wrap(bytes);
            expected.put(bytes);
        }
        expected.flip();
        try (var pair = ChannelPair.open()) {
            var received = Outcome.later(() -> {
                var all = ByteBuffer.allocate(expected.limit());
                while (pair.b().read(all) > 0) {}
                return all.flip().equals(expected);
            });
            long left = expected.limit();
            while (left > 0) left -= pair.a().write(buffers);
            pair.a().shutdownOutput();
            assertThat(received.outcome()).isEqualTo("true");
        }
    }

    @Test
    void aFileIsTransferredBothWays(@TempDir Path folder) throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(6).nextBytes(bytes);
        Path source = Files.write(folder.resolve("source"), bytes);
        Path copy = folder.resolve("copy");
        try (var pair = ChannelPair.open();
                var from = FileChannel.open(source)) {
            var sent = Outcome.later(() -> {
                long position = 0;
                while (position < bytes.length)
                    position += from.transferTo(position, bytes.length - position, pair.a());
                pair.a().shutdownOutput();
                return position;
            });
            try (var in = pair.b().socket().getInputStream()) {
                Files.copy(in, copy);
            }
            assertThat(sent.outcome()).isEqualTo("300000");
            assertThat(copy).hasBinaryContent(bytes);
        }
    }

    @Test
    void aNonBlockingReadReturnsWhatIsThere() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.b().configureBlocking(false);
            var buffer = ByteBuffer.allocate(10);
            assertThat(pair.b().read(buffer)).isZero();
            pair.a().write(ascii("abc"));
            awaitReadable(pair.b(), buffer);
            assertThat(buffer.position()).isEqualTo(3);
            pair.a().close();
            buffer.clear();
            assertThat(awaitReadable(pair.b(), buffer)).isEqualTo(-1);
            assertThat(pair.b().read(buffer)).isEqualTo(-1);
        }
    }

    private static int awaitReadable(SocketChannel channel, ByteBuffer buffer) throws Exception {
        int read = channel.read(buffer);
        while (read == 0) {
            Thread.sleep(1);
            read = channel.read(buffer);
        }
        return read;
    }

    @Test
    void aNonBlockingWriteStopsWhenTheBuffersAreFull() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.a().configureBlocking(false);
            byte[] block = new byte[100_000];
            long written = 0;
            for (int idle = 0; idle < 20; ) {
                int n = pair.a().write(ByteBuffer.wrap(block));
                written += n;
                if (n == 0) Thread.sleep(1);
                idle = n == 0 ? idle + 1 : 0;
            }
            assertThat(written).isPositive();
            var drained = ByteBuffer.allocate((int) written);
            while (drained.hasRemaining()) pair.b().read(drained);
            int more = 0;
            while (more == 0) {
                more = pair.a().write(ByteBuffer.wrap(block));
                if (more == 0) Thread.sleep(1);
            }
            assertThat(more).isPositive();
        }
    }

    @Test
    void aNonBlockingConnectIsFinishedLater() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0));
                var channel = SocketChannel.open()) {
            channel.configureBlocking(false);
            assertThat(Outcome.of(channel::finishConnect)).isEqualTo("java.nio.channels.NoConnectionPendingException");
            if (!channel.connect(listener.getLocalAddress())) {
                while (!channel.finishConnect()) Thread.sleep(1);
            }
            assertThat(channel.finishConnect()).isTrue();
            assertThat(channel.isConnected()).isTrue();
            assertThat(channel.isConnectionPending()).isFalse();
            assertThat(Outcome.of(() -> channel.connect(listener.getLocalAddress())))
                    .isEqualTo("java.nio.channels.AlreadyConnectedException");
        }
    }

    @Test
    void aPendingConnectCanBeNeitherRepeatedNorUsed() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0), 1);
                var first = SocketChannel.open(listener.getLocalAddress());
                var second = SocketChannel.open(listener.getLocalAddress());
                var third = SocketChannel.open()) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            third.configureBlocking(false);
            assertThat(third.connect(listener.getLocalAddress())).isFalse();
            assertThat(third.isConnectionPending()).isTrue();
            assertThat(third.finishConnect()).isFalse();
            assertThat(Outcome.of(() -> third.connect(listener.getLocalAddress())))
                    .isEqualTo("java.nio.channels.ConnectionPendingException");
            assertThat(Outcome.of(() -> third.bind(null))).isEqualTo("java.nio.channels.ConnectionPendingException");
            assertThat(Outcome.of(() -> third.read(ByteBuffer.allocate(1))))
                    .isEqualTo("java.nio.channels.NotYetConnectedException");
            assertThat(third.getRemoteAddress()).isEqualTo(listener.getLocalAddress());
        }
    }

    @Test
    void aRefusedConnectClosesTheChannel() throws Exception {
        SocketAddress closed = loopback(Net.closedPort());
        assertThat(Outcome.of(() -> SocketChannel.open(closed)))
                .isEqualTo("java.net.ConnectException: Connection refused");
        try (var channel = SocketChannel.open()) {
            assertThat(Outcome.of(() -> channel.connect(closed)))
                    .isEqualTo("java.net.ConnectException: Connection refused");
            assertThat(channel.isOpen()).isFalse();
        }
        try (var channel = SocketChannel.open()) {
            channel.configureBlocking(false);
            assertThat(Outcome.of(() -> {
                        if (!channel.connect(closed)) while (!channel.finishConnect()) Thread.sleep(1);
                    }))
                    .isEqualTo("java.net.ConnectException: Connection refused");
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void badAddressesAreToldApart() throws Exception {
        var unresolved = InetSocketAddress.createUnresolved("no-such-host.invalid", 80);
        SocketAddress foreign = new SocketAddress() {};
        try (var channel = SocketChannel.open();
                var listener = ServerSocketChannel.open()) {
            assertThat(Outcome.of(() -> channel.connect(unresolved)))
                    .isEqualTo("java.nio.channels.UnresolvedAddressException");
            assertThat(Outcome.of(() -> channel.connect(foreign)))
                    .isEqualTo("java.nio.channels.UnsupportedAddressTypeException");
            assertThat(Outcome.of(() -> listener.bind(unresolved)))
                    .isEqualTo("java.nio.channels.UnresolvedAddressException");
            assertThat(Outcome.of(() -> listener.bind(foreign)))
                    .isEqualTo("java.nio.channels.UnsupportedAddressTypeException");
            assertThat(Outcome.of(() -> listener.bind(new InetSocketAddress("192.0.2.1", 0))))
                    .isEqualTo("java.net.BindException: Cannot assign requested address");
            assertThat(Outcome.of(() -> listener.bind(null)).startsWith("sun.nio") || listener.isOpen())
                    .isTrue();
            assertThat(Outcome.of(() -> listener.bind(null))).isEqualTo("java.nio.channels.AlreadyBoundException");
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void whatIsNotConnectedOrBoundSaysSo() throws Exception {
        try (var channel = SocketChannel.open();
                var listener = ServerSocketChannel.open()) {
            assertThat(Outcome.of(() -> channel.read(ByteBuffer.allocate(1))))
                    .isEqualTo("java.nio.channels.NotYetConnectedException");
            assertThat(Outcome.of(() -> channel.write(ByteBuffer.allocate(1))))
                    .isEqualTo("java.nio.channels.NotYetConnectedException");
            assertThat(Outcome.of(channel::shutdownInput)).isEqualTo("java.nio.channels.NotYetConnectedException");
            assertThat(Outcome.of(listener::accept)).isEqualTo("java.nio.channels.NotYetBoundException");
            assertThat(channel.getLocalAddress()).isNull();
            assertThat(channel.getRemoteAddress()).isNull();
            assertThat(listener.getLocalAddress()).isNull();
            channel.bind(loopback(0));
            assertThat(((InetSocketAddress) channel.getLocalAddress()).getPort())
                    .isPositive();
            assertThat(Outcome.of(() -> channel.bind(null))).isEqualTo("java.nio.channels.AlreadyBoundException");
        }
    }

    @Test
    void aClosedChannelSaysSo() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.a().close();
            assertThat(Outcome.of(() -> pair.a().read(ByteBuffer.allocate(1))))
                    .isEqualTo("java.nio.channels.ClosedChannelException");
            assertThat(Outcome.of(() -> pair.a().write(ByteBuffer.allocate(1))))
                    .isEqualTo("java.nio.channels.ClosedChannelException");
            assertThat(Outcome.of(() -> pair.a().getLocalAddress()))
                    .isEqualTo("java.nio.channels.ClosedChannelException");
            assertThat(Outcome.of(() -> pair.a().configureBlocking(false)))
                    .isEqualTo("java.nio.channels.ClosedChannelException");
            assertThat(pair.b().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void connectingToTheWildcardMeansTheLoopback() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0))) {
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            try (var channel = SocketChannel.open(new InetSocketAddress("0.0.0.0", port))) {
                assertThat(channel.getRemoteAddress()).isEqualTo(loopback(port));
                assertThat(listener.accept().getRemoteAddress()).isEqualTo(channel.getLocalAddress());
            }
        }
    }

    @Test
    void aNonBlockingAcceptReturnsNothingOrAConnection() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0))) {
            listener.configureBlocking(false);
            assertThat(listener.accept()).isNull();
            try (var client = SocketChannel.open(listener.getLocalAddress())) {
                SocketChannel accepted = listener.accept();
                while (accepted == null) {
                    Thread.sleep(1);
                    accepted = listener.accept();
                }
                assertThat(accepted.isBlocking()).isTrue();
                assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
                accepted.close();
            }
        }
    }

    @Test
    void halfClosingEndsTheStreamAndWriting() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.a().write(ascii("last"));
            pair.a().shutdownOutput();
            // the JDK takes a write after the shutdown for one that the shutdown has ended
            assertThat(Outcome.of(() -> pair.a().write(ascii("x"))))
                    .isEqualTo("java.nio.channels.AsynchronousCloseException");
            assertThat(readText(pair.b(), 10)).isEqualTo("last");
            pair.b().write(ascii("answer"));
            assertThat(readText(pair.a(), 6)).isEqualTo("answer");
            pair.b().shutdownInput();
            assertThat(pair.b().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            pair.a().shutdownOutput(); // a second time does nothing
        }
    }

    @Test
    void aResetIsSeenOnceAndRemembered() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.b().setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
            pair.b().close();
            assertThat(Outcome.of(() -> pair.a().read(ByteBuffer.allocate(1))))
                    .isEqualTo("java.net.SocketException: Connection reset");
            assertThat(Outcome.of(() -> pair.a().read(ByteBuffer.allocate(1))))
                    .isEqualTo("java.net.SocketException: Connection reset");
            assertThat(Outcome.of(() -> pair.a().write(ascii("x")))).isEqualTo("java.io.IOException: Broken pipe");
        }
    }

    @Test
    void closingWithUnreadDataResetsThePeer() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.a().write(ByteBuffer.allocate(100));
            assertThat(pair.b().read(ByteBuffer.allocate(1))).isEqualTo(1);
            pair.b().close();
            assertThat(Outcome.of(() -> pair.a().read(ByteBuffer.allocate(1))))
                    .isEqualTo("java.net.SocketException: Connection reset");
        }
    }

    @Test
    void aNonBlockingChannelWhoseOutputIsShutDownCannotWrite() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.a().configureBlocking(false);
            pair.a().shutdownOutput();
            assertThat(Outcome.of(() -> pair.a().write(ascii("x"))))
                    .isEqualTo("java.nio.channels.AsynchronousCloseException");
            pair.a().shutdownInput();
            assertThat(pair.a().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void aWriteToAPeerThatClosedBreaksThePipe() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.b().close();
            assertThat(pair.a().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            String outcome = "1";
            for (int i = 0; i < 100_000 && outcome.equals("1"); i++)
                outcome = Outcome.of(() -> pair.a().write(ascii("x")));
            assertThat(outcome).isEqualTo("java.io.IOException: Broken pipe");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedRead(boolean virtual) throws Exception {
        try (var pair = ChannelPair.open()) {
            var read = Outcome.later(virtual, () -> pair.b().read(ByteBuffer.allocate(1)))
                    .whenBlocked();
            pair.b().close();
            assertThat(read.outcome()).isEqualTo("java.nio.channels.AsynchronousCloseException");
            assertThat(pair.a().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedWrite(boolean virtual) throws Exception {
        try (var pair = ChannelPair.open()) {
            ByteBuffer[] blocks = {ByteBuffer.allocate(50_000), ByteBuffer.allocate(50_000)};
            var write = Outcome.later(virtual, () -> {
                        while (true) {
                            blocks[0].clear();
                            blocks[1].clear();
                            pair.a().write(blocks);
                        }
                    })
                    .whenBlocked();
            pair.a().close();
            // the write that was blocked may have written a part, and then the next one finds the channel closed
            assertThat(write.outcome())
                    .isIn("java.nio.channels.AsynchronousCloseException", "java.nio.channels.ClosedChannelException");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedAccept(boolean virtual) throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0))) {
            var accept = Outcome.later(virtual, listener::accept).whenBlocked();
            listener.close();
            assertThat(accept.outcome()).isEqualTo("java.nio.channels.AsynchronousCloseException");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingEndsABlockedConnect(boolean virtual) throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0), 1);
                var first = SocketChannel.open(listener.getLocalAddress());
                var second = SocketChannel.open(listener.getLocalAddress());
                var third = SocketChannel.open()) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            var connect = Outcome.later(virtual, () -> third.connect(listener.getLocalAddress()))
                    .whenBlocked();
            third.close();
            assertThat(connect.outcome()).isEqualTo("java.nio.channels.AsynchronousCloseException");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptClosesTheChannel(boolean virtual) throws Exception {
        try (var pair = ChannelPair.open()) {
            var interrupted = new AtomicReference<Boolean>();
            var read = Outcome.later(virtual, () -> {
                        try {
                            return pair.b().read(ByteBuffer.allocate(1));
                        } finally {
                            interrupted.set(Thread.currentThread().isInterrupted());
                        }
                    })
                    .whenBlocked();
            read.thread().interrupt();
            assertThat(read.outcome()).isEqualTo("java.nio.channels.ClosedByInterruptException");
            assertThat(interrupted.get()).isTrue();
            assertThat(pair.b().isOpen()).isFalse();
        }
        try (var listener = ServerSocketChannel.open().bind(loopback(0))) {
            var accept = Outcome.later(virtual, listener::accept).whenBlocked();
            accept.thread().interrupt();
            assertThat(accept.outcome()).isEqualTo("java.nio.channels.ClosedByInterruptException");
            assertThat(listener.isOpen()).isFalse();
        }
    }

    @Test
    void anInterruptThatCameBeforeClosesTheChannelToo() throws Exception {
        try (var pair = ChannelPair.open()) {
            pair.a().write(ascii("x"));
            var read = Outcome.later(() -> {
                Thread.currentThread().interrupt();
                return pair.b().read(ByteBuffer.allocate(1));
            });
            assertThat(read.outcome()).isEqualTo("java.nio.channels.ClosedByInterruptException");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shuttingDownEndsABlockedReadAndABlockedWrite(boolean virtual) throws Exception {
        try (var pair = ChannelPair.open()) {
            var read = Outcome.later(virtual, () -> pair.b().read(ByteBuffer.allocate(1)))
                    .whenBlocked();
            pair.b().shutdownInput();
            assertThat(read.outcome()).isEqualTo("-1");
        }
        try (var pair = ChannelPair.open()) {
            var write = Outcome.later(virtual, () -> {
                        while (true) pair.a().write(ByteBuffer.allocate(100_000));
                    })
                    .whenBlocked();
            pair.a().shutdownOutput();
            assertThat(write.outcome())
                    .isIn("java.nio.channels.AsynchronousCloseException", "java.nio.channels.ClosedChannelException");
        }
    }

    @Test
    void theSocketOfAChannelObeysItsTimeout() throws Exception {
        try (var pair = ChannelPair.open()) {
            var socket = pair.b().socket();
            assertThat(socket.getChannel()).isSameAs(pair.b());
            socket.setSoTimeout(60);
            assertThat(Outcome.of(() -> socket.getInputStream().read()))
                    .isEqualTo("java.net.SocketTimeoutException: Read timed out");
            pair.a().write(ascii("x"));
            assertThat(socket.getInputStream().read()).isEqualTo('x');
            socket.getOutputStream().write('y');
            assertThat(readText(pair.a(), 1)).isEqualTo("y");
            pair.b().configureBlocking(false);
            assertThat(Outcome.of(() -> socket.getInputStream().read()))
                    .isEqualTo("java.nio.channels.IllegalBlockingModeException");
            socket.close();
            assertThat(pair.b().isOpen()).isFalse();
            assertThat(Outcome.of(socket::getInputStream)).isEqualTo("java.net.SocketException: Socket is closed");
        }
    }

    @Test
    void theSocketOfAChannelConnectsWithATimeout() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0), 1);
                var first = SocketChannel.open();
                var second = SocketChannel.open(listener.getLocalAddress());
                var third = SocketChannel.open()) {
            first.socket().connect(listener.getLocalAddress(), 5_000);
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            assertThat(Outcome.of(() -> third.socket().connect(listener.getLocalAddress(), 150)))
                    .isEqualTo("java.net.SocketTimeoutException: Connect timed out");
            assertThat(third.isOpen()).isFalse();
        }
        try (var channel = SocketChannel.open()) {
            assertThat(Outcome.of(() -> channel.socket().getInputStream()))
                    .isEqualTo("java.net.SocketException: Socket is not connected");
            var unresolved = InetSocketAddress.createUnresolved("no-such-host.invalid", 80);
            assertThat(Outcome.of(() -> channel.socket().connect(unresolved)))
                    .startsWith("java.net.UnknownHostException: no-such-host.invalid");
        }
    }

    @Test
    void theServerSocketOfAChannelAccepts() throws Exception {
        try (var listener = ServerSocketChannel.open()) {
            var socket = listener.socket();
            assertThat(socket.getChannel()).isSameAs(listener);
            assertThat(Outcome.of(socket::accept)).isEqualTo("java.net.SocketException: Socket is not bound yet");
            socket.bind(loopback(0), 5);
            assertThat(socket.getLocalSocketAddress()).isEqualTo(listener.getLocalAddress());
            socket.setSoTimeout(60);
            assertThat(Outcome.of(socket::accept)).isEqualTo("java.net.SocketTimeoutException: Accept timed out");
            try (var client = SocketChannel.open(listener.getLocalAddress());
                    var accepted = socket.accept()) {
                assertThat(accepted.getChannel().isConnected()).isTrue();
                assertThat(accepted.getRemoteSocketAddress()).isEqualTo(client.getLocalAddress());
            }
            listener.configureBlocking(false);
            assertThat(Outcome.of(socket::accept)).isEqualTo("java.nio.channels.IllegalBlockingModeException");
        }
    }

    @Test
    void aUnixDomainChannelIsTheKernels(@TempDir Path folder) throws Exception {
        var address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (var listener =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                var client = SocketChannel.open(address);
                var accepted = listener.accept()) {
            client.write(ascii("unix"));
            assertThat(readText(accepted, 4)).isEqualTo("unix");
        }
    }

    @Test
    void bothInternetFamiliesCanBeOpened() throws Exception {
        for (var family : new StandardProtocolFamily[] {StandardProtocolFamily.INET, StandardProtocolFamily.INET6}) {
            try (var listener = ServerSocketChannel.open(family).bind(new InetSocketAddress(0))) {
                int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
                try (var channel = SocketChannel.open(family)) {
                    channel.connect(loopback(port));
                    assertThat(channel.isConnected()).isTrue();
                }
            }
        }
        var ipv6 = InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        try (var channel = SocketChannel.open(StandardProtocolFamily.INET)) {
            assertThat(Outcome.of(() -> channel.connect(new InetSocketAddress(ipv6, 80))))
                    .isEqualTo("java.nio.channels.UnsupportedAddressTypeException");
        }
    }

    @Test
    void aPipeCarriesBytesFromItsSinkToItsSource() throws Exception {
        Pipe pipe = Pipe.open();
        var read = Outcome.later(() -> {
                    var buffer = ByteBuffer.allocate(10);
                    while (pipe.source().read(buffer) >= 0) {}
                    return new String(buffer.array(), 0, buffer.position(), US_ASCII);
                })
                .whenBlocked();
        pipe.sink().write(new ByteBuffer[] {ascii("pi"), ascii("pe")});
        pipe.sink().close();
        assertThat(read.outcome()).isEqualTo("pipe");
        pipe.source().close();

        Pipe broken = Pipe.open();
        broken.source().close();
        assertThat(Outcome.of(() -> broken.sink().write(ascii("x")))).isEqualTo("java.io.IOException: Broken pipe");
        broken.sink().close();

        Pipe interrupted = Pipe.open();
        var blocked = Outcome.later(() -> interrupted.source().read(ByteBuffer.allocate(1)))
                .whenBlocked();
        interrupted.source().close();
        assertThat(blocked.outcome()).isEqualTo("java.nio.channels.AsynchronousCloseException");
        interrupted.sink().close();

        Pipe nonBlocking = Pipe.open();
        nonBlocking.source().configureBlocking(false);
        nonBlocking.sink().configureBlocking(false);
        assertThat(nonBlocking.source().read(ByteBuffer.allocate(1))).isZero();
        int written = nonBlocking.sink().write(ByteBuffer.allocate(1 << 20));
        assertThat(written).isBetween(1, (1 << 20) - 1);
        assertThat(nonBlocking.sink().write(ByteBuffer.allocate(1))).isZero();
        nonBlocking.sink().close();
        nonBlocking.source().close();
    }

    @Test
    void theLoopbackNameIsTheLoopbackAddress() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(loopback(0));
                var channel = SocketChannel.open()) {
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            channel.connect(new InetSocketAddress("localhost", port));
            assertThat(((InetSocketAddress) channel.getRemoteAddress()).getAddress())
                    .isEqualTo(LOOPBACK);
        }
    }
}
