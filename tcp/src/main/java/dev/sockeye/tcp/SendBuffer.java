package dev.sockeye.tcp;

/// How much a program may write ahead: `SO_SNDBUF`, and its growth with the congestion window where it was not
/// set.
final class SendBuffer {

    /// `SOCK_MIN_SNDBUF`
    static final int MIN_SIZE = 4608;

    /// What the largest super-segment is charged: 65536 bytes, 256 for its descriptor, 320 for its shared info.
    private static final int LARGEST_TRUESIZE = 65536 + 256 + 320;

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

    /// Whether the host has the memory for one more segment; for the first it always has (`tcp_stream_alloc_skb`).
    boolean schedulesSegment() {
        if (c.send.inFlight.isEmpty() && c.send.unsent.isEmpty()) return true;
        if (c.memory.scheduleSend(SendQueue.OVERHEAD + 1, c.send.charged)) return true;
        c.memory.host().enterPressure(c.now);
        moderate();
        return false;
    }

    /// As many of so many bytes as the host has memory for. Every socket may have `tcp_wmem[0]`, whatever the need
    /// (`tcp_wmem_schedule`).
    int schedule(int bytes) {
        if (c.memory.scheduleSend(bytes, c.send.charged)) return bytes;
        moderate();
        int least = c.send.writeSeq == c.sndUna ? 1 : 0;
        int guaranteed = Math.max(least, c.context.sysctl.tcp_wmem[0] - c.send.charged);
        return Math.min(bytes, Math.max(c.memory.reserved(), guaranteed));
    }

    /// The host is short of memory: half of what is queued is enough (`sk_stream_moderate_sndbuf`).
    private void moderate() {
        if (c.options.sendBuffer == 0) size = Math.max(Math.min(size, c.send.charged >> 1), MIN_SIZE);
    }

    /// Whether the queue holds so much more than it may that nothing in it is to be cut into smaller pieces: each
    /// costs memory, and a peer whose SACK blocks are all over the place can have many made (`tcp_fragment`,
    /// CVE-2019-11478).
    boolean isFragmented() {
        return c.send.charged >> 1 > size + 2 * LARGEST_TRUESIZE;
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
        boolean plentiful = c.memory.host().isPlentiful();
        if (c.options.sendBuffer == 0 && plentiful && c.board.inFlight() < c.cwnd.segments) {
            expand();
            c.cwnd.stamp = c.now;
        }
        if (!isWritable()) return;
        waiting = false;
        c.busy.stop(BusyTime.Reason.SEND_BUFFER, c.hasWork(), c.now);
        c.raise(Readiness.OUT);
    }

    /// Twice what the congestion window can hold, or more if the algorithm likes (`tcp_sndbuf_expand`).
    void expand() {
        if (c.options.sendBuffer != 0) return;
        int each = Math.max(c.sizes.peerMss, c.sizes.mss) + 256 + 320;
        each = Integer.highestOneBit(each - 1) * 2 + 256;
        long segments = Math.max(Math.max(CongestionWindow.INITIAL, c.cwnd.segments), c.board.reordering + 1);
        long wanted = Math.min(c.congestion.sendBufferFactor() * segments * each, c.context.sysctl.tcp_wmem[2]);
        size = (int) Math.max(size, wanted);
    }
}
