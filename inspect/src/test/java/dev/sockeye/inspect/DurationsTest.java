package dev.sockeye.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "5s, PT5S",
        "5, PT5S",
        "90, PT1M30S",
        "0.25, PT0.25S",
        ".5s, PT0.5S",
        "5.s, PT5S",
        "10m, PT10M",
        "10min, PT10M",
        "1.5h, PT1H30M",
        "2 h, PT2H",
        "' 5 min ', PT5M",
        "2h30m, PT2H30M",
        "1m5ms, PT1M0.005S",
        "2 h 30 m, PT2H30M",
        "3d, PT72H",
        "3D, PT72H",
        "7usec, PT0.000007S",
        "7us, PT0.000007S",
        "7msec, PT0.007S",
        "7sec, PT7S",
        "0.0000000004s, PT0S",
    })
    void asPeopleWriteThem(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "x", "-5s", "5x", "s", ".", ".s", "1h30", "5s!", "1..5s", "1.2.3", "5 5", "10lightyears"
            })
    void whatIsNone(String text) {
        assertThat(Durations.parse(text, ChronoUnit.MILLIS)).isNull();
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is no duration; write 500ms, 5s, 10m, 2h or 3d");
    }

    @Test
    void aNumberAloneHasTheUnitThatIsUsualThere() {
        assertThat(Durations.parse("2.5", ChronoUnit.MILLIS)).isEqualTo(Duration.ofNanos(2_500_000));
        assertThat(Durations.parse("2.5s", ChronoUnit.MILLIS)).isEqualTo(Duration.ofMillis(2_500));
    }

    @Test
    void absurdlyLongIsLongEnough() {
        assertThat(Durations.parse("99999999999999d")).isEqualTo(Duration.ofSeconds(1_000_000_000));
    }
}
