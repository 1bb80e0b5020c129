package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// A file system of the kernel's, mounted nowhere: `fsopen(2)` and `fsmount(2)` make it reachable by a
/// file descriptor, so that the machine's own mounts stay as they are, and it is gone with the process.
/// Linux 5.2.
final class DetachedMount implements AutoCloseable {

    /// None: what is wanted is mounted already.
    static final DetachedMount NONE = new DetachedMount(-1);

    /// System calls of the new way to mount have the same numbers on all machines.
    private static final long FSOPEN = 430, FSCONFIG = 431, FSMOUNT = 432;
    private static final int CLOSE_ON_EXEC = 1, FSCONFIG_CMD_CREATE = 6;

    private static final MethodHandle SYSCALL = Libc.variadic(
            "syscall",
            1,
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SYSCALL_OF_FD = Libc.variadic(
            "syscall",
            1,
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private final int fd;

    private DetachedMount(int fd) {
        this.fd = fd;
    }

    /// A file system of this type.
    ///
    /// @throws SystemCallException EPERM without `CAP_SYS_ADMIN`, ENODEV where the kernel has none
    static DetachedMount of(String type) throws SystemCallException {
        var calls = new SystemCalls();
        String what = "mount " + type;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment callState = arena.allocate(CallConvention.CALL_STATE);
            MemorySegment name = arena.allocateFrom(type);
            long opened = (long) SYSCALL.invokeExact(callState, FSOPEN, name, (long) CLOSE_ON_EXEC, 0L, 0L, 0);
            int context = SystemCallException.check(CallConvention.result(opened, callState), what);
            try {
                long created = (long)
                        SYSCALL_OF_FD.invokeExact(callState, FSCONFIG, context, (long) FSCONFIG_CMD_CREATE, 0L, 0L, 0);
                SystemCallException.check(CallConvention.result(created, callState), what);
                long mounted =
                        (long) SYSCALL_OF_FD.invokeExact(callState, FSMOUNT, context, (long) CLOSE_ON_EXEC, 0L, 0L, 0);
                return new DetachedMount(SystemCallException.check(CallConvention.result(mounted, callState), what));
            } finally {
                calls.close(context);
            }
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// Its uppermost folder.
    Path root() {
        return Path.of("/proc/self/fd/" + fd);
    }

    @Override
    public void close() {
        if (fd >= 0) new SystemCalls().close(fd);
    }
}
