package dev.sockeye.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A comparison that cannot find anything is none: it is tried on transcripts that differ in one thing
/// each.
class ComparisonTest {

    private static final long MILLI = 1_000_000;
    private static final Program PROGRAM = Generator.program(1);
    private static final Step.Call WRITE = new Step.Call(Step.CallKind.WRITE, 10);

    private static Segment segment(int seq, int window) {
        return new Segment(
                Segment.ACK, seq, 1, window, 0, 0, -1, false, false, 0, 0, List.of(), Peer.data(seq, 10), -1, 0);
    }

    private static List<Event> events() {
        return new ArrayList<>(List.of(
                new Event.Called(MILLI, WRITE, 10, 0),
                new Event.Went(MILLI, segment(1, 100), MILLI),
                new Event.Looked(MILLI, new Snapshot(-1, 4, Map.of("state", 1L, "snd_cwnd", 10L, "rto", 200_000L))),
                new Event.Went(200 * MILLI, segment(1, 100), 200 * MILLI),
                new Event.Looked(700 * MILLI, new Snapshot(-1, 4, Map.of("state", 1L)))));
    }

    private static List<String> kinds(List<Event> kernel, List<Event> stack) {
        return Comparison.of(
                        new Transcript(PROGRAM, kernel, 701 * MILLI, false),
                        new Transcript(PROGRAM, stack, 701 * MILLI, false))
                .stream()
                .map(difference -> difference.kind().replaceAll(" in .*", ""))
                .toList();
    }

    private static List<String> withKernels(int place, Event event) {
        List<Event> kernel = events();
        kernel.set(place, event);
        return kinds(kernel, events());
    }

    @Test
    void equalTranscriptsDoNotDiffer() {
        assertThat(kinds(events(), events())).isEmpty();
    }

    @Test
    void anotherResultIsFound() {
        assertThat(withKernels(0, new Event.Called(MILLI, WRITE, -11, 0)))
                .containsExactly("result of WRITE: EAGAIN, not a count");
    }

    @Test
    void anotherSegmentIsFoundAndOneThatIsMissing() {
        assertThat(withKernels(1, new Event.Went(MILLI, segment(1, 101), MILLI)))
                .containsExactly("packet data .: window");
        assertThat(withKernels(1, new Event.Went(MILLI, segment(2, 100), MILLI)))
                .containsExactly("packet data .: seq");
        List<Event> fewer = events();
        fewer.remove(3);
        assertThat(kinds(fewer, events())).containsExactly("ours sends: data .");
        assertThat(kinds(events(), fewer)).containsExactly("ours does not send: data .");
    }

    @Test
    void aTimeIsComparedAsExactlyAsTheKernelsClockworkAllows() {
        assertThat(withKernels(3, new Event.Went(210 * MILLI, segment(1, 100), 210 * MILLI)))
                .isEmpty();
        assertThat(withKernels(3, new Event.Went(300 * MILLI, segment(1, 100), 300 * MILLI)))
                .containsExactly("packet data .: time (earlier)");
        assertThat(withKernels(3, new Event.Went(100 * MILLI, segment(1, 100), 100 * MILLI)))
                .containsExactly("packet data .: time (later)");
        // the lab had not looked since 190 ms
        assertThat(withKernels(3, new Event.Went(300 * MILLI, segment(1, 100), 190 * MILLI)))
                .isEmpty();
    }

    @Test
    void anotherReadinessIsFoundAndAnotherValue() {
        assertThat(withKernels(2, new Event.Looked(MILLI, new Snapshot(-1, 5, Map.of("state", 1L)))))
                .containsExactly("poll IN");
        assertThat(withKernels(
                        2,
                        new Event.Looked(
                                MILLI, new Snapshot(-1, 4, Map.of("state", 1L, "snd_cwnd", 11L, "rto", 240_000L)))))
                .containsExactly("snd_cwnd", "rto");
    }

    @Test
    void aProgramIsReadAsItWasWritten() {
        for (int seed = 0; seed < 500; seed++) {
            Program program = Generator.program(seed % 2 == 0 ? seed : Generator.WIDE + seed);
            assertThat(ProgramText.read(program.toString())).hasToString(program.toString());
        }
    }

    @Test
    void programsAreTheSameForTheSameSeed() {
        assertThat(Generator.program(7)).hasToString(Generator.program(7).toString());
        assertThat(Generator.program(7).toString())
                .isNotEqualTo(Generator.program(8).toString());
    }
}
