package dev.sockeye.linux;

import java.nio.ByteOrder;

/// Numbers in bytes as the kernel lays them out. Plainly added up, for short commands read a hundred thousand sockets
/// before the JVM has compiled anything cleverer.
public final class NativeBytes {

    private static final boolean IS_BIG = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

    private NativeBytes() {}

    /// Two bytes in the machine's order, without a sign.
    public static int u16(byte[] bytes, int at) {
        int value = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
        return IS_BIG ? Short.reverseBytes((short) value) & 0xffff : value;
    }

    /// Four bytes in the machine's order.
    public static int i32(byte[] bytes, int at) {
        int value = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
        return IS_BIG ? Integer.reverseBytes(value) : value;
    }

    /// Four bytes in the machine's order, without a sign.
    public static long u32(byte[] bytes, int at) {
        return i32(bytes, at) & 0xffff_ffffL;
    }

    /// Eight bytes in the machine's order.
    public static long i64(byte[] bytes, int at) {
        long first = u32(bytes, at);
        long second = u32(bytes, at + 4);
        return IS_BIG ? first << 32 | second : second << 32 | first;
    }

    /// Two bytes in network order.
    static int port(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    /// Four bytes in network order.
    static int word(byte[] bytes, int at) {
        return port(bytes, at) << 16 | port(bytes, at + 2);
    }

    /// Eight bytes in network order.
    static long words(byte[] bytes, int at) {
        return (long) word(bytes, at) << 32 | word(bytes, at + 4) & 0xffff_ffffL;
    }
}
