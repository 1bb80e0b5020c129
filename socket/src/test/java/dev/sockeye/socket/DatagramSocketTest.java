package dev.sockeye.socket;

import static dev.sockeye.socket.TwoMachines.A;
import static dev.sockeye.socket.TwoMachines.B;
import static dev.sockeye.socket.TwoMachines.EAGAIN;
import static dev.sockeye.socket.TwoMachines.EBADF;
import static dev.sockeye.socket.TwoMachines.at;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.DatagramInfo;
import dev.sockeye.host.Family;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The calls of a datagram socket, between two machines.
@Timeout(30)
class DatagramSocketTest {

    private final TwoMachines two = new TwoMachines();
    private final DatagramSocket a = two.a.openDatagram(Family.INET);
    private final DatagramSocket b = two.b.openDatagram(Family.INET);
    private final DatagramInfo info = new DatagramInfo();

    DatagramSocketTest() {
        assertThat(a.bind(at(A, 1000))).isZero();
        assertThat(b.bind(at(B, 2000))).isZero();
    }

    @AfterEach
    void stop() {
        two.close();
    }

    private String receive(DatagramSocket from, int room, int flags) {
        byte[] buffer = new byte[room];
        int count = from.receive(buffer, 0, room, info, flags, Socket.FOREVER);
        return count < 0 ? Errno.ofResult(count).name() : new String(buffer, 0, count, US_ASCII);
    }

    private static int send(DatagramSocket by, String text, @Nullable TransportAddress to) {
        return by.send(text.getBytes(US_ASCII), 0, text.length(), to);
    }

    @Test
    void aDatagramArrivesWholeWithItsSender() {
        assertThat(send(a, "hello", at(B, 2000))).isEqualTo(5);
        assertThat(receive(b, 100, Socket.MSG_PEEK)).isEqualTo("hello");
        assertThat(receive(b, 100, 0)).isEqualTo("hello");
        assertThat(info.source()).isEqualTo(at(A, 1000));
        assertThat(b.receive(new byte[1], 0, 1, info, 0, Socket.NOW)).isEqualTo(EAGAIN);
    }

    @Test
    void whatThereIsNoRoomForIsLost() {
        send(a, "hello", at(B, 2000));
        send(a, "again", at(B, 2000));
        assertThat(receive(b, 2, 0)).isEqualTo("he");
        assertThat(info.length()).isEqualTo(5);
        assertThat(receive(b, 100, 0)).isEqualTo("again");
    }

    @Test
    void buffersMoveTheirPosition() {
        ByteBuffer out = ByteBuffer.wrap("hello".getBytes(US_ASCII));
        assertThat(a.send(out, at(B, 2000))).isEqualTo(5);
        assertThat(out.hasRemaining()).isFalse();
        ByteBuffer in = ByteBuffer.allocateDirect(100);
        assertThat(b.receive(in, info, 0, Socket.FOREVER)).isEqualTo(5);
        assertThat(in.position()).isEqualTo(5);
    }

    @Test
    void aConnectedSocketIsToldThatNobodyListens() {
        assertThat(a.connect(at(B, 9))).isZero();
        assertThat(send(a, "anybody?", null)).isEqualTo(8);
        assertThat(receive(a, 10, 0)).isEqualTo("ECONNREFUSED");
        assertThat(a.remoteAddress()).isEqualTo(at(B, 9));
        assertThat(a.disconnect()).isZero();
        assertThat(send(a, "to whom?", null)).isEqualTo(Errno.EDESTADDRREQ.asResult());
    }

    @Test
    void closeEndsAReceive() throws InterruptedException {
        var result = new AtomicInteger();
        Thread receiving = Thread.ofVirtual()
                .start(() -> result.set(b.receive(new byte[1], 0, 1, new DatagramInfo(), 0, Socket.FOREVER)));
        while (receiving.getState() != Thread.State.WAITING) Thread.onSpinWait();
        b.close();
        receiving.join();
        assertThat(result.get()).isEqualTo(EBADF);
    }

    @Test
    void optionsAreCutAsLinuxCutsThem() {
        assertThat(a.setOption(SocketOption.SO_SNDBUF, 1)).isZero();
        assertThat(a.getOption(SocketOption.SO_SNDBUF)).isEqualTo(4608);
        assertThat(a.setOption(SocketOption.SO_BROADCAST, true)).isZero();
        assertThat(a.getOption(SocketOption.SO_BROADCAST)).isTrue();
        assertThat(a.getOption(SocketOption.TCP_NODELAY)).isNull();
        assertThat(a.setOption(SocketOption.TCP_NODELAY, true)).isEqualTo(Errno.ENOPROTOOPT.asResult());
        assertThat(a.setOption(SocketOption.IP_MULTICAST_TTL, 256)).isEqualTo(Errno.EINVAL.asResult());
    }
}
