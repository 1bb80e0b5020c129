package dev.sockeye.socket;

import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.tcp.Readiness;
import dev.sockeye.tcp.Shutdown;
import dev.sockeye.wire.Errno;

/// A TCP socket that listens. See [Socket] for results, waiting and threads.
public final class ListenSocket extends TcpSocket {

    ListenSocket(Machine machine, TcpEndpoint endpoint, long now) {
        super(machine, endpoint, now);
    }

    /// `listen(2)`: from now on connections are taken; also changes the backlog of a socket that listens already.
    ///
    /// @param backlog how many may wait to be accepted, at most `net.core.somaxconn`
    /// @return 0, or `-EADDRINUSE`
    public int listen(int backlog) {
        long now = locked.enter();
        try {
            int result = isClosed() ? EBADF : endpoint.listen(backlog, now);
            refresh();
            return result;
        } finally {
            locked.leave(now);
        }
    }

    /// `accept(2)`, as often as there are connections and room for them: waits for the first, takes the others
    /// that are there.
    ///
    /// @param accepted is filled from its start
    /// @param flags    [#UNINTERRUPTIBLE] or 0
    /// @param timeout  nanoseconds, [#NOW] or [#FOREVER]
    /// @return how many were accepted, at least 1; `-EAGAIN` if none came in time; `-EINVAL` if it does not
    ///     listen; `-EINTR`, `-EBADF`
    public int accept(StreamSocket[] accepted, int flags, long timeout) {
        long deadline = -1;
        for (; ; ) {
            Waiter waiter = null;
            int result;
            long now = locked.enter();
            try {
                result = acceptNow(accepted, now);
                if (result == EAGAIN && timeout != NOW) waiter = expect(Readiness.IN);
                else wakeOthers();
            } finally {
                locked.leave(now);
            }
            if (waiter == null) return result;
            if (deadline < 0) deadline = deadline(now, timeout);
            int waited = await(waiter, deadline, flags);
            if (waited != 0) return waited;
        }
    }

    /// `accept(2)` of one connection, waiting as `SO_RCVTIMEO` says; see [#accept(StreamSocket[], int, long)].
    public int accept(StreamSocket[] accepted) {
        return accept(accepted, 0, receiveTimeout());
    }

    private int acceptNow(StreamSocket[] accepted, long now) {
        if (isClosed()) return EBADF;
        int count = 0;
        while (count < accepted.length) {
            TcpEndpoint next = endpoint.accept(now);
            if (next == null) break;
            accepted[count++] = new StreamSocket(machine(), next, now);
        }
        if (count > 0) return count;
        return endpoint.listener() == null ? Errno.EINVAL.asResult() : EAGAIN;
    }

    /// One connection wakes one thread; which wakes the next, if there are more connections.
    @Override
    boolean wakesOne() {
        return endpoint.listener() != null;
    }

    /// `shutdown(2)` for reading: ends listening; threads in accept get `-EINVAL`.
    ///
    /// @return 0 or `-ENOTCONN`
    public int shutdown() {
        long now = locked.enter();
        try {
            int result = isClosed() ? EBADF : endpoint.shutdown(Shutdown.READ, now);
            wakeAll();
            return result;
        } finally {
            locked.leave(now);
        }
    }

    @Override
    public void close() {
        long now = locked.enter();
        try {
            if (isClosed()) return;
            endpoint.close(now);
            markClosed(locked.errands());
        } finally {
            locked.leave(now);
        }
    }
}
