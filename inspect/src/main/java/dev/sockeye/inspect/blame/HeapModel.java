package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.blame.HprofClass.Layout;
import dev.sockeye.inspect.blame.HprofClass.Slot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the first pass over a heap dump keeps: names, classes, stack traces and roots, which is little;
/// none of the objects.
final class HeapModel implements HprofVisitor {

    /// A root that the format does not have: a static field.
    static final int STATIC_FIELD = 0x100;

    /// Something that keeps an object alive.
    ///
    /// @param kind   a tag of the format, or [#STATIC_FIELD]
    /// @param object the id of what it keeps
    /// @param thread the thread's serial number; of a static field, the class's index
    /// @param number of the frame; of a thread, its trace; of a static field, its place in the class
    /// @param next   another root of the same object, as an index; -1 for none
    record Root(int kind, long object, int thread, int number, int next) {

        /// Whether it is on a thread's stack.
        boolean isVariable() {
            return kind == HprofReader.JAVA_FRAME || kind == HprofReader.JNI_LOCAL || kind == HprofReader.NATIVE_STACK;
        }
    }

    /// A frame of a stack trace, as it is shown.
    private record Frame(long methodSymbol, long sourceSymbol, int classSerial, int line) {}

    private final LongIntMap symbolAt = new LongIntMap();
    private byte[] symbols = new byte[1 << 16];
    private int symbolsEnd = 1;

    private final Map<Long, Long> nameOfClass = new HashMap<>();
    private final Map<Integer, Long> classOfSerial = new HashMap<>();
    private final LongIntMap indexOfClass = new LongIntMap();
    private final List<HprofClass> classes = new ArrayList<>();
    private final List<@Nullable Layout> layouts = new ArrayList<>();

    private final LongIntMap frameAt = new LongIntMap();
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Integer, long[]> traces = new HashMap<>();
    private final Map<Integer, Root> threads = new HashMap<>();

    private final LongIntMap firstRoot = new LongIntMap();
    private final List<Root> roots = new ArrayList<>();

    private int idSize = 8;

    void idSize(int bytes) {
        idSize = bytes;
    }

    int idSize() {
        return idSize;
    }

    // ---------------------------------------------------------------- what the pass tells

    @Override
    public void symbol(long id, byte[] utf8) {
        int needed = symbolsEnd + 4 + utf8.length;
        if (needed > symbols.length) symbols = Arrays.copyOf(symbols, Math.max(needed, symbols.length * 2));
        symbolAt.put(id, symbolsEnd);
        for (int i = 0; i < 4; i++) symbols[symbolsEnd + i] = (byte) (utf8.length >>> 24 - 8 * i);
        System.arraycopy(utf8, 0, symbols, symbolsEnd + 4, utf8.length);
        symbolsEnd = needed;
    }

    @Override
    public void loadedClass(int serial, long id, long nameSymbol) {
        nameOfClass.put(id, nameSymbol);
        classOfSerial.put(serial, id);
    }

    @Override
    public void frame(long id, long methodSymbol, long sourceSymbol, int classSerial, int line) {
        frameAt.put(id, frames.size());
        frames.add(new Frame(methodSymbol, sourceSymbol, classSerial, line));
    }

    @Override
    public void trace(int serial, int threadSerial, long[] ids) {
        traces.put(serial, ids);
    }

    @Override
    public void root(int kind, long id, int thread, int number) {
        // A class that is not unloaded keeps nothing that its static fields do not keep, and who holds
        // a monitor has the object on its stack.
        if (kind == HprofReader.STICKY_CLASS || kind == HprofReader.MONITOR_USED) return;
        Root root = addRoot(kind, id, thread, number);
        if (kind == HprofReader.THREAD_OBJECT) threads.put(thread, root);
    }

    private Root addRoot(int kind, long id, int thread, int number) {
        Root root = new Root(kind, id, thread, number, firstRoot.get(id));
        firstRoot.put(id, roots.size());
        roots.add(root);
        return root;
    }

    @Override
    public void classDump(HprofClass type) {
        int index = classes.size();
        indexOfClass.put(type.id(), index);
        classes.add(type);
        layouts.add(null);
        for (int i = 0; i < type.statics().size(); i++) {
            long value = type.statics().get(i).value();
            if (value != 0) addRoot(STATIC_FIELD, value, index, i);
        }
    }

    // ---------------------------------------------------------------- names

    String name(long symbol) {
        int at = symbolAt.get(symbol);
        if (at == LongIntMap.NONE) return "?";
        return new String(symbols, at + 4, HprofBuffer.u4(symbols, at), StandardCharsets.UTF_8);
    }

