package dev.sockeye.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChecksumTest {

    private final PagePool pool = new PagePool();

    @AfterEach
    void nothingLeaks() {
        assertThat(pool.pagesOut()).isZero();
    }

    /// The definition, two bytes at a time: the second implementation.
    private static int slowSum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) sum += (bytes[i] & 0xff) << ((i & 1) == 0 ? 8 : 0);
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
        return (int) sum;
    }

    private static int sum(byte[] bytes) {
        return Checksum.sum(Bytes.nativeCopy(bytes), 0, bytes.length);
    }

    @Test
    void theExampleOfRfc1071() {
        assertThat(sum(Bytes.hex("0001 f203 f4f5 f6f7"))).isEqualTo(0xddf2);
        assertThat(Checksum.of(0xddf2)).isEqualTo(0x220d);
    }

    @Test
    void theExampleOfRfc1624() {
        // RFC 1624 4: a header checksum of 0xDD2F, a word that changes from 0x5555 to 0x3285 gives 0x0000
        assertThat(Checksum.update(0xdd2f, 0x5555, 0x3285)).isZero();
    }

    @Test
    void anyRangeSumsToWhatTheDefinitionSays() {
        long seed = 1071;
        var random = new Random(seed);
        for (int length = 0; length < 400; length++) {
            for (int offset = 0; offset < 9; offset++) {
                byte[] bytes = Bytes.random(random, length);
                if (random.nextInt(4) == 0) Arrays.fill(bytes, (byte) -1);
                byte[] around = Bytes.random(random, length + offset + 8);
                System.arraycopy(bytes, 0, around, offset, length);
                assertThat(Checksum.sum(Bytes.nativeCopy(around), offset, length))
                        .as("seed %d length %d offset %d", seed, length, offset)
                        .isEqualTo(slowSum(bytes));
            }
        }
    }

    @Test
    void theLargestRangesDoNotOverflow() {
        byte[] ones = new byte[1 << 20];
        Arrays.fill(ones, (byte) -1);
        assertThat(sum(ones)).isEqualTo(0xffff);
        assertThat(sum(new byte[1 << 20])).isZero();
        byte[] odd = Arrays.copyOf(ones, 65535);
        assertThat(sum(odd)).isEqualTo(slowSum(odd));
    }

    @Test
    void itReadsNotAByteBehindTheRange() {
        for (int length = 0; length < 100; length++) {
            MemorySegment exact = Bytes.nativeCopy(new byte[length]); // with a bound right behind
            assertThat(Checksum.sum(exact, 0, length)).isZero();
        }
    }

    @Test
    void slicesOfOddLengthsSumAsOnePiece() {
        long seed = 2;
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = Bytes.random(random, random.nextInt(200));
            Packet packet = Bytes.cutAtRandom(pool, bytes, random);
            int from = random.nextInt(bytes.length + 1);
            int count = random.nextInt(bytes.length - from + 1);
            assertThat(Checksum.sum(packet, from))
                    .as("seed %d round %d", seed, i)
                    .isEqualTo(slowSum(Arrays.copyOfRange(bytes, from, bytes.length)));
            assertThat(Checksum.sum(packet, from, count))
                    .isEqualTo(slowSum(Arrays.copyOfRange(bytes, from, from + count)));
            packet.release(pool);
        }
    }

    @Test
    void sumsOfNeighboursAdd() {
        byte[] bytes = Bytes.random(new Random(3), 101);
        int even = Checksum.add(sum(Arrays.copyOf(bytes, 50)), sum(Arrays.copyOfRange(bytes, 50, 101)));
        int odd = Checksum.add(sum(Arrays.copyOf(bytes, 51)), Checksum.swap(sum(Arrays.copyOfRange(bytes, 51, 101))));
        assertThat(even).isEqualTo(slowSum(bytes));
        assertThat(odd).isEqualTo(slowSum(bytes));
    }

    @Test
    void pseudoHeadersSumAsTheirBytesDo() {
        byte[] v4 = Bytes.hex("c0a80001 c0a800c7 0006 05b4");
        assertThat(Checksum.pseudo(IpAddress.parse("192.168.0.1"), IpAddress.parse("192.168.0.199"), 6, 0x5b4))
                .isEqualTo(slowSum(v4));
        byte[] v6 =
                Bytes.hex("20010db8 00000000 0000ff00 00428329 fe800000 00000000 ffffffff ffffffff 0000ffd7 00000011");
        assertThat(Checksum.pseudo(
                        IpAddress.parse("2001:db8::ff00:42:8329"),
                        IpAddress.parse("fe80::ffff:ffff:ffff:ffff"),
                        17,
                        0xffd7))
                .isEqualTo(slowSum(v6));
    }

    @Test
    void aChangedWordChangesTheChecksumAsSummingAnewWould() {
        var random = new Random(4);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = Bytes.random(random, 20);
            int before = Checksum.of(sum(bytes));
            MemorySegment memory = Bytes.nativeCopy(bytes);
            int at = 2 * random.nextInt(9);
            int word = random.nextInt();
            int old = NetworkOrder.i32(memory, at);
            NetworkOrder.put32(memory, at, word);
            int after = Checksum.of(Checksum.sum(memory, 0, 20));
            assertThat(Checksum.update32(before, old, word)).isEqualTo(after);
            int firstHalf = Checksum.update(before, old >>> 16, word >>> 16);
            assertThat(Checksum.update(firstHalf, old, word)).isEqualTo(after);
        }
    }

    @Test
    void whatIsFilledInVerifies() {
        var random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = Bytes.random(random, 40 + random.nextInt(100));
            Packet packet = Bytes.slices(pool, bytes, 40, random.nextInt(bytes.length - 39));
            int pseudo = random.nextInt(0x10000);
            Checksum.fill(packet, 20, 16, pseudo);
            assertThat(Checksum.verify(packet, 20, pseudo)).isTrue();

            int place = packet.offset(0) + 20 + random.nextInt(20);
            int octet = NetworkOrder.u8(packet.memory(0), place);
            NetworkOrder.put8(packet.memory(0), place, octet ^ 1 << random.nextInt(8));
            assertThat(Checksum.verify(packet, 20, pseudo)).isFalse();
            packet.release(pool);
        }
    }

    @Test
    void aCompletedChecksumIsNeverZero() {
        Packet packet = Bytes.slices(pool, new byte[8]);
        Checksum.fillPartial(packet, 0, 6, 0xffff);
        Checksum.complete(packet);
        assertThat(NetworkOrder.u16(packet.memory(0), packet.offset(0) + 6)).isEqualTo(0xffff);
        assertThat(Checksum.verify(packet, 0, 0xffff)).isTrue();
        packet.release(pool);
    }

    @Test
    void aPartialChecksumIsThePseudoHeadersSumUntilItIsCompleted() {
        byte[] bytes = Bytes.random(new Random(6), 99);
        Packet whole = Bytes.slices(pool, bytes, 40, 21);
        Packet partial = Bytes.slices(pool, bytes, 40, 21);
        Checksum.fill(whole, 20, 16, 0x1234);
        Checksum.fillPartial(partial, 20, 16, 0x1234);

        assertThat(partial.checksumState()).isEqualTo(ChecksumState.PARTIAL);
        assertThat(partial.checksumStart()).isEqualTo(20);
        assertThat(partial.checksumOffset()).isEqualTo(16);
        assertThat(NetworkOrder.u16(partial.memory(0), partial.offset(0) + 36)).isEqualTo(0x1234);

        Checksum.complete(partial);
        assertThat(partial.toBytes()).isEqualTo(whole.toBytes());
        assertThat(partial.checksumState()).isEqualTo(ChecksumState.IN_PACKET);
        Checksum.complete(partial);
        assertThat(partial.toBytes()).isEqualTo(whole.toBytes());
        whole.release(pool);
        partial.release(pool);
    }
}
