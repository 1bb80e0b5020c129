package dev.sockeye.inspect;

import dev.sockeye.tcp.CongestionInfo;
import dev.sockeye.tcp.Journal;
import dev.sockeye.tcp.TcpInfo;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One socket at one moment, whoever looked: all that `inspect` ever knows of it. It is a value: nothing in it changes
/// after it was taken, and it can be stored, sent and compared.
///
/// @param takenAt  when it was taken
/// @param host     the machine or network namespace it belongs to
/// @param protocol TCP or UDP
/// @param inode    the socket's number, unique in its host; 0 for a socket that has none (half-open, TIME_WAIT)
/// @param state    its state; for UDP, ESTABLISHED when it is connected and else CLOSED, as `ss` has it
/// @param local    its own address
/// @param remote   the peer's address; null when it has no peer
/// @param recvQ    bytes received that the program has not read; of a listener, connections waiting for `accept()`
/// @param sendQ    bytes written that the peer has not acknowledged; of a listener, the limit of its accept queue
/// @param timer    the timer that runs; null if none does
/// @param journal  its changes of state, oldest first
/// @param journalDropped how many entries are missing before the last one
/// @param holder   who can close it
/// @param owners   the programs that hold it, or held it last; several where a process has passed it on, none if it
///     is not known
/// @param usage    when the program last used it
/// @param origin   which lines of the program did
/// @param settings its options
/// @param backlog  the queues of a listener; null for any other socket
/// @param info     `TCP_INFO`; null where there is none
/// @param bbr      what BBR tells with `TCP_CC_INFO`; null with another congestion control
/// @param kernel   what only a socket of the Linux kernel has; null of one of a stack of ours
public record SocketSnapshot(
        Instant takenAt,
        String host,
        Protocol protocol,
        long inode,
        TcpState state,
        TransportAddress local,
        @Nullable TransportAddress remote,
        long recvQ,
        long sendQ,
        @Nullable Timer timer,
        List<JournalEntry> journal,
        int journalDropped,
        Holder holder,
        List<Owner> owners,
        Usage usage,
        Origins origin,
        Settings settings,
        @Nullable Backlog backlog,
        @Nullable TcpInfo info,
        CongestionInfo.@Nullable Bbr bbr,
        @Nullable KernelDetail kernel) {

    public SocketSnapshot {
        Objects.requireNonNull(takenAt, "takenAt");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(holder, "holder");
        Objects.requireNonNull(usage, "usage");
        Objects.requireNonNull(origin, "origin");
        Objects.requireNonNull(settings, "settings");
        journal = List.copyOf(journal);
        owners = List.copyOf(owners);
    }

    /// The program that holds it, the first of several; null if not known.
    public @Nullable Owner owner() {
        return owners.isEmpty() ? null : owners.getFirst();
    }

    /// The entry that brought the socket into the state it is in; null if that is not known.
    public @Nullable JournalEntry entered() {
        if (journal.isEmpty()) return null;
        JournalEntry last = journal.getLast();
        return last.to() == state ? last : null;
    }

    /// How long it has been in its state; null if that is not known.
    public @Nullable Duration inState() {
        JournalEntry entered = entered();
        return entered == null ? null : age(entered.at());
    }

    /// The time from `then` until this snapshot was taken; never negative.
    public Duration age(Instant then) {
        Duration age = Duration.between(then, takenAt);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /// The first entry of the journal with this cause, null if there is none.
    public @Nullable JournalEntry causedBy(Journal.Cause cause) {
        for (JournalEntry entry : journal) {
            if (entry.cause() == cause) return entry;
        }
        return null;
    }

    /// When the peer's FIN arrived; null if it has not, or if that is not known.
    public @Nullable Instant peerClosedAt() {
        for (JournalEntry entry : journal) {
            if (entry.to().hasReceivedFin() && !entry.from().hasReceivedFin()) return entry.at();
        }
        return null;
    }

    /// The same socket, held by others.
    public SocketSnapshot withOwners(List<Owner> programs) {
        return new SocketSnapshot(
                takenAt,
                host,
                protocol,
                inode,
                state,
                local,
                remote,
                recvQ,
                sendQ,
                timer,
                journal,
                journalDropped,
                holder,
                programs,
                usage,
                origin,
                settings,
                backlog,
                info,
                bbr,
                kernel);
    }

    /// The same socket, with options that are known better.
    public SocketSnapshot withSettings(Settings known) {
        return new SocketSnapshot(
                takenAt,
                host,
                protocol,
                inode,
                state,
                local,
                remote,
                recvQ,
                sendQ,
                timer,
                journal,
                journalDropped,
                holder,
                owners,
                usage,
                origin,
                known,
                backlog,
                info,
                bbr,
                kernel);
    }

    /// A snapshot about to be filled in: a TCP socket of which only this much is known.
    public static Builder tcp(Instant takenAt, String host, TcpState state, TransportAddress local) {
        return new Builder(takenAt, host, Protocol.TCP, state, local);
    }

    /// A snapshot about to be filled in: a UDP socket of which only this much is known.
    public static Builder udp(Instant takenAt, String host, TransportAddress local, @Nullable TransportAddress remote) {
        TcpState state = remote == null ? TcpState.CLOSED : TcpState.ESTABLISHED;
        return new Builder(takenAt, host, Protocol.UDP, state, local).remote(remote);
    }

    /// Gathers a snapshot's parts; what is not set is unknown.
    public static final class Builder {

        private final Instant takenAt;
        private final String host;
        private final Protocol protocol;
        private final TcpState state;
        private final TransportAddress local;
        private long inode;
        private @Nullable TransportAddress remote;
        private long recvQ;
        private long sendQ;
        private @Nullable Timer timer;
        private List<JournalEntry> journal = List.of();
        private int journalDropped;
        private Holder holder = Holder.PROGRAM;
        private List<Owner> owners = List.of();
        private Usage usage = Usage.UNKNOWN;
        private Origins origin = Origins.UNKNOWN;
        private Settings settings = Settings.DEFAULT;
        private @Nullable Backlog backlog;
        private @Nullable TcpInfo info;
        private CongestionInfo.@Nullable Bbr bbr;
        private @Nullable KernelDetail kernel;

        private Builder(Instant takenAt, String host, Protocol protocol, TcpState state, TransportAddress local) {
            this.takenAt = takenAt;
            this.host = host;
            this.protocol = protocol;
            this.state = state;
            this.local = local;
        }

        public Builder inode(long number) {
            inode = number;
            return this;
        }

        public Builder remote(@Nullable TransportAddress peer) {
            remote = peer;
            return this;
        }

        public Builder queues(long received, long unacknowledged) {
            recvQ = received;
            sendQ = unacknowledged;
            return this;
        }

        public Builder timer(@Nullable Timer running) {
            timer = running;
            return this;
        }

        public Builder journal(List<JournalEntry> entries, int dropped) {
            journal = entries;
            journalDropped = dropped;
            return this;
        }

        public Builder holder(Holder who) {
            holder = who;
            return this;
        }

        public Builder owner(@Nullable Owner program) {
            owners = program == null ? List.of() : List.of(program);
            return this;
        }

        public Builder owners(List<Owner> programs) {
            owners = programs;
            return this;
        }

        public Builder usage(Usage times) {
            usage = times;
            return this;
        }

        public Builder origin(Origins traces) {
            origin = traces;
            return this;
        }

        public Builder settings(Settings options) {
            settings = options;
            return this;
        }

        /// The queues of a listener, which are its Recv-Q and Send-Q too.
        public Builder backlog(Backlog queues) {
            backlog = queues;
            return queues(queues.waiting(), queues.limit());
        }

        public Builder info(@Nullable TcpInfo tcpInfo) {
            info = tcpInfo;
            return this;
        }

        public Builder bbr(CongestionInfo.@Nullable Bbr told) {
            bbr = told;
            return this;
        }

        public Builder kernel(@Nullable KernelDetail detail) {
            kernel = detail;
            return this;
        }

        /// The snapshot.
        public SocketSnapshot build() {
            return new SocketSnapshot(
                    takenAt,
                    host,
                    protocol,
                    inode,
                    state,
                    local,
                    remote,
                    recvQ,
                    sendQ,
                    timer,
                    journal,
                    journalDropped,
                    holder,
                    owners,
                    usage,
                    origin,
                    settings,
                    backlog,
                    info,
                    bbr,
                    kernel);
        }
    }
}