    /// A class's name as in Java; `?` if the dump does not tell it.
    String className(long id) {
        Long symbol = nameOfClass.get(id);
        return symbol == null ? "?" : name(symbol).replace('/', '.');
    }

    // ---------------------------------------------------------------- classes

    /// The class's index, [LongIntMap#NONE] for one that the dump does not describe.
    int classIndex(long id) {
        return indexOfClass.get(id);
    }

    int classCount() {
        return classes.size();
    }

    /// How the objects of a class are laid out.
    Layout layout(int index) {
        Layout known = layouts.get(index);
        if (known != null) return known;
        HprofClass type = classes.get(index);
        int superIndex = type.superId() == 0 ? LongIntMap.NONE : classIndex(type.superId());
        Layout superclass = superIndex == LongIntMap.NONE ? null : layout(superIndex);
        Layout made = new Laying(type, superclass).layout();
        layouts.set(index, made);
        return made;
    }

    private final class Laying {

        private final HprofClass type;
        private final @Nullable Layout superclass;
        private final String className;
        private final List<Slot> slots = new ArrayList<>();
        private final List<Slot> references = new ArrayList<>();
        private int offset;

        Laying(HprofClass type, @Nullable Layout superclass) {
            this.type = type;
            this.superclass = superclass;
            className = className(type.id());
        }

        Layout layout() {
            for (HprofClass.Field field : type.fields()) {
                Slot slot = new Slot(name(field.nameSymbol()), field.type(), offset);
                slots.add(slot);
                if (keepsAlive(slot)) references.add(slot);
                offset += HprofClass.size(field.type(), idSize);
            }
            int own = references.size();
            int inherited = superclass == null ? 0 : superclass.references().length;
            int[] offsets = new int[own + inherited];
            String[] names = new String[own + inherited];
            Layout[] declaring = new Layout[own + inherited];
            for (int i = 0; i < own; i++) {
                offsets[i] = references.get(i).offset();
                names[i] = references.get(i).name();
            }
            if (superclass != null) {
                for (int i = 0; i < inherited; i++) {
                    offsets[own + i] = superclass.references()[i] + offset;
                    names[own + i] = superclass.names()[i];
                    declaring[own + i] = superclass.declaring()[i];
                }
                for (Slot slot : superclass.all())
                    slots.add(new Slot(slot.name(), slot.type(), slot.offset() + offset));
            }
            Layout layout = new Layout(className, superclass, offsets, names, declaring, List.copyOf(slots));
            Arrays.fill(declaring, 0, own, layout);
            return layout;
        }

        /// What a reference object refers to weakly, softly or as a phantom is not kept alive by it.
        private boolean keepsAlive(Slot slot) {
            if (slot.type() != HprofClass.OBJECT) return false;
            return !className.equals("java.lang.ref.Reference")
                    || !slot.name().equals("referent") && !slot.name().equals("discovered");
        }
    }

    /// The static field that a root is: `com.acme.Pool.ALL`.
    String staticField(Root root) {
        HprofClass type = classes.get(root.thread);
        return className(type.id()) + "." + name(type.statics().get(root.number).nameSymbol());
    }

    // ---------------------------------------------------------------- roots

    /// Whether something keeps it alive that lasts: any root but a variable of a thread, which may be
    /// one that the thread has done with, and the next line overwrites.
    boolean isLastingRoot(long object) {
        for (int i = firstRoot.get(object); i >= 0; i = roots.get(i).next) {
            if (!roots.get(i).isVariable()) return true;
        }
        return false;
    }

    /// All that keeps this very object alive from outside of the heap.
    List<Root> rootsOf(long object) {
        List<Root> found = new ArrayList<>();
        for (int i = firstRoot.get(object); i >= 0; i = roots.get(i).next) found.add(roots.get(i));
        return found;
    }

    /// The thread's object; 0 if it is not told.
    long threadObject(int serial) {
        Root thread = threads.get(serial);
        return thread == null ? 0 : thread.object;
    }

    /// The frames of a thread from the innermost on, each with its class's name.
    List<StackTraceElement> framesOf(int threadSerial) {
        Root thread = threads.get(threadSerial);
        long[] ids = thread == null ? null : traces.get(thread.number);
        if (ids == null) return List.of();
        List<StackTraceElement> shown = new ArrayList<>(ids.length);
        for (long id : ids) {
            int at = frameAt.get(id);
            if (at == LongIntMap.NONE) continue;
            Frame frame = frames.get(at);
            Long type = classOfSerial.get(frame.classSerial);
            String source = frame.sourceSymbol == 0 ? null : name(frame.sourceSymbol);
            shown.add(new StackTraceElement(
                    type == null ? "?" : className(type), name(frame.methodSymbol), source, frame.line));
        }
        return shown;
    }
}
