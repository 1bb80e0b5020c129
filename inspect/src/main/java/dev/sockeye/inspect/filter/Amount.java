package dev.sockeye.inspect.filter;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Numbers of a socket by which it can be chosen, which `ss` only prints; by the names under which it prints them.
public enum Amount {
    /// Of any of the processes that hold it.
    PID(Unit.COUNT, "pid"),
    UID(Unit.COUNT, "uid"),
    INODE(Unit.COUNT, "inode", "ino"),
    COOKIE(Unit.COOKIE, "cookie", "sk"),
    NAMESPACE(Unit.COUNT, "netns"),
    /// How long it has been in its state; where that is not known, how long it has been at least.
    AGE(Unit.SECONDS, "age"),
    RECEIVE_QUEUE(Unit.BYTES, "recvq", "recv-q"),
    SEND_QUEUE(Unit.BYTES, "sendq", "send-q"),
    DROPS(Unit.COUNT, "drops"),
    RECEIVE_MEMORY(Unit.BYTES, "rmem"),
    RECEIVE_BUFFER(Unit.BYTES, "rcvbuf"),
    SEND_BUFFER(Unit.BYTES, "sndbuf"),
    EXPIRES(Unit.SECONDS, "expires"),
    PROBES(Unit.COUNT, "probes"),
    BACKOFF(Unit.COUNT, "backoff"),
    RTO(Unit.MILLIS, "rto"),
    ATO(Unit.MILLIS, "ato"),
    RTT(Unit.MILLIS, "rtt"),
    RTT_VARIATION(Unit.MILLIS, "rttvar"),
    MIN_RTT(Unit.MILLIS, "minrtt"),
    RECEIVE_RTT(Unit.MILLIS, "rcv_rtt"),
    MSS(Unit.BYTES, "mss"),
    PMTU(Unit.BYTES, "pmtu"),
    CWND(Unit.COUNT, "cwnd"),
    SSTHRESH(Unit.COUNT, "ssthresh"),
    UNACKED(Unit.COUNT, "unacked"),
    LOST(Unit.COUNT, "lost"),
    SACKED(Unit.COUNT, "sacked"),
    /// In all its life.
    RETRANSMITTED(Unit.COUNT, "retrans"),
    REORDERING(Unit.COUNT, "reordering"),
    LAST_SENT(Unit.MILLIS, "lastsnd"),
    LAST_RECEIVED(Unit.MILLIS, "lastrcv"),
    LAST_ACKNOWLEDGED(Unit.MILLIS, "lastack"),
    BYTES_SENT(Unit.BYTES, "bytes_sent"),
    BYTES_RETRANSMITTED(Unit.BYTES, "bytes_retrans"),
    BYTES_ACKNOWLEDGED(Unit.BYTES, "bytes_acked"),
    BYTES_RECEIVED(Unit.BYTES, "bytes_received"),
    SEGMENTS_OUT(Unit.COUNT, "segs_out"),
    SEGMENTS_IN(Unit.COUNT, "segs_in"),
    NOT_SENT(Unit.BYTES, "notsent"),
    PACING_RATE(Unit.RATE, "pacing_rate"),
    DELIVERY_RATE(Unit.RATE, "delivery_rate"),
    BUSY(Unit.MILLIS, "busy"),
    WINDOW_LIMITED(Unit.MILLIS, "rwnd_limited"),
    BUFFER_LIMITED(Unit.MILLIS, "sndbuf_limited"),
    SEND_WINDOW(Unit.BYTES, "snd_wnd"),
    RECEIVE_WINDOW(Unit.BYTES, "rcv_wnd"),
    OUT_OF_ORDER(Unit.COUNT, "rcv_ooopack");

    private static final long UNKNOWN = Long.MIN_VALUE;

    private final Unit unit;
    private final String name;
    private final String alias;

    Amount(Unit unit, String name) {
        this(unit, name, name);
    }

    Amount(Unit unit, String name, String alias) {
        this.unit = unit;
        this.name = name;
        this.alias = alias;
    }

