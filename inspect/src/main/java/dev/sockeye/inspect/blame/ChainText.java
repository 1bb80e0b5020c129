package dev.sockeye.inspect.blame;

import dev.sockeye.inspect.blame.HeapChain.Grip;
import dev.sockeye.inspect.blame.HeapChains.Chain;
import dev.sockeye.inspect.blame.HprofClass.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A chain as a person would tell it: a step for each field of the program's own classes, and what the
/// JDK's classes do in between as an addition to the step before them - the key that a map has it
/// under, the index in a list.
final class ChainText {

    private static final Set<String> LISTS =
            Set.of("ArrayList", "Vector", "Stack", "CopyOnWriteArrayList", "ListN", "SubList");

    /// By which the entries of a map hang together.
    private static final Set<String> LINKS = Set.of("next", "before", "after", "left", "right", "parent", "prev");

    private static final String THREAD_LOCAL = "java.lang.ThreadLocal$ThreadLocalMap$Entry";

    private final HeapModel model;
    private final HeapCone cone;
    private final HeapFacts facts;
    private final Chain chain;
    private final List<String> steps = new ArrayList<>();
    private int innermost;
    private boolean isInCollection;
    private int at;

    ChainText(HeapModel model, HeapCone cone, HeapFacts facts, Chain chain) {
        this.model = model;
        this.cone = cone;
        this.facts = facts;
        this.chain = chain;
    }

    /// Notes what has to be known to tell it.
    void ask() {
        for (int node : chain.nodes()) facts.want(cone.key(node));
        HeapModel.Root root = chain.root();
        if (root == null || root.kind() == HeapModel.STATIC_FIELD) return;
        facts.want(model.threadObject(root.thread()));
    }

    HeapChain tell(int fd) {
        var step = new StringBuilder(start());
        while (true) {
            if (throughJdk(step)) {
                innermost = steps.size();
                isInCollection = true;
            }
            steps.add(step.toString());
            if (at == chain.via().length) break;
            step = new StringBuilder(field());
            at++;
        }
        // A thread by itself says little: its task's field does.
        if (innermost == 0 && steps.size() > 1 && steps.getFirst().startsWith("thread \"")) innermost = 1;
        return new HeapChain(fd, Grip.HELD, steps.get(innermost), steps, List.of());
    }

    /// Whether it is in a collection that was told of: who has the collection in hand need not have the socket.
    boolean isInCollection() {
        return isInCollection;
    }

    // ---------------------------------------------------------------- where it begins

    private String start() {
        HeapModel.Root root = chain.root();
        if (root == null) return "class loader " + Jdk.written(className(0));
        return switch (root.kind()) {
            case HeapModel.STATIC_FIELD -> "static " + Jdk.written(model.staticField(root));
            case HprofReader.JAVA_FRAME, HprofReader.JNI_LOCAL -> variable(root);
            case HprofReader.THREAD_OBJECT -> ofThread(root);
            case HprofReader.NATIVE_STACK, HprofReader.THREAD_BLOCK -> thread(root.thread());
            case HprofReader.JNI_GLOBAL -> "native code (a JNI global reference)";
            default -> "the JVM itself";
        };
    }

    private String thread(int serial) {
        long object = model.threadObject(serial);
        String name = facts.text(object);
        String kind = "java.lang.VirtualThread".equals(facts.type(object)) ? "virtual thread" : "thread";
        return name == null || name.isEmpty() ? "a " + kind + " without a name" : kind + " \"" + name + "\"";
    }

    /// A frame of the JDK's is no variable of the program's: the program has called it.
    private String variable(HeapModel.Root root) {
        List<StackTraceElement> frames = model.framesOf(root.thread());
        int number = root.number();
        if (number < 0 || number >= frames.size()) return "local variable of " + thread(root.thread());
        StackTraceElement frame = frames.get(number);
        if (!Jdk.isJdk(frame.getClassName()))
            return "local variable of " + thread(root.thread()) + " in " + Jdk.line(frame);
        StackTraceElement caller = Jdk.firstOfProgram(frames.subList(number, frames.size()));
        return caller == null
                ? thread(root.thread()) + " in " + Jdk.line(frame)
                : thread(root.thread()) + " in a call of the JDK at " + Jdk.line(caller);
    }

