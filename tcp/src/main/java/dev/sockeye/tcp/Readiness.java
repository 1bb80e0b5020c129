package dev.sockeye.tcp;

/// Bits of what a socket is ready for, with the numbers of `poll(2)` and `epoll(7)`.
public final class Readiness {

    /// There is something to read, or the end of the stream, or an error; on a listener, a connection to accept.
    public static final int IN = 0x1;

    /// There is urgent data.
    public static final int PRI = 0x2;

    /// There is room to write, or an error; on a connecting socket, the connect has ended.
    public static final int OUT = 0x4;

    /// There is an error to fetch with `SO_ERROR`.
    public static final int ERR = 0x8;

    /// Both directions are shut down.
    public static final int HUP = 0x10;

    /// As an event: the state has changed, which wakes all who wait, whatever they wait for (`sk_state_change`). Who
    /// waits for nothing else is told of this bit anyway, as of [#ERR].
    public static final int ANY = HUP;

    /// The peer has sent its FIN, or reading is shut down.
    public static final int RDHUP = 0x2000;

    private Readiness() {}

    /// What a program can do with a connection now (`tcp_poll`).
    static int of(Connection c) {
        int mask = 0;
        if (c.shutdown == (Connection.RECEIVE | Connection.SEND) || c.state == TcpState.CLOSED) mask |= HUP;
        if ((c.shutdown & Connection.RECEIVE) != 0) mask |= IN | RDHUP;
        if (c.isDeferred()) mask |= OUT;
        if (c.mayTransmit() || c.state == TcpState.CLOSED) {
            if (c.reader.isReadable()) mask |= IN;
            if ((c.shutdown & Connection.SEND) != 0 || c.sendBuffer.isWritable()) mask |= OUT;
            else c.sendBuffer.waiting = true;
            if (c.urgent.arrived) mask |= PRI;
        }
        if (c.error != 0 || c.hasQueuedErrors()) mask |= ERR;
        return mask;
    }
}
