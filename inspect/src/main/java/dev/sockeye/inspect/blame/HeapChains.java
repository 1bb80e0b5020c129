package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.blame.HeapChain.Grip;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Finds in a heap dump what holds sockets. The file is read from front to back several times, once for
/// each step of the longest chain and a few times more, and never kept: what is kept is the names, and
/// the objects that lead to the sockets.
final class HeapChains {

    static final String GARBAGE =
            "nothing: it is garbage that waits for its Cleaner; the next garbage collection" + " closes it";
    static final String CLOSING = "a selector: the program has closed the channel, and the selector that it is"
            + " registered with has not selected since; selectNow() lets go of it";
    static final String NATIVE = "no Java object: the JVM itself or native code opened it";
    static final String UNKNOWN = "too many objects lead to it to follow them all";

    /// A rank: the JDK's own variables are of no interest, but if the program waits in a call.
    private static final int CALLED_BY_PROGRAM = 2;

    private final FileChannel dump;
    private final HeapProgress progress;
    private final HeapModel model = new HeapModel();
    private int pass;

    private HeapChains(FileChannel dump, HeapProgress progress) {
        this.dump = dump;
        this.progress = progress;
    }

    /// What holds each of these descriptors.
    ///
    /// @throws IOException if the dump cannot be read
    static Map<Integer, HeapChain> find(FileChannel dump, Collection<Integer> fds, HeapProgress progress)
            throws IOException {
        return new HeapChains(dump, progress).find(fds);
    }

    private Map<Integer, HeapChain> find(Collection<Integer> fds) throws IOException {
        model.idSize(read(model));
        var sockets = new SocketObjects(model, fds);
        read(sockets);
        Map<Integer, SocketObjects.Found> found = sockets.found();
        HeapCone cone = coneOf(found);
        Map<Integer, Ways> ways = new HashMap<>();
        var facts = new HeapFacts(model);
        found.forEach((fd, object) -> {
            Ways each = waysTo(cone, cone.node(object.id()));
            ways.put(fd, each);
            if (each.lasting != null) new ChainText(model, cone, facts, each.lasting).ask();
            if (each.variable != null) new ChainText(model, cone, facts, each.variable).ask();
        });
        while (facts.wantsPass()) {
            Set<Long> asked = facts.beginPass();
            read(facts);
            facts.endPass(asked);
        }
        Map<Integer, HeapChain> told = new TreeMap<>();
        for (Integer fd : fds) {
            SocketObjects.Found object = found.get(fd);
            Ways each = ways.getOrDefault(fd, NO_WAY);
            if (object == null) told.put(fd, HeapChain.none(fd, Grip.NATIVE, NATIVE));
            else if (object.closing()) told.put(fd, HeapChain.none(fd, Grip.CLOSING, CLOSING));
            else told.put(fd, tell(cone, facts, fd, each));
        }
        return told;
    }

    private HeapChain tell(HeapCone cone, HeapFacts facts, int fd, Ways ways) {
        HeapChain lasting = ways.lasting == null ? null : new ChainText(model, cone, facts, ways.lasting).tell(fd);
        if (ways.variable != null) {
            var text = new ChainText(model, cone, facts, ways.variable);
            HeapChain variable = text.tell(fd);
            if (lasting == null) return variable;
            if (!text.isInCollection()) {
                // A thread's own task lasts no longer than what is on its stack, which says more.
                return lasting.beginsAtThread() ? variable : lasting.usedBy(variable.text());
            }
        }
        if (lasting != null) return lasting;
        return cone.isTooLarge()
                ? HeapChain.none(fd, Grip.UNKNOWN, UNKNOWN)
                : HeapChain.none(fd, Grip.GARBAGE, GARBAGE);
    }

    /// The shortest ways to an object: from something that lasts, and from a thread's stack.
    private record Ways(@Nullable Chain lasting, @Nullable Chain variable) {}

    private static final Ways NO_WAY = new Ways(null, null);

    private HeapCone coneOf(Map<Integer, SocketObjects.Found> found) throws IOException {
        var cone = new HeapCone(model);
        for (SocketObjects.Found each : found.values()) cone.addTarget(each.id(), each.classIndex());
        while (cone.wantsPass()) {
            cone.beginPass();
            if (!cone.wantsPass()) break;
            read(cone);
            cone.endPass();
        }
        return cone;
    }

