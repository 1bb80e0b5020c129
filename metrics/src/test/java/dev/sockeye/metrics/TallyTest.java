package dev.sockeye.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TallyTest {

    private static List<Object> whole(Tally.Folded folded) {
        return folded.rows().entrySet().stream()
                .<Object>map(row -> row.getKey() + " " + row.getValue().sum() + " "
                        + row.getValue().oldest(StateLabel.CLOSE_WAIT))
                .toList();
    }

    @Test
    void whatHasNoSeriesIsPutTogetherAndNothingIsLost() {
        var tally = new Tally();
        for (int i = 0; i < 1000; i++) {
            Tally.Row row = tally.row("worker-" + i);
            for (int n = 0; n <= i % 3; n++) row.add(StateLabel.CLOSE_WAIT, i);
        }
        Tally.Folded folded = tally.fold(List.of("worker-2", "gone"));
        assertThat(whole(folded)).containsExactly("worker-2 3 2", "gone 0 0", "(other) 1996 999");
        assertThat(List.of(folded.values(), folded.sockets())).containsExactly(999, 1996);
    }

    @Test
    void whatIsForgottenNeedsNoSeries() {
        var tally = new Tally();
        tally.row("a").add(0, 0);
        tally.forget();
        assertThat(whole(tally.fold(Set.of()))).isEmpty();
    }
}
