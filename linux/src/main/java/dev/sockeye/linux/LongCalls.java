package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/// Functions of the C library that short commands call too, all of one shape: six long numbers in, one out. A JVM
/// spends some ten milliseconds on each shape that it meets, and next to nothing on the next function of it.
///
/// The first six arguments of a call are in registers of 64 bits on every 64-bit Linux, whether an `int`, a length or
/// an address: what a function does not take it does not look at. Of an `int` that comes out only the lower half
/// counts.
@SuppressWarnings("restricted") // this is the room for it
final class LongCalls {

    private static final MethodHandle SHAPE = CallConvention.LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            CallConvention.ERRNO);

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

    /// A function of the C library, which takes whole numbers and addresses only, six at most.
    static MethodHandle function(String name) {
        return SHAPE.bindTo(CallConvention.function(name));
    }
}
