package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/// System calls, as they are: each returns what the kernel returned, or `-errno`.
/// [SystemCallException#check] makes an exception of that where one is wanted.
///
/// An instance has the memory that `errno` is noted in, so that nothing is allocated for a call: it is used
/// by one thread at a time. They are cheap; who calls often keeps one.
public final class SystemCalls {

    /// `open` flags and `fcntl` commands, of asm-generic/fcntl.h
    public static final int O_RDONLY = 0, O_RDWR = 2, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000;

    /// `fcntl` commands: the descriptor's flags, and the file's.
    public static final int F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4;

    /// The descriptor's flag: it is closed when the process becomes another program.
    public static final int FD_CLOEXEC = 1;

    private final MemorySegment callState = Arena.ofAuto().allocate(CallConvention.CALL_STATE);

    /// Calls for one thread at a time.
    public SystemCalls() {}

    /// Whether this is Linux: elsewhere no call may be made.
    public static boolean areThere() {
        return System.getProperty("os.name").equals("Linux");
    }

    /// Links the calls that every command makes, for which the JVM takes some thirty milliseconds: a command may have
    /// that done by another thread, while it looks at what it was asked for.
    public static void prepare() {
        if (areThere()) new SystemCalls().close(-1); // EBADF
    }

    // ---------------------------------------------------------------- files

    /// `open(2)`
    ///
    /// @return a file descriptor
    public int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return result((long) LongCalls.OPEN.invokeExact(
                    callState, arena.allocateFrom(path).address(), (long) flags, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `close(2)`
    public int close(int fd) {
        try {
            return result((long) LongCalls.CLOSE.invokeExact(callState, (long) fd, 0L, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `read(2)` into native memory.
    ///
    /// @return bytes, 0 at the end
    public int read(int fd, MemorySegment memory, long offset, int length) {
        long address = CallConvention.address(memory, offset, length);
        try {
            return result((long) LongCalls.READ.invokeExact(callState, (long) fd, address, (long) length, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// `write(2)` from native memory.
    ///
    /// @return bytes
    public int write(int fd, MemorySegment memory, long offset, int length) {
        long address = CallConvention.address(memory, offset, length);
        try {
            return result((long) LongCalls.WRITE.invokeExact(callState, (long) fd, address, (long) length, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// `writev(2)`: all pieces as one.
    ///
    /// @return bytes
    public int write(int fd, Pieces pieces) {
        try {
            return result((long) Libc.WRITEV.invokeExact(callState, fd, pieces.address(), pieces.count()));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        } finally {
            Reference.reachabilityFence(pieces);
        }
    }

    /// `ioctl(2)` with a number, or an address in it.
    public int ioctl(int fd, long request, long argument) {
        try {
            return result((long) LongCalls.IOCTL.invokeExact(callState, (long) fd, request, argument, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `ioctl(2)` with a structure in native memory.
    public int ioctl(int fd, long request, MemorySegment structure) {
        try {
            return ioctl(fd, request, CallConvention.address(structure, 0, structure.byteSize()));
        } finally {
            Reference.reachabilityFence(structure);
        }
    }

    /// `fcntl(2)`
    public int fcntl(int fd, int command, long argument) {
        try {
            return result((int) Libc.FCNTL.invokeExact(callState, fd, command, argument));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    // ---------------------------------------------------------------- waiting

    /// `poll(2)`; waits in the kernel, so the thread is a platform thread.
    ///
    /// @param milliseconds -1 for ever
    /// @return how many are ready
    public int poll(PollSet set, int milliseconds) {
        try {
            return result((int) Libc.POLL.invokeExact(callState, set.address(), (long) set.size(), milliseconds));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        } finally {
            Reference.reachabilityFence(set);
        }
    }

    /// `eventfd(2)`
    ///
    /// @return a file descriptor
    public int eventfd(int initial, int flags) {
        try {
            return result((int) Libc.EVENTFD.invokeExact(callState, initial, flags));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    // ---------------------------------------------------------------- sockets

    /// `socket(2)`
    ///
    /// @return a file descriptor
    public int socket(int domain, int type, int protocol) {
        try {
            return result((long)
                    LongCalls.SOCKET.invokeExact(callState, (long) domain, (long) type, (long) protocol, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `setsockopt(2)` with any value, in native memory.
    public int setOption(int fd, int level, int name, MemorySegment value) {
        try {
            long length = value.byteSize();
            return result((long) LongCalls.SETSOCKOPT.invokeExact(
                    callState, (long) fd, (long) level, (long) name, value.address(), length, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        } finally {
            Reference.reachabilityFence(value);
        }
    }

    // ---------------------------------------------------------------- namespaces and programs

    /// `unshare(2)`: of the calling thread alone, where it is about the network; of a process with several
    /// threads, as a JVM is, a user namespace is refused with EINVAL.
    public int unshare(int flags) {
        try {
            return result((long) LongCalls.UNSHARE.invokeExact(callState, (long) flags, 0L, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `setns(2)`: the calling thread moves into a namespace.
    public int setns(int fd, int type) {
        try {
            return result((long) LongCalls.SETNS.invokeExact(callState, (long) fd, (long) type, 0L, 0L, 0L, 0L));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// `execvp(3)`: this process becomes another program, with the same number, terminal, environment and
    /// open descriptors but those that are [#FD_CLOEXEC].
    ///
    /// @param command the program, looked up in `PATH`, and its arguments
    /// @return `-errno`; where all goes well it does not return
    public int exec(List<String> command) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment arguments = arena.allocate(ADDRESS, command.size() + 1L);
            for (int i = 0; i < command.size(); i++)
                arguments.setAtIndex(ADDRESS, i, arena.allocateFrom(command.get(i)));
            MemorySegment program = arguments.getAtIndex(ADDRESS, 0);
            return result((int) Libc.EXECVP.invokeExact(callState, program, arguments));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    // ---------------------------------------------------------------- what is common

    private int result(long returned) {
        return CallConvention.result(returned, callState);
    }

    /// A value of `JAVA_LONG`'s size, for structures of this package.
    static final long WORD = JAVA_LONG.byteSize();
}
