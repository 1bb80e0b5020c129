package dev.sockeye.inspect.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortForecastTest {

    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    /// So many closed in each of the last `seconds` seconds.
    private static List<Duration> closed(int perSecond, int seconds) {
        return IntStream.range(0, perSecond * seconds)
                .mapToObj(i -> Duration.ofMillis(60_000 - i * 1000L / perSecond - 1))
                .toList();
    }

    @Test
    void connectionsThatStayOpenUseUpThePorts() {
        var forecast = new PortForecast(28_232, 16_232, 50, List.of(), 0);
        assertThat(forecast.exhaustedIn(TEN_MINUTES)).isEqualTo(Duration.ofMinutes(4));
        assertThat(new PortForecast(28_232, 16_232, 15, List.of(), 0).exhaustedIn(TEN_MINUTES))
                .isNull();
    }

    @Test
    void theRateOfClosingsStandsInTheTimersOfOneLook() {
        assertThat(PortForecast.closings(closed(30, 60))).isEqualTo(30);
        assertThat(PortForecast.closings(List.of(Duration.ofSeconds(5)))).isZero();
    }

    @Test
    void aSteadyRateLevelsOff() {
        // 400 a second, each for a minute: 24 000 at a time, and never more.
        List<Duration> steady = closed(400, 60);
        assertThat(new PortForecast(28_232, 10, 0, steady, 400).exhaustedIn(TEN_MINUTES))
                .isNull();
        // The same after twenty seconds: what a line through two points would take for an end in fifty
        // seconds.
        assertThat(new PortForecast(28_232, 10, 0, closed(400, 20), 400).exhaustedIn(TEN_MINUTES))
                .isNull();
    }

    @Test
    void aFasterOneDoesNot() {
        List<Duration> young = closed(600, 20); // 12 000 so far; the ports are gone after 47 s of this
        assertThat(new PortForecast(28_232, 0, 0, young, 600).exhaustedIn(TEN_MINUTES))
                .isBetween(Duration.ofSeconds(27), Duration.ofSeconds(28));
    }

    @Test
    void noneLeftIsNow() {
        assertThat(new PortForecast(100, 60, 0, closed(1, 40), 0).exhaustedIn(TEN_MINUTES))
                .isEqualTo(Duration.ZERO);
    }
}
