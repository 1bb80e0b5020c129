package dev.sockeye.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/// The types of the running kernel, as it describes them itself: the BPF Type Format
/// (Documentation/bpf/btf.rst). Where a member stands in a structure differs from kernel to kernel, so
/// who reads kernel memory asks here, at run time, and never has a number of his own.
///
/// Five megabytes, 126 000 types: it is read once, types are found by comparing the place of their
/// name, and only those that are asked for are ever decoded. What was read is let go of with the
/// instance.
public final class Btf {

    /// Kinds of types that are looked for by name.
    public static final int STRUCT = 4, ENUM = 6, TYPEDEF = 8;

    private static final Path KERNEL = Path.of("/sys/kernel/btf/vmlinux");
    private static final int MAGIC = 0xeb9f;

    private static final int INT = 1, POINTER = 2, ARRAY = 3, UNION = 5, VOLATILE = 9, CONST = 10, RESTRICT = 11;
    private static final int FUNC_PROTO = 13, VAR = 14, DATASEC = 15, DECL_TAG = 17, TYPE_TAG = 18, ENUM64 = 19;

    /// `struct btf_type`: name, info (kind, number of members, a flag), size or type; what follows is
    /// the kind's.
    private static final int INFO = 4, SIZE_OR_TYPE = 8, TYPE = 12;

    private final ByteBuffer bytes;
    private final int strings;
    private final int stringsEnd;

    /// Where each type stands; the number of a type is its place here. Number 0 is `void`.
    private final int[] types;

    private final Map<String, Integer> found = new HashMap<>();

    private Btf(byte[] raw) throws IOException {
        bytes = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        if (raw.length < 24 || (bytes.getShort(0) & 0xffff) != MAGIC) throw new IOException("this is no BTF");
        int header = bytes.getInt(4);
        int first = header + bytes.getInt(8);
        int end = first + bytes.getInt(12);
        strings = header + bytes.getInt(16);
        stringsEnd = strings + bytes.getInt(20);
        if (end > raw.length || stringsEnd > raw.length) throw new IOException("the kernel's BTF is cut off");
        types = index(first, end);
    }

    /// The running kernel's.
    ///
    /// @throws IOException where the kernel was built without it (`CONFIG_DEBUG_INFO_BTF`), or it
    ///     cannot be read
    public static Btf ofKernel() throws IOException {
        if (!Files.exists(KERNEL)) {
            throw new IOException(
                    "this kernel does not describe its types: there is no " + KERNEL + " (CONFIG_DEBUG_INFO_BTF)");
        }
        return of(Files.readAllBytes(KERNEL));
    }

    /// What these bytes describe.
    ///
    /// @throws IOException if they are none
    public static Btf of(byte[] raw) throws IOException {
        return new Btf(raw);
    }

    private int[] index(int first, int end) {
        int[] at = new int[1 << 17];
        int count = 1;
        for (int offset = first; offset < end; ) {
            if (count == at.length) at = Arrays.copyOf(at, 2 * count);
            at[count++] = offset;
            offset += TYPE + following(bytes.getInt(offset + INFO));
        }
        return Arrays.copyOf(at, count);
    }

    /// How many bytes follow a `struct btf_type` with this info.
    private static int following(int info) {
        int members = info & 0xffff;
        return switch (info >>> 24 & 31) {
            case INT, VAR, DECL_TAG -> 4;
            case ARRAY -> 12;
            case STRUCT, UNION, DATASEC, ENUM64 -> 12 * members;
            case ENUM, FUNC_PROTO -> 8 * members;
            default -> 0;
        };
    }

    /// How many types there are.
    public int size() {
        return types.length;
    }

    // ---------------------------------------------------------------- types

    /// The number of the type with this name.
    ///
    /// @param kind [#STRUCT], [#ENUM], [#TYPEDEF] ...
    /// @throws NoSuchElementException if the kernel has none
    public int type(int kind, String name) {
        int number = find(kind, name);
        if (number == 0) throw new NoSuchElementException("this kernel has no type " + name);
        return number;
    }

    /// Whether the kernel has this type.
    public boolean has(int kind, String name) {
        return find(kind, name) != 0;
    }

    private int find(int kind, String name) {
        return found.computeIfAbsent(kind + name, _ -> search(kind, name));
    }

    private int search(int kind, String name) {
        int string = stringAt(name);
        if (string < 0) return 0;
        for (int number = 1; number < types.length; number++) {
            if (bytes.getInt(types[number]) == string && kind(number) == kind) return number;
        }
        return 0;
    }

    /// Each text is there once, from the byte behind the zero of the one before it.
    private int stringAt(String text) {
        byte[] wanted = ('\0' + text + '\0').getBytes(StandardCharsets.US_ASCII);
        byte[] all = bytes.array();
        byte first = wanted[1];
        int last = stringsEnd - wanted.length;
        for (int at = strings; at <= last; at++) {
            if (all[at + 1] == first
                    && all[at] == 0
                    && Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at + 1 - strings;
            }
        }
        return -1;
    }

    private int info(int number) {
        return bytes.getInt(types[number] + INFO);
    }

    private int kind(int number) {
        return info(number) >>> 24 & 31;
    }

