package dev.sockeye.inspect.history;

import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.EventFd;
import dev.sockeye.linux.PollSet;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What has changed from one dump to the next, in this namespace. What came and went between two is not
/// seen, unless sock_diag says that it has ended; who changed it, nobody knows. Anybody may do this.
final class DumpTracer implements Tracer {

    private record Known(
            TcpState state,
            TransportAddress local,
            @Nullable TransportAddress remote) {}

    private final SockDiag diag;
    private final Ends ends = new Ends();
    private final EventFd wake = new EventFd();
    private final long everyNanos;
    private Map<Long, Known> known = new HashMap<>();
    private volatile boolean stopped;

    DumpTracer(Duration every) throws IOException {
        everyNanos = every.toNanos();
        diag = new SockDiag();
        try {
            known = dump();
        } catch (SystemCallException e) {
            close();
            throw e;
        }
    }

    private Map<Long, Known> dump() throws SystemCallException {
        Map<Long, Known> now = new HashMap<>(2 * known.size());
        dump(SockDiag.AF_INET, now);
        try {
            dump(SockDiag.AF_INET6, now);
        } catch (SystemCallException e) {
            if (!e.is(Errno.ENOENT)) throw e; // a kernel without IPv6
        }
        return now;
    }

    private void dump(int family, Map<Long, Known> to) throws SystemCallException {
        int wanted = SockDiag.ALL_STATES & ~(1 << DiagSocket.BOUND_INACTIVE) & ~(1 << DiagSocket.NEW_SYN_RECV);
        diag.dump(family, wanted, null, socket -> {
            TransportAddress remote = socket.remote().port() == 0 ? null : socket.remote();
            to.put(socket.cookie(), new Known(KernelRecord.state(socket.state()), socket.local(), remote));
        });
    }

    @Override
    public void run(Sink to) throws IOException {
        var calls = new SystemCalls();
        var poll = new PollSet(2);
        poll.set(0, wake.fd(), PollSet.POLLIN);
        poll.set(1, ends.fd(), PollSet.POLLIN);
        long next = System.nanoTime() + everyNanos;
        while (!stopped) {
            ends.read(to::seen);
            long left = next - System.nanoTime();
            if (left <= 0) {
                compare(dump(), to);
                next = System.nanoTime() + everyNanos;
                continue;
            }
            calls.poll(poll, Math.min(to.rest(), (int) (left / 1_000_000) + 1));
        }
        to.rest();
    }

    private void compare(Map<Long, Known> now, Sink to) {
        long time = System.nanoTime();
        now.forEach((cookie, is) -> {
            Known was = known.get(cookie);
            TcpState from = was == null ? TcpState.CLOSED : was.state;
            if (from != is.state) to.seen(observation(time, cookie, is, from, is.state));
        });
        known.forEach((cookie, was) -> {
            if (!now.containsKey(cookie)) to.seen(observation(time, cookie, was, was.state, TcpState.CLOSED));
        });
        known = now;
    }

    private static Observation observation(long time, long cookie, Known socket, TcpState from, TcpState to) {
        var seen = new Observation(Kind.TRANSITION, time, socket.local, socket.remote);
        seen.cookie = cookie;
        seen.from = from;
        seen.to = to;
        seen.noticed = true;
        return seen;
    }

    @Override
    public void stop() {
        stopped = true;
        wake.signal();
    }

    @Override
    public long lost() {
        return ends.lost();
    }

    @Override
    public void close() {
        diag.close();
        ends.close();
        wake.close();
    }
}
