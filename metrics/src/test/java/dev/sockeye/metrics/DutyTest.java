package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DutyTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1), MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Duty duty = new Duty(0.01, SECOND);

    @Test
    void isDueAtFirst() {
        assertThat(duty.isDue(-5)).isTrue();
    }

    @Test
    void whatTakesLittleIsDoneAtTheInterval() {
        duty.done(0, 3 * MILLI);
        assertThat(duty.nextAt()).isEqualTo(SECOND);
        assertThat(duty.isDue(SECOND - 1)).isFalse();
        assertThat(duty.isDue(SECOND)).isTrue();
    }

    @Test
    void whatTakesMuchIsDoneSoSeldomThatItKeepsToItsShare() {
        duty.done(0, 50 * MILLI);
        assertThat(duty.nextAt()).isEqualTo(5 * SECOND);
    }
}
