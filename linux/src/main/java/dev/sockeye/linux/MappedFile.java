package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// `mmap(2)` of a descriptor that the JDK cannot map: a BPF map. What it has, the kernel has, at once.
final class MappedFile implements AutoCloseable {

    static final int READ = 1, WRITE = 2;

    private static final int MAP_SHARED = 1;

    private static final MethodHandle MMAP = Libc.plain(
            "mmap", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            Libc.plain("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

    private static final MethodHandle GETPAGESIZE = Libc.plain("getpagesize", FunctionDescriptor.of(JAVA_INT));

    final MemorySegment memory;
    private boolean closed;

    private MappedFile(MemorySegment memory) {
        this.memory = memory;
    }

    /// Bytes of a page: what offsets are multiples of.
    static int pageSize() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) GETPAGESIZE.invokeExact(arena.allocate(CallConvention.CALL_STATE));
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// Maps so many bytes from an offset on.
    ///
    /// @param protection [#READ], [#WRITE]
    @SuppressWarnings("restricted") // this is the room for it
    static MappedFile of(int fd, long offset, long bytes, int protection) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment callState = arena.allocate(CallConvention.CALL_STATE);
            long address =
                    (long) MMAP.invokeExact(callState, MemorySegment.NULL, bytes, protection, MAP_SHARED, fd, offset);
            if (address == -1)
                SystemCallException.check(CallConvention.result(-1, callState), "map a file into memory");
            return new MappedFile(MemorySegment.ofAddress(address).reinterpret(bytes));
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    /// Takes it out of memory: it must not be touched afterwards.
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        try (Arena arena = Arena.ofConfined()) {
            int result = (int)
                    MUNMAP.invokeExact(arena.allocate(CallConvention.CALL_STATE), memory.address(), memory.byteSize());
            if (result != 0) throw new IllegalStateException("munmap");
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }
}
