package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.Backlog;
import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.Settings;
import dev.sockeye.inspect.SocketMemory;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Timer;
import dev.sockeye.linux.DiagAttributes;
import dev.sockeye.linux.DiagMessages;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.NativeStruct;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// From the kernel's words for its sockets to ours.
final class Translation {

    private static final TcpState[] STATES = new TcpState[DiagSocket.BOUND_INACTIVE + 1];

    static {
        for (TcpState state : TcpState.values()) STATES[state.number()] = state;
        STATES[DiagSocket.NEW_SYN_RECV] = TcpState.SYN_RCVD;
        STATES[DiagSocket.BOUND_INACTIVE] = TcpState.CLOSED;
    }

    private final @Nullable SocketHolders holders;
    private final @Nullable ControlGroups groups;
    private final Journals journals;
    /// By process; empty where it runs in none.
    private final Map<Integer, String> containers = new ConcurrentHashMap<>();

    /// @param holders that have looked at these sockets; null if nobody asked for them
    /// @param groups  null if nobody asked for them
    Translation(@Nullable SocketHolders holders, @Nullable ControlGroups groups, Journals journals) {
        this.holders = holders;
        this.groups = groups;
        this.journals = journals;
    }

    /// How many connections are half-open to each address that one may have come to.
    static Map<TransportAddress, Integer> halfOpen(List<DiagSocket> sockets) {
        boolean none = sockets instanceof DiagMessages told && (told.states() & 1 << DiagSocket.SYN_RECV) == 0;
        if (none) return Map.of();
        Map<TransportAddress, Integer> counts = new HashMap<>();
        for (DiagSocket socket : sockets) {
            if (socket.state() != DiagSocket.SYN_RECV) continue;
            TransportAddress to = socket.local();
            counts.merge(to, 1, Integer::sum);
            counts.merge(new TransportAddress(IpAddress.ANY_V6, to.port()), 1, Integer::sum);
            if (to.ip().isV4()) counts.merge(new TransportAddress(IpAddress.ANY_V4, to.port()), 1, Integer::sum);
        }
        return counts;
    }

    /// One of the sockets that were seen. Any number of threads may ask.
    SocketSnapshot snapshot(KernelSource.Seen seen, int index) {
        DiagSocket socket = seen.sockets().get(index);
        DiagAttributes attributes = socket.attributes();
        TcpState state = STATES[socket.state()];
        boolean hasPeer = state != TcpState.LISTEN && state != TcpState.CLOSED;
        SocketMemory memory = memory(attributes);
        NativeStruct info = attributes.tcpInfo();
        SocketSnapshot.Builder snapshot = SocketSnapshot.tcp(
                        seen.at(), seen.namespace().name(), state, socket.local())
                .inode(socket.inode())
                .remote(hasPeer ? socket.remote() : null)
                .timer(timer(socket))
                .holder(holder(socket, state))
                .owners(owners(socket))
                .journal(journals.of(socket), 0)
                .settings(settings(socket, state, memory))
                .bbr(bbr(attributes))
                .info(info == null ? null : TcpInfoBytes.read(info))
                .kernel(detail(socket, seen, memory));
        if (state == TcpState.LISTEN) {
            int waitingForAck = seen.halfOpen().getOrDefault(socket.local(), 0);
            long drops = memory == null ? 0 : memory.drops();
            snapshot.backlog(new Backlog((int) socket.receiveQueue(), (int) socket.sendQueue(), waitingForAck, drops));
        } else {
            snapshot.queues(socket.receiveQueue(), socket.sendQueue());
        }
        return snapshot.build();
    }

    private static @Nullable Timer timer(DiagSocket socket) {
        Timer.Kind kind = switch (socket.timer()) {
            case 1 -> Timer.Kind.RETRANSMIT;
            case 2 -> Timer.Kind.KEEPALIVE;
            case 3 -> socket.state() == DiagSocket.FIN_WAIT2 ? Timer.Kind.FIN_WAIT2 : Timer.Kind.TIME_WAIT;
            case 4 -> Timer.Kind.PERSIST;
            case 5 -> Timer.Kind.DELAYED_ACK;
            default -> null;
        };
        if (kind == null) return null;
        return new Timer(kind, Duration.ofMillis(Math.max(0, socket.timerMillis())), socket.retransmits());
    }

