package dev.sockeye.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The kernel and the stack do the same, in as many programs as run in some seconds; `differential/run`
/// goes on for as long as asked. Skipped where the kernel does not permit it.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the other side is Linux")
@Timeout(300)
class KernelAgreesTest {

    /// The same in every build, so that it fails for a change and not by chance; overruled by
    /// `sockeye.seed`.
    private static final long SEED = Long.getLong("sockeye.seed", 45);

    /// How many programs a round has of those that always were, and of those that do more ([Generator#WIDE]).
    private static final int NARROW = 250, WIDE = 150;

    private static final int ROUNDS = Integer.getInteger("sockeye.rounds", 1);

    /// So many programs with a difference run again: if there are more, those will do to show it.
    private static final int MOST_AGAIN = 24;

    /// Programs in which long times pass are for those who have more of it.
    private static final long LONGEST_MICROS = 2_000_000;

    @Test
    void theKernelAndTheStackDoTheSame() throws Exception {
        String obstacle = KernelLab.obstacle();
        assumeTrue(
                obstacle.isEmpty(),
                () -> "skipped: this process may not make devices in a network namespace: " + obstacle);
        System.out.println("seed " + SEED);
        assertThat(NetworkNamespace.callInNew(KernelAgreesTest::differences)).isEmpty();
    }

    /// What differs each time that a program is run.
    private static List<String> differences() throws Exception {
        try (KernelLab lab = KernelLab.here()) {
            var hunt = new Hunt(lab);
            int programs = 0;
            List<Hunt.Outcome> differing = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                List<Program> round =
                        new ArrayList<>(Hunt.programs(SEED + 2L * Hunt.AT_ONCE * i, LONGEST_MICROS, NARROW));
                round.addAll(Hunt.programs(Generator.WIDE + SEED + 2L * Hunt.AT_ONCE * i, LONGEST_MICROS, WIDE));
                for (Hunt.Outcome outcome : hunt.run(round)) {
                    programs++;
                    if (outcome.differs()) differing.add(outcome);
                }
            }
            System.out.println(programs + " programs ran, " + hunt.leftOut() + " were disturbed, " + differing.size()
                    + " run again");
            if (differing.size() > MOST_AGAIN) differing = differing.subList(0, MOST_AGAIN);
            // what time alone has decided is otherwise another time
            for (int i = 0; i < 2; i++) differing = hunt.persistent(differing);
            return differing.stream().map(KernelAgreesTest::dialogue).toList();
        }
    }

    private static String dialogue(Hunt.Outcome outcome) {
        return Dialogue.of(outcome.kernel(), outcome.differences().getFirst());
    }
}
