package dev.sockeye.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A machine of ours, and on the other side of a TUN device the real kernel with its own sockets, in a network
/// namespace of the test's; skipped where the kernel does not permit one.
@EnabledOnOs(value = OS.LINUX, disabledReason = "a TUN device is Linux's")
@Timeout(120)
class KernelTest {

    private static void besideTheKernel(BesideTheKernel.Body body) throws Exception {
        new BesideTheKernel().run(body);
    }

    private static ListenSocket listen(Machine ours, int port) {
        ListenSocket listener = ours.openListen(Family.INET6);
        assertThat(listener.setOption(SocketOption.SO_REUSEADDR, true)).isZero();
        assertThat(listener.bind(new TransportAddress(IpAddress.ANY_V6, port))).isZero();
        assertThat(listener.listen(10)).isZero();
        return listener;
    }

    private static String say(StreamSocket to, String text) {
        int written = to.write(text.getBytes(US_ASCII), 0, text.length(), 0, Socket.FOREVER);
        return written < 0 ? Errno.ofResult(written).name() : "written";
    }

    private static String hear(StreamSocket from) {
        byte[] buffer = new byte[100];
        int count = from.read(buffer, 0, buffer.length, 0, Socket.FOREVER);
        return count < 0 ? Errno.ofResult(count).name() : new String(buffer, 0, count, US_ASCII);
    }

    @Test
    void theKernelConnectsToUs() throws Exception {
        besideTheKernel(ours -> {
            for (String address : new String[] {"10.1.2.2", "fd00:1::2"}) {
                try (ListenSocket listener = listen(ours, 7);
                        var theirs = new java.net.Socket(address, 7)) {
                    var accepted = new StreamSocket[1];
                    assertThat(listener.accept(accepted, 0, Socket.FOREVER)).isEqualTo(1);
                    theirs.getOutputStream().write("hello".getBytes(US_ASCII));
                    assertThat(hear(accepted[0])).isEqualTo("hello");
                    assertThat(say(accepted[0], "world")).isEqualTo("written");
                    assertThat(theirs.getInputStream().readNBytes(5))
                            .asString(US_ASCII)
                            .isEqualTo("world");
                    accepted[0].close();
                    assertThat(theirs.getInputStream().read()).isEqualTo(-1);
                }
            }
        });
    }

    @Test
    void weConnectToTheKernel() throws Exception {
        besideTheKernel(ours -> {
            for (String address : new String[] {"10.1.2.1", "fd00:1::1"}) {
                try (var listener = new ServerSocket(7, 10, InetAddress.getByName(address));
                        StreamSocket socket = ours.openStream(Family.INET6)) {
                    assertThat(socket.connect(new TransportAddress(IpAddress.parse(address), 7)))
                            .isZero();
                    try (var theirs = listener.accept()) {
                        assertThat(say(socket, "hello")).isEqualTo("written");
                        assertThat(theirs.getInputStream().readNBytes(5))
                                .asString(US_ASCII)
                                .isEqualTo("hello");
                        theirs.setSoLinger(true, 0);
                    }
                    assertThat(hear(socket)).isEqualTo("ECONNRESET");
                }
            }
        });
    }

    @Test
    void whoDoesNotListenRefuses() throws Exception {
        besideTheKernel(ours -> {
            assertThat(refusal("10.1.2.2")).isInstanceOf(ConnectException.class).hasMessage("Connection refused");
            assertThat(refusal("fd00:1::2"))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("Connection refused");
            try (StreamSocket socket = ours.openStream(Family.INET)) {
                int result = socket.connect(new TransportAddress(IpAddress.parse("10.1.2.1"), 9));
                assertThat(result).isEqualTo(Errno.ECONNREFUSED.asResult());
            }
        });
    }

    private static IOException refusal(String address) {
        try (var socket = new java.net.Socket(address, 9)) {
            throw new AssertionError("connected: " + socket);
        } catch (IOException e) {
            return e;
        }
    }

    /// 64 MiB each way at the same time, told by their digests.
    @Test
    void manyBytesArriveBothWays() throws Exception {
        besideTheKernel(ours -> {
            int size = 64 << 20;
            try (ListenSocket listener = listen(ours, 7);
                    var theirs = new java.net.Socket("10.1.2.2", 7)) {
                var accepted = new StreamSocket[1];
                assertThat(listener.accept(accepted, 0, Socket.FOREVER)).isEqualTo(1);
                StreamSocket mine = accepted[0];
                var heard = new AtomicReference<String>();
                Thread hearing = Thread.ofPlatform().start(() -> heard.set(digest(mine, size)));
                Thread saying = Thread.ofPlatform().start(() -> {
                    send(mine, 1, size);
                    mine.shutdown(Shutdown.WRITE);
                });
                Thread theirSaying = Thread.ofPlatform().start(() -> send(theirs, 2, size));
                assertThat(digest(theirs.getInputStream())).isEqualTo(digestOf(1, size));
                theirSaying.join();
                saying.join();
                hearing.join();
                assertThat(heard.get()).isEqualTo(digestOf(2, size));
                mine.close();
            }
        });
    }

    private static void send(StreamSocket to, long seed, int size) {
        var random = new Random(seed);
        byte[] chunk = new byte[1 << 16];
        for (int sent = 0; sent < size; sent += chunk.length) {
            random.nextBytes(chunk);
            for (int done = 0; done < chunk.length; ) {
                int count = to.write(chunk, done, chunk.length - done, 0, Socket.FOREVER);
                assertThat(count).isPositive();
                done += count;
            }
        }
    }

    private static void send(java.net.Socket to, long seed, int size) {
        var random = new Random(seed);
        byte[] chunk = new byte[1 << 16];
        try {
            OutputStream out = to.getOutputStream();
            for (int sent = 0; sent < size; sent += chunk.length) {
                random.nextBytes(chunk);
                out.write(chunk);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String digest(StreamSocket from, int size) {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 16];
        int total = 0;
        for (int count = 1; count > 0; total += Math.max(0, count)) {
            count = from.read(buffer, 0, buffer.length, 0, Socket.FOREVER);
            if (count > 0) digest.update(buffer, 0, count);
        }
        return total == size ? HexFormat.of().formatHex(digest.digest()) : total + " bytes";
    }

    private static String digest(InputStream from) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 16];
        for (int count = from.read(buffer); count > 0; count = from.read(buffer)) digest.update(buffer, 0, count);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String digestOf(long seed, int size) {
        MessageDigest digest = sha256();
        var random = new Random(seed);
        byte[] chunk = new byte[1 << 16];
        for (int done = 0; done < size; done += chunk.length) {
            random.nextBytes(chunk);
            digest.update(chunk);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
