package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Random and mutated bytes by the million: nothing that arrives makes a validation throw, or an accessor behind one.
/// The packets' memory ends with their last byte, so that reading on would be seen.
class MalformedInputTest {

    private static final int MOST_BYTES = 200;

    /// Pages that are as large as what is in them.
    private static final class ExactPages implements Pages {

        private final PagePool pool = new PagePool();
        private final MemorySegment memory = Arena.ofAuto().allocate(2L * (MOST_BYTES + 2) * (MOST_BYTES + 2));
        private int used;
        private final Page[] first = new Page[MOST_BYTES + 1];
        private final Page[] second = new Page[MOST_BYTES + 1];
        private final Packet packet = new Packet(pool);

        ExactPages() {
            for (int i = 0; i <= MOST_BYTES; i++) {
                first[i] = page(i);
                second[i] = page(i);
            }
        }

        private Page page(int size) {
            MemorySegment exact = memory.asSlice(used + 1, size); // at an odd address
            used += size + 2 & ~1;
            return new Page(exact, 0, pool);
        }

        /// A packet of one slice, or of two.
        Packet packet(byte[] bytes, int length, int cut) {
            packet.taken();
            add(first[cut], bytes, 0, cut);
            if (cut < length) add(second[length - cut], bytes, cut, length - cut);
            return packet;
        }

        private void add(Page page, byte[] bytes, int from, int count) {
            page.taken();
            MemorySegment.copy(bytes, from, page.memory(), ValueLayout.JAVA_BYTE, 0, count);
            packet.add(page, 0, count);
        }

        @Override
        public Page take(int bytes) {
            throw new AssertionError("a border takes no page");
        }

        @Override
        public Packet takePacket() {
            throw new AssertionError("a border takes no packet");
        }

        @Override
        public void giveBack(Page page) {}

        @Override
        public void giveBack(Packet packet) {}
    }

    private final ExactPages pages = new ExactPages();
    private final Border border = new Border(pages);
    private final Map<Malformed, Integer> refusals = new EnumMap<>(Malformed.class);
    private final byte[] bytes = new byte[MOST_BYTES];
    private int accepted;

    private void arrive(RandomGenerator random, int length, long seed) {
        int cut = random.nextInt(4) == 0 ? random.nextInt(length + 1) : length;
        Packet packet = pages.packet(bytes, length, cut);
        if (random.nextBoolean()) packet.setChecksumState(ChecksumState.VERIFIED);
        try {
            Malformed why = border.arrive(packet);
            if (why == null) accepted++;
            else refusals.merge(why, 1, Integer::sum);
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + Bytes.hex(bytes).substring(0, 2 * length), e);
        }
        packet.release(pages);
    }

    @Test
    void randomBytes() {
        long seed = 1;
        var random = new Random(seed);
        for (int i = 0; i < 1_000_000; i++) {
            random.nextBytes(bytes);
            int length = random.nextInt(MOST_BYTES + 1);
            if (length > 0) bytes[0] = (byte) ((random.nextBoolean() ? 0x40 : 0x60) | random.nextInt(16));
            arrive(random, length, seed);
        }
        assertThat(refusals).containsKeys(Malformed.SHORT_HEADER, Malformed.BAD_CHECKSUM, Malformed.TRUNCATED);
    }

    @Test
    void mutatedPackets() {
        long seed = 2;
        var random = new Random(seed);
        for (int i = 0; i < 1_500_000; i++) {
            byte[] golden = Golden.ALL.get(random.nextInt(Golden.ALL.size()));
            System.arraycopy(golden, 0, bytes, 0, golden.length);
            int length = golden.length;
            for (int n = random.nextInt(5); n > 0; n--) mutate(random, length);
            if (random.nextInt(4) == 0) length = random.nextInt(Math.min(MOST_BYTES, golden.length + 9) + 1);
            if (random.nextInt(4) != 0) repair(length);
            arrive(random, length, seed);
        }
        // Everything that can be wrong was, and much was right.
        assertThat(accepted).isGreaterThan(150_000);
        assertThat(refusals.keySet()).containsExactlyInAnyOrder(Malformed.values());
    }

    private void mutate(RandomGenerator random, int length) {
        int at = random.nextInt(length);
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> bytes[at] = new byte[] {0, 1, -1, 0x7f, (byte) 0x80, 43, 44, 60, 6, 17, 58}[random.nextInt(11)];
            default -> {
                int from = random.nextInt(length);
                System.arraycopy(bytes, from, bytes, at, random.nextInt(length - Math.max(at, from)));
            }
        }
    }

    /// Makes an IPv4 header's checksum and total length right again, and an IPv6 header's length, so that what lies
    /// behind is reached.
    private void repair(int length) {
        MemorySegment memory = MemorySegment.ofArray(bytes);
        if (length >= 40 && bytes[0] >>> 4 == 6) Ipv6Header.setPayloadLength(memory, 0, length - 40);
        if (length < 20 || bytes[0] >>> 4 != 4) return;
        if (bytes[1] != 0) NetworkOrder.put16(memory, 2, length);
        Ipv4Header.fillChecksum(memory, 0);
    }

    /// What an ICMP error quotes may be anything.
    @Test
    void quotedBytes() {
        long seed = 3;
        var random = new Random(seed);
        var extensions = new Ipv6Extensions();
        for (int i = 0; i < 1_000_000; i++) {
            int length = random.nextInt(MOST_BYTES + 1);
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                byte[] golden = Golden.ALL.get(random.nextInt(Golden.ALL.size()));
                System.arraycopy(golden, 0, bytes, 0, golden.length);
                mutate(random, golden.length);
            }
            Packet packet = pages.packet(bytes, length, length);
            MemorySegment memory = packet.memory(0);
            if (Ipv4Header.validateQuoted(memory, 0, length) == null) {
                accepted += Ipv4Header.protocol(memory, 0) & 1;
                border.sum += TcpHeader.sequence(memory, Ipv4Header.headerLength(memory, 0));
            }
            if (Ipv6Header.validateQuoted(memory, 0, length) == null && extensions.walk(memory, 0, length) == null) {
                assertThat(extensions.length()).isBetween(40, length);
            }
            packet.release(pages);
        }
        assertThat(accepted).isPositive();
    }

    /// Option bytes of any length up to what a header has room for.
    /// RFC 9293 3.1, MUST-7
    @Test
    void optionBytes() {
        long seed = 4;
        var random = new Random(seed);
        var options = new TcpOptions();
        byte[] kinds = {0, 1, 1, 2, 3, 4, 5, 8, 19, 29, 34, (byte) 172, (byte) 174, (byte) 254};
        int seen = 0;
        for (int i = 0; i < 1_000_000; i++) {
            int length = random.nextInt(41);
            random.nextBytes(bytes);
            for (int at = 0; at + 1 < length; at += 1 + random.nextInt(12)) {
                bytes[at] = kinds[random.nextInt(kinds.length)];
                bytes[at + 1] = (byte) random.nextInt(20);
            }
            Packet packet = pages.packet(bytes, length, length);
            options.parse(packet.memory(0), 0, length, random.nextBoolean());
            seen |= options.present();
            boolean sound = options.sackBlocks() <= 4 && options.fastOpenLength() <= 16 && options.length() < 80;
            if (!sound) throw new AssertionError("seed " + seed + " round " + i + ": " + options);
            packet.release(pages);
        }
        assertThat(seen).isEqualTo(0x1ff);
    }
}
