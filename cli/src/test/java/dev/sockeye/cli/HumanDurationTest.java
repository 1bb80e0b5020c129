package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class HumanDurationTest {

    private final HumanDuration converter = new HumanDuration();

    @Test
    void asPeopleWriteThem() {
        Map.of(
                        "500ms", Duration.ofMillis(500),
                        "5s", Duration.ofSeconds(5),
                        "5", Duration.ofSeconds(5),
                        "0.25", Duration.ofMillis(250),
                        "10m", Duration.ofMinutes(10),
                        "10min", Duration.ofMinutes(10),
                        "1.5h", Duration.ofMinutes(90),
                        "2h30m", Duration.ofMinutes(150),
                        "3d", Duration.ofDays(3))
                .forEach((text, duration) ->
                        assertThat(converter.convert(text)).as(text).isEqualTo(duration));
    }

    @Test
    void whatIsNone() {
        for (String text : new String[] {"", "x", "5 s", "-5s", "5x", "s", "1h30", "5s!", "1..5s"}) {
            assertThatThrownBy(() -> converter.convert(text))
                    .as(text)
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessage("'" + text + "' is no duration; write 500ms, 5s, 10m, 2h or 3d");
        }
    }

    @Test
    void absurdlyLongIsLongEnough() {
        assertThat(converter.convert("99999999999999d")).isEqualTo(Duration.ofSeconds(1_000_000_000));
    }
}
