package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A folder of a process's descriptors, `/proc/PID/fd` (proc(5)), read by `getdents64(2)` and `readlinkat(2)`: a
/// machine
/// may have 500 000 of them, and making a path of each takes longer than asking the kernel. Used by one thread.
@SuppressWarnings("restricted") // this is the room for it
public final class DescriptorFolder implements AutoCloseable {

    private static final int O_DIRECTORY = 0x10000;

    /// `struct linux_dirent64`: where the entry's length and its name are.
    private static final int RECORD_LENGTH = 16, NAME = 19;
    private static final int ENTRIES = 1 << 15, TARGET = 64;

    /// `socket:[`, as a little-endian number.
    private static final long PREFIX = 0x5b3a_7465_6b63_6f73L;

    private static final @Nullable MethodHandle GETDENTS = find("getdents64");
    private static final @Nullable MethodHandle READLINKAT = find("readlinkat");

    private final SystemCalls calls = new SystemCalls();
    private final MemorySegment callState = Arena.ofAuto().allocate(CallConvention.CALL_STATE);
    private final MemorySegment memory = Arena.ofAuto().allocate(ENTRIES + TARGET, 8);
    private final ByteBuffer bytes = memory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    private int fd = -1;
    private int at;
    private int end;
    private int number;

    /// One that is nowhere yet.
    public DescriptorFolder() {}

    private static @Nullable MethodHandle find(String function) {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find(function).orElse(MemorySegment.NULL);
        if (address.equals(MemorySegment.NULL)) return null;
        // the shape of LongCalls: it costs nothing more
        FunctionDescriptor six =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        return linker.downcallHandle(six, Linker.Option.captureCallState("errno"))
                .bindTo(address);
    }

    /// Whether this C library and this machine have what it takes; others read paths.
    public static boolean isThere() {
        return GETDENTS != null && READLINKAT != null && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    /// Goes to a folder, and leaves the one before.
    ///
    /// @throws SystemCallException ENOENT if the process has ended, EACCES if it may not be looked into
    public void open(String path) throws SystemCallException {
        close();
        int flags = SystemCalls.O_RDONLY | SystemCalls.O_CLOEXEC | O_DIRECTORY;
        fd = SystemCallException.check(calls.open(path, flags), "open " + path);
        at = 0;
        end = 0;
    }

    /// Goes to the next descriptor that is a socket's.
    ///
    /// @return the socket's inode number; 0 behind the last one
    /// @throws SystemCallException if the process ends meanwhile
    public long nextSocket() throws SystemCallException {
        while (true) {
            if (at == end && !fill()) return 0;
            int entry = at;
            at += bytes.getShort(entry + RECORD_LENGTH) & 0xffff;
            long inode = socketOf(entry + NAME);
            if (inode != 0) return inode;
        }
    }

    /// The number of the descriptor that [#nextSocket] went to.
    public int number() {
        return number;
    }

    private boolean fill() throws SystemCallException {
        end = SystemCallException.check(call(GETDENTS, memory.address(), ENTRIES, 0), "list descriptors");
        at = 0;
        return end > 0;
    }

    /// @param name where the descriptor's name begins, and ends with a zero
    private long socketOf(int name) {
        int parsed = 0;
        int digit = bytes.get(name);
        if (digit < '0' || digit > '9') return 0; // `.` and `..`
        for (int i = name + 1; digit != 0; digit = bytes.get(i++)) parsed = parsed * 10 + digit - '0';
        number = parsed;
        int length = call(READLINKAT, memory.address() + name, memory.address() + ENTRIES, TARGET);
        if (length <= Long.BYTES || bytes.getLong(ENTRIES) != PREFIX)
            return 0; // of something else, or closed meanwhile
        long inode = 0;
        for (int i = ENTRIES + Long.BYTES; i < ENTRIES + length - 1; i++) inode = inode * 10 + bytes.get(i) - '0';
        return inode;
    }

    private int call(@Nullable MethodHandle function, long second, long third, long fourth) {
        if (function == null) throw new UnsupportedOperationException("the C library has no such function");
        try {
            long result = (long) function.invokeExact(callState, (long) fd, second, third, fourth, 0L, 0L);
            return CallConvention.result(result, callState);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// Leaves the folder.
    @Override
    public void close() {
        if (fd >= 0) calls.close(fd);
        fd = -1;
    }
}
