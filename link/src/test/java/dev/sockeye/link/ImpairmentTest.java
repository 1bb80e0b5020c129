package dev.sockeye.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class ImpairmentTest {

    @ParameterizedTest
    @CsvSource(delimiter = '>', textBlock = """
            delay 1ms loss 0.1% rate 100mbit          > delay 1ms loss 0.1% rate 100mbit limit 1000
            DELAY 1.5ms  2ms                          > delay 1500us 2ms
            latency 2s drop 100%                      > delay 2s loss 100%
            delay 10ms 3ms distribution normal        > delay 10ms 3ms distribution normal
            delay 10ms 3ms ordered                    > delay 10ms 3ms ordered
            loss random 3%                            > loss 3%
            loss gemodel 1%                           > loss gemodel 1% 99% 100% 0%
            loss gemodel 1% 10% 70% 0.1%              > loss gemodel 1% 10% 70% 0.1%
            delay 5ms reorder 25% gap 5               > delay 5ms reorder 25% gap 5
            duplicate 2% corrupt 0.5%                 > duplicate 2% corrupt 0.5%
            rate 10mbps limit 64kb                    > rate 80mbit limit 65536b
            rate 9600bit limit 10                     > rate 9600bit limit 10
            mtu 1400 icmp                             > mtu 1400 icmp
            none                                      > none
            satellite loss 0%                         > delay 280ms rate 20mbit limit 524288b
            """)
    void readsTheVocabularyOfNetemAndWritesIt(String text, String written) {
        Impairment parsed = Impairment.parse(text);
        assertThat(parsed).hasToString(written);
        assertThat(Impairment.parse(written)).isEqualTo(parsed);
    }

    @Test
    void nothingIsNoImpairment() {
        assertThat(Impairment.parse("  ")).isEqualTo(Impairment.NONE);
    }

    @Test
    void everyPresetCanBeRead() {
        assertThat(Impairment.PRESETS.keySet())
                .allSatisfy(name -> assertThat(Impairment.parse(name)).isNotEqualTo(Impairment.NONE));
    }

    @Test
    void canBeMadeInCodeToo() {
        Impairment made = Impairment.NONE
                .withDelay(Duration.ofMillis(10))
                .withJitter(Duration.ofMillis(2), true)
                .withBurstLoss(0.01, 0.3)
                .withDuplicate(0.02)
                .withCorrupt(0.01)
                .withReorder(0.05)
                .withRate(1_000_000, 65536)
                .withMtu(1280, true);
        assertThat(made)
                .hasToString("delay 10ms 2ms ordered loss gemodel 1% 30% 100% 0% duplicate 2% corrupt 1% reorder 5%"
                        + " rate 1mbit limit 65536b mtu 1280 icmp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delay",
                "delay fast",
                "delay 10",
                "loss 5",
                "loss 101%",
                "loss 1% 25%",
                "reorder 5%",
                "rate 100",
                "mtu 10",
                "slow",
                "none loss 1%",
                "limit 3parsecs",
                "delay 1ms distribution pareto",
                "loss gemodel",
                "delay -1ms"
            })
    void saysWhatIsWrong(String text) {
        assertThatThrownBy(() -> Impairment.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("bad link description \"" + text + "\": ");
    }

    @Test
    void saysWhatItExpected() {
        assertThatThrownBy(() -> Impairment.parse("delay 10"))
                .hasMessage("bad link description \"delay 10\": 'delay 10': expected something like delay 10ms");
    }
}