    private String text(int offset) {
        int end = strings + offset;
        while (bytes.get(end) != 0) end++;
        return new String(bytes.array(), strings + offset, end - strings - offset, StandardCharsets.UTF_8);
    }

    /// A type without its names and qualifiers.
    private int plain(int number) {
        int type = number;
        while (true) {
            switch (kind(type)) {
                case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> type = bytes.getInt(types[type] + SIZE_OR_TYPE);
                default -> {
                    return type;
                }
            }
        }
    }

    // ---------------------------------------------------------------- structures

    /// Where a member stands in a structure, bytes from its beginning.
    ///
    /// @param path the member, or the way to one in a structure that it holds; members of a nameless
    ///     union or structure are named as in C, as if they were the outer one's
    /// @throws NoSuchElementException if there is none
    public int offset(String struct, String... path) {
        int bits = bits(struct, path);
        if (bits < 0) throw new NoSuchElementException("this kernel's struct " + struct + " has no " + dotted(path));
        return bits / 8;
    }

    /// Whether a structure has such a member.
    public boolean has(String struct, String... path) {
        return has(STRUCT, struct) && bits(struct, path) >= 0;
    }

    private static String dotted(String... path) {
        return String.join(".", path);
    }

    private int bits(String struct, String... path) {
        int type = type(STRUCT, struct);
        int bits = 0;
        for (String name : path) {
            long member = member(type, name);
            if (member < 0) return -1;
            bits += (int) (member >>> 32);
            type = plain((int) member);
        }
        return bits;
    }

    /// Bits from the beginning in the upper half, the type in the lower; -1 if there is none.
    private long member(int struct, String name) {
        int info = info(struct);
        int kind = kind(struct);
        if (kind != STRUCT && kind != UNION) return -1;
        boolean holdsWidths = info < 0; // then the upper eight bits of an offset are a bit field's width
        for (int i = 0; i < (info & 0xffff); i++) {
            int at = types[struct] + TYPE + 12 * i;
            int type = bytes.getInt(at + 4);
            int bits = bytes.getInt(at + 8) & (holdsWidths ? 0xff_ffff : -1);
            int nameAt = bytes.getInt(at);
            if (isText(nameAt, name)) return (long) bits << 32 | type;
            if (nameAt != 0) continue;
            long inner = member(plain(type), name);
            if (inner >= 0) return inner + ((long) bits << 32);
        }
        return -1;
    }

    private boolean isText(int offset, String text) {
        int at = strings + offset;
        for (int i = 0; i < text.length(); i++) {
            if (bytes.get(at + i) != text.charAt(i)) return false;
        }
        return bytes.get(at + text.length()) == 0;
    }

    // ---------------------------------------------------------------- enumerations and functions

    /// The names of an enumeration by their numbers, in the kernel's order.
    ///
    /// @throws NoSuchElementException if there is none
    public Map<Integer, String> enumeration(String name) {
        int type = type(ENUM, name);
        var names = new LinkedHashMap<Integer, String>();
        for (int i = 0; i < (info(type) & 0xffff); i++) {
            int at = types[type] + TYPE + 8 * i;
            names.putIfAbsent(bytes.getInt(at + 4), text(bytes.getInt(at)));
        }
        return names;
    }

    /// How many arguments a tracepoint passes: those of the function type behind `btf_trace_NAME`, but
    /// its first.
    ///
    /// @throws NoSuchElementException if the kernel has no such tracepoint
    public int tracepointArguments(String tracepoint) {
        int pointer = plain(type(TYPEDEF, "btf_trace_" + tracepoint));
        if (kind(pointer) != POINTER) throw new NoSuchElementException(tracepoint + " is no tracepoint");
        int function = plain(bytes.getInt(types[pointer] + SIZE_OR_TYPE));
        return (info(function) & 0xffff) - 1;
    }

    // ---------------------------------------------------------------- one of our own

    /// A description of two types, `int` (number 1) and `unsigned char[n]` (number 3): what a map must
    /// have for its key and its value where the kernel insists on knowing them.
    ///
    /// @param valueBytes n
    static byte[] ofKeyAndValue(int valueBytes) {
        byte[] names = "\0int\0byte\0".getBytes(StandardCharsets.US_ASCII);
        int typesLength = 2 * (TYPE + 4) + TYPE + 12;
        ByteBuffer out = ByteBuffer.allocate(24 + typesLength + names.length).order(ByteOrder.nativeOrder());
        out.putShort((short) MAGIC).put((byte) 1).put((byte) 0).putInt(24);
        out.putInt(0).putInt(typesLength).putInt(typesLength).putInt(names.length);
        int signed = 1 << 24;
        out.putInt(1).putInt(INT << 24).putInt(4).putInt(signed | 32);
        out.putInt(5).putInt(INT << 24).putInt(1).putInt(8);
        out.putInt(0).putInt(ARRAY << 24).putInt(0).putInt(2).putInt(1).putInt(valueBytes);
        return out.put(names).array();
    }

    @Override
    public String toString() {
        return types.length + " types in "
                + MemorySegment.ofArray(bytes.array()).byteSize() + " bytes";
    }
}