    // ---------------------------------------------------------------- who

    /// A connection without a file is one that nobody has accepted yet, or that nobody has any more.
    private static Holder holder(DiagSocket socket, TcpState state) {
        if (socket.inode() != 0) return Holder.PROGRAM;
        return switch (state) {
            case ESTABLISHED, CLOSE_WAIT -> Holder.ACCEPT_QUEUE;
            default -> Holder.NOBODY;
        };
    }

    private List<Owner> owners(DiagSocket socket) {
        if (holders == null || socket.inode() == 0) return List.of();
        List<SocketHolders.Descriptor> descriptors = holders.of(socket.inode());
        if (descriptors.isEmpty()) return List.of();
        List<Owner> owners = new ArrayList<>(descriptors.size());
        for (SocketHolders.Descriptor held : descriptors) {
            owners.add(new Owner(held.pid(), held.command(), null, "fd=" + held.fd(), container(held.pid())));
        }
        return owners;
    }

    private @Nullable String container(int pid) {
        String container = containers.get(pid);
        if (container == null) {
            String found = Containers.of(pid);
            container = found == null ? "" : found;
            containers.put(pid, container);
        }
        return container.isEmpty() ? null : container;
    }

    // ---------------------------------------------------------------- what

    private static Settings settings(DiagSocket socket, TcpState state, @Nullable SocketMemory memory) {
        return new Settings(
                keepAlive(socket, state),
                null,
                null,
                null,
                null,
                null,
                socket.attributes().v6Only() > 0,
                socket.attributes().congestionControl(),
                memory == null ? null : (int) memory.receiveBuffer(),
                memory == null ? null : (int) memory.sendBuffer());
    }

    /// One timer at most is told: another hides keepalive's.
    private static @Nullable Boolean keepAlive(DiagSocket socket, TcpState state) {
        if (socket.timer() == 2) return true;
        boolean couldHave = state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT;
        return socket.timer() == 0 && couldHave ? false : null;
    }

    private KernelDetail detail(DiagSocket socket, KernelSource.Seen seen, @Nullable SocketMemory memory) {
        DiagAttributes attributes = socket.attributes();
        long group = attributes.controlGroup();
        return new KernelDetail(
                socket.family(),
                socket.cookie(),
                socket.user(),
                seen.namespace().inode(),
                socket.device(),
                socket.device() == 0 ? null : seen.deviceName().get(socket.device()),
                attributes.mark() == 0 ? null : attributes.mark(),
                group < 0 ? null : group,
                group < 0 || groups == null ? null : groups.path(group),
                told(attributes.shutdown()),
                memory,
                told(attributes.typeOfService()),
                told(attributes.trafficClass()),
                attributes.classId() == 0 ? null : attributes.classId(),
                attributes.upperProtocol(),
                told(attributes.socketOptions()),
                socket.state() == DiagSocket.BOUND_INACTIVE || socket.state() == DiagSocket.CLOSE,
                attributes.md5Peers());
    }

    private static @Nullable Integer told(int value) {
        return value < 0 ? null : value;
    }

    private static @Nullable SocketMemory memory(DiagAttributes attributes) {
        int[] told = attributes.memory();
        if (told == null || told.length < 9) return null;
        return new SocketMemory(
                unsigned(told[0]),
                unsigned(told[1]),
                unsigned(told[2]),
                unsigned(told[3]),
                unsigned(told[4]),
                unsigned(told[5]),
                unsigned(told[6]),
                unsigned(told[7]),
                unsigned(told[8]));
    }

    private static long unsigned(int number) {
        return number & 0xffff_ffffL;
    }

    /// `struct tcp_bbr_info` (linux/inet_diag.h)
    private static CongestionInfo.@Nullable Bbr bbr(DiagAttributes attributes) {
        NativeStruct told = attributes.bbr();
        if (told == null || told.length() < 20) return null;
        long bandwidth = told.u32(0) | (long) told.i32(4) << 32;
        return new CongestionInfo.Bbr(bandwidth, told.i32(8), told.i32(12), told.i32(16));
    }
}
