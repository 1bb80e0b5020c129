package dev.sockeye.tcp;

/// What one socket has charged for what it has queued in both directions, and the pages of [HostMemory] that it has
/// reserved for it (`sk_forward_alloc`). Before something is queued it is *scheduled*, which may be refused; when
/// it is there it is *charged*, which may not.
final class SocketMemory {

    private final Connection c;
    private final HostMemory host;
    private final TcpSysctl sysctl;
    private int charged;
    private int pages;
    private boolean closed;

    SocketMemory(Connection c) {
        this.c = c;
        this.host = c.context.memory;
        this.sysctl = c.context.sysctl;
        host.open();
    }

    int charged() {
        return charged;
    }

    boolean isUnderPressure() {
        return host.isUnderPressure();
    }

    HostMemory host() {
        return host;
    }

    /// Whether so many more bytes may be received, where `queued` are.
    boolean scheduleReceive(int bytes, int queued) {
        return schedule(bytes, queued, sysctl.tcp_rmem[0]);
    }

    /// Whether so many more bytes may be queued for sending, where `queued` are.
    boolean scheduleSend(int bytes, int queued) {
        return schedule(bytes, queued, sysctl.tcp_wmem[0]);
    }

    private boolean schedule(int bytes, int queued, int guarantee) {
        int more = HostMemory.pagesFor(charged + bytes) - pages;
        if (more <= 0) return true;
        if (!host.reserve(more, pages, queued, guarantee, c.now)) return false;
        pages += more;
        return true;
    }

    /// Bytes that were reserved and are not used yet.
    int reserved() {
        return Math.max(0, pages * HostMemory.PAGE - charged);
    }

    /// So many more bytes are queued, or, where negative, fewer.
    void charge(int bytes) {
        charged += bytes;
        int needed = HostMemory.pagesFor(charged);
        if (needed > pages) host.force(needed - pages);
        else if (needed < pages && bytes <= 0) host.release(pages - needed, c.now);
        else return;
        pages = needed;
    }

    /// The connection is over: what is still to be read stays charged until it is.
    void close() {
        if (closed) return;
        closed = true;
        host.close();
        charge(0);
    }
}
