package dev.sockeye.inspect.blame;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// The format of the JVM's heap dumps, "JAVA PROFILE 1.0.2", from front to back: records of a tag, a
/// time, a length and a body; in those of the heap records without a length, one for each root, class,
/// object and array. Described in the JDK's sources in `heapDumper.cpp`; there is no other description.
final class HprofReader {

    private static final int SYMBOL = 0x01, LOAD_CLASS = 0x02, FRAME = 0x04, TRACE = 0x05;
    private static final int HEAP_DUMP = 0x0c, HEAP_DUMP_SEGMENT = 0x1c;
    private static final int CLASS = 0x20, INSTANCE = 0x21, OBJECT_ARRAY = 0x22, PRIMITIVE_ARRAY = 0x23;

    // Roots.
    static final int JNI_GLOBAL = 0x01,
            JNI_LOCAL = 0x02,
            JAVA_FRAME = 0x03,
            NATIVE_STACK = 0x04,
            STICKY_CLASS = 0x05,
            THREAD_BLOCK = 0x06,
            MONITOR_USED = 0x07,
            THREAD_OBJECT = 0x08,
            UNKNOWN = 0xff;

    private final HprofBuffer in;
    private final HprofVisitor visitor;
    private final LongConsumer progress;

    private HprofReader(FileChannel file, HprofVisitor visitor, LongConsumer progress) {
        in = new HprofBuffer(file);
        this.visitor = visitor;
        this.progress = progress;
    }

    /// Tells the visitor all that is in the dump.
    ///
    /// @param progress is given the place in the file now and then
    /// @return bytes of an object's id
    /// @throws IOException if it is no heap dump, or not a whole one
    static int read(FileChannel file, HprofVisitor visitor, LongConsumer progress) throws IOException {
        return new HprofReader(file, visitor, progress).read();
    }

    private int read() throws IOException {
        var name = new StringBuilder();
        for (int c = in.u1(); c != 0 && name.length() < 30; c = in.u1()) name.append((char) c);
        if (!name.toString().startsWith("JAVA PROFILE 1.0.")) throw new IOException("this is no heap dump of a JVM");
        in.idSize(in.u4());
        in.skip(8); // when it was made
        while (in.hasMore()) {
            int tag = in.u1();
            in.skip(4);
            long end = (in.u4() & 0xffff_ffffL) + in.position();
            record(tag, end);
            in.goTo(end);
            progress.accept(end);
        }
        return in.idSize();
    }

    private void record(int tag, long end) throws IOException {
        switch (tag) {
            case SYMBOL -> visitor.symbol(in.id(), in.take((int) (end - in.position())));
            case LOAD_CLASS -> {
                int serial = in.u4();
                long id = in.id();
                in.skip(4);
                visitor.loadedClass(serial, id, in.id());
            }
            case FRAME -> {
                long id = in.id();
                long method = in.id();
                in.id(); // its signature
                visitor.frame(id, method, in.id(), in.u4(), in.u4());
            }
            case TRACE -> {
                int serial = in.u4();
                int thread = in.u4();
                long[] frames = new long[in.u4()];
                for (int i = 0; i < frames.length; i++) frames[i] = in.id();
                visitor.trace(serial, thread, frames);
            }
            case HEAP_DUMP, HEAP_DUMP_SEGMENT -> heap(end);
            default -> {
                // What is told about CPUs and allocations is of no interest here.
            }
        }
    }

    private void heap(long end) throws IOException {
        long reported = in.position();
        while (in.position() < end) {
            int tag = in.u1();
            switch (tag) {
                case INSTANCE -> instance();
                case OBJECT_ARRAY -> objectArray();
                case PRIMITIVE_ARRAY -> primitiveArray();
                case CLASS -> classDump();
                default -> root(tag);
            }
            if (in.position() - reported > 1 << 24) {
                reported = in.position();
                progress.accept(reported);
            }
        }
    }

    private void root(int tag) throws IOException {
        long id = in.id();
        switch (tag) {
            case UNKNOWN, STICKY_CLASS, MONITOR_USED -> visitor.root(tag, id, 0, 0);
            case JNI_GLOBAL -> {
                in.id();
                visitor.root(tag, id, 0, 0);
            }
            case JNI_LOCAL, JAVA_FRAME, THREAD_OBJECT -> visitor.root(tag, id, in.u4(), in.u4());
            case NATIVE_STACK, THREAD_BLOCK -> visitor.root(tag, id, in.u4(), 0);
            default ->
                throw new IOException("the heap dump has a record of an unknown kind, " + tag + ", at byte "
                        + (in.position() - in.idSize() - 1));
        }
    }

    private void instance() throws IOException {
        long id = in.id();
        in.skip(4);
        long type = in.id();
        int length = in.u4();
        in.need(length);
        visitor.instance(id, type, in.bytes(), in.at());
        in.skip(length);
    }

    private void objectArray() throws IOException {
        long id = in.id();
        in.skip(4);
        int count = in.u4();
        long type = in.id();
        long end = in.position() + (long) count * in.idSize();
        visitor.objectArray(id, type, count, in);
        in.goTo(end);
    }

    private void primitiveArray() throws IOException {
        long id = in.id();
        in.skip(4);
        int count = in.u4();
        int type = in.u1();
        long end = in.position() + (long) count * HprofClass.size(type, in.idSize());
        visitor.primitiveArray(id, type, count, in);
        in.goTo(end);
    }

    private void classDump() throws IOException {
        long id = in.id();
        in.skip(4);
        long superId = in.id();
        in.skip(5L * in.idSize() + 4); // loader, signers, protection domain, two reserved, size
        for (int i = in.u2(); i > 0; i--) { // constants
            in.skip(2);
            in.skip(HprofClass.size(in.u1(), in.idSize()));
        }
        List<HprofClass.Static> statics = new ArrayList<>();
        for (int i = in.u2(); i > 0; i--) {
            long name = in.id();
            int type = in.u1();
            if (type == HprofClass.OBJECT) statics.add(new HprofClass.Static(name, in.id()));
            else in.skip(HprofClass.size(type, in.idSize()));
        }
        List<HprofClass.Field> fields = new ArrayList<>();
        for (int i = in.u2(); i > 0; i--) fields.add(new HprofClass.Field(in.id(), in.u1()));
        visitor.classDump(new HprofClass(id, superId, List.copyOf(fields), List.copyOf(statics)));
    }
}