    private String ofThread(HeapModel.Root root) {
        for (int i = 0; i < chain.via().length && isOfJdk(i); i++) {
            if (!className(i).equals(THREAD_LOCAL)) continue;
            at = i + 1;
            return "thread local variable" + variableName(cone.key(chain.nodes()[i])) + " of " + thread(root.thread());
        }
        while (at < chain.via().length && className(at).startsWith("java.lang.")) at++;
        return thread(root.thread());
    }

    /// The variable's name is that of a static field, as a rule.
    private String variableName(long object) {
        for (HeapModel.Root root : model.rootsOf(object)) {
            if (root.kind() == HeapModel.STATIC_FIELD) return " " + Jdk.written(model.staticField(root));
        }
        String type = facts.type(object);
        return type == null || Jdk.isJdk(type) ? "" : " of class " + Jdk.written(type);
    }

    // ---------------------------------------------------------------- what lies in between

    private String className(int index) {
        int node = chain.nodes()[index];
        String array = cone.arrayType(node, model);
        return array == null ? model.layout(cone.type(node)).name() : array;
    }

    private boolean isArray(int index) {
        return cone.arrayType(chain.nodes()[index], model) != null;
    }

    private boolean isOfJdk(int index) {
        return isArray(index) || Jdk.isJdk(className(index));
    }

    /// Goes on to the next object of the program's own, or to the socket, and adds what was passed to
    /// the step.
    ///
    /// @return whether it was a collection
    private boolean throughJdk(StringBuilder step) {
        List<String> notes = new ArrayList<>();
        String collection = null;
        String other = null;
        for (; at < chain.via().length && isOfJdk(at); at++) {
            String name = className(at);
            String simple = Jdk.simpleName(name);
            if (isArray(at)) {
                int index = chain.via()[at];
                if (collection == null && notes.isEmpty() && other == null) {
                    step.append('[').append(index).append(']');
                } else if (collection != null && LISTS.contains(collection)) {
                    notes.add(collection + " index " + index);
                    collection = null;
                }
            } else if (!name.startsWith("java.util.")) {
                if (other == null) other = simple;
            } else if (cone.key(chain.nodes()[at]) != 0) {
                if (LINKS.contains(fieldName(at))) continue;
                String map = collection == null ? simple : collection;
                boolean isSet = fieldName(at).equals("key");
                notes.add(isSet ? map : map + " key " + facts.value(cone.key(chain.nodes()[at])));
                collection = null;
            } else if (collection == null && isCollection(name)) {
                collection = simple;
            }
        }
        boolean found = !notes.isEmpty() || collection != null;
        if (collection != null) notes.add(collection);
        boolean isOnTheWay = at < chain.via().length;
        if (notes.isEmpty() && other != null && isOnTheWay) notes.add(other);
        if (!notes.isEmpty()) step.append(" (").append(String.join(", ", notes)).append(')');
        return found || step.charAt(step.length() - 1) == ']';
    }

    /// The outermost is what the program has made; what it consists of, and what it is wrapped in, is
    /// not told.
    private static boolean isCollection(String name) {
        return !name.contains("$") || name.startsWith("java.util.ImmutableCollections$");
    }

    private String fieldName(int index) {
        Layout type = model.layout(cone.type(chain.nodes()[index]));
        return type.names()[chain.via()[index]];
    }

    private String field() {
        Layout type = model.layout(cone.type(chain.nodes()[at]));
        String owner = type.declaring()[chain.via()[at]].name();
        String name = type.names()[chain.via()[at]];
        if (owner.contains("$$Lambda")) return "variable captured by a lambda of " + Jdk.written(owner);
        if (name.startsWith("val$")) return "variable " + name.substring(4) + " captured by " + Jdk.written(owner);
        return Jdk.written(owner) + "." + name;
    }
}
