package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class HumanDurationTest {

    @Test
    void itIsReadOrRefusedAsPicocliWants() {
        assertThat(new HumanDuration().convert("2h30m")).isEqualTo(Duration.ofMinutes(150));
        assertThatThrownBy(() -> new HumanDuration().convert("soon"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'soon' is no duration; write 500ms, 5s, 10m, 2h or 3d");
    }
}
