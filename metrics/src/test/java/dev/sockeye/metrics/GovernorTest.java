package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GovernorTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1), MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private long used = 700 * MILLI;
    private final Governor governor = new Governor(0.01, SECOND, () -> Duration.ofNanos(used));

    @Test
    void whatItTookToBeginDoesNotCount() {
        governor.begin(0);
        used += 10 * MILLI;
        assertThat(governor.delay(SECOND)).isZero();
    }

    @Test
    void whatWasTakenBeyondIsMadeUpFor() {
        governor.begin(0);
        used += 15 * MILLI;
        assertThat(governor.delay(SECOND)).isEqualTo(SECOND / 2);
        assertThat(governor.delay(SECOND + SECOND / 2)).as("it was").isZero();
    }

    @Test
    void noLookIsPutOffForLongAndTheRestIsOwed() {
        governor.begin(0);
        used += 60 * MILLI;
        assertThat(governor.delay(SECOND)).isEqualTo(SECOND);
        assertThat(governor.delay(2 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void inTheLongRunItKeepsToItsShareWhateverALookTakes() {
        governor.begin(0);
        long now = 0;
        long begun = used;
        for (int look = 0; look < 1000; look++) {
            used += 13 * MILLI; // a look, with what else there is
            if (look % 100 == 50) used += 100 * MILLI; // an examination by the doctor
            now += SECOND + governor.delay(now + SECOND);
        }
        double share = (used - begun) / (double) now;
        assertThat(share).isBetween(0.0095, 0.0100001);
    }

    @Test
    void aLongRestIsNotSavedForARush() {
        governor.begin(0);
        assertThat(governor.delay(3600 * SECOND)).isZero();
        used += 200 * MILLI; // ten seconds' worth are good
        assertThat(governor.delay(3601 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void ownTimeIsKnown() {
        assertThat(Governor.processCpu()).isPositive();
    }
}
