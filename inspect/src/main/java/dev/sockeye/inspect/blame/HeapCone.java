package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.blame.HprofClass.Layout;
import dev.sockeye.inspect.blame.HprofClass.Slot;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All that leads to some objects, as far as it is known: nodes, and edges from what holds to what is
/// held. It grows by a pass over the dump for each step away from them, until all hang on a root; so
/// the memory it takes goes with the length of the chains and not with the size of the heap.
final class HeapCone implements HprofVisitor {

    /// More than this, and the chains are of no use to anybody.
    private static final int MOST_NODES = 2_000_000, MOST_EDGES = 6_000_000;

    /// A chain of so many steps is not told by anybody.
    private static final int MOST_PASSES = 60;

    private static final int FILTER_BITS = 1 << 20;

    private final HeapModel model;
    private final LongIntMap indexOf = new LongIntMap();
    private long[] ids = new long[1024];
    private int[] types = new int[1024];
    private long[] keys = new long[1024];
    private int[] firstHolder = new int[1024];
    private int[] firstHeld = new int[1024];
    private boolean[] rooted = new boolean[1024];
    private int nodes;

    private int[] holder = new int[1024];
    private int[] held = new int[1024];
    private int[] via = new int[1024];
    private int[] nextHolder = new int[1024];
    private int[] nextHeld = new int[1024];
    private int edges;

    /// The nodes from here on are the last step's.
    private int frontier;

    private int frontierEnd;

    private int passes;
    /// Those of them whose holders this pass looks for: all of them, so that of several the best can be
    /// told.
    private final BitSet wanted = new BitSet();

    private final long[] filter = new long[FILTER_BITS / 64];
    private long lastClass;
    private @Nullable Layout lastLayout;
    private int lastIndex;

    /// Which keys of entries are noted.
    private final int[] keyOffset;

    HeapCone(HeapModel model) {
        this.model = model;
        keyOffset = new int[model.classCount()];
        Arrays.fill(keyOffset, -2);
    }

    // ---------------------------------------------------------------- growing

    /// An object whose holders are sought.
    void addTarget(long id, int classIndex) {
        add(id, classIndex, 0);
        frontierEnd = nodes;
    }

    /// Whether another pass would help: something hangs on no root yet, and has holders that are new.
    boolean wantsPass() {
        return frontier < frontierEnd && passes < MOST_PASSES && nodes < MOST_NODES && edges < MOST_EDGES;
    }

    /// Before each pass.
    void beginPass() {
        Arrays.fill(filter, 0);
        wanted.clear();
        for (int i = frontier; i < frontierEnd; i++) {
            if (!isWanted(i)) continue;
            wanted.set(i - frontier);
            int bit = bit(ids[i]);
            filter[bit >>> 6] |= 1L << (bit & 63);
        }
        if (wanted.isEmpty()) frontier = frontierEnd;
    }

    /// Who is held by nothing but what hangs on a root already need not be followed.
    private boolean isWanted(int node) {
        if (rooted[node]) return false;
        if (firstHeld[node] < 0) return true;
        for (int edge = firstHeld[node]; edge >= 0; edge = nextHeld[edge]) {
            if (!rooted[held[edge]]) return true;
        }
        return false;
    }

    /// After each pass.
    void endPass() {
        passes++;
        frontier = frontierEnd;
        frontierEnd = nodes;
    }

    private static int bit(long id) {
        return (int) (id * 0x9E37_79B9_7F4A_7C15L >>> 44) & FILTER_BITS - 1;
    }

    /// The node of the last step that has this id, or -1.
    private int sought(long id) {
        int bit = bit(id);
        if ((filter[bit >>> 6] & 1L << (bit & 63)) == 0) return -1;
        int node = indexOf.get(id);
        return node >= frontier && node < frontierEnd && wanted.get(node - frontier) ? node : -1;
    }

    @Override
    public void instance(long id, long classId, byte[] bytes, int at) {
        if (classId != lastClass) {
            lastClass = classId;
            lastIndex = model.classIndex(classId);
            lastLayout = lastIndex == LongIntMap.NONE ? null : model.layout(lastIndex);
        }
        if (lastLayout == null) return;
        int[] references = lastLayout.references();
        boolean wide = model.idSize() == 8;
        for (int i = 0; i < references.length; i++) {
            int place = at + references[i];
            long value = wide ? HprofBuffer.u8(bytes, place) : HprofBuffer.u4(bytes, place) & 0xffff_ffffL;
            if (value == 0) continue;
            int node = sought(value);
            if (node >= 0) addEdge(node, add(id, lastIndex, keyOf(bytes, at)), i);
        }
    }

    @Override
    public void objectArray(long id, long classId, int count, HprofBuffer in) throws IOException {
        for (int i = 0; i < count; i++) {
            long value = in.id();
            if (value == 0) continue;
            int node = sought(value);
            if (node >= 0) addEdge(node, add(id, -2 - model.classIndex(classId), 0), i);
        }
    }

