package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Numbers of stations with something to do.
class WorkSetTest {

    private final WorkSet work = new WorkSet();

    @Test
    void isEmptyAtFirst() {
        assertThat(work.isEmpty()).isTrue();
        assertThat(work.take(-1)).isEqualTo(-1);
    }

    @Test
    void whatIsAddedTwiceIsTakenOnce() {
        work.add(5);
        work.add(5);
        assertThat(work.take(-1)).isEqualTo(5);
        assertThat(work.take(5)).isEqualTo(-1);
        assertThat(work.isEmpty()).isTrue();
    }

    @Test
    void isTakenRoundAndRound() {
        for (int number : new int[] {3, 63, 64, 200, 4095}) work.add(number);

        assertThat(work.take(63)).isEqualTo(64);
        assertThat(work.take(64)).isEqualTo(200);
        assertThat(work.take(200)).isEqualTo(4095);
        assertThat(work.take(4095)).isEqualTo(3);
        assertThat(work.take(3)).isEqualTo(63);
        assertThat(work.isEmpty()).isTrue();
    }

    @Test
    void aNumberBeforeTheLastOneIsFoundInTheSameWord() {
        work.add(1);
        assertThat(work.take(40)).isEqualTo(1);
    }

    @Test
    void ofTwoThatAreAlwaysAddedAgainBothAreTaken() {
        int[] taken = new int[10];
        int last = -1;
        for (int i = 0; i < 10; i++) {
            work.add(2);
            work.add(7);
            last = work.take(last);
            taken[last]++;
        }
        assertThat(taken).containsExactly(0, 0, 5, 0, 0, 0, 0, 5, 0, 0);
    }
}
