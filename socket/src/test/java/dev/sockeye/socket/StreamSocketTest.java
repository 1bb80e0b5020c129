package dev.sockeye.socket;

import static dev.sockeye.socket.TwoMachines.B;
import static dev.sockeye.socket.TwoMachines.EAGAIN;
import static dev.sockeye.socket.TwoMachines.EBADF;
import static dev.sockeye.socket.TwoMachines.EINTR;
import static dev.sockeye.socket.TwoMachines.accept;
import static dev.sockeye.socket.TwoMachines.at;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.tcp.ErrorRecord;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The calls of a stream socket, between two machines.
@Timeout(30)
class StreamSocketTest {

    private static final long MILLISECOND = 1_000_000;

    private final TwoMachines two = new TwoMachines();

    @AfterEach
    void stop() {
        two.close();
    }

    /// A call on a thread of its own.
    private static final class Blocked {
        private final Thread thread;
        private volatile int result = Integer.MIN_VALUE;

        Blocked(Thread.Builder builder, IntSupplier call) {
            thread = builder.start(() -> result = call.getAsInt());
        }

        /// Waits until the call waits.
        Blocked isWaiting() {
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(thread.isAlive()).isTrue();
                Thread.onSpinWait();
            }
            return this;
        }

        int result() throws InterruptedException {
            thread.join();
            return result;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    private static int write(StreamSocket to, String text) {
        return to.write(bytes(text), 0, text.length(), 0, Socket.FOREVER);
    }

    private static String read(StreamSocket from) {
        byte[] buffer = new byte[100];
        int count = from.read(buffer, 0, buffer.length, 0, Socket.FOREVER);
        return count < 0 ? Errno.ofResult(count).name() : new String(buffer, 0, count, US_ASCII);
    }

    /// What was written without a copy, as far as the program can tell, is told of when the peer has all of it.
    @Test
    void theErrorQueueTellsOfZeroCopy() {
        StreamSocket[] ends = two.pair();
        assertThat(ends[0].setOption(SocketOption.SO_ZEROCOPY, true)).isZero();
        assertThat(ends[0].readErrorQueue()).isNull();
        for (int i = 0; i < 3; i++) {
            assertThat(ends[0].write(bytes("hello"), 0, 5, Socket.MSG_ZEROCOPY, Socket.FOREVER))
                    .isEqualTo(5);
            assertThat(read(ends[1])).isEqualTo("hello");
        }
        // The last answer carries the acknowledgment, whatever is delayed.
        assertThat(write(ends[1], "thanks")).isEqualTo(6);
        assertThat(read(ends[0])).isEqualTo("thanks");
        assertThat(ends[0].readiness() & Readiness.ERR).isNotZero();
        ErrorRecord record = Objects.requireNonNull(ends[0].readErrorQueue());
        assertThat(record.origin()).isEqualTo(ErrorRecord.ZEROCOPY);
        assertThat(record.info()).isZero();
        assertThat(record.data()).isEqualTo(2);
        assertThat(ends[0].readErrorQueue()).isNull();
        assertThat(ends[0].readiness() & Readiness.ERR).isZero();
        assertThat(ends[0].getOption(SocketOption.SO_ERROR)).isZero();
    }

    @Test
    void whatOneEndWritesTheOtherReads() {
        StreamSocket[] ends = two.pair();
        assertThat(write(ends[0], "hello")).isEqualTo(5);
        assertThat(read(ends[1])).isEqualTo("hello");
        assertThat(write(ends[1], "world")).isEqualTo(5);
        assertThat(read(ends[0])).isEqualTo("world");
    }

    @Test
    void aWriteEndsWithTheBytesInThePeersReceiveQueue() {
        StreamSocket[] ends = two.pair();
        write(ends[0], "hello");
        assertThat(ends[1].available()).isEqualTo(5);
        assertThat(ends[1].readiness() & Readiness.IN).isEqualTo(Readiness.IN);
    }

    @Test
    void addressesAreThoseOfTheConnection() {
        StreamSocket[] ends = two.pair();
        assertThat(ends[0].remoteAddress()).isEqualTo(at(B, 7));
        assertThat(ends[1].localAddress()).isEqualTo(at(B, 7));
        assertThat(ends[1].remoteAddress()).isEqualTo(ends[0].localAddress());
        assertThat(ends[0].state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(ends[0].info().snd_mss()).isEqualTo(1448);
    }

    @Test
    void theSameOverIpv6AndTheLoopback() {
        ListenSocket listener = two.a.openListen(Family.INET6);
        assertThat(listener.bind(at(IpAddress.ANY_V6, 80))).isZero();
        assertThat(listener.listen(5)).isZero();
        for (String target : new String[] {"fd00::1", "::1", "127.0.0.1", "10.0.0.1"}) {
            var ip = IpAddress.parse(target);
            StreamSocket near = two.a.openStream(ip.isV4() ? Family.INET : Family.INET6);
            assertThat(near.connect(at(ip, 80))).as(target).isZero();
            StreamSocket far = accept(listener);
            write(near, "hello");
            assertThat(read(far)).isEqualTo("hello");
        }
    }

    @Test
    void nothingToReadIsWouldBlockAndPeekLeavesIt() {
        StreamSocket[] ends = two.pair();
        byte[] buffer = new byte[10];
        assertThat(ends[1].read(buffer, 0, 10, 0, Socket.NOW)).isEqualTo(EAGAIN);
        write(ends[0], "abc");
        assertThat(ends[1].read(buffer, 0, 10, Socket.MSG_PEEK, Socket.FOREVER)).isEqualTo(3);
        assertThat(read(ends[1])).isEqualTo("abc");
        assertThat(ends[1].available()).isZero();
    }

    @Test
    void buffersOfEveryKindWork() {
        StreamSocket[] ends = two.pair();
        ByteBuffer heap = ByteBuffer.wrap(bytes("xxheap")).position(2);
        ByteBuffer direct = ByteBuffer.allocateDirect(10).put(bytes("direct")).flip();
        ByteBuffer readOnly = ByteBuffer.wrap(bytes("only")).asReadOnlyBuffer();
        try (Arena arena = Arena.ofConfined()) {
            var memory = arena.allocateFrom("memory", US_ASCII);
            assertThat(ends[0].write(heap)).isEqualTo(4);
            assertThat(ends[0].write(direct)).isEqualTo(6);
            assertThat(ends[0].write(readOnly)).isEqualTo(4);
            assertThat(ends[0].write(memory, 0, 6, 0, Socket.FOREVER)).isEqualTo(6);
            assertThat(heap.hasRemaining() || direct.hasRemaining() || readOnly.hasRemaining())
                    .isFalse();

            ByteBuffer into = ByteBuffer.allocateDirect(8);
            assertThat(ends[1].read(into.limit(6))).isEqualTo(6);
            assertThat(into.position()).isEqualTo(6);
            var rest = arena.allocate(100);
            assertThat(ends[1].read(rest, 3, 97, 0, Socket.FOREVER)).isEqualTo(14);
            assertThat(rest.asSlice(3, 14).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes("rectonlymemory"));
        }
    }

    @Test
    void aReaderWaitsOnPlatformAndVirtualThreads() throws InterruptedException {
        for (var builder : new Thread.Builder[] {Thread.ofPlatform(), Thread.ofVirtual()}) {
            StreamSocket[] ends = two.pair();
            var reader = new Blocked(builder, () -> read(ends[1]).equals("now") ? 1 : 0).isWaiting();
            write(ends[0], "now");
            assertThat(reader.result()).isEqualTo(1);
        }
    }

    @Test
    void aReadWithATimeoutEndsWithoutData() {
        StreamSocket[] ends = two.pair();
        long start = System.nanoTime();
        assertThat(ends[0].read(new byte[1], 0, 1, 0, 30 * MILLISECOND)).isEqualTo(EAGAIN);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30 * MILLISECOND);
    }

    @Test
    void soRcvtimeoIsForCallsWithoutATimeout() {
        StreamSocket[] ends = two.pair();
        assertThat(ends[0].setOption(SocketOption.SO_RCVTIMEO, 20 * MILLISECOND))
                .isZero();
        assertThat(ends[0].getOption(SocketOption.SO_RCVTIMEO)).isEqualTo(20 * MILLISECOND);
        assertThat(ends[0].read(ByteBuffer.allocate(1))).isEqualTo(EAGAIN);
    }

    @Test
    void closeEndsTheCallsOfOtherThreads() throws InterruptedException {
        StreamSocket[] ends = two.pair();
        byte[] much = new byte[20_000_000];
        var reader = new Blocked(Thread.ofVirtual(), () -> ends[0].read(new byte[1], 0, 1, 0, Socket.FOREVER));
        var writer = new Blocked(
                Thread.ofPlatform(), () -> ends[0].write(much, 0, much.length, 0, Socket.FOREVER) > 0 ? 1 : 0);
        reader.isWaiting();
        writer.isWaiting();
        ends[0].close();
        assertThat(reader.result()).isEqualTo(EBADF);
        assertThat(writer.result()).isEqualTo(1);
        assertThat(ends[0].write(much, 0, 1, 0, Socket.NOW)).isEqualTo(EBADF);
    }

    @Test
    void closeEndsAcceptAndConnect() throws InterruptedException {
        ListenSocket listener = two.listen(80, 1);
        var accepting = new Blocked(Thread.ofPlatform(), () -> listener.accept(new StreamSocket[1], 0, Socket.FOREVER))
                .isWaiting();
        listener.close();
        assertThat(accepting.result()).isEqualTo(EBADF);

        StreamSocket socket = two.a.openStream(Family.INET);
        var nobody = at(IpAddress.parse("10.0.0.9"), 80);
        var connecting = new Blocked(Thread.ofVirtual(), () -> socket.connect(nobody, 0, Socket.FOREVER)).isWaiting();
        socket.close();
        assertThat(connecting.result()).isEqualTo(EBADF);
    }

    @Test
    void anInterruptEndsAWaitAndStaysSet() throws InterruptedException {
        StreamSocket[] ends = two.pair();
        var status = new boolean[1];
        var reader = new Blocked(Thread.ofPlatform(), () -> {
                    int result = ends[0].read(new byte[1], 0, 1, 0, Socket.FOREVER);
                    status[0] = Thread.currentThread().isInterrupted();
                    return result;
                })
                .isWaiting();
        reader.thread.interrupt();
        assertThat(reader.result()).isEqualTo(EINTR);
        assertThat(status[0]).isTrue();
    }

    @Test
    void anUninterruptibleReadGoesOn() throws InterruptedException {
        StreamSocket[] ends = two.pair();
        var status = new boolean[1];
        var reader = new Blocked(Thread.ofPlatform(), () -> {
                    int result = ends[0].read(new byte[9], 0, 9, Socket.UNINTERRUPTIBLE, Socket.FOREVER);
                    status[0] = Thread.currentThread().isInterrupted();
                    return result;
                })
                .isWaiting();
        reader.thread.interrupt();
        write(ends[1], "late");
        assertThat(reader.result()).isEqualTo(4);
        assertThat(status[0]).isTrue();
    }

    @Test
    void aHalfClosedConnectionStillReads() {
        StreamSocket[] ends = two.pair();
        write(ends[0], "request");
        assertThat(ends[0].shutdown(Shutdown.WRITE)).isZero();
        assertThat(read(ends[1])).isEqualTo("request");
        assertThat(read(ends[1])).isEmpty();
        assertThat(ends[1].state()).isEqualTo(TcpState.CLOSE_WAIT);
        assertThat(write(ends[0], "more")).isEqualTo(Errno.EPIPE.asResult());
        assertThat(write(ends[1], "answer")).isEqualTo(6);
        ends[1].close();
        assertThat(read(ends[0])).isEqualTo("answer");
        assertThat(read(ends[0])).isEmpty();
        assertThat(ends[0].readiness() & (Readiness.IN | Readiness.RDHUP)).isEqualTo(Readiness.IN | Readiness.RDHUP);
    }

    @Test
    void shutdownForReadingWakesTheReader() throws InterruptedException {
        StreamSocket[] ends = two.pair();
        var reader =
                new Blocked(Thread.ofVirtual(), () -> ends[0].read(new byte[1], 0, 1, 0, Socket.FOREVER)).isWaiting();
        assertThat(ends[0].shutdown(Shutdown.READ)).isZero();
        assertThat(reader.result()).isZero();
    }

    @Test
    void aConnectToAPortWhereNobodyListensIsRefused() {
        StreamSocket socket = two.a.openStream(Family.INET);
        assertThat(socket.connect(at(B, 81))).isEqualTo(Errno.ECONNREFUSED.asResult());
    }

    @Test
    void aNonBlockingConnectIsFinishedLater() {
        ListenSocket listener = two.listen(80, 1);
        StreamSocket socket = two.a.openStream(Family.INET);
        int begun = socket.connect(at(B, 80), 0, Socket.NOW);
        assertThat(begun).isEqualTo(Errno.EINPROGRESS.asResult());
        assertThat(socket.finishConnect(0, Socket.FOREVER)).isZero();
        // Linux: the first connect after that succeeds, a further one is too many.
        assertThat(socket.connect(at(B, 80), 0, Socket.NOW)).isZero();
        assertThat(socket.connect(at(B, 80), 0, Socket.NOW)).isEqualTo(Errno.EISCONN.asResult());
        listener.close();
    }

    @Test
    void aConnectWithATimeoutToNobodyIsStillInProgress() {
        StreamSocket socket = two.a.openStream(Family.INET);
        int result = socket.connect(at(IpAddress.parse("10.0.0.9"), 80), 0, 20 * MILLISECOND);
        assertThat(result).isEqualTo(Errno.EINPROGRESS.asResult());
        socket.close();
    }

    @Test
    void finishConnectWithoutConnectIsNotConnected() {
        StreamSocket socket = two.a.openStream(Family.INET);
        assertThat(socket.finishConnect(0, Socket.NOW)).isEqualTo(Errno.ENOTCONN.asResult());
        assertThat(socket.read(new byte[1], 0, 1, 0, Socket.NOW)).isEqualTo(Errno.ENOTCONN.asResult());
    }

    @Test
    void aPortThatIsTakenIsInUse() {
        ListenSocket first = two.b.openListen(Family.INET);
        ListenSocket second = two.b.openListen(Family.INET);
        assertThat(first.bind(at(B, 80))).isZero();
        assertThat(first.listen(1)).isZero();
        assertThat(second.bind(at(B, 80))).isEqualTo(Errno.EADDRINUSE.asResult());
    }

    @Test
    void abortIsSeenByThePeerAsAReset() {
        StreamSocket[] ends = two.pair();
        ends[0].setOption(SocketOption.SO_LINGER, 0);
        ends[0].close();
        assertThat(read(ends[1])).isEqualTo("ECONNRESET");
        assertThat(read(ends[1])).isEmpty();
    }

    @Test
    void aWriterWaitsForTheReaderAndNothingIsLost() throws InterruptedException {
        StreamSocket[] ends = two.pair();
        byte[] sent = new byte[30_000_000];
        new Random(42).nextBytes(sent);
        var writer = new Blocked(Thread.ofVirtual(), () -> {
                    int count = ends[0].write(sent, 0, sent.length, 0, Socket.FOREVER);
                    ends[0].close();
                    return count;
                })
                .isWaiting();
        byte[] received = new byte[sent.length];
        int count = ends[1].read(received, 0, received.length, Socket.MSG_WAITALL, Socket.FOREVER);
        assertThat(count).isEqualTo(sent.length);
        assertThat(Arrays.mismatch(sent, received)).isEqualTo(-1);
        assertThat(writer.result()).isEqualTo(sent.length);
        assertThat(read(ends[1])).isEmpty();
    }

    @Test
    void aWriteWithoutWaitingTakesAPart() {
        StreamSocket[] ends = two.pair();
        byte[] much = new byte[40_000_000];
        int taken = ends[0].write(much, 0, much.length, 0, Socket.NOW);
        assertThat(taken).isBetween(1, much.length - 1);
        int more;
        int total = taken;
        while ((more = ends[0].write(much, 0, much.length, 0, Socket.NOW)) > 0) total += more;
        assertThat(more).isEqualTo(EAGAIN);
        assertThat(ends[0].readiness() & Readiness.OUT).isZero();
        byte[] received = new byte[total];
        assertThat(ends[1].read(received, 0, total, Socket.MSG_WAITALL, Socket.FOREVER))
                .isEqualTo(total);
        assertThat(ends[0].readiness() & Readiness.OUT).isEqualTo(Readiness.OUT);
    }

    @Test
    void aWriteWithATimeoutTakesAPart() {
        StreamSocket[] ends = two.pair();
        byte[] much = new byte[40_000_000];
        assertThat(ends[0].write(much, 0, much.length, 0, 50 * MILLISECOND)).isBetween(1, much.length - 1);
        // What the peer acknowledges late makes a little room yet.
        int taken;
        do taken = ends[0].write(much, 0, much.length, 0, MILLISECOND);
        while (taken > 0);
        assertThat(taken).isEqualTo(EAGAIN);
    }

    @Test
    void acceptTakesWhatIsThere() {
        ListenSocket listener = two.listen(80, 16);
        StreamSocket[] near = {two.connect(80), two.connect(80), two.connect(80)};
        var accepted = new StreamSocket[8];
        assertThat(listener.accept(accepted, 0, Socket.FOREVER)).isEqualTo(3);
        for (int i = 0; i < 3; i++) assertThat(accepted[i].remoteAddress()).isEqualTo(near[i].localAddress());
        assertThat(listener.accept(accepted, 0, Socket.NOW)).isEqualTo(EAGAIN);
    }

    @Test
    void eachConnectionWakesOneAccepter() throws InterruptedException {
        ListenSocket listener = two.listen(80, 16);
        var accepters = new Blocked[5];
        for (int i = 0; i < accepters.length; i++) {
            accepters[i] = new Blocked(
                            Thread.ofVirtual(), () -> listener.accept(new StreamSocket[1], 0, Socket.FOREVER))
                    .isWaiting();
        }
        for (int i = 0; i < accepters.length; i++) two.connect(80);
        for (Blocked accepter : accepters) assertThat(accepter.result()).isEqualTo(1);
    }

    @Test
    void aLingeringCloseWaitsForTheAcknowledgment() {
        StreamSocket[] ends = two.pair();
        ends[0].setOption(SocketOption.SO_LINGER, 20);
        byte[] much = new byte[100_000];
        ends[0].write(much, 0, much.length, 0, Socket.NOW);
        long start = System.nanoTime();
        ends[0].close();
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
        assertThat(ends[1].state()).isEqualTo(TcpState.CLOSE_WAIT);
    }

    @Test
    void aLingeringCloseGivesUp() {
        ListenSocket listener = two.listen(80, 1);
        listener.setOption(SocketOption.SO_RCVBUF, 4096);
        StreamSocket[] ends = {two.connect(80)};
        ends[0].setOption(SocketOption.SO_LINGER, 20);
        byte[] much = new byte[40_000_000];
        ends[0].write(much, 0, much.length, 0, Socket.NOW);
        long start = System.nanoTime();
        ends[0].close(30 * MILLISECOND);
        assertThat(System.nanoTime() - start).isBetween(30 * MILLISECOND, TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void switchingAMachineOffEndsTheCallsOnIt() throws InterruptedException {
        StreamSocket[] ends = two.pair();
        var reader =
                new Blocked(Thread.ofPlatform(), () -> ends[1].read(new byte[1], 0, 1, 0, Socket.FOREVER)).isWaiting();
        assertThat(Machine.running()).contains(two.a, two.b);
        two.b.close();
        assertThat(reader.result()).isEqualTo(EBADF);
        assertThat(Machine.running()).contains(two.a).doesNotContain(two.b);
        write(ends[0], "into the void");
    }

    @Test
    void originsTellWhoOpenedReadAndWrote() {
        two.a.setOriginDetail(Origin.Detail.CALLS);
        StreamSocket[] ends = two.pair();
        write(ends[0], "x");
        assertThat(known(ends[0].opened()).line()).contains("TwoMachines.connect(TwoMachines.java:");
        assertThat(known(ends[0].lastWrite()).line()).contains("StreamSocketTest.write(StreamSocketTest.java:");
        assertThat(known(ends[0].lastWrite()).threadName())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(ends[0].lastRead()).isNull();
        assertThat(ends[1].opened()).isNull();
    }

    private static Origin known(@Nullable Origin origin) {
        return Objects.requireNonNull(origin);
    }
}
