package dev.sockeye.inspect;

import dev.sockeye.host.Endpoint;
import dev.sockeye.host.Host;
import dev.sockeye.host.TcpEndpoint;
import dev.sockeye.host.TcpVisitor;
import dev.sockeye.host.UdpEndpoint;
import dev.sockeye.socket.Machine;
import dev.sockeye.socket.Origin;
import dev.sockeye.socket.Socket;
import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.Connection;
import dev.sockeye.tcp.HalfOpen;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.Listener;
import dev.sockeye.tcp.Segment;
import dev.sockeye.tcp.SocketOptions;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.tcp.TcpSysctl;
import dev.sockeye.tcp.TimeWait;
import dev.sockeye.wire.FourTuple;
import java.lang.StackWalker.StackFrame;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sockets of a machine that runs in this process. Its host's lock is held while they are looked at, for some
/// microseconds a socket; the lines of code are looked up afterwards.
public final class MachineSource implements Source {

    private final Machine machine;
    private final String program;

    /// @param program what to call this process
    public MachineSource(Machine machine, String program) {
        this.machine = machine;
        this.program = program;
    }

    /// The sockets of every machine that runs in this process.
    public static Source ofAllRunning(String program) {
        return () -> {
            List<SocketSnapshot> sockets = new ArrayList<>();
            for (Machine machine : Machine.running()) sockets.addAll(new MachineSource(machine, program).sockets());
            return sockets;
        };
    }

    @Override
    public List<SocketSnapshot> sockets() {
        List<Seen> seen = machine.inHost((host, now) -> new Look(host, now).all());
        List<SocketSnapshot> sockets = new ArrayList<>(seen.size());
        for (Seen each : seen) sockets.add(each.finish());
        return sockets;
    }

    /// The entries of a journal of one of this machine's sockets, with the times of the calendar.
    public List<JournalEntry> entries(Journal journal) {
        return machine.inHost((host, now) -> new Look(host, now).entries(journal));
    }

    /// A snapshot that lacks only the lines of code, which take long to find: what is to be done without the lock.
    private record Seen(
            SocketSnapshot.Builder socket,
            @Nullable Origin opened,
            @Nullable Origin lastRead,
            @Nullable Origin lastWrite) {

        SocketSnapshot finish() {
            return socket.origin(new Origins(trace(opened), trace(lastRead), trace(lastWrite)))
                    .build();
        }

        private static @Nullable Trace trace(@Nullable Origin origin) {
            if (origin == null) return null;
            List<String> frames = new ArrayList<>(origin.frames().size());
            for (StackFrame frame : origin.frames())
                frames.add(frame.toStackTraceElement().toString());
            return new Trace(origin.threadName(), frames);
        }
    }

    /// One look at a host, under its lock.
    private final class Look implements TcpVisitor {

        private final Host host;
        private final long now;
        private final TcpSysctl sysctl;
        private final List<Seen> sockets = new ArrayList<>();

        Look(Host host, long now) {
            this.host = host;
            this.now = now;
            this.sysctl = host.tcp().sysctl;
        }

        List<Seen> all() {
            host.forEachTcp(this);
            host.forEachUdp(this::udp);
            return sockets;
        }

        private Instant at(long time) {
            return Instant.ofEpochSecond(0, machine.driver().epochNanos() + time);
        }

        private @Nullable Instant atOrNever(long time) {
            return time < 0 ? null : at(time);
        }

        // ------------------------------------------------------------ one socket of each kind

        @Override
        public void endpoint(TcpEndpoint endpoint) {
            SocketSnapshot.Builder socket = SocketSnapshot.tcp(
                            at(now), machine.name(), endpoint.state(), endpoint.localAddress())
                    .remote(endpoint.remoteAddress())
                    .inode(endpoint.inode())
                    .holder(holder(endpoint))
                    .journal(entries(endpoint.journal()), endpoint.journal().dropped())
                    .info(endpoint.info(now));
            Connection connection = endpoint.connection();
            Listener<TcpEndpoint> listener = endpoint.listener();
            if (connection != null) addConnection(socket, connection);
            if (listener != null) socket.backlog(backlog(listener));
            socket.settings(settings(endpoint, connection));
            addOfProgram(socket, endpoint);
        }

        @Override
        public void halfOpen(HalfOpen halfOpen) {
            FourTuple tuple = halfOpen.tuple();
            var timer = new Timer(Timer.Kind.RETRANSMIT, until(halfOpen.nextDeadline()), halfOpen.timeouts());
            Instant began = atOrNever(halfOpen.handshake().synAckSentAt);
            addOfNobody(SocketSnapshot.tcp(at(now), machine.name(), TcpState.SYN_RCVD, tuple.local())
                    .remote(tuple.remote())
                    .timer(timer)
                    .journal(onlyEntry(began, TcpState.LISTEN, TcpState.SYN_RCVD, Segment.SYN), 0));
        }

