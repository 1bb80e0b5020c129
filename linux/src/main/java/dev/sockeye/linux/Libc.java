package dev.sockeye.linux;

import static dev.sockeye.linux.CallConvention.ERRNO;
import static dev.sockeye.linux.CallConvention.LINKER;
import static dev.sockeye.linux.CallConvention.function;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/// The functions of the C library that are called, each of which notes `errno` in the memory that is its
/// first argument. Lengths and addresses of hot calls are plain longs, so that nothing is made for a call.
@SuppressWarnings("restricted") // this is the room for it
final class Libc {

    static final MethodHandle WRITEV = plain("writev", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    static final MethodHandle FCNTL =
            variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
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
    static final MethodHandle SYSCALL_INTS = variadic(
            "syscall", 1, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));

    private Libc() {}

    static MethodHandle plain(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(function(name), type, ERRNO);
    }

    /// A function whose arguments from this one on, counted from 0, are `...` in C.
    static MethodHandle variadic(String name, int first, FunctionDescriptor type) {
        return LINKER.downcallHandle(function(name), type, ERRNO, Linker.Option.firstVariadicArg(first));
    }
}
