package dev.sockeye.socket;

import dev.sockeye.host.TcpEndpoint;

/// A TCP socket that listens. See [Socket] for results, waiting and threads.
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class ListenSocket extends TcpSocket {

    ListenSocket(Machine machine, TcpEndpoint endpoint) {
        super(machine, endpoint);
    }

    /// `listen(2)`: from now on connections are taken; also changes the backlog of a socket that listens already.
    ///
    /// @param backlog how many may wait to be accepted, at most `net.core.somaxconn`
    /// @return 0, or `-EADDRINUSE`
    public int listen(int backlog) {
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