    private int read(HprofVisitor visitor) throws IOException {
        pass++;
        long size = dump.size();
        return HprofReader.read(dump, visitor, at -> progress.reading(pass, at, size));
    }

    // ---------------------------------------------------------------- the chain

    /// From the root to the socket.
    ///
    /// @param root  what keeps the first node; null for a class loader, which its classes keep
    /// @param nodes of the cone, the socket's last
    /// @param via   of each but the last, the field by which it holds the next
    @SuppressWarnings("ArrayRecordComponent") // it is a value of this package's, compared by nobody
    record Chain(HeapModel.@Nullable Root root, int[] nodes, int[] via) {}

    private Ways waysTo(HeapCone cone, int target) {
        var search = new Search(cone, target);
        Chain lasting = search.shortest(root -> !root.isVariable(), true);
        int least = lasting == null ? Integer.MAX_VALUE : CALLED_BY_PROGRAM;
        return new Ways(lasting, search.shortest(root -> root.isVariable() && rank(root) <= least, false));
    }

    /// From the socket up to all that leads to it, breadth first.
    private final class Search {

        private final HeapCone cone;
        private final int[] towards;
        private final int[] distance;
        private final List<Integer> reached = new ArrayList<>();

        Search(HeapCone cone, int target) {
            this.cone = cone;
            towards = new int[cone.count()];
            distance = new int[cone.count()];
            distance[target] = 1;
            towards[target] = -1;
            reached.add(target);
            for (int i = 0; i < reached.size(); i++) {
                int node = reached.get(i);
                for (int edge = cone.firstHolder(node); edge >= 0; edge = cone.nextHolder(edge)) {
                    int holder = cone.holder(edge);
                    if (distance[holder] != 0) continue;
                    distance[holder] = distance[node] + 1;
                    towards[holder] = edge;
                    reached.add(holder);
                }
            }
        }

        /// Of several that are equally short, the one whose root tells most.
        ///
        /// @param loaders whether a class loader counts
        @Nullable
        Chain shortest(Predicate<HeapModel.Root> kind, boolean loaders) {
            Chain best = null;
            int rank = Integer.MAX_VALUE;
            for (int node : reached) {
                if (best != null && distance[node] > best.nodes.length) break;
                HeapModel.Root root = cone.rootsOf(node).stream()
                        .filter(kind)
                        .min(Comparator.comparingInt(HeapChains.this::rank).thenComparingInt(HeapModel.Root::number))
                        .orElse(null);
                if (root == null && !(loaders && cone.isRoot(node))) continue;
                int ranked = root == null ? 99 : rank(root);
                if (best == null || ranked < rank) {
                    rank = ranked;
                    best = chain(cone, root, node, towards, distance[node]);
                }
            }
            return best;
        }
    }

    private static Chain chain(HeapCone cone, HeapModel.@Nullable Root root, int from, int[] towards, int length) {
        int[] nodes = new int[length];
        int[] via = new int[length - 1];
        int node = from;
        for (int i = 0; i < length; i++) {
            nodes[i] = node;
            if (i == length - 1) break;
            via[i] = cone.via(towards[node]);
            node = cone.held(towards[node]);
        }
        return new Chain(root, nodes, via);
    }

    /// What tells a person most comes first: the program's own fields and variables.
    private int rank(HeapModel.Root root) {
        return switch (root.kind()) {
            case HeapModel.STATIC_FIELD -> Jdk.isJdk(model.staticField(root)) ? 5 : 1;
            case HprofReader.JAVA_FRAME, HprofReader.JNI_LOCAL -> frameRank(root);
            case HprofReader.THREAD_OBJECT -> 0;
            case HprofReader.JNI_GLOBAL -> 6;
            default -> 7;
        };
    }

    private int frameRank(HeapModel.Root root) {
        List<StackTraceElement> frames = model.framesOf(root.thread());
        int number = root.number();
        if (number < 0 || number >= frames.size()) return 5;
        if (!Jdk.isJdk(frames.get(number).getClassName())) return 0;
        for (StackTraceElement frame : frames.subList(number, frames.size())) {
            if (!Jdk.isJdk(frame.getClassName())) return CALLED_BY_PROGRAM;
        }
        return 5;
    }
}
