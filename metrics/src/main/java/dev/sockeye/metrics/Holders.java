package dev.sockeye.metrics;

import dev.sockeye.inspect.kernel.Containers;
import dev.sockeye.inspect.kernel.SocketHolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who holds which socket: the processes by their names and containers. A look at every descriptor of the machine costs
/// 5 µs for each, so it is made when there are sockets that nobody is known to hold, and no oftener than its [Duty]
/// allows.
final class Holders {

    /// A process's name and its container.
    record Holder(String process, String container) {}

    static final int NOBODY = 0, UNKNOWN = 1;

    /// Of one name or container so many processes are remembered to see whether any is alive.
    private static final int MOST_LIVES = 32;

    private final SocketHolders sockets = new SocketHolders();
    private final Map<Holder, Integer> numbers = new HashMap<>();
    private final List<Holder> holders = new ArrayList<>();
    private final Map<Integer, String> containers = new HashMap<>();
    private final Map<String, Set<Integer>> processLives = new HashMap<>();
    private final Map<String, Set<Integer>> containerLives = new HashMap<>();

    Holders() {
        begin();
    }

    private void begin() {
        numbers.clear();
        holders.clear();
        containers.clear();
        number(new Holder(Labels.NOBODY, Labels.NOBODY));
        number(new Holder(Labels.UNKNOWN, Labels.UNKNOWN));
    }

    private int number(Holder holder) {
        Integer known = numbers.get(holder);
        if (known != null) return known;
        numbers.put(holder, holders.size());
        holders.add(holder);
        return holders.size() - 1;
    }

    /// Looks at every descriptor. The numbers of holders are given anew.
    ///
    /// @throws IOException if there is no `/proc`
    void look() throws IOException {
        sockets.look();
        begin();
    }

    /// How many processes the last look was not permitted to see.
    int closedProcesses() {
        return sockets.closedProcesses();
    }

    /// How many holders there are: their numbers are below.
    int count() {
        return holders.size();
    }

    /// Who has this number.
    Holder get(int number) {
        return holders.get(number);
    }

    /// The number of who held the socket with this inode number, at the last look; [#UNKNOWN] if nobody was seen.
    int of(long inode) {
        List<SocketHolders.Descriptor> held = sockets.of(inode);
        if (held.isEmpty()) return UNKNOWN;
        SocketHolders.Descriptor first = held.getFirst();
        String container = containers.computeIfAbsent(first.pid(), Holders::container);
        remember(processLives, first.command(), first.pid());
        remember(containerLives, container, first.pid());
        return number(new Holder(first.command(), container));
    }

    private static String container(int pid) {
        @Nullable String container = Containers.of(pid);
        return container == null ? Labels.NONE : container;
    }

    // ---------------------------------------------------------------- who is alive

    private static void remember(Map<String, Set<Integer>> lives, String name, int pid) {
        Set<Integer> pids = lives.computeIfAbsent(name, key -> new HashSet<>());
        if (pids.size() < MOST_LIVES) pids.add(pid);
    }

    /// The names of processes of which one is alive that held a socket once.
    Set<String> liveProcesses() {
        return alive(processLives);
    }

    /// The same of containers.
    Set<String> liveContainers() {
        return alive(containerLives);
    }

    private static Set<String> alive(Map<String, Set<Integer>> lives) {
        lives.values().removeIf(pids -> !anyAlive(pids));
        return Set.copyOf(lives.keySet());
    }

    private static boolean anyAlive(Set<Integer> pids) {
        for (Iterator<Integer> all = pids.iterator(); all.hasNext(); ) {
            if (Files.exists(Path.of("/proc", Integer.toString(all.next())))) return true;
            all.remove();
        }
        return false;
    }
}
