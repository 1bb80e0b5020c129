package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.host.Family;
import dev.sockeye.linux.KernelSocket;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// MD5 signatures between this stack and the real kernel, both ways round, over IPv4 and IPv6; skipped where the
/// kernel permits no TUN device, or has no MD5 signatures.
@EnabledOnOs(value = OS.LINUX, disabledReason = "a TUN device is Linux's")
@Timeout(120)
class KernelSignatureTest {

    private static final int TCP_MD5SIG = 14, LENGTH = 300_000;
    private static final int EAGAIN = Errno.EAGAIN.asResult();
    private static final byte[] KEY = "a secret".getBytes(StandardCharsets.US_ASCII);
    private static final String[][] ADDRESSES = {{"10.1.2.1", "10.1.2.2"}, {"fd00:1::1", "fd00:1::2"}};

    /// `struct tcp_md5sig`
    private static MemorySegment md5sig(IpAddress peer, Arena arena) {
        ByteBuffer buffer = ByteBuffer.allocate(216).order(ByteOrder.nativeOrder());
        buffer.putShort((short) (peer.isV4() ? 2 : 10)).put(peer.isV4() ? 4 : 8, peer.toBytes());
        buffer.putShort(130, (short) KEY.length).put(136, KEY);
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, buffer.array());
    }

    private static KernelSocket theirs(IpAddress own, IpAddress peer) throws SystemCallException {
        KernelSocket socket = KernelSocket.open(own.isV4());
        try (Arena arena = Arena.ofConfined()) {
            int result = socket.setOption(KernelSocket.IPPROTO_TCP, TCP_MD5SIG, md5sig(peer, arena));
            assumeTrue(result == 0, "skipped: the kernel has no TCP_MD5SIG");
        }
        return socket;
    }

    /// Tries until it need not wait.
    private static int waitFor(IntSupplier call) {
        int result = call.getAsInt();
        while (result == EAGAIN) {
            LockSupport.parkNanos(100_000);
            result = call.getAsInt();
        }
        return result;
    }

    private static KernelSocket accept(KernelSocket listener) {
        var accepted = new KernelSocket[1];
        assertThat(waitFor(() -> listener.accept(accepted))).isZero();
        return accepted[0];
    }

    private static byte[] text(long seed) {
        byte[] text = new byte[LENGTH];
        new Random(seed).nextBytes(text);
        return text;
    }

    private static byte[] read(StreamSocket socket) {
        byte[] bytes = new byte[LENGTH];
        int at = 0;
        while (at < LENGTH) {
            int count = socket.read(bytes, at, LENGTH - at, 0, Socket.FOREVER);
            assertThat(count).isPositive();
            at += count;
        }
        return bytes;
    }

    private static byte[] read(KernelSocket socket, Arena arena) {
        MemorySegment memory = arena.allocate(LENGTH);
        int at = 0;
        while (at < LENGTH) {
            int from = at;
            int count = waitFor(() -> socket.receive(memory, from, LENGTH - from, 0));
            assertThat(count).isPositive();
            at += count;
        }
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    private static void write(KernelSocket socket, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            for (int at = 0; at < bytes.length; ) {
                int from = at;
                int flags = KernelSocket.MSG_NOSIGNAL;
                int count = waitFor(() -> socket.send(memory, from, bytes.length - from, flags));
                assertThat(count).isPositive();
                at += count;
            }
        }
    }

    /// Both send as much as needs many segments, and close.
    private static void talk(StreamSocket ours, KernelSocket theirs) throws InterruptedException {
        byte[] there = text(1);
        byte[] back = text(2);
        try (Arena arena = Arena.ofConfined()) {
            Thread writer = Thread.ofPlatform().start(() -> ours.write(there, 0, LENGTH, 0, Socket.FOREVER));
            assertThat(Arrays.equals(read(theirs, arena), there))
                    .as("what we sent")
                    .isTrue();
            writer.join();
            writer = Thread.ofPlatform().start(() -> write(theirs, back));
            assertThat(Arrays.equals(read(ours), back))
                    .as("what the kernel sent")
                    .isTrue();
            writer.join();
            ours.close();
            MemorySegment end = arena.allocate(1);
            assertThat(waitFor(() -> theirs.receive(end, 0, 1, 0)))
                    .as("the end")
                    .isZero();
            theirs.close();
        }
    }

    @Test
    void weConnectToTheKernel() throws Exception {
        new BesideTheKernel().run(ours -> {
            for (String[] pair : ADDRESSES) {
                IpAddress kernel = IpAddress.parse(pair[0]);
                try (KernelSocket listener = theirs(kernel, IpAddress.parse(pair[1]))) {
                    assertThat(listener.bind(new TransportAddress(kernel, 5000)))
                            .isZero();
                    assertThat(listener.listen(5)).isZero();
                    StreamSocket socket = ours.openStream(Family.INET6);
                    socket.setOption(SocketOption.TCP_MD5SIG, new Md5Signature(kernel, KEY));
                    assertThat(socket.connect(new TransportAddress(kernel, 5000)))
                            .isZero();
                    talk(socket, accept(listener));
                    StreamSocket stranger = ours.openStream(Family.INET6);
                    stranger.setOption(SocketOption.TCP_MD5SIG, new Md5Signature(kernel, new byte[] {1}));
                    stranger.setOption(SocketOption.TCP_USER_TIMEOUT, 100);
                    assertThat(stranger.connect(new TransportAddress(kernel, 5000)))
                            .isEqualTo(Errno.ETIMEDOUT.asResult());
                    stranger.close();
                }
            }
        });
    }

    @Test
    void theKernelConnectsToUs() throws Exception {
        new BesideTheKernel().run(ours -> {
            for (String[] pair : ADDRESSES) {
                IpAddress kernel = IpAddress.parse(pair[0]);
                IpAddress own = IpAddress.parse(pair[1]);
                ListenSocket listener = ours.openListen(Family.INET6);
                assertThat(listener.setOption(SocketOption.TCP_MD5SIG, new Md5Signature(kernel, KEY)))
                        .isZero();
                assertThat(listener.bind(new TransportAddress(own, 5000))).isZero();
                assertThat(listener.listen(5)).isZero();
                KernelSocket socket = theirs(kernel, own);
                assertThat(socket.connect(new TransportAddress(own, 5000))).isEqualTo(Errno.EINPROGRESS.asResult());
                talk(TwoMachines.accept(listener), socket);
                listener.close();
            }
        });
    }
}
