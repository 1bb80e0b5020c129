package dev.sockeye.inspect.history;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.sockeye.inspect.history.Observation.Kind;
import dev.sockeye.linux.SystemCallNames;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the programs in the kernel write, and this reads: the layout is ours, and stands here once. The
/// ring buffer has such records, and so has the storage of each socket, with two numbers behind it.
final class KernelRecord {

    /// Every kind has these.
    static final int TIME = 0, COOKIE = 8, KIND = 16, FROM = 17, TO = 18, OWNED = 19, NAMESPACE = 20;
    static final int LOCAL_PORT = 24, REMOTE_PORT = 26, FAMILY = 28, ERROR = 30, LOCAL = 32, REMOTE = 48;
    static final int REASON = 64, SOCK_FLAGS = 68, COMMON = 72;

    /// Of a change of state, what tells its cause.
    static final int RETRANSMITS = 72, PROBES = 73, RCV_NXT = 76, COPIED_SEQ = 80, WRITE_SEQ = 84, SND_UNA = 88;

    static final int CAUSED = 96;

    /// And who made it, if a call did.
    static final int TASK_FLAGS = 96, TID = 100, PID = 104, SYSCALL = 112, THREAD = 120, COMMAND = 136, MADE = 152;

    /// Of the end, what the connection had done.
    static final int BYTES_SENT = 72, BYTES_ACKED = 80, BYTES_RECEIVED = 88, BYTES_RETRANS = 96, SEGS_OUT = 104;
    static final int SEGS_IN = 108, TOTAL_RETRANS = 112, SRTT = 116, MIN_RTT = 120, TOTAL_RTO = 124, ENDED = 128;

    /// In storage: when its first record was made, and how many there were.
    static final int FIRST = MADE, COUNT = MADE + 8, STORED = MADE + 16;

    /// Flags of sockets (`enum sock_flags`): nobody holds it, the peer's FIN has come, `SO_LINGER`.
    private static final int SOCK_DEAD = 1, SOCK_DONE = 1 << 1, SOCK_LINGER = 1 << 4;

    /// Of a task (`PF_EXITING`, linux/sched.h).
    private static final int EXITING = 4;

    private static final int AF_INET6 = 10, NAME = 16;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt V4 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong V6 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final TcpState[] STATES = new TcpState[16];

    static {
        for (TcpState state : TcpState.values()) STATES[state.number()] = state;
        STATES[12] = TcpState.SYN_RCVD; // NEW_SYN_RECV
    }

    private final Map<Integer, String> resetReasons;
    private final Map<Integer, String> dropReasons;

    /// @param resetReasons names by number, as the kernel has them
    /// @param dropReasons  the same
    KernelRecord(Map<Integer, String> resetReasons, Map<Integer, String> dropReasons) {
        this.resetReasons = resetReasons;
        this.dropReasons = dropReasons;
    }

    /// The state that the kernel gives this number.
    static TcpState state(int number) {
        TcpState state = STATES[number & 15];
        return state == null ? TcpState.CLOSED : state;
    }

    /// What a record says; null if it is of no kind that is known.
    @Nullable
    Observation read(MemorySegment memory, long at, int length) {
        if (length < COMMON) return null;
        Kind kind = Kind.of(memory.get(JAVA_BYTE, at + KIND));
        if (kind == null) return null;
        boolean v6 = memory.get(JAVA_SHORT_UNALIGNED, at + FAMILY) == AF_INET6;
        TransportAddress local = address(memory, at + LOCAL, at + LOCAL_PORT, v6);
        TransportAddress remote = address(memory, at + REMOTE, at + REMOTE_PORT, v6);
        long time = memory.get(JAVA_LONG_UNALIGNED, at + TIME);
        var seen = new Observation(kind, time, local, remote.port() == 0 ? null : remote);
        seen.cookie = memory.get(JAVA_LONG_UNALIGNED, at + COOKIE);
        seen.namespace = Integer.toUnsignedLong(memory.get(JAVA_INT_UNALIGNED, at + NAMESPACE));
        seen.from = state(memory.get(JAVA_BYTE, at + FROM));
        seen.to = state(memory.get(JAVA_BYTE, at + TO));
        seen.ownCall = memory.get(JAVA_BYTE, at + OWNED) != 0;
        seen.error = memory.get(JAVA_SHORT_UNALIGNED, at + ERROR) & 0xffff;
        int flags = memory.get(JAVA_INT_UNALIGNED, at + SOCK_FLAGS);
        seen.orphan = (flags & SOCK_DEAD) != 0;
        seen.finReceived = (flags & SOCK_DONE) != 0;
        seen.lingers = (flags & SOCK_LINGER) != 0;
        int reason = memory.get(JAVA_INT_UNALIGNED, at + REASON);
        switch (kind) {
            case TRANSITION -> readCause(seen, memory, at, length);
            case RESET_SENT -> seen.reason = resetReasons.getOrDefault(reason, reason == 0 ? "" : "" + reason);
            case DROPPED -> seen.reason = dropReasons.getOrDefault(reason, "" + reason);
            case DESTROYED -> seen.figures = length < ENDED ? null : figures(memory, at);
            default -> {}
        }
        return seen;
    }