        @Override
        public void timeWait(TimeWait timeWait) {
            FourTuple tuple = timeWait.tuple();
            boolean isTimeWait = timeWait.state() == TcpState.TIME_WAIT;
            Timer.Kind kind = isTimeWait ? Timer.Kind.TIME_WAIT : Timer.Kind.FIN_WAIT2;
            // each FIN of the peer starts its time anew, so this is when the last one came
            Instant began = isTimeWait ? at(timeWait.deadline() - TimeWait.LENGTH) : null;
            addOfNobody(SocketSnapshot.tcp(at(now), machine.name(), timeWait.state(), tuple.local())
                    .remote(tuple.remote())
                    .timer(new Timer(kind, until(timeWait.deadline()), 0))
                    .journal(onlyEntry(began, TcpState.FIN_WAIT2, TcpState.TIME_WAIT, Segment.FIN | Segment.ACK), 0));
        }

        private static List<JournalEntry> onlyEntry(@Nullable Instant at, TcpState from, TcpState to, int flags) {
            return at == null ? List.of() : List.of(new JournalEntry(at, from, to, Journal.Cause.SEGMENT, flags));
        }

        private void udp(UdpEndpoint endpoint) {
            SocketSnapshot.Builder socket = SocketSnapshot.udp(
                            at(now), machine.name(), endpoint.localAddress(), endpoint.remoteAddress())
                    .inode(endpoint.inode());
            addOfProgram(socket, endpoint);
        }

        // ------------------------------------------------------------ parts of a snapshot

        private Holder holder(TcpEndpoint endpoint) {
            if (endpoint.isUnaccepted()) return Holder.ACCEPT_QUEUE;
            return endpoint.isClosed() ? Holder.NOBODY : Holder.PROGRAM;
        }

        private Duration until(long deadline) {
            return Duration.ofNanos(Math.max(0, deadline - now));
        }

        List<JournalEntry> entries(Journal journal) {
            List<JournalEntry> entries = new ArrayList<>(journal.size());
            for (int i = 0; i < journal.size(); i++) {
                entries.add(new JournalEntry(
                        at(journal.time(i)), journal.from(i), journal.to(i), journal.cause(i), journal.flags(i)));
            }
            return entries;
        }

        private void addConnection(SocketSnapshot.Builder socket, Connection connection) {
            if (connection.congestionInfo() instanceof CongestionInfo.Bbr told) socket.bbr(told);
            socket.queues(connection.receiveQueueBytes(), connection.sendQueueBytes())
                    .timer(timer(connection))
                    .usage(new Usage(
                            atOrNever(connection.lastReadAt()),
                            atOrNever(connection.lastWriteAt()),
                            atOrNever(connection.endOfStreamReadAt())));
        }

        private @Nullable Timer timer(Connection connection) {
            Timer.Kind kind = switch (connection.timerName()) {
                case "on" -> Timer.Kind.RETRANSMIT;
                case "persist" -> Timer.Kind.PERSIST;
                case "keepalive" -> Timer.Kind.KEEPALIVE;
                default -> null;
            };
            if (kind == null) return null;
            int count = kind == Timer.Kind.RETRANSMIT
                    ? connection.info(now).retransmits()
                    : connection.info(now).probes();
            return new Timer(kind, until(connection.timerDeadline()), count);
        }

        private Backlog backlog(Listener<TcpEndpoint> listener) {
            return new Backlog(
                    listener.acceptQueueLength(), listener.backlog(), listener.synQueueLength(), listener.overflows());
        }

        private Settings settings(TcpEndpoint endpoint, @Nullable Connection connection) {
            SocketOptions options = endpoint.options();
            return new Settings(
                    options.keepAlive,
                    or(options.keepIdleSeconds, sysctl.tcp_keepalive_time),
                    or(options.keepIntervalSeconds, sysctl.tcp_keepalive_intvl),
                    or(options.keepCount, sysctl.tcp_keepalive_probes),
                    options.noDelay,
                    options.lingerSeconds,
                    endpoint.v6Only(),
                    congestionControl(options, connection),
                    connection == null ? or(options.receiveBuffer, sysctl.tcp_rmem[1]) : connection.receiveBuffer(),
                    connection == null ? or(options.sendBuffer, sysctl.tcp_wmem[1]) : connection.sendBuffer());
        }

        private String congestionControl(SocketOptions options, @Nullable Connection connection) {
            if (connection != null) return connection.congestionControl();
            return options.congestionControl.isEmpty() ? sysctl.tcp_congestion_control : options.congestionControl;
        }

        private static int or(int set, int otherwise) {
            return set == 0 ? otherwise : set;
        }

        // ------------------------------------------------------------ who

        private void addOfProgram(SocketSnapshot.Builder socket, Endpoint endpoint) {
            Socket held = Socket.of(endpoint);
            Origin opened = held == null ? null : held.opened();
            String thread = opened == null ? null : opened.threadName();
            socket.owner(new Owner(ProcessHandle.current().pid(), program, thread, null));
            sockets.add(
                    held == null
                            ? new Seen(socket, null, null, null)
                            : new Seen(socket, opened, held.lastRead(), held.lastWrite()));
        }

        private void addOfNobody(SocketSnapshot.Builder socket) {
            sockets.add(new Seen(socket.holder(Holder.NOBODY), null, null, null));
        }
    }
}
