package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.host.Family;
import dev.sockeye.host.Host;
import dev.sockeye.host.Sysctl;
import dev.sockeye.link.MemoryLink;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.PagePool;
import dev.sockeye.wire.TransportAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The same sockets under a driver that turns its clock itself: a thread that waits runs the world until what it
/// waits for has happened. Hours pass in a moment, and every run is the same.
@Timeout(20)
class VirtualTimeTest {

    private static final class Stepping extends Driver {
        private long now;

        @Override
        public long now() {
            return now;
        }

        @Override
        public long epochNanos() {
            return 0;
        }

        @Override
        protected void await(Waiter waiter, long deadline) {
            long next = Math.min(nextDeadline(), deadline);
            if (next == Long.MAX_VALUE) throw new IllegalStateException("nothing will ever happen");
            now = Math.max(now, next);
            runDue();
        }

        @Override
        protected void deadlineAt(long deadline) {}

        @Override
        protected void handOver() {}

        /// Lets time pass.
        void advance(long nanos) {
            long end = now + nanos;
            for (long next = nextDeadline(); next <= end; next = nextDeadline()) {
                now = Math.max(now, next);
                runDue();
            }
            now = end;
        }
    }

    private final PagePool pool = new PagePool();
    private final Stepping driver = new Stepping();
    private final Machine a = new Machine(new Host("a", Sysctl.linux(), pool, 1), driver);
    private final Machine b = new Machine(new Host("b", Sysctl.linux(), pool, 2), driver);

    VirtualTimeTest() {
        var cable = new MemoryLink(pool);
        a.attach("eth0", 1500, cable, "10.0.0.1/24");
        b.attach("eth0", 1500, cable, "10.0.0.2/24");
    }

    private static TransportAddress at(String ip, int port) {
        return new TransportAddress(IpAddress.parse(ip), port);
    }

    @Test
    void aConnectToNobodyGivesUpWhenLinuxDoes() {
        StreamSocket socket = a.openStream(Family.INET);
        assertThat(socket.connect(at("10.0.0.9", 80), 0, Socket.FOREVER)).isEqualTo(Errno.ETIMEDOUT.asResult());
        // SYNs after 1, 1, 1, 1, 1, 2, 4, 8, 16 and 32 s, and 64 s for the last: docs/linux/open.md
        assertThat(TimeUnit.NANOSECONDS.toSeconds(driver.now())).isEqualTo(131);
    }

    @Test
    void aReadWithATimeoutTakesExactlyThatLong() {
        ListenSocket listener = b.openListen(Family.INET);
        assertThat(listener.bind(at("10.0.0.2", 80))).isZero();
        assertThat(listener.listen(1)).isZero();
        StreamSocket near = a.openStream(Family.INET);
        assertThat(near.connect(at("10.0.0.2", 80), 0, Socket.FOREVER)).isZero();
        long start = driver.now();
        assertThat(near.read(new byte[1], 0, 1, 0, 12_345)).isEqualTo(Errno.EAGAIN.asResult());
        assertThat(driver.now() - start).isEqualTo(12_345);
    }

    @Test
    void keepaliveNoticesAfterTwoHoursThatThePeerIsGone() {
        ListenSocket listener = b.openListen(Family.INET);
        assertThat(listener.bind(at("10.0.0.2", 80))).isZero();
        assertThat(listener.listen(1)).isZero();
        StreamSocket near = a.openStream(Family.INET);
        assertThat(near.connect(at("10.0.0.2", 80), 0, Socket.FOREVER)).isZero();
        assertThat(near.setOption(SocketOption.SO_KEEPALIVE, true)).isZero();
        b.close();
        assertThat(near.read(new byte[1], 0, 1, 0, Socket.FOREVER)).isEqualTo(Errno.ETIMEDOUT.asResult());
        // 7200 s of silence, then 9 probes 75 s apart
        assertThat(TimeUnit.NANOSECONDS.toSeconds(driver.now())).isBetween(7200L + 9 * 75, 7200L + 9 * 75 + 2);
        assertThat(near.state()).isEqualTo(TcpState.CLOSED);
        driver.advance(TimeUnit.HOURS.toNanos(1));
        a.close();
        assertThat(pool.pagesOut()).isZero();
    }
}