    private static void readCause(Observation seen, MemorySegment memory, long at, int length) {
        if (length < CAUSED) return;
        seen.detailed = true;
        seen.retransmits = memory.get(JAVA_BYTE, at + RETRANSMITS) & 0xff;
        seen.probes = memory.get(JAVA_BYTE, at + PROBES) & 0xff;
        int received = memory.get(JAVA_INT_UNALIGNED, at + RCV_NXT);
        seen.unread = received - memory.get(JAVA_INT_UNALIGNED, at + COPIED_SEQ) > 0;
        int written = memory.get(JAVA_INT_UNALIGNED, at + WRITE_SEQ);
        seen.unsent = written - memory.get(JAVA_INT_UNALIGNED, at + SND_UNA) > 0;
        if (length >= MADE && seen.ownCall) seen.who = actor(memory, at);
    }

    private static Actor actor(MemorySegment memory, long at) {
        boolean exits = (memory.get(JAVA_INT_UNALIGNED, at + TASK_FLAGS) & EXITING) != 0;
        String call = exits ? "exit" : movingCall(memory.get(JAVA_LONG_UNALIGNED, at + SYSCALL));
        return new Actor(
                memory.get(JAVA_INT_UNALIGNED, at + PID),
                name(memory, at + COMMAND),
                memory.get(JAVA_INT_UNALIGNED, at + TID),
                name(memory, at + THREAD),
                call);
    }

    /// The call under way, if it is one that moves a socket; null if it is another.
    private static @Nullable String movingCall(long number) {
        String name = SystemCallNames.of(number);
        return switch (name) {
            case "write",
                    "writev",
                    "sendto",
                    "sendmsg",
                    "connect",
                    "listen",
                    "shutdown",
                    "close",
                    "close_range",
                    "dup2",
                    "dup3",
                    "execve",
                    "exit",
                    "io_uring_enter" -> name;
            case "exit_group" -> "exit";
            case null, default -> null;
        };
    }

    private static String name(MemorySegment memory, long at) {
        int length = 0;
        while (length < NAME && memory.get(JAVA_BYTE, at + length) != 0) length++;
        return new String(memory.asSlice(at, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static TransportAddress address(MemorySegment memory, long ip, long port, boolean v6) {
        IpAddress address =
                v6 ? new IpAddress(memory.get(V6, ip), memory.get(V6, ip + 8)) : IpAddress.v4(memory.get(V4, ip));
        return new TransportAddress(address, memory.get(PORT, port) & 0xffff);
    }

    private static Figures figures(MemorySegment memory, long at) {
        return new Figures(
                memory.get(JAVA_LONG_UNALIGNED, at + BYTES_SENT),
                memory.get(JAVA_LONG_UNALIGNED, at + BYTES_ACKED),
                memory.get(JAVA_LONG_UNALIGNED, at + BYTES_RECEIVED),
                memory.get(JAVA_LONG_UNALIGNED, at + BYTES_RETRANS),
                u32(memory, at + SEGS_OUT),
                u32(memory, at + SEGS_IN),
                u32(memory, at + TOTAL_RETRANS),
                u32(memory, at + TOTAL_RTO),
                u32(memory, at + SRTT) >> 3, // it is kept in eighths
                u32(memory, at + MIN_RTT));
    }

    private static long u32(MemorySegment memory, long at) {
        return Integer.toUnsignedLong(memory.get(JAVA_INT_UNALIGNED, at));
    }
}
