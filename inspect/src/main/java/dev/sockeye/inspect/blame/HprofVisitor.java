package dev.sockeye.inspect.blame;

import java.io.IOException;

/// What a pass over a heap dump is told, in the file's order; what it does not care for it need not
/// read.
interface HprofVisitor {

    /// The text of a name.
    default void symbol(long id, byte[] utf8) {}

    /// A class by the serial number that frames have, and by the id that objects have.
    default void loadedClass(int serial, long id, long nameSymbol) {}

    /// A frame of a stack trace.
    default void frame(long id, long methodSymbol, long sourceSymbol, int classSerial, int line) {}

    /// A stack trace: frames from the innermost on.
    default void trace(int serial, int threadSerial, long[] frames) {}

    /// A garbage collection root.
    ///
    /// @param kind   the record's tag
    /// @param thread serial number of the thread that holds it, 0 if none does
    /// @param number of the frame in the thread's trace, or for a thread the serial number of its trace
    default void root(int kind, long id, int thread, int number) {}

    /// A class with its fields.
    default void classDump(HprofClass type) {}

    /// An object: its fields stand in the window from `at` on.
    default void instance(long id, long classId, byte[] bytes, int at) throws IOException {}

    /// An array of `count` ids, which stand next in the buffer.
    default void objectArray(long id, long classId, int count, HprofBuffer in) throws IOException {}

    /// An array of `count` values of a basic type, which stand next in the buffer.
    default void primitiveArray(long id, int type, int count, HprofBuffer in) throws IOException {}
}
