package dev.sockeye.inspect.kernel;

import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.Source;
import dev.sockeye.linux.DiagMessages;
import dev.sockeye.linux.DiagSocket;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.linux.SystemCalls;
import dev.sockeye.wire.Errno;
import dev.sockeye.wire.TransportAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The TCP sockets of the Linux kernel, asked by sock_diag; where a kernel or a policy refuses that, read from
/// `/proc/net/tcp`. It may stay for long and be asked often: it keeps its doors to each namespace, and what it has
/// found out about descriptors. Used by one thread at a time.
public final class KernelSource implements Source, AutoCloseable {

    /// A door to a namespace keeps that namespace alive: those that nobody else is in any more are closed so often.
    private static final Duration NAMESPACES_ANEW = Duration.ofSeconds(10);

    private final Namespaces namespaces = new Namespaces();
    private final SocketHolders holders = new SocketHolders();
    private final ControlGroups groups = new ControlGroups();
    private final Map<Long, SockDiag> doors = new HashMap<>();
    private final Journals journals;
    private List<Namespace> known = List.of();
    private Instant namespacesAt = Instant.MIN;
    private Instant holdersAt = Instant.MIN;

    /// One that knows nothing of the past.
    public KernelSource() {
        this(Journals.none());
    }

    /// @param journals what is known of the past
    public KernelSource(Journals journals) {
        this.journals = journals;
    }

    /// Every socket of this process's namespace.
    ///
    /// @throws IOException if neither sock_diag nor `/proc` tells of any
    @Override
    public List<SocketSnapshot> sockets() throws IOException {
        return look(KernelQuery.ALL).sockets();
    }

    /// What there is now.
    ///
    /// @throws IOException with a message for people, if nothing can be seen at all
    public KernelLook look(KernelQuery query) throws IOException {
        checkLinux();
        List<String> problems = new ArrayList<>();
        List<Namespace> places = places(query, problems);
        @Nullable FutureTask<Void> firstLook = query.holders() && isFirstLook() ? beginToLookAtHolders() : null;
        List<Seen> seen = new ArrayList<>();
        List<Namespace> entered = new ArrayList<>();
        for (Namespace place : places) {
            if (see(place, query, seen, problems)) entered.add(place);
        }
        if (firstLook != null) await(firstLook);
        var translation = new Translation(
                holders(query, seen, firstLook != null), query.controlGroups() ? groups : null, journals);
        if (query.holders()) addClosedProcesses(seen, problems);
        return new KernelLook(new Snapshots(translation, seen).all(), entered, problems);
    }

    static void checkLinux() throws IOException {
        if (!SystemCalls.areThere()) throw new IOException("the kernel's sockets can be looked at on Linux only");
    }

    /// The sockets of one namespace, as the kernel told of them.
    ///
    /// @param deviceName of an interface's index
    /// @param halfOpen   how many connections are half-open to an address
    record Seen(
            Instant at,
            Namespace namespace,
            List<DiagSocket> sockets,
            Map<Integer, String> deviceName,
            Map<TransportAddress, Integer> halfOpen) {

        Seen(Instant at, Namespace namespace, List<DiagSocket> sockets, Map<Integer, String> deviceName) {
            this(at, namespace, sockets, deviceName, Translation.halfOpen(sockets));
        }

        void forEachInode(LongConsumer to) {
            for (int i = 0; i < sockets.size(); i++) {
                long inode = sockets instanceof DiagMessages told
                        ? told.inode(i)
                        : sockets.get(i).inode();
                if (inode != 0) to.accept(inode);
            }
        }

        /// How many are held by nobody that is known, of those that somebody must hold.
        int unheld(SocketHolders holders) {
            var unheld = new Object() {
                int count;
            };
            forEachInode(inode -> {
                if (!holders.isHeld(inode)) unheld.count++;
            });
            return unheld.count;
        }
    }

    // ---------------------------------------------------------------- namespaces

    private List<Namespace> places(KernelQuery query, List<String> problems) throws IOException {
        if (!query.allNamespaces()) return List.of(namespaces.own());
        Instant now = Instant.now();
        if (namespacesAt.plus(NAMESPACES_ANEW).isBefore(now)) {
            known = namespaces.all();
            namespacesAt = now;
            closeAllBut(known);
        }
        if (namespaces.closedProcesses() > 0) {
            problems.add("the network namespaces of " + count(namespaces.closedProcesses(), "process", "processes")
                    + " are not known" + Privilege.advice("to see every container"));
        }
        return known;
    }

    private void closeAllBut(List<Namespace> stay) {
        Set<Long> inodes = new HashSet<>();
        for (Namespace namespace : stay) inodes.add(namespace.inode());
        doors.entrySet().removeIf(door -> {
            if (inodes.contains(door.getKey())) return false;
            door.getValue().close();
            return true;
        });
    }

