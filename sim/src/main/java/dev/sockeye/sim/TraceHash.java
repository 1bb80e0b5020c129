package dev.sockeye.sim;

import dev.sockeye.wire.Packet;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A 64-bit hash over everything that happens in a network: two runs with one hash were the same run.
///
/// Of a packet the first 64 bytes count, which hold the headers, and with the transport's checksum all of its payload.
final class TraceHash {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int BYTES = 64;

    private long hash;

    void add(long value) {
        hash = (Long.rotateLeft(hash, 23) ^ value) * 0x9e3779b97f4a7c15L;
    }

    void add(Packet packet) {
        add(packet.length());
        if (packet.slices() == 0) return;
        MemorySegment memory = packet.memory(0);
        long at = packet.offset(0);
        int count = Math.min(BYTES, packet.length(0));
        int i = 0;
        for (; i + 8 <= count; i += 8) add(memory.get(LONG, at + i));
        for (; i < count; i++) add(memory.get(ValueLayout.JAVA_BYTE, at + i));
    }

    long value() {
        return finish(hash);
    }

    /// The finishing steps of splitmix64: every bit that comes out depends on every bit that went in.
    static long finish(long bits) {
        bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }
}