    /// The key of an entry of a map; the variable of one of a thread's.
    private long keyOf(byte[] bytes, int at) {
        int offset = keyOffset[lastIndex];
        if (offset == -2) keyOffset[lastIndex] = offset = keyOffsetOf(lastLayout);
        if (offset < 0) return 0;
        return model.idSize() == 8
                ? HprofBuffer.u8(bytes, at + offset)
                : HprofBuffer.u4(bytes, at + offset) & 0xffff_ffffL;
    }

    private static int keyOffsetOf(@Nullable Layout type) {
        if (type == null) return -1;
        Slot key = type.find("key");
        if (key == null && type.isA("java.lang.ref.Reference")) key = type.find("referent");
        return key == null || key.type() != HprofClass.OBJECT ? -1 : key.offset();
    }

    private int add(long id, int type, long key) {
        int known = indexOf.get(id);
        if (known != LongIntMap.NONE) return known;
        if (nodes == ids.length) growNodes();
        int node = nodes++;
        indexOf.put(id, node);
        ids[node] = id;
        types[node] = type;
        keys[node] = key;
        firstHolder[node] = -1;
        firstHeld[node] = -1;
        if (isRoot(node)) rooted[node] = true;
        return node;
    }

    /// Whether it is kept for good. A class loader lives as long as its classes do.
    boolean isRoot(int node) {
        return model.isLastingRoot(ids[node])
                || types[node] >= 0 && model.layout(types[node]).isA("java.lang.ClassLoader");
    }

    /// The roots of a node, those on stacks included.
    List<HeapModel.Root> rootsOf(int node) {
        return model.rootsOf(ids[node]);
    }

    private void addEdge(int heldNode, int holderNode, int field) {
        if (heldNode == holderNode || edges >= MOST_EDGES) return;
        if (edges == holder.length) growEdges();
        int edge = edges++;
        holder[edge] = holderNode;
        held[edge] = heldNode;
        via[edge] = field;
        nextHolder[edge] = firstHolder[heldNode];
        firstHolder[heldNode] = edge;
        nextHeld[edge] = firstHeld[holderNode];
        firstHeld[holderNode] = edge;
        if (rooted[holderNode]) root(heldNode);
    }

    /// It hangs on a root, and so does all that it leads to.
    private void root(int node) {
        if (rooted[node]) return;
        int[] todo = {node};
        int count = 1;
        rooted[node] = true;
        while (count > 0) {
            int next = todo[--count];
            for (int edge = firstHeld[next]; edge >= 0; edge = nextHeld[edge]) {
                if (rooted[held[edge]]) continue;
                rooted[held[edge]] = true;
                if (count == todo.length) todo = Arrays.copyOf(todo, count * 2);
                todo[count++] = held[edge];
            }
        }
    }

    private void growNodes() {
        int size = ids.length * 2;
        ids = Arrays.copyOf(ids, size);
        types = Arrays.copyOf(types, size);
        keys = Arrays.copyOf(keys, size);
        firstHolder = Arrays.copyOf(firstHolder, size);
        firstHeld = Arrays.copyOf(firstHeld, size);
        rooted = Arrays.copyOf(rooted, size);
    }

    private void growEdges() {
        int size = holder.length * 2;
        holder = Arrays.copyOf(holder, size);
        held = Arrays.copyOf(held, size);
        via = Arrays.copyOf(via, size);
        nextHolder = Arrays.copyOf(nextHolder, size);
        nextHeld = Arrays.copyOf(nextHeld, size);
    }

    // ---------------------------------------------------------------- looking

    /// Whether the search was given up before it had come to an end.
    boolean isTooLarge() {
        return nodes >= MOST_NODES || edges >= MOST_EDGES || passes >= MOST_PASSES;
    }

    int node(long id) {
        return indexOf.get(id);
    }

    int count() {
        return nodes;
    }

    boolean isRooted(int node) {
        return rooted[node];
    }

    long id(int node) {
        return ids[node];
    }

    /// The class's index of an object; -1 for an array.
    int type(int node) {
        return types[node] < 0 ? -1 : types[node];
    }

    /// The class of an array's name, null for an object that is none.
    @Nullable
    String arrayType(int node, HeapModel names) {
        if (types[node] >= 0) return null;
        int index = -2 - types[node];
        return index < 0 ? "java.lang.Object[]" : names.layout(index).name();
    }

    /// The id of an entry's key, 0 where there is none.
    long key(int node) {
        return keys[node];
    }

    /// The first of the edges to a node from what holds it, -1 for none.
    int firstHolder(int node) {
        return firstHolder[node];
    }

    int nextHolder(int edge) {
        return nextHolder[edge];
    }

    int holder(int edge) {
        return holder[edge];
    }

    int held(int edge) {
        return held[edge];
    }

    /// A field, as a place among the class's references; of an array, the index.
    int via(int edge) {
        return via[edge];
    }
}
