package dev.sockeye.inspect.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThresholdsTest {

    @Test
    void oneCanBeSet() {
        Thresholds standard = Thresholds.standard();
        Thresholds changed = standard.with("close-wait", "500ms").with("pool-size", "5");
        assertThat(changed.span("close-wait")).isEqualTo(Duration.ofMillis(500));
        assertThat(changed.number("pool-size")).isEqualTo(5);
        assertThat(changed.names()).isEqualTo(standard.names());
        assertThat(standard.span("close-wait")).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void whatCannotBeSetIsSaid() {
        Thresholds standard = Thresholds.standard();
        assertThatThrownBy(() -> standard.with("close_wait", "5s")).hasMessageContaining("there are busy, close-wait,");
        assertThatThrownBy(() -> standard.with("close-wait", "soon"))
                .hasMessage("'soon' is no duration; write 500ms, 5s, 10m, 2h or 3d");
        assertThatThrownBy(() -> standard.with("pool-size", "-1")).hasMessage("pool-size is a number, not '-1'");
    }

    @Test
    void agesInWords() {
        assertThat(Age.exactly(Duration.ofHours(3)).words()).isEqualTo("3 h");
        assertThat(new Age(Duration.ofMinutes(5), null).words()).isEqualTo("at least 5 min");
        assertThat(new Age(Duration.ofMinutes(5), Duration.ofMinutes(7)).words())
                .isEqualTo("5 min to 7 min");
        assertThat(new Age(Duration.ofMinutes(100), Duration.ofMinutes(101)).words())
                .isEqualTo("about 1 h 40 min");
        assertThat(new Age(Duration.ZERO, Duration.ofMinutes(7)).words()).isEqualTo("at most 7 min");
        assertThat(Age.UNKNOWN.words()).isEqualTo("an unknown time");
    }
}
