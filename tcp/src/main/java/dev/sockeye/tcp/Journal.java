package dev.sockeye.tcp;

import java.util.Arrays;

/// What happened to a socket: each change of state with its time and its cause. Bounded: the first [#CAPACITY] - 1
/// entries and the last are kept, which is more than any life of a connection has. It has room for the way to
/// ESTABLISHED at first, and makes more for the way back.
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
        RESOURCES,
        /// Somebody with the right to has ended it (`ss -K`); only sockets of the kernel's.
        KILLED;
    }

    private static final int FEW = 4;

    private static final TcpState[] STATES = TcpState.values();
    private static final Cause[] CAUSES = Cause.values();

    private long[] times = new long[FEW];
    private int[] entries = new int[FEW];
    private int size;
    private int dropped;

    /// Notes a change of state.
    ///
    /// @param flags the segment's flags where the cause is a segment, else 0
    public void record(long now, TcpState from, TcpState to, Cause cause, int flags) {
        if (size == CAPACITY) dropped++;
        else if (size++ == times.length) grow();
        times[size - 1] = now;
        entries[size - 1] = from.ordinal() | to.ordinal() << 4 | cause.ordinal() << 8 | flags << 16;
    }

    private void grow() {
        times = Arrays.copyOf(times, 2 * times.length);
        entries = Arrays.copyOf(entries, 2 * entries.length);
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