    /// The amount of this name, null if there is none.
    public static @Nullable Amount named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (Amount amount : values()) {
            if (amount.name.equals(lower) || amount.alias.equals(lower)) return amount;
        }
        return null;
    }

    Unit unit() {
        return unit;
    }

    /// As filters call it.
    public String filterName() {
        return name;
    }

    /// Whether the socket's number compares so; no if it is not known.
    boolean holds(SocketSnapshot socket, Comparison comparison, long limit) {
        if (this == PID) {
            for (Owner owner : socket.owners()) if (comparison.holds(owner.pid(), limit)) return true;
            return false;
        }
        long own = value(socket);
        return own != UNKNOWN && comparison.holds(own, limit);
    }

    /// The socket's number as a filter would write it, with as much of a unit as it needs to be
    /// read alone; null if it is not known. Of several processes the first is told.
    public @Nullable String text(SocketSnapshot socket) {
        if (this == PID) {
            Owner owner = socket.owner();
            return owner == null ? null : Long.toString(owner.pid());
        }
        long own = value(socket);
        return own == UNKNOWN ? null : unit.text(own);
    }

    // ---------------------------------------------------------------- where they come from

    private long value(SocketSnapshot socket) {
        return switch (this) {
            case INODE -> socket.inode();
            case AGE -> age(socket);
            case RECEIVE_QUEUE -> socket.recvQ();
            case SEND_QUEUE -> socket.sendQ();
            case EXPIRES -> expires(socket.timer());
            case UID, COOKIE, NAMESPACE, DROPS, RECEIVE_MEMORY, RECEIVE_BUFFER, SEND_BUFFER ->
                ofKernel(socket.kernel());
            default -> {
                // a listener's numbers stand for others
                TcpInfo info = socket.state() == TcpState.LISTEN ? null : socket.info();
                yield info == null ? UNKNOWN : ofInfo(info);
            }
        };
    }

    private long ofKernel(@Nullable KernelDetail kernel) {
        if (kernel == null) return UNKNOWN;
        return switch (this) {
            case UID -> u32(kernel.uid());
            case COOKIE -> kernel.cookie();
            case NAMESPACE -> kernel.namespace();
            default -> kernel.memory() == null ? UNKNOWN : ofMemory(kernel.memory());
        };
    }

    private long ofMemory(SocketMemory memory) {
        return switch (this) {
            case DROPS -> memory.drops();
            case RECEIVE_MEMORY -> memory.received();
            case RECEIVE_BUFFER -> memory.receiveBuffer();
            default -> memory.sendBuffer();
        };
    }

    private long ofInfo(TcpInfo info) {
        return switch (this) {
            case PROBES -> info.probes();
            case BACKOFF -> info.backoff();
            case RTO -> u32(info.rto());
            case ATO -> u32(info.ato());
            case RTT -> info.rtt() == 0 ? UNKNOWN : u32(info.rtt());
            case RTT_VARIATION -> info.rtt() == 0 ? UNKNOWN : u32(info.rttvar());
            case MIN_RTT -> info.min_rtt() == -1 || info.min_rtt() == 0 ? UNKNOWN : u32(info.min_rtt());
            case RECEIVE_RTT -> info.rcv_rtt() == 0 ? UNKNOWN : u32(info.rcv_rtt());
            case MSS -> u32(info.snd_mss());
            case PMTU -> u32(info.pmtu());
            case CWND -> u32(info.snd_cwnd());
            case SSTHRESH -> u32(info.snd_ssthresh());
            case UNACKED -> u32(info.unacked());
            case LOST -> u32(info.lost());
            case SACKED -> u32(info.sacked());
            case RETRANSMITTED -> u32(info.total_retrans());
            case REORDERING -> u32(info.reordering());
            case LAST_SENT -> 1000 * u32(info.last_data_sent());
            case LAST_RECEIVED -> 1000 * u32(info.last_data_recv());
            case LAST_ACKNOWLEDGED -> 1000 * u32(info.last_ack_recv());
            case BYTES_SENT -> info.bytes_sent();
            case BYTES_RETRANSMITTED -> info.bytes_retrans();
            case BYTES_ACKNOWLEDGED -> info.bytes_acked();
            case BYTES_RECEIVED -> info.bytes_received();
            case SEGMENTS_OUT -> u32(info.segs_out());
            case SEGMENTS_IN -> u32(info.segs_in());
            case NOT_SENT -> u32(info.notsent_bytes());
            case PACING_RATE -> info.pacing_rate();
            case DELIVERY_RATE -> info.delivery_rate();
            case BUSY -> info.busy_time();
            case WINDOW_LIMITED -> info.rwnd_limited();
            case BUFFER_LIMITED -> info.sndbuf_limited();
            case SEND_WINDOW -> u32(info.snd_wnd());
            case RECEIVE_WINDOW -> u32(info.rcv_wnd());
            case OUT_OF_ORDER -> u32(info.rcv_ooopack());
            default -> throw new IllegalStateException(name);
        };
    }

    private static long u32(int number) {
        return number & 0xffff_ffffL;
    }

    private static long expires(@Nullable Timer timer) {
        return timer == null ? UNKNOWN : micros(timer.expiresIn());
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    /// Without a history: the last segment that acknowledged something came in this state, where nothing but a segment
    /// leads into it.
    private static long age(SocketSnapshot socket) {
        Duration known = socket.inState();
        if (known != null) return micros(known);
        TcpInfo info = socket.info();
        if (info == null) return UNKNOWN;
        return switch (socket.state()) {
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT2 -> 1000 * u32(info.last_ack_recv());
            default -> UNKNOWN;
        };
    }
}
