package dev.sockeye.tcp;

/// What the sockets of one host have queued altogether, against the three limits of `tcp_mem`, as Linux keeps them
/// (`__sk_mem_raise_allocated`, Documentation/networking/ip-sysctl.rst): below the first nothing is thought about;
/// above the second there is *pressure*, in which only a socket that has little may have more and windows and
/// buffers are kept small, until less than the first is used again; above the third nobody gets more.
///
/// It is counted in pages of 4096 bytes. Each socket reserves whole pages and uses them up: [SocketMemory].
public final class HostMemory {

    static final int PAGE = 4096;
    private static final int PAGE_SHIFT = 12;

    private final TcpContext context;
    private long pages;
    private int sockets;
    private boolean pressure;
    private long pressureSince;

    HostMemory(TcpContext context) {
        this.context = context;
    }

    /// Pages that are reserved: `mem` of `/proc/net/sockstat`.
    public long pages() {
        return pages;
    }

    /// Connections that may reserve some.
    public int sockets() {
        return sockets;
    }

    /// Whether there is pressure.
    public boolean isUnderPressure() {
        return pressure;
    }

    static int pagesFor(int bytes) {
        return bytes + PAGE - 1 >> PAGE_SHIFT;
    }

    void open() {
        sockets++;
    }

    void close() {
        sockets--;
    }

    /// Whether buffers may grow by themselves.
    boolean isPlentiful() {
        return !pressure && pages < context.sysctl.tcp_mem[0];
    }

    /// `tcp_out_of_memory`: nobody gets more.
    boolean isExhausted() {
        return pages > context.sysctl.tcp_mem[2];
    }

    /// Reserves more for a socket that has so many pages, if it may have them.
    ///
    /// @param queued    what it has queued in this direction, bytes
    /// @param guarantee what every socket gets in this direction, whatever the pressure, bytes
    boolean reserve(int more, int has, int queued, int guarantee, long now) {
        long[] limits = context.sysctl.tcp_mem;
        long then = pages + more;
        if (then <= limits[0]) leavePressure(now);
        if (then > limits[1]) enterPressure(now);
        boolean granted = then <= limits[0]
                || then <= limits[2] && (queued < guarantee || !pressure || limits[2] > (long) sockets * (has + more));
        if (granted) pages = then;
        return granted;
    }

    /// Reserves more, whatever the limits say.
    void force(int more) {
        pages += more;
    }

    void release(int count, long now) {
        pages -= count;
        if (pressure && pages < context.sysctl.tcp_mem[0]) leavePressure(now);
    }

    void enterPressure(long now) {
        if (pressure) return;
        pressure = true;
        pressureSince = now;
        context.count(TcpMib.TCPMemoryPressures);
    }

    private void leavePressure(long now) {
        if (!pressure) return;
        pressure = false;
        context.counters.add(TcpMib.TCPMemoryPressuresChrono, (now - pressureSince) / Timers.MILLI);
    }
}
