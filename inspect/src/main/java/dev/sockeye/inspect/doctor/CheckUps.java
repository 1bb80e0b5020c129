package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.Owner;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.cure.KnownKeepalive;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.Namespace;
import dev.sockeye.inspect.look.LocalMachine;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.linux.NetworkNamespace;
import dev.sockeye.linux.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks at this machine: its sockets, what each namespace knows besides, and the processes that hold
/// them. May be asked again and again, by one thread at a time.
public final class CheckUps implements AutoCloseable {

    /// So many sockets at most are asked for their options at a look.
    private static final int ASKED = 200;

    private final LocalMachine machine;
    private final Duration idle = Thresholds.standard().span("idle");
    private final Duration halfClosed = Thresholds.standard().span("half-closed");
    private final Map<Long, ProcessFacts> processes = new HashMap<>();
    private List<String> problems = List.of();

    /// @param machine closed with this
    public CheckUps(LocalMachine machine) {
        this.machine = machine;
    }

    /// What there is now.
    ///
    /// @throws IOException with a message for people, if nothing can be seen at all
    public CheckUp checkUp(KernelQuery query) throws IOException {
        Look look = machine.look(query);
        problems = look.problems();
        List<MachineFacts> facts = new ArrayList<>();
        for (Namespace namespace : machine.namespaces()) facts.add(factsOf(namespace));
        List<SocketSnapshot> sockets = KnownKeepalive.of(look.sockets(), this::isAboutToBeAccused, ASKED);
        return new CheckUp(look.at(), sockets, facts, processesOf(sockets));
    }

    /// Of having no keepalive: by [IdleRule] or [ClosingRule].
    private boolean isAboutToBeAccused(SocketSnapshot socket) {
        return switch (socket.state()) {
            case ESTABLISHED -> IdleRule.isUnguarded(socket, idle);
            case FIN_WAIT2 -> ClosingRule.isHeldInVain(socket, halfClosed);
            default -> false;
        };
    }

    /// The same in the form in which it is recorded.
    ///
    /// @throws IOException as [#checkUp] does
    public Look look(KernelQuery query) throws IOException {
        CheckUp checkUp = checkUp(query);
        return new Look(checkUp.at(), checkUp.sockets(), problems, RecordedFacts.write(checkUp));
    }

    /// What could not be seen by the last look: a line of plain words each.
    public List<String> problems() {
        return problems;
    }

    // ---------------------------------------------------------------- namespaces

    private MachineFacts factsOf(Namespace namespace) {
        boolean ofHost = isOfHost(namespace);
        var reader = new MachineFactsReader();
        if (namespace.isOwn()) return reader.read(namespace.name(), ofHost);
        try (NetworkNamespace place = NetworkNamespace.at(namespace.file())) {
            return place.call(() -> reader.read(namespace.name(), ofHost));
        } catch (SystemCallException e) {
            if (namespace.pid() != 0) {
                return MachineFactsReader.ofProcess(namespace.pid()).read(namespace.name(), ofHost);
            }
            return MachineFacts.unknown(namespace.name(), Instant.now());
        } catch (Exception e) {
            throw new IllegalStateException(e); // a reader throws nothing
        }
    }

    /// The machine lives where its first process does; within a container, whose first process is
    /// another, the kernel's own threads cannot be seen.
    private static boolean isOfHost(Namespace namespace) {
        String kernelThread = text(Path.of("/proc/2/comm"));
        if (!kernelThread.strip().equals("kthreadd")) return false;
        Long first = inode(Path.of("/proc/1/ns/net"));
        return first == null ? namespace.isOwn() : first == namespace.inode();
    }

    private static @Nullable Long inode(Path link) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            return Long.parseLong(target.replaceAll("\\D", ""));
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    // ---------------------------------------------------------------- processes

    /// A process is asked once: its command line and limits hardly change.
    private List<ProcessFacts> processesOf(List<SocketSnapshot> sockets) {
        Set<Long> holders = new LinkedHashSet<>();
        for (SocketSnapshot socket : sockets) {
            for (Owner owner : socket.owners()) holders.add(owner.pid());
        }
        processes.keySet().retainAll(holders);
        List<ProcessFacts> facts = new ArrayList<>(holders.size());
        for (Long pid : holders) facts.add(processes.computeIfAbsent(pid, ProcessFacts::read));
        return facts;
    }

    @Override
    public void close() {
        machine.close();
    }
}
