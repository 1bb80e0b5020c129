package dev.sockeye.cli;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.Protocol;
import dev.sockeye.inspect.PublishFolder;
import dev.sockeye.inspect.RunningStacks;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.filter.Pushdown;
import dev.sockeye.inspect.filter.SocketFilter;
import dev.sockeye.inspect.history.KnownPast;
import dev.sockeye.inspect.kernel.KernelLook;
import dev.sockeye.inspect.kernel.KernelPass;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.kernel.SocketBlocks;
import dev.sockeye.inspect.look.Recording;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.SockDiag;
import dev.sockeye.linux.SystemCallException;
import dev.sockeye.wire.Errno;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers the sockets that `sockeye ss` was asked for: the kernel's, those of running stacks, or a recording's.
final class SsSelection {

    /// What was found.
    ///
    /// @param sockets  the kernel's first, in its order
    /// @param problems what could not be seen, a line each
    /// @param blind    whether nothing could be seen at all
    record Found(List<SocketSnapshot> sockets, List<String> problems, boolean blind) {}

    private final SsOptions options;
    private final SocketFilter filter;
    /// Whether somebody looks at the programs that hold sockets, and at the paths of control groups.
    private final boolean holders;
    private final boolean groups;
    private final boolean isColoured;

    private final List<SocketSnapshot> sockets = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /// @param isColoured whether lines get the colour of what a socket is about
    SsSelection(SsOptions options, SocketFilter filter, boolean holders, boolean groups, boolean isColoured) {
        this.isColoured = isColoured;
        this.options = options;
        this.filter = filter;
        this.holders = holders;
        this.groups = groups;
    }

    private boolean isWanted(Protocol protocol) {
        boolean tcp = options.has("tcp");
        boolean udp = options.has("udp");
        return tcp == udp || (protocol == Protocol.TCP ? tcp : udp);
    }

    private boolean isWanted(SocketSnapshot socket) {
        boolean v4 = options.has("ipv4");
        boolean v6 = options.has("ipv6");
        if (v4 != v6) {
            KernelDetail kernel = socket.kernel();
            boolean isV4 = kernel == null ? socket.local().ip().isV4() : kernel.family() == KernelDetail.IPV4;
            if (isV4 != v4) return false;
        }
        return isWanted(socket.protocol());
    }

    /// @param passing where the kernel's sockets may pass while it tells of them, if there are no others: what has
    ///     passed is not among what was found
    Found find(@Nullable SocketBlocks passing) throws IOException {
        String file = options.value("from");
        if (file != null) {
            var look = Recording.last(Path.of(file));
            for (SocketSnapshot socket : look.sockets())
                if (isWanted(socket) && filter.test(socket)) sockets.add(socket);
            problems.addAll(look.problems());
            return new Found(sockets, problems, false);
        }
        List<SocketSnapshot> ours = new ArrayList<>();
        int stacks = options.has("net") ? 0 : addStacks(ours);
        boolean areOne = ours.isEmpty() && !options.has("all-namespaces");
        boolean kernelBlind = isWanted(Protocol.TCP) && !addKernels(areOne ? passing : null);
        sockets.addAll(ours);
        return new Found(sockets, problems, kernelBlind && stacks == 0);
    }

    // ---------------------------------------------------------------- the kernel

