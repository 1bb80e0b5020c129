package dev.sockeye.inspect.openings;

import java.io.FileDescriptor;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Notes where each socket of this JVM was opened. It is loaded by the boot loader, so that the JDK's
/// own classes can call it; it holds no socket alive, and never throws.
public final class Openings {

    /// The system property that says that it is here, and where its jar was.
    public static final String PROPERTY = "dev.sockeye.openings";

    /// More sockets than this at once are not noted: some hundred megabytes of stacks help nobody.
    private static final int MOST = 100_000;

    private static final int MOST_FRAMES = 64;

    private static final Map<Key, Opening> OPENED = new ConcurrentHashMap<>();
    private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();

    private Openings() {}

    /// The place of an opening: the stack is kept as the JVM has it, and written out only when somebody
    /// asks.
    private record Opening(Throwable stack, String thread, long millis) {}

    /// A socket, by its identity.
    private static final class Key extends WeakReference<Object> {

        private final int hash;

        Key(Object socket, @Nullable ReferenceQueue<Object> queue) {
            super(socket, queue);
            hash = System.identityHashCode(socket);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // it is about identity
        public boolean equals(@Nullable Object other) {
            return this == other || other instanceof Key key && get() != null && get() == key.get();
        }
    }

    /// Called by the JDK's sockets at the end of their constructors.
    public static void opened(Object socket) {
        try {
            for (Object gone = GONE.poll(); gone != null; gone = GONE.poll()) OPENED.remove(gone);
            if (OPENED.size() >= MOST || OPENED.containsKey(new Key(socket, null))) return;
            Thread thread = Thread.currentThread();
            OPENED.put(
                    new Key(socket, GONE), new Opening(new Throwable(), thread.getName(), System.currentTimeMillis()));
        } catch (Throwable ignored) {
            // Whatever it is, it is not the program's affair.
        }
    }

    /// Forgets everything.
    public static void clear() {
        OPENED.clear();
    }

    /// A line for each socket that is open: descriptor, time, thread and frames, with tabs between
    /// them.
    public static String report() {
        var text = new StringBuilder();
        OPENED.forEach((key, opening) -> {
            Object socket = key.get();
            int fd = socket == null ? -1 : descriptor(socket);
            if (fd < 0) return;
            text.append(fd).append('\t').append(opening.millis).append('\t');
            text.append(opening.thread.replace('\t', ' ').replace('\n', ' '));
            int count = 0;
            for (StackTraceElement frame : opening.stack.getStackTrace()) {
                if (frame.getClassName().equals(Openings.class.getName())) continue;
                if (count++ == MOST_FRAMES) break;
                text.append('\t').append(frame.getClassName()).append('\b').append(frame.getMethodName());
                text.append('\b').append(frame.getFileName()).append('\b').append(frame.getLineNumber());
            }
            text.append('\n');
        });
        return text.toString();
    }

    /// The number of the socket's descriptor; -1 if it is closed, or not open yet.
    private static int descriptor(Object socket) {
        try {
            Object fd = field(socket.getClass(), "fd").get(socket);
            if (!(fd instanceof FileDescriptor descriptor)) return -1;
            return descriptor.valid() ? field(FileDescriptor.class, "fd").getInt(descriptor) : -1;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return -1;
        }
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!field.getName().equals(name)) continue;
                field.setAccessible(true);
                return field;
            }
        }
        throw new NoSuchFieldException(name);
    }
}
