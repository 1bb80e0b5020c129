package dev.sockeye.linux;

import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;
import java.util.Objects;

/// What all calls of the C library have in common, whatever their shape: where a function is, the memory that its
/// `errno` is noted in, what it returned, and where bytes are. It is apart from [Libc], whose many shapes take a
/// short command's time.
final class CallConvention {

    static final Linker LINKER = Linker.nativeLinker();

    /// Has a call note `errno` in the memory that is its first argument.
    static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    /// Of that memory.
    static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();

    private static final VarHandle ERRNO_OF = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private CallConvention() {}

    /// A function of the C library.
    static MemorySegment function(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new NoSuchElementException("the C library has no function " + name));
    }

    /// What a function returned, or `-errno`. Of an `int` that comes out of a register only the lower half counts, and
    /// no length that is asked for here needs the upper one.
    static int result(long returned, MemorySegment callState) {
        int value = (int) returned;
        return value < 0 ? -(int) ERRNO_OF.get(callState, 0L) : value;
    }

    /// The handles throw nothing of their own.
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof Error error) throw error;
        return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
    }

    /// Where bytes are that the kernel is to read or write.
    ///
    /// @throws IndexOutOfBoundsException if they are not all within the memory
    static long address(MemorySegment memory, long offset, long length) {
        if (!memory.isNative()) throw new IllegalArgumentException("memory of the heap cannot be passed to the kernel");
        Objects.checkFromIndexSize(offset, length, memory.byteSize());
        return memory.address() + offset;
    }
}