    /// @return false if nothing could be seen
    private boolean addKernels(@Nullable SocketBlocks passing) {
        String namespace = options.value("net");
        try {
            if (namespace == null) return addKernelsOfThread(passing);
            try (NetworkNamespace other = NetworkNamespace.at(fileOf(namespace))) {
                return other.call(() -> addKernelsOfThread(passing));
            }
        } catch (SystemCallException e) {
            problems.add(
                    namespace != null && e.is(Errno.ENOENT)
                            ? "there is no network namespace '" + namespace + "': 'ip netns' lists those with a name"
                            : String.valueOf(e.getMessage()));
            return false;
        } catch (Exception e) {
            if (!(e instanceof IOException)) throw new IllegalStateException(e);
            problems.add(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /// The name that `ip netns` has for a namespace, or the number of a process that is in it, or a file.
    private static String fileOf(String namespace) {
        if (namespace.indexOf('/') >= 0) return namespace;
        boolean isPid =
                namespace.chars().allMatch(Character::isDigit) && !Files.exists(Path.of("/run/netns", namespace));
        return isPid ? "/proc/" + namespace + "/ns/net" : "/run/netns/" + namespace;
    }

    private boolean addKernelsOfThread(@Nullable SocketBlocks passing) throws IOException {
        Pushdown pushdown = filter.pushdown(true);
        KernelQuery query = query(pushdown);
        try (var past = KnownPast.atOnce()) {
            if (passing == null || pushdown.rest() != null || !pass(query, past, passing)) {
                addKernels(query, past, pushdown);
            }
        }
        return true;
    }

    private KernelQuery query(Pushdown pushdown) {
        boolean v4 = options.has("ipv4");
        boolean v6 = options.has("ipv6");
        return new KernelQuery(
                filter.states().mask(),
                pushdown.program(),
                v4 || !v6,
                v6 || !v4,
                options.has("all-namespaces"),
                holders,
                groups,
                Duration.ofSeconds(30),
                extensions());
    }

    /// @return false if the kernel does not decide about them
    private boolean pass(KernelQuery query, KnownPast past, SocketBlocks passing) throws IOException {
        var pass = new KernelPass(query, past, passing);
        try {
            problems.addAll(pass.run());
            return true;
        } catch (IOException e) {
            if (query.filter() == null || pass.hasBegun()) throw e;
            return false;
        }
    }

    private void addKernels(KernelQuery query, KnownPast past, Pushdown pushdown) throws IOException {
        try (var source = new KernelSource(past)) {
            KernelLook look;
            Pushdown decided = pushdown;
            try {
                look = source.look(query);
            } catch (IOException e) {
                if (pushdown.program() == null) throw e;
                look = source.look(query.where(null));
                decided = new Pushdown(null, filter.expression());
                problems.add("the kernel does not filter for us (" + reason(e)
                        + "): all sockets were fetched, and marks are told only to who has CAP_NET_ADMIN");
            }
            problems.addAll(look.problems());
            for (SocketSnapshot socket : look.sockets()) if (decided.accepts(socket)) sockets.add(socket);
        }
    }

    /// What is neither shown nor looked at by a condition need not be told: colours look at everything.
    private int extensions() {
        boolean all = filter.expression() != null || isColoured;
        for (String option : List.of("json", "columns", "diag")) all |= options.has(option);
        if (all) return SockDiag.ALL_EXTENSIONS;
        int extensions = 0;
        if (options.has("info")) extensions |= SockDiag.INFO | SockDiag.CONGESTION;
        if (options.has("memory")) extensions |= SockDiag.MEMORY;
        if (options.has("extended")) extensions |= SockDiag.SHUTDOWN;
        if (options.has("tos")) extensions |= SockDiag.SERVICE;
        return extensions;
    }

    private static String reason(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SystemCallException refused) return refused.reason();
        }
        return String.valueOf(e.getMessage());
    }

    // ---------------------------------------------------------------- stacks of ours

    /// @return how many answered
    private int addStacks(List<SocketSnapshot> to) throws IOException {
        RunningStacks.Answers answers = new RunningStacks(PublishFolder.ofUser()).sockets();
        problems.addAll(answers.problems());
        if (answers.sockets().isEmpty()) return answers.stacks();
        List<SocketSnapshot> wanted = new ArrayList<>();
        for (SocketSnapshot socket : answers.sockets()) if (isWanted(socket) && filter.test(socket)) wanted.add(socket);
        wanted.sort(Comparator.comparing(SocketSnapshot::host).thenComparingLong(SocketSnapshot::inode));
        to.addAll(wanted);
        return answers.stacks();
    }

    // ---------------------------------------------------------------- threads

    /// The same sockets, held by each thread of the processes that hold them, as `ss -T` has it.
    static List<SocketSnapshot> byThread(List<SocketSnapshot> sockets) {
        List<SocketSnapshot> all = new ArrayList<>(sockets.size());
        for (SocketSnapshot socket : sockets) {
            all.add(socket.kernel() == null || socket.owners().isEmpty() ? socket : byThread(socket));
        }
        return all;
    }

    private static SocketSnapshot byThread(SocketSnapshot socket) {
        List<Owner> owners = new ArrayList<>();
        for (Owner owner : socket.owners()) {
            int before = owners.size();
            try (DirectoryStream<Path> threads =
                    Files.newDirectoryStream(Path.of("/proc", Long.toString(owner.pid()), "task"))) {
                for (Path thread : threads) {
                    String handle =
                            "tid=" + thread.getFileName() + (owner.handle() == null ? "" : "," + owner.handle());
                    String name = Files.readString(thread.resolve("comm")).strip();
                    owners.add(new Owner(owner.pid(), name, null, handle, owner.container()));
                }
            } catch (IOException | DirectoryIteratorException e) {
                // It has ended meanwhile.
            }
            if (owners.size() == before) owners.add(owner);
        }
        return socket.withOwners(owners);
    }

    // ---------------------------------------------------------------- what else there is

    /// A line about the network namespaces that were not looked into, null if there is none; by what `/proc` says of
    /// each, without entering it.
    static @Nullable String otherNamespaces() {
        try {
            var others = new OtherNamespaces();
            return others.line();
        } catch (IOException e) {
            return null;
        }
    }
}
