package dev.sockeye.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// The line that says that something takes long.
class WaitingTest {

    private static final String ERASE = "\r\u001b[K";

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatTakesLongIsSaidAndGoneAfterwards() throws Exception {
        try (Waiting _ = Waiting.begin(new Progress(stream, true), "looking", 1)) {
            long until = System.nanoTime() + 10_000_000_000L;
            while (said().isEmpty() && System.nanoTime() < until) Thread.sleep(1);
        }
        assertThat(said()).isEqualTo(ERASE + "looking, for 0 s by now" + ERASE);
        assertThat(Thread.getAllStackTraces().keySet().stream().filter(WaitingTest::tells))
                .allSatisfy(thread -> thread.join(10_000))
                .noneMatch(Thread::isAlive);
    }

    private static boolean tells(Thread thread) {
        return thread.getName().equals("sockeye-waiting");
    }

    @Test
    void whatIsDoneSoonIsNotWorthAWord() {
        Waiting.begin(new Progress(stream, true), "looking", 60_000).close();
        assertThat(said()).isEmpty();
    }

    @Test
    void whereNobodySeesItThereIsNothing() throws Exception {
        try (Waiting _ = Waiting.begin(new Progress(stream, false), "looking", 0)) {
            assertThat(Thread.getAllStackTraces().keySet()).noneMatch(WaitingTest::tells);
        }
        assertThat(said()).isEmpty();
    }
}
