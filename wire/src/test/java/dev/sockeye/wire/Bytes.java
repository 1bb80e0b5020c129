package dev.sockeye.wire;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Bytes for tests: written as hexadecimal, placed at an odd address, cut into packets anyhow.
final class Bytes {

    private Bytes() {}

    /// The bytes that `text` spells; blanks and line ends are for the eye.
    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    /// Bytes as hexadecimal, four and four.
    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes).replaceAll("(.{8})(?=.)", "$1 ");
    }

    /// Native memory with these bytes and nothing behind them, so that whoever reads on fails.
    static MemorySegment nativeCopy(byte[] bytes) {
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, bytes.length));
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return memory.asSlice(0, bytes.length);
    }

    static byte[] random(RandomGenerator random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /// A packet with these bytes in slices of these lengths, the last of which has the rest; each slice begins
    /// somewhere in a page.
    static Packet slices(Pages pages, byte[] bytes, int... lengths) {
        Packet packet = pages.takePacket();
        int from = 0;
        for (int i = 0; i <= lengths.length; i++) {
            int count = i < lengths.length ? lengths[i] : bytes.length - from;
            Page page = pages.take(count + 7);
            int offset = i % 8;
            MemorySegment.copy(bytes, from, page.memory(), ValueLayout.JAVA_BYTE, offset, count);
            packet.add(page, offset, count);
            from += count;
        }
        return packet;
    }

    /// As [#slices], cut at random.
    static Packet cutAtRandom(Pages pages, byte[] bytes, RandomGenerator random) {
        int[] lengths = new int[random.nextInt(6)];
        int left = bytes.length;
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = random.nextInt(left + 1);
            left -= lengths[i];
        }
        return slices(pages, bytes, lengths);
    }
}
