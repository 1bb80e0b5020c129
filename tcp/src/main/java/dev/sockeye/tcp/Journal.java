package dev.sockeye.tcp;

/// What happened to a socket: each change of state with its time and its cause. Bounded: the first [#CAPACITY] - 1
/// entries and the last are kept, which is more than any life of a connection has. Recording allocates nothing.
public final class Journal {

    /// Entries that fit.
    public static final int CAPACITY = 16;

    /// What moved a socket from one state to the next.
    public enum Cause {
        /// The program's own call.
        CALL_LISTEN,
        CALL_CONNECT,
        CALL_SHUTDOWN,
        CALL_CLOSE,
        /// `close` with `SO_LINGER` 0, or with unread data: a reset was sent.
        CALL_ABORT,
        /// A segment of the peer; which, the entry's [#flags] say.
        SEGMENT,
        /// A timer of ours.
        TIMER_RETRANSMIT,
        TIMER_KEEPALIVE,
        TIMER_FIN_WAIT2,
        TIMER_TIME_WAIT,
        TIMER_USER,
        TIMER_LINGER,
        /// An ICMP error.
        ICMP,
        /// Too many orphans, or no memory.
        RESOURCES;
    }

    private static final TcpState[] STATES = TcpState.values();
    private static final Cause[] CAUSES = Cause.values();

    private final long[] times = new long[CAPACITY];
    private final int[] entries = new int[CAPACITY];
    private int size;
    private int dropped;

    /// Notes a change of state.
    ///
    /// @param flags the segment's flags where the cause is a segment, else 0
    public void record(long now, TcpState from, TcpState to, Cause cause, int flags) {
        if (size == CAPACITY) dropped++;
        else size++;
        times[size - 1] = now;
        entries[size - 1] = from.ordinal() | to.ordinal() << 4 | cause.ordinal() << 8 | flags << 16;
    }

    /// How many entries there are.
    public int size() {
        return size;
    }

    /// How many did not fit: they stood before the last one.
    public int dropped() {
        return dropped;
    }

    /// When entry `i` happened, nanoseconds of the host's clock.
    public long time(int i) {
        return times[i];
    }

    /// The state before.
    public TcpState from(int i) {
        return STATES[entries[i] & 0xf];
    }

    /// The state after.
    public TcpState to(int i) {
        return STATES[entries[i] >> 4 & 0xf];
    }

    /// What moved it.
    public Cause cause(int i) {
        return CAUSES[entries[i] >> 8 & 0xff];
    }

    /// The flags of the segment that moved it, 0 where none did.
    public int flags(int i) {
        return entries[i] >>> 16;
    }
}
