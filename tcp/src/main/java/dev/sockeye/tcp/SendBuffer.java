package dev.sockeye.tcp;

/// How much a program may write ahead: `SO_SNDBUF`, and its growth with the congestion window where it was not
/// set.
final class SendBuffer {

    private final Connection c;

    /// `sk_sndbuf`, bytes.
    int size;
    /// A program has found no room, and is to be told when there is some (`SOCK_NOSPACE`).
    boolean waiting;

    SendBuffer(Connection c) {
        this.c = c;
        size = c.options.sendBuffer != 0 ? c.options.sendBuffer : c.context.sysctl.tcp_wmem[1];
    }

    boolean hasSpace() {
        return c.send.charged < size && isBelowNotSentMark(1);
    }

    boolean isWritable() {
        return size - c.send.charged >= c.send.charged >> 1 && c.send.charged < size && isBelowNotSentMark(2);
    }

    /// `TCP_NOTSENT_LOWAT`: less than the mark is unsent; half of it, to wake a program.
    private boolean isBelowNotSentMark(int factor) {
        long mark = c.options.notSentLowWater != 0
                ? Integer.toUnsignedLong(c.options.notSentLowWater)
                : c.context.sysctl.tcp_notsent_lowat;
        return (long) (c.send.writeSeq - c.sndNxt) * factor < mark;
    }

    /// What was acknowledged has made room: more room if the network is the limit, and a word to the program
    /// (`tcp_check_space`).
    void check() {
        if (c.options.sendBuffer == 0 && c.board.inFlight() < c.cwnd.segments) {
            expand();
            c.cwnd.stamp = c.now;
        }
        if (!isWritable()) return;
        waiting = false;
        c.busy.stop(BusyTime.Reason.SEND_BUFFER, c.hasWork(), c.now);
        c.raise(Readiness.OUT);
    }

    /// Twice what the congestion window can hold (`tcp_sndbuf_expand`).
    void expand() {
        if (c.options.sendBuffer != 0) return;
        int each = Math.max(Math.min(c.sizes.peerMss, c.sizes.pathMtu), c.sizes.mss) + 256 + 320;
        each = Integer.highestOneBit(each - 1) * 2 + 256;
        long segments = Math.max(Math.max(CongestionWindow.INITIAL, c.cwnd.segments), c.board.reordering + 1);
        long wanted = Math.min(2 * segments * each, c.context.sysctl.tcp_wmem[2]);
        size = (int) Math.max(size, wanted);
    }
}
