package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.NoSuchElementException;

/// The functions of the C library that are called, each of which notes `errno` in the memory that is its
/// first argument. Lengths and addresses of hot calls are plain longs, so that nothing is made for a call.
@SuppressWarnings("restricted") // this is the room for it
final class Libc {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final Linker.Option THIRD_VARIES = Linker.Option.firstVariadicArg(2);

    static final StructLayout CALL_STATE = LongCalls.CALL_STATE;
    static final VarHandle ERRNO_OF = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    static final MethodHandle WRITEV = plain("writev", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    static final MethodHandle FCNTL = variadic("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    static final MethodHandle POLL = plain("poll", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    static final MethodHandle EVENTFD = plain("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    static final MethodHandle BIND = plain("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    static final MethodHandle CONNECT = plain("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    static final MethodHandle LISTEN = plain("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    static final MethodHandle ACCEPT4 =
            plain("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    static final MethodHandle GETSOCKNAME =
            plain("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    static final MethodHandle SEND =
            plain("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    static final MethodHandle RECV =
            plain("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    static final MethodHandle SHUTDOWN = plain("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    static final MethodHandle GETSOCKOPT =
            plain("getsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    static final MethodHandle EXECVP = plain("execvp", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

    /// `syscall(number, int, int, address, int)`, for calls that older C libraries have no function for.
    static final MethodHandle SYSCALL_INTS = LINKER.downcallHandle(
            address("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT),
            ERRNO,
            Linker.Option.firstVariadicArg(1));

    private Libc() {}

    /// What a function returned, or `-errno`.
    static int result(int returned, MemorySegment callState) {
        return returned < 0 ? -(int) ERRNO_OF.get(callState, 0L) : returned;
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
        return LongCalls.address(memory, offset, length);
    }

    static MethodHandle plain(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(address(name), type, ERRNO);
    }

    /// A function whose arguments from the third on are `...` in C.
    private static MethodHandle variadic(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(address(name), type, ERRNO, THIRD_VARIES);
    }

    /// A function whose arguments from this one on, counted from 0, are `...` in C.
    static MethodHandle variadic(String name, int first, FunctionDescriptor type) {
        return LINKER.downcallHandle(address(name), type, ERRNO, Linker.Option.firstVariadicArg(first));
    }

    private static MemorySegment address(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new NoSuchElementException("the C library has no function " + name));
    }
}
