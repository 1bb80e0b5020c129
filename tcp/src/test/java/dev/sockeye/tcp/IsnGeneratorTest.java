package dev.sockeye.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sockeye.wire.FourTuple;
import dev.sockeye.wire.IpAddress;
import dev.sockeye.wire.TransportAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Initial sequence numbers (RFC 9293 3.4.1).
class IsnGeneratorTest {

    private static final IsnGenerator GENERATOR = new IsnGenerator(1, 2);
    private static final FourTuple TUPLE = tuple("192.0.2.1", 40_000, "192.0.2.2", 80);

    private static FourTuple tuple(String local, int localPort, String remote, int remotePort) {
        return new FourTuple(
                new TransportAddress(IpAddress.parse(local), localPort),
                new TransportAddress(IpAddress.parse(remote), remotePort));
    }

    /// RFC 9293 3.4.1, MUST-8: one more every 64 ns, as Linux counts, which is often enough for a step every 4 us;
    /// it comes round after 275 seconds.
    @Test
    void theyFollowAClock() {
        int first = GENERATOR.next(TUPLE, 0);
        for (long ticks : new long[] {1, 1000, 0x7fff_ffffL, 0xffff_ffffL, 0x1_0000_0000L, 1L << 40}) {
            assertThat(GENERATOR.next(TUPLE, ticks * 64)).isEqualTo(first + (int) ticks);
        }
        assertThat(GENERATOR.next(TUPLE, 63)).isEqualTo(first);
        assertThat(GENERATOR.next(TUPLE, 4_000) - first).isGreaterThanOrEqualTo(1);
    }

    /// RFC 9293 3.4.1, SHLD-1: each of the four, and the secret, makes another one.
    @Test
    void addressesPortsAndASecretAreAddedToTheClock() {
        Set<Integer> numbers = new HashSet<>();
        numbers.add(GENERATOR.next(TUPLE, 0));
        numbers.add(GENERATOR.next(tuple("192.0.2.3", 40_000, "192.0.2.2", 80), 0));
        numbers.add(GENERATOR.next(tuple("192.0.2.1", 40_001, "192.0.2.2", 80), 0));
        numbers.add(GENERATOR.next(tuple("192.0.2.1", 40_000, "192.0.2.4", 80), 0));
        numbers.add(GENERATOR.next(tuple("192.0.2.1", 40_000, "192.0.2.2", 81), 0));
        numbers.add(GENERATOR.next(tuple("192.0.2.2", 80, "192.0.2.1", 40_000), 0));
        numbers.add(new IsnGenerator(1, 3).next(TUPLE, 0));
        numbers.add(new IsnGenerator(3, 2).next(TUPLE, 0));
        assertThat(numbers).hasSize(8);
    }

    /// RFC 9293 3.4.1, MUST-9: who knows the numbers of some connections knows nothing of another's: the differences
    /// between neighbouring ports are all over the place, and other ones with each secret.
    @Test
    void oneNumberDoesNotTellAnother() {
        long seed = 6528;
        var random = new SplittableRandom(seed);
        Set<Integer> differences = new HashSet<>();
        int[] ones = new int[32];
        int count = 4096;
        for (int i = 0; i < count; i++) {
            var generator = new IsnGenerator(random.nextLong(), random.nextLong());
            int port = 1024 + i;
            int difference = generator.next(tuple("192.0.2.1", port + 1, "192.0.2.2", 80), 0)
                    - generator.next(tuple("192.0.2.1", port, "192.0.2.2", 80), 0);
            differences.add(difference);
            for (int bit = 0; bit < 32; bit++) ones[bit] += difference >>> bit & 1;
        }
        assertThat(differences).as("seed %d", seed).hasSizeGreaterThan(count - 5);
        // Each bit is a coin: 2048 of 4096, give or take five standard deviations of 32.
        for (int bit = 0; bit < 32; bit++)
            assertThat(ones[bit]).as("bit %d, seed %d", bit, seed).isBetween(1888, 2208);
    }
}
