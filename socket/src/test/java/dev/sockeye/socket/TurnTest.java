package dev.sockeye.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One thread at a time.
@Timeout(20)
class TurnTest {

    private final Turn turn = new Turn();

    @Test
    void isTakenByOneOnly() {
        assertThat(turn.tryTake()).isTrue();
        assertThat(turn.tryTake()).isFalse();
        turn.give();
        assertThat(turn.tryTake()).isTrue();
    }

    @Test
    void aThreadThatComesBackToWhatItIsInIsToldSo() {
        turn.take();
        assertThatThrownBy(turn::take).isInstanceOf(IllegalStateException.class).hasMessageContaining("under its lock");
    }

    @Test
    void platformAndVirtualThreadsWaitForIt() throws InterruptedException {
        int[] count = {0};
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            Runnable counting = () -> {
                for (int i = 0; i < 5_000; i++) {
                    turn.take();
                    count[0]++;
                    turn.give();
                }
            };
            threads.add(
                    t % 2 == 0
                            ? Thread.ofPlatform().start(counting)
                            : Thread.ofVirtual().start(counting));
        }
        for (Thread thread : threads) thread.join();
        assertThat(count[0]).isEqualTo(40_000);
    }
}
