package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.host.Family;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
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
    private static final byte[] KEY = "a secret".getBytes(StandardCharsets.US_ASCII);
    private static final String[][] ADDRESSES = {{"10.1.2.1", "10.1.2.2"}, {"fd00:1::1", "fd00:1::2"}};

    /// `struct tcp_md5sig`
    private static byte[] md5sig(IpAddress peer, byte[] key) {
        ByteBuffer buffer = ByteBuffer.allocate(216).order(ByteOrder.nativeOrder());
        buffer.put(NativeSocket.address(peer, 0, 128));
        buffer.putShort(130, (short) key.length).put(136, key);
        return buffer.array();
    }

    private static NativeSocket theirs(IpAddress own, IpAddress peer) {
        NativeSocket socket = NativeSocket.open(own);
        int result = socket.setOption(TCP_MD5SIG, md5sig(peer, KEY));
        if (result != 0) socket.close();
        assumeTrue(result == 0, "skipped: the kernel has no TCP_MD5SIG");
        return socket;
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

    /// Both send as much as needs many segments, and close.
    private static void talk(StreamSocket ours, NativeSocket theirs) throws InterruptedException {
        byte[] there = text(1);
        byte[] back = text(2);
        Thread writer = Thread.ofPlatform().start(() -> ours.write(there, 0, LENGTH, 0, Socket.FOREVER));
        assertThat(Arrays.equals(theirs.read(LENGTH), there)).as("what we sent").isTrue();
        writer.join();
        writer = Thread.ofPlatform().start(() -> theirs.write(back));
        assertThat(Arrays.equals(read(ours), back)).as("what the kernel sent").isTrue();
        writer.join();
        ours.close();
        assertThat(theirs.read(1)).isEmpty();
        theirs.close();
    }

    @Test
    void weConnectToTheKernel() throws Exception {
        new BesideTheKernel().run(ours -> {
            for (String[] pair : ADDRESSES) {
                IpAddress kernel = IpAddress.parse(pair[0]);
                try (NativeSocket listener = theirs(kernel, IpAddress.parse(pair[1]))) {
                    assertThat(listener.bind(kernel, 5000)).isZero();
                    assertThat(listener.listen(5)).isZero();
                    StreamSocket socket = ours.openStream(Family.INET6);
                    socket.setOption(SocketOption.TCP_MD5SIG, new Md5Signature(kernel, KEY));
                    assertThat(socket.connect(new TransportAddress(kernel, 5000)))
                            .isZero();
                    talk(socket, listener.accept());
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
                NativeSocket socket = theirs(kernel, own);
                assertThat(socket.connect(own, 5000)).isZero();
                talk(TwoMachines.accept(listener), socket);
                listener.close();
            }
        });
    }
}