    /// Adds what is in a namespace.
    ///
    /// @return false if it could not be looked into
    private boolean see(Namespace place, KernelQuery query, List<Seen> to, List<String> problems) throws IOException {
        var sockets = new DiagMessages();
        try {
            SockDiag door = door(place);
            dump(door, query, sockets);
            to.add(new Seen(Instant.now(), place, sockets, deviceNames(door, sockets.devices())));
            return true;
        } catch (SystemCallException e) {
            if (place.isOwn()) return seeInProc(place, query, to, e, problems);
            SockDiag refused = doors.remove(place.inode());
            if (refused != null) refused.close(); // it would keep the namespace alive
            if (!e.is(Errno.ENOENT)) problems.add(notEntered(place, e));
            return false;
        }
    }

    private void dump(SockDiag door, KernelQuery query, DiagMessages to) throws SystemCallException {
        int stored = journals.storage();
        if (query.v4()) door.dump(SockDiag.AF_INET, query.states(), query.filter(), query.extensions(), stored, to);
        if (query.v6()) {
            try {
                door.dump(SockDiag.AF_INET6, query.states(), query.filter(), query.extensions(), stored, to);
            } catch (SystemCallException e) {
                if (!e.is(Errno.ENOENT) || !query.v4()) throw e; // a kernel without IPv6
            }
        }
    }

    private SockDiag door(Namespace place) throws SystemCallException {
        SockDiag door = doors.get(place.inode());
        if (door != null) return door;
        door = place.isOwn() ? new SockDiag() : openIn(place);
        doors.put(place.inode(), door);
        return door;
    }

    private static SockDiag openIn(Namespace place) throws SystemCallException {
        try (NetworkNamespace namespace = NetworkNamespace.at(place.file())) {
            return namespace.call(SockDiag::new);
        } catch (SystemCallException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String notEntered(Namespace place, SystemCallException e) {
        return "the network namespace " + place.name() + " cannot be looked into (" + e.reason() + ")"
                + Privilege.advice("to see its sockets");
    }

    static Map<Integer, String> deviceNames(SockDiag door, Set<Integer> devices) {
        Map<Integer, String> names = new HashMap<>();
        for (int device : devices) {
            String name = door.deviceName(device);
            if (name != null) names.put(device, name);
        }
        return names;
    }

    private static boolean seeInProc(
            Namespace place, KernelQuery query, List<Seen> to, SystemCallException refused, List<String> problems)
            throws IOException {
        to.add(seenInProc(place, query, refused, problems));
        return true;
    }

    /// What `/proc/net/tcp` tells instead of sock_diag, and the problem that it is told by this.
    static Seen seenInProc(Namespace place, KernelQuery query, SystemCallException refused, List<String> problems)
            throws IOException {
        List<DiagSocket> sockets = ProcNetTcp.read(Path.of("/proc/thread-self/net"), query);
        if (query.filter() != null) {
            throw new IOException(
                    "the kernel refuses sock_diag, and filters with it: " + refused.getMessage(), refused);
        }
        problems.add("the kernel refuses sock_diag (" + refused.reason()
                + "): /proc/net/tcp is read instead, which tells addresses, queues and timers only");
        return new Seen(Instant.now(), place, sockets, Map.of());
    }

    // ---------------------------------------------------------------- who holds them

    private boolean isFirstLook() {
        return holdersAt.equals(Instant.MIN);
    }

    /// Looking at every descriptor takes as long as asking the kernel: both at once.
    private FutureTask<Void> beginToLookAtHolders() {
        var task = new FutureTask<Void>(() -> {
            holders.look();
            return null;
        });
        Thread.ofPlatform().name("sockeye-holders").daemon().start(task);
        return task;
    }

    private void await(FutureTask<Void> task) throws IOException {
        try {
            task.get();
            holdersAt = Instant.now();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) throw cause;
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking at descriptors", e);
        }
    }

    /// @param justLooked who is not known now was not there a moment ago, or may not be known
    private @Nullable SocketHolders holders(KernelQuery query, List<Seen> seen, boolean justLooked) throws IOException {
        if (!query.holders()) return null;
        if (justLooked) return holders;
        Instant now = Instant.now();
        if (holdersAt.plus(query.holdersAnew()).isBefore(now)) {
            holders.look();
            holdersAt = now;
        }
        Set<Long> inodes = new HashSet<>();
        for (Seen some : seen) some.forEachInode(inodes::add);
        holders.lookFor(inodes);
        return holders;
    }

    private void addClosedProcesses(List<Seen> seen, List<String> problems) {
        if (holders.closedProcesses() == 0) return;
        int unheld = 0;
        for (Seen some : seen) unheld += some.unheld(holders);
        addClosedProcesses(holders, unheld, problems);
    }

    /// Processes that may not be looked into matter only where sockets are without a holder.
    static void addClosedProcesses(SocketHolders holders, int unheld, List<String> problems) {
        if (unheld == 0) return;
        problems.add("who holds " + count(unheld, "socket", "sockets") + " is not known: "
                + count(holders.closedProcesses(), "process", "processes")
                + " may not be looked into" + Privilege.advice("to see them"));
    }

    private static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /// Lets go of its doors.
    @Override
    public void close() {
        holders.close();
        doors.values().forEach(SockDiag::close);
        doors.clear();
    }
}
