package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Numbers as the JDK writes them.
class ByteTextTest {

    private static String text(long number) {
        return new ByteText(1).add(number).toString();
    }

    @Test
    void wholeNumbers() {
        long power = 1;
        for (int digits = 1; digits <= 19; digits++) {
            for (long number : new long[] {power - 1, power, power + 1, -power, 7 * power, Long.MAX_VALUE / power}) {
                assertThat(text(number)).isEqualTo(Long.toString(number));
            }
            power *= 10;
        }
        assertThat(text(Long.MIN_VALUE)).isEqualTo(Long.toString(Long.MIN_VALUE));
        assertThat(text(Integer.MAX_VALUE)).isEqualTo("2147483647");
        assertThat(text(1L + Integer.MAX_VALUE)).isEqualTo("2147483648");
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long number = random.nextLong() >> random.nextInt(64);
            assertThat(text(number)).as("seed %d", seed).isEqualTo(Long.toString(number));
        }
    }

    /// `%g` of a fraction that is exact in eight decimals, which the JDK's own does not do: it writes zeros.
    @Test
    void fractionsInSixDigits() {
        for (int number = 0; number < 300_000; number++) {
            BigDecimal rounded = new BigDecimal(number / 256.0).round(new MathContext(6, RoundingMode.HALF_EVEN));
            String expected =
                    rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
            assertThat(new ByteText(1).addOf256(number).toString()).isEqualTo(expected);
        }
        assertThat(new ByteText(1).addOf256(Integer.MAX_VALUE).toString()).isEqualTo("8.38861e+06");
    }

    @Test
    void names() {
        assertThat(new ByteText(1).addName("rto").add(204).toString()).isEqualTo(" rto:204");
        assertThat(new ByteText(1).add("größer").toString()).isEqualTo("größer");
    }
}
