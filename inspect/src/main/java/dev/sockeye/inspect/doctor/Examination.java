package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Surroundings;
import dev.sockeye.tcp.TcpState;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One or two looks at a machine, and the questions that rules ask of them.
final class Examination {

    final CheckUp now;
    final Thresholds thresholds;
    final Surroundings around;
    private final @Nullable CheckUp before;
    private final Map<Object, SocketSnapshot> earlier = new HashMap<>();
    private final Map<String, MachineFacts> facts = new HashMap<>();
    private final Map<String, MachineFacts> factsBefore = new HashMap<>();
    private final Map<Long, ProcessFacts> processes = new HashMap<>();

    Examination(CheckUp now, @Nullable CheckUp before, Thresholds thresholds) {
        this.now = now;
        this.before = before;
        this.thresholds = thresholds;
        for (MachineFacts each : now.machines()) facts.put(each.namespace(), each);
        around = new Surroundings(
                now.sockets(), (namespace, port) -> facts(namespace).ports().has(port));
        for (ProcessFacts each : now.processes()) processes.put(each.pid(), each);
        if (before != null) {
            for (SocketSnapshot socket : before.sockets()) earlier.put(identity(socket), socket);
            for (MachineFacts each : before.machines()) factsBefore.put(each.namespace(), each);
        }
    }

    // ---------------------------------------------------------------- sockets

    /// The TCP sockets in a state.
    List<SocketSnapshot> in(TcpState state) {
        return now.sockets().stream()
                .filter(socket -> socket.protocol() == Protocol.TCP && socket.state() == state)
                .toList();
    }

    /// The other end of a connection; null if it cannot be seen.
    @Nullable
    SocketSnapshot peerOf(SocketSnapshot socket) {
        return around.peerOf(socket);
    }

    /// The listener at an address; null if there is none in that namespace.
    @Nullable
    SocketSnapshot listenerAt(String namespace, TransportAddress address) {
        return around.listenerAt(namespace, address);
    }

    /// Whether this end was called, rather than calling.
    boolean isServer(SocketSnapshot socket) {
        return around.isServer(socket);
    }

    /// The address that stands for the service: the server's end of the connection.
    TransportAddress service(SocketSnapshot socket) {
        TransportAddress remote = socket.remote();
        return remote == null || isServer(socket) ? socket.local() : remote;
    }

    /// The same socket at the earlier look; null if there was none, or no earlier look.
    @Nullable
    SocketSnapshot before(SocketSnapshot socket) {
        SocketSnapshot then = earlier.get(identity(socket));
        return then == null || !sameEnds(then, socket) ? null : then;
    }

    private static boolean sameEnds(SocketSnapshot a, SocketSnapshot b) {
        return a.local().equals(b.local()) && Objects.equals(a.remote(), b.remote());
    }

    private static Object identity(SocketSnapshot socket) {
        KernelDetail kernel = socket.kernel();
        if (kernel != null && kernel.cookie() != 0) return kernel.cookie();
        if (socket.inode() != 0) return List.of(socket.host(), socket.inode());
        IpAddress none = IpAddress.ANY_V6;
        TransportAddress remote = socket.remote() == null ? new TransportAddress(none, 0) : socket.remote();
        return List.of(socket.host(), socket.local(), remote);
    }

    // ---------------------------------------------------------------- the machine

    /// What is known of a namespace.
    MachineFacts facts(String namespace) {
        MachineFacts known = facts.get(namespace);
        return known == null ? MachineFacts.unknown(namespace, now.at()) : known;
    }

    /// The namespaces that sockets were seen in.
    Iterable<String> namespaces() {
        return now.sockets().stream()
                .map(SocketSnapshot::host)
                .distinct()
                .sorted()
                .toList();
    }

    /// Whether there was an earlier look.
    boolean hasBefore() {
        return before != null;
    }

    /// The earlier look.
    @Nullable
    CheckUp before() {
        return before;
    }

    /// The time between the two looks; zero if there was one only.
    Duration between() {
        return before == null ? Duration.ZERO : Duration.between(before.at(), now.at());
    }

    /// By how much a counter has grown between the two looks; empty if that is not known.
    OptionalLong growth(String namespace, String counter) {
        MachineFacts then = factsBefore.get(namespace);
        if (then == null) return OptionalLong.empty();
        OptionalLong a = then.counter(counter);
        OptionalLong b = facts(namespace).counter(counter);
        return a.isEmpty() || b.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, b.getAsLong() - a.getAsLong()));
    }

    // ---------------------------------------------------------------- who

    /// What is known of a process.
    ProcessFacts process(long pid) {
        ProcessFacts known = processes.get(pid);
        return known == null ? ProcessFacts.unknown(pid) : known;
    }

    /// Who holds these sockets, all of which have the same first holder; null if nobody does, or nobody
    /// who can be seen.
    @Nullable
    Party partyOf(List<SocketSnapshot> sockets) {
        if (sockets.isEmpty()) return null;
        List<Owner> owners = sockets.getFirst().owners();
        if (owners.isEmpty()) return null;
        Owner first = owners.getFirst();
        List<String> handles = new ArrayList<>();
        for (SocketSnapshot socket : sockets) {
            Owner owner = socket.owner();
            if (owner != null && owner.handle() != null && handles.size() < 8) handles.add(owner.handle());
        }
        String called = process(first.pid()).program();
        String program = called == null ? first.program() : called;
        List<Owner> others =
                owners.stream().filter(owner -> owner.pid() != first.pid()).toList();
        return new Party(first.pid(), program, first.program(), first.container(), handles, others);
    }

    /// The same of one socket.
    @Nullable
    Party partyOf(@Nullable SocketSnapshot socket) {
        return socket == null ? null : partyOf(List.of(socket));
    }
}
