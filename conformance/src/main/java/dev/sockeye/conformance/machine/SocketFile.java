package dev.sockeye.conformance.machine;

import dev.sockeye.host.TcpEndpoint;
import java.util.ArrayList;
import java.util.List;

/// A TCP socket of the host under test.
public final class SocketFile implements OpenFile {

    private final TcpEndpoint endpoint;
    private final List<EpollFile.Watch> watches = new ArrayList<>();
    private int flags;

    /// A call waits as long as it takes.
    static final long FOREVER = -1;

    /// `SO_RCVTIMEO` and `SO_SNDTIMEO`, nanoseconds, or [#FOREVER].
    long receiveTimeout = FOREVER, sendTimeout = FOREVER;

    /// A socket, which is its endpoint's attachment from now on.
    public SocketFile(TcpEndpoint endpoint, int flags) {
        this.endpoint = endpoint;
        this.flags = flags;
        endpoint.attach(this);
    }

    /// The socket itself.
    public TcpEndpoint endpoint() {
        return endpoint;
    }

    void addWatch(EpollFile.Watch watch) {
        watches.add(watch);
    }

    void removeWatch(EpollFile.Watch watch) {
        watches.remove(watch);
    }

    /// Of the host: something has happened that may be waited for.
    void happened(int events) {
        for (EpollFile.Watch watch : List.copyOf(watches)) watch.onEvent(events);
    }

    @Override
    public int readiness() {
        return endpoint.readiness();
    }

    @Override
    public int flags() {
        return flags;
    }

    @Override
    public void setFlags(int flags) {
        this.flags = flags;
    }

    @Override
    public void close(long now) {
        for (EpollFile.Watch watch : List.copyOf(watches)) watch.remove();
        endpoint.close(now);
    }
}
