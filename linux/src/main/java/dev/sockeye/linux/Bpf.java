package dev.sockeye.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sockeye.wire.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/// `bpf(2)`: maps and programs in the kernel, without a library. All that is made here lasts as long as
/// its file descriptor, or as another process's descriptor of it; nothing is left behind when the
/// process ends, however it ends.
///
/// Needs `CAP_BPF` and `CAP_PERFMON` (or `CAP_SYS_ADMIN`), and Linux 5.8.
public final class Bpf {

    /// Types of maps, `enum bpf_map_type` (linux/bpf.h).
    public static final int ARRAY = 2, SK_STORAGE = 24, RINGBUF = 27;

    /// Flags of maps: elements come when they are first wanted (which storage of sockets must); the
    /// values can be mapped into memory.
    public static final int F_NO_PREALLOC = 1, F_MMAPABLE = 1 << 10;
    private static final int MAP_CREATE = 0, MAP_LOOKUP_ELEM = 1, PROG_LOAD = 5, MAP_GET_NEXT_ID = 12;
    private static final int MAP_GET_FD_BY_ID = 14, OBJ_GET_INFO_BY_FD = 15, RAW_TRACEPOINT_OPEN = 17, BTF_LOAD = 18;
    private static final int LINK_CREATE = 28, ITER_CREATE = 33;
    private static final int PROG_TYPE_TRACING = 26, TRACE_RAW_TP = 23, TRACE_ITER = 28;

    /// `union bpf_attr`: as much of it as is used here, and where the name of a map or a program
    /// stands.
    private static final int ATTRIBUTES = 160, MAP_NAME = 28, PROGRAM_NAME = 48, NAME_LENGTH = 16;

    /// `struct bpf_prog_info`, as far as the number of runs that were left out.
    static final int PROGRAM_INFO = 216, PROGRAM_MISSES = 208;

    /// Programs that call functions which the kernel gives to free ones only must say that they are
    /// free. Ours are, and stand under this licence too.
    private static final String LICENCE = "Dual MIT/GPL";

    private static final int LOG = 1 << 20;

    private static final Map<String, Integer> NUMBER = Map.of("amd64", 321, "aarch64", 280, "riscv64", 280);
    private static final MethodHandle SYSCALL = LongCalls.function("syscall");

    private final MemorySegment callState = Arena.ofAuto().allocate(CallConvention.CALL_STATE);
    private final SystemCalls calls = new SystemCalls();

    /// Calls for one thread at a time.
    public Bpf() {}

    private int call(int command, MemorySegment attributes) {
        Integer number = NUMBER.get(System.getProperty("os.arch"));
        if (number == null) return Errno.ENOSYS.asResult();
        try {
            long size = attributes.byteSize();
            long result = (long)
                    SYSCALL.invokeExact(callState, (long) number, (long) command, attributes.address(), size, 0L, 0L);
            return CallConvention.result(result, callState);
        } catch (Throwable thrown) {
            throw CallConvention.unexpected(thrown);
        }
    }

    private static void name(MemorySegment attributes, int at, String name) {
        if (name.length() >= NAME_LENGTH)
            throw new IllegalArgumentException("a name has 15 characters at most: " + name);
        attributes.setString(at, name);
    }

    // ---------------------------------------------------------------- maps

    /// Makes a map.
    ///
    /// @param type    [#ARRAY], [#RINGBUF]
    /// @param key     bytes of a key, 0 where it has none
    /// @param value   bytes of a value, 0 where it has none
    /// @param entries how many; of a ring buffer its bytes, a power of two and of pages
    /// @param flags   `F_...`
    /// @param name    at most 15 characters, which `bpftool map` shows
    /// @return its file descriptor
    /// @throws SystemCallException EPERM without the right to
    public int createMap(int type, int key, int value, int entries, int flags, String name) throws SystemCallException {
        return createMap(type, key, value, entries, flags, name, 0);
    }

    /// Makes a map that gives each socket a value of so many bytes, which lives as long as the socket;
    /// sock_diag shows it to who has the map.
    ///
    /// @return its file descriptor
    public int createSocketStorage(int value, String name) throws SystemCallException {
        int description = loadBtf(Btf.ofKeyAndValue(value));
        try {
            return createMap(SK_STORAGE, Integer.BYTES, value, 0, F_NO_PREALLOC, name, description);
        } finally {
            calls.close(description);
        }
    }

