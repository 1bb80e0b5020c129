package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;
import java.util.Objects;

/// Functions of the C library that short commands call too, all of one shape: six long numbers in, one out. A JVM
/// spends some ten milliseconds on each shape that it meets, and next to nothing on the next function of it.
///
/// The first six arguments of a call are in registers of 64 bits on every 64-bit Linux, whether an `int`, a length or
/// an
/// address: what a function does not take it does not look at. Of an `int` that comes out only the lower half counts.
@SuppressWarnings("restricted") // this is the room for it
final class LongCalls {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final MethodHandle SHAPE = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), ERRNO);

    static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_OF = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    static final MethodHandle OPEN = function("open");
    static final MethodHandle CLOSE = function("close");
    static final MethodHandle READ = function("read");
    static final MethodHandle WRITE = function("write");
    static final MethodHandle IOCTL = function("ioctl");
    static final MethodHandle SOCKET = function("socket");
    static final MethodHandle SETSOCKOPT = function("setsockopt");
    static final MethodHandle UNSHARE = function("unshare");
    static final MethodHandle SETNS = function("setns");

    private LongCalls() {}

    /// What a function returned, or `-errno`.
    static int result(long returned, MemorySegment callState) {
        int value = (int) returned;
        return value < 0 ? -(int) ERRNO_OF.get(callState, 0L) : value;
    }

    /// Where bytes are that the kernel is to read or write.
    ///
    /// @throws IndexOutOfBoundsException if they are not all within the memory
    static long address(MemorySegment memory, long offset, long length) {
        if (!memory.isNative()) throw new IllegalArgumentException("memory of the heap cannot be passed to the kernel");
        Objects.checkFromIndexSize(offset, length, memory.byteSize());
        return memory.address() + offset;
    }

    /// A function of the C library, which takes whole numbers and addresses only, six at most.
    static MethodHandle function(String name) {
        MemorySegment address = LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new NoSuchElementException("the C library has no function " + name));
        return SHAPE.bindTo(address);
    }
}
