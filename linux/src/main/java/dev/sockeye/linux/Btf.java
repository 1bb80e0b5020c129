package dev.sockeye.linux;

import java.io.IOException;
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
/// Five megabytes, 126 000 types: it is read once, names are compared only for types of the kind that is looked for,
/// and only those that are asked for are ever decoded. What was read is let go of with the instance. Short commands
/// read it too, before the JVM has compiled anything: so it is plain arrays.
public final class Btf {

    /// Kinds of types that are looked for by name.
    public static final int STRUCT = 4, ENUM = 6, TYPEDEF = 8, FUNCTION = 12;

    private static final Path KERNEL = Path.of("/sys/kernel/btf/vmlinux");
    private static final int MAGIC = 0xeb9f;

    private static final int INT = 1, POINTER = 2, ARRAY = 3, UNION = 5, VOLATILE = 9, CONST = 10, RESTRICT = 11;
    private static final int FUNC_PROTO = 13, VAR = 14, DATASEC = 15, DECL_TAG = 17, TYPE_TAG = 18, ENUM64 = 19;

    /// `struct btf_type`: name, info (kind, number of members, a flag), size or type; what follows is
    /// the kind's. All of it is words of four bytes.
    private static final int INFO = 1, SIZE_OR_TYPE = 2, TYPE = 3;

    private final byte[] raw;
    private final int strings;
    private final int[] words;

    /// At which word each type stands; the number of a type is its place here. Number 0 is `void`.
    private final int[] types;

    private final Map<String, Integer> found = new HashMap<>();

    private Btf(byte[] raw) throws IOException {
        this.raw = raw;
        ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        if (raw.length < 24 || (bytes.getShort(0) & 0xffff) != MAGIC) throw new IOException("this is no BTF");
        int header = bytes.getInt(4);
        long first = header + (bytes.getInt(8) & 0xffff_ffffL);
        long length = bytes.getInt(12) & 0xffff_ffffL;
        long begin = header + (bytes.getInt(16) & 0xffff_ffffL);
        long end = begin + (bytes.getInt(20) & 0xffff_ffffL);
        if (header < 0 || first + length > raw.length || end > raw.length || end == begin || raw[(int) end - 1] != 0) {
            throw new IOException("the kernel's BTF is cut off");
        }
        strings = (int) begin;
        words = new int[(int) length / Integer.BYTES];
        bytes.position((int) first);
        bytes.asIntBuffer().get(words);
        types = index(words);
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

    private static int[] index(int[] words) throws IOException {
        int[] at = new int[1 << 17];
        int count = 1;
        int place = 0;
        while (place + TYPE <= words.length) {
            if (count == at.length) at = Arrays.copyOf(at, 2 * count);
            at[count++] = place;
            place += TYPE + following(words[place + INFO]);
        }
        if (place != words.length) throw new IOException("the kernel's BTF is cut off");
        return Arrays.copyOf(at, count);
    }

    /// How many words follow a `struct btf_type` with this info.
    private static int following(int info) {
        int members = info & 0xffff;
        return switch (info >>> 24 & 31) {
            case INT, VAR, DECL_TAG -> 1;
            case ARRAY -> 3;
            case STRUCT, UNION, DATASEC, ENUM64 -> 3 * members;
            case ENUM, FUNC_PROTO -> 2 * members;
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
        byte[] wanted = (name + '\0').getBytes(StandardCharsets.US_ASCII);
        for (int number = 1; number < types.length; number++) {
            int at = types[number];
            if ((words[at + INFO] >>> 24 & 31) == kind && isText(words[at], wanted)) return number;
        }
        return 0;
    }

    /// @param wanted with a zero at its end
    private boolean isText(int offset, byte[] wanted) {
        int at = strings + offset;
        for (int i = 0; i < wanted.length; i++) if (raw[at + i] != wanted[i]) return false;
        return true;
    }

    private int info(int number) {
        return words[types[number] + INFO];
    }

    private int kind(int number) {
        return info(number) >>> 24 & 31;
    }

    private String text(int offset) {
        int end = strings + offset;
        while (raw[end] != 0) end++;
        return new String(raw, strings + offset, end - strings - offset, StandardCharsets.UTF_8);
    }

    /// A type without its names and qualifiers.
    private int plain(int number) {
        int type = number;
        while (true) {
            switch (kind(type)) {
                case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> type = words[types[type] + SIZE_OR_TYPE];
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
        byte[] wanted = (name + '\0').getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < (info & 0xffff); i++) {
            int at = types[struct] + TYPE + 3 * i;
            int bits = words[at + 2] & (holdsWidths ? 0xff_ffff : -1);
            if (isText(words[at], wanted)) return (long) bits << 32 | words[at + 1];
            if (words[at] != 0) continue;
            long inner = member(plain(words[at + 1]), name);
            if (inner >= 0) return inner + ((long) bits << 32);
        }
        return -1;
    }

    // ---------------------------------------------------------------- enumerations and functions

    /// The names of an enumeration by their numbers, in the kernel's order.
    ///
    /// @throws NoSuchElementException if there is none
    public Map<Integer, String> enumeration(String name) {
        int type = type(ENUM, name);
        var names = new LinkedHashMap<Integer, String>();
        for (int i = 0; i < (info(type) & 0xffff); i++) {
            int at = types[type] + TYPE + 2 * i;
            names.putIfAbsent(words[at + 1], text(words[at]));
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
        int function = plain(words[types[pointer] + SIZE_OR_TYPE]);
        return (info(function) & 0xffff) - 1;
    }

    // ---------------------------------------------------------------- one of our own

    /// A description of two types, `int` (number 1) and `unsigned char[n]` (number 3): what a map must
    /// have for its key and its value where the kernel insists on knowing them.
    ///
    /// @param valueBytes n
    static byte[] ofKeyAndValue(int valueBytes) {
        byte[] names = "\0int\0byte\0".getBytes(StandardCharsets.US_ASCII);
        int typesLength = Integer.BYTES * (2 * (TYPE + 1) + TYPE + 3);
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
        return types.length + " types in " + raw.length + " bytes";
    }
}