    private int createMap(int type, int key, int value, int entries, int flags, String name, int btf)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(72, 8);
            attributes.set(JAVA_INT, 0, type);
            attributes.set(JAVA_INT, 4, key);
            attributes.set(JAVA_INT, 8, value);
            attributes.set(JAVA_INT, 12, entries);
            attributes.set(JAVA_INT, 16, flags);
            name(attributes, MAP_NAME, name);
            if (btf != 0) {
                attributes.set(JAVA_INT, 48, btf);
                attributes.set(JAVA_INT, 52, 1); // the key's type: see Btf.ofKeyAndValue
                attributes.set(JAVA_INT, 56, 3);
            }
            return SystemCallException.check(call(MAP_CREATE, attributes), "make the BPF map " + name);
        }
    }

    private int loadBtf(byte[] description) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(40, 8);
            attributes.set(
                    JAVA_LONG, 0, arena.allocateFrom(JAVA_BYTE, description).address());
            attributes.set(JAVA_INT, 16, description.length);
            return SystemCallException.check(call(BTF_LOAD, attributes), "describe a BPF map's types");
        }
    }

    /// The value that an array has at an index, or a socket in its storage.
    ///
    /// @param map   the map's file descriptor
    /// @param key   the index, or a descriptor of the socket
    /// @param bytes of a value
    public byte[] lookup(int map, int key, int bytes) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(bytes, 8);
            MemorySegment attributes = arena.allocate(32, 8);
            attributes.set(JAVA_INT, 0, map);
            attributes.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_INT, key).address());
            attributes.set(JAVA_LONG, 16, value.address());
            SystemCallException.check(call(MAP_LOOKUP_ELEM, attributes), "read a BPF map");
            return value.toArray(JAVA_BYTE);
        }
    }

    /// Finds a map that any process of the machine has, by its name: the oldest, if there are several.
    ///
    /// @param value bytes that its values must have
    /// @return a file descriptor of it, which is the caller's to close; -1 if there is none
    /// @throws SystemCallException EPERM without `CAP_SYS_ADMIN`
    public int findMap(int type, String name, int value) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(16, 8);
            int id = 0;
            while (true) {
                attributes.set(JAVA_INT, 0, id);
                attributes.set(JAVA_INT, 8, 0);
                int result = call(MAP_GET_NEXT_ID, attributes);
                if (result == Errno.ENOENT.asResult()) return -1;
                SystemCallException.check(result, "go through the BPF maps");
                id = attributes.get(JAVA_INT, 4);
                attributes.set(JAVA_INT, 0, id);
                attributes.set(JAVA_INT, 4, 0);
                int fd = call(MAP_GET_FD_BY_ID, attributes);
                if (fd == Errno.ENOENT.asResult()) continue; // gone meanwhile
                SystemCallException.check(fd, "open a BPF map");
                if (isMap(fd, type, name, value, arena)) return fd;
                calls.close(fd);
            }
        }
    }

    /// `struct bpf_map_info`: type, id, key size, value size, most entries, flags, name.
    private boolean isMap(int fd, int type, String name, int value, Arena arena) throws SystemCallException {
        MemorySegment info = arena.allocate(80, 8);
        MemorySegment attributes = arena.allocate(16, 8);
        attributes.set(JAVA_INT, 0, fd);
        attributes.set(JAVA_INT, 4, (int) info.byteSize());
        attributes.set(JAVA_LONG, 8, info.address());
        SystemCallException.check(call(OBJ_GET_INFO_BY_FD, attributes), "ask what a BPF map is");
        return info.get(JAVA_INT, 0) == type
                && info.get(JAVA_INT, 12) == value
                && info.getString(24).equals(name);
    }

    // ---------------------------------------------------------------- programs

    /// Loads a program that looks at a tracepoint with its typed arguments (`tp_btf`), and attaches it.
    ///
    /// @param tracepoint the number of the type `btf_trace_NAME` in the kernel's [Btf]
    /// @param name       at most 15 characters, which `bpftool prog` shows
    /// @return the file descriptor that keeps it attached
    /// @throws SystemCallException EPERM without the right to; where the kernel's verifier refuses the
    ///     program, its message has the end of the verifier's words
    public int attachTracepoint(BpfCode code, int tracepoint, String name) throws SystemCallException {
        int program = loadTracing(code, tracepoint, name);
        try {
            return attach(program);
        } finally {
            calls.close(program); // what it is attached by keeps it
        }
    }

    /// Attaches a program to the tracepoint that it was loaded for.
    ///
    /// @return the file descriptor that keeps it attached
    public int attach(int program) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(16, 8);
            attributes.set(JAVA_INT, 8, program);
            return SystemCallException.check(call(RAW_TRACEPOINT_OPEN, attributes), "attach a BPF program");
        }
    }

    /// How often the kernel has not run a program because it was running on that processor already:
    /// an interrupt has come meanwhile, and has led to the same tracepoint (`recursion_misses` of
    /// `struct bpf_prog_info`). Kernels before 5.12 do not count it, and do not leave any out at a
    /// tracepoint.
    ///
    /// @param program what [#loadTracing] has returned
    public long missed(int program) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(PROGRAM_INFO, 8);
            MemorySegment attributes = arena.allocate(16, 8);
            attributes.set(JAVA_INT, 0, program);
            attributes.set(JAVA_INT, 4, (int) info.byteSize());
            attributes.set(JAVA_LONG, 8, info.address());
            SystemCallException.check(call(OBJ_GET_INFO_BY_FD, attributes), "ask what a BPF program has missed");
            return info.get(JAVA_LONG, PROGRAM_MISSES);
        }
    }

    /// Loads a program that looks at a tracepoint, without attaching it.
    ///
    /// @param tracepoint the number of the type `btf_trace_NAME` in the kernel's [Btf]
    /// @param name       at most 15 characters, which `bpftool prog` shows
    /// @return the program's file descriptor
    /// @throws SystemCallException as [#attachTracepoint]
    public int loadTracing(BpfCode code, int tracepoint, String name) throws SystemCallException {
        return load(code, TRACE_RAW_TP, tracepoint, name);
    }

    /// Loads a program that the kernel calls for each thing of a kind, and attaches it to the iterator over them.
    ///
    /// @param target the number of the function `bpf_iter_NAME` in the kernel's [Btf]
    /// @param name   at most 15 characters, which `bpftool prog` shows
    /// @return the file descriptor that keeps it attached, for [#openIterator]
    /// @throws SystemCallException as [#attachTracepoint]
    public int attachIterator(BpfCode code, int target, String name) throws SystemCallException {
        int program = load(code, TRACE_ITER, target, name);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(48, 8);
            attributes.set(JAVA_INT, 0, program);
            attributes.set(JAVA_INT, 8, TRACE_ITER);
            return SystemCallException.check(call(LINK_CREATE, attributes), "attach the BPF program " + name);
        } finally {
            calls.close(program); // what it is attached by keeps it
        }
    }

    /// Begins to go through all things of an iterator: reading the descriptor runs the program, and gives what it
    /// writes, 0 bytes at the end. Where the things are of a namespace, it is the caller's.
    ///
    /// @param attached see [#attachIterator]
    /// @return a file descriptor, to be closed with [#close]
    public int openIterator(int attached) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(8, 8);
            attributes.set(JAVA_INT, 0, attached);
            return SystemCallException.check(call(ITER_CREATE, attributes), "open a BPF iterator");
        }
    }

    private int load(BpfCode code, int attachType, int type, String name) throws SystemCallException {
        String what = "load the BPF program " + name;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ATTRIBUTES, 8);
            attributes.set(JAVA_INT, 0, PROG_TYPE_TRACING);
            attributes.set(JAVA_INT, 4, code.size());
            attributes.set(
                    JAVA_LONG, 8, arena.allocateFrom(JAVA_LONG, words(code)).address());
            attributes.set(JAVA_LONG, 16, arena.allocateFrom(LICENCE).address());
            name(attributes, PROGRAM_NAME, name);
            attributes.set(JAVA_INT, 68, attachType);
            attributes.set(JAVA_INT, 108, type);
            int result = call(PROG_LOAD, attributes);
            if (result >= 0) return result;
            if (result == Errno.EPERM.asResult()) throw new SystemCallException(result, what);
            MemorySegment log = arena.allocate(LOG, 8);
            attributes.set(JAVA_INT, 24, 1);
            attributes.set(JAVA_INT, 28, LOG);
            attributes.set(JAVA_LONG, 32, log.address());
            int again = call(PROG_LOAD, attributes);
            if (again >= 0) return again;
            throw new SystemCallException(again, what + " (the verifier: " + end(log.getString(0)) + ")");
        }
    }

    private static long[] words(BpfCode code) {
        byte[] program = code.assemble();
        long[] words = new long[program.length / Long.BYTES];
        MemorySegment.copy(MemorySegment.ofArray(program), 0, MemorySegment.ofArray(words), 0, program.length);
        return words;
    }

    /// The last lines say why; those before, how it came there.
    private static String end(String log) {
        String[] lines = log.strip().split("\n", -1);
        var end = new StringBuilder();
        for (int i = Math.max(0, lines.length - 12); i < lines.length; i++) {
            if (!lines[i].startsWith("processed "))
                end.append(end.isEmpty() ? "" : "; ").append(lines[i].strip());
        }
        return end.toString();
    }

    /// Closes a map or what keeps a program attached.
    public void close(int fd) {
        calls.close(fd);
    }
}
