package dev.sockeye.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Big-endian numbers in memory, at any alignment: what every header is made of. The layouts are constants, so each
/// of these is one or two machine instructions once compiled.
final class NetworkOrder {

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private NetworkOrder() {}

    /// 0 to 255
    static int u8(MemorySegment memory, long at) {
        return memory.get(BYTE, at) & 0xff;
    }

    /// 0 to 65535
    static int u16(MemorySegment memory, long at) {
        return memory.get(SHORT, at) & 0xffff;
    }

    /// 0 to 2^24 - 1
    static int u24(MemorySegment memory, long at) {
        return u16(memory, at) << 8 | u8(memory, at + 2);
    }

    static int i32(MemorySegment memory, long at) {
        return memory.get(INT, at);
    }

    static long i64(MemorySegment memory, long at) {
        return memory.get(LONG, at);
    }

    static void put8(MemorySegment memory, long at, int value) {
        memory.set(BYTE, at, (byte) value);
    }

    static void put16(MemorySegment memory, long at, int value) {
        memory.set(SHORT, at, (short) value);
    }

    static void put24(MemorySegment memory, long at, int value) {
        put16(memory, at, value >>> 8);
        put8(memory, at + 2, value);
    }

    static void put32(MemorySegment memory, long at, int value) {
        memory.set(INT, at, value);
    }

    static void put64(MemorySegment memory, long at, long value) {
        memory.set(LONG, at, value);
    }
}
