package dev.sockeye.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sockeye.linux.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// The kernel and the stack do the same, in as many programs as run in some seconds; `differential/run`
/// goes on for as long as asked. Skipped where the kernel does not permit it.
@EnabledOnOs(value = OS.LINUX, disabledReason = "the other side is Linux")
@EnabledIfSystemProperty(
        named = "sockeye.differential",
        matches = "true",
        disabledReason = "differences that it finds are being mended; it runs with -Dsockeye.differential=true")
@Timeout(300)
class KernelAgreesTest {

    /// The same in every build, so that it fails for a change and not by chance; overruled by
    /// `sockeye.seed`.
    private static final long SEED = Long.getLong("sockeye.seed", 1);

    private static final int ROUNDS = Integer.getInteger("sockeye.rounds", 2);

    /// Of a kind that nobody knows, so many programs are tried again.
    private static final int TRIED = 3;

    @Test
    void theKernelAndTheStackDoTheSame() throws Exception {
        String obstacle = KernelLab.obstacle();
        assumeTrue(
                obstacle.isEmpty(),
                () -> "skipped: this process may not make devices in a network namespace: " + obstacle);
        System.out.println("seed " + SEED);
        assertThat(NetworkNamespace.callInNew(KernelAgreesTest::unknownDifferences))
                .isEmpty();
    }

    private static List<String> unknownDifferences() throws Exception {
        try (KernelLab lab = KernelLab.here()) {
            var hunt = new Hunt(lab);
            var findings = new Findings();
            for (int i = 0; i < ROUNDS; i++) {
                for (Hunt.Outcome outcome : hunt.run(Hunt.programs(SEED + findings.programs()))) findings.add(outcome);
            }
            List<String> unknown = new ArrayList<>();
            for (String kind : findings.kinds()) {
                for (Findings.Finding finding : unknown(findings.of(kind))) {
                    if (!hunt.persists(finding.outcome().kernel().program(), kind)) continue;
                    unknown.add(Dialogue.of(finding.outcome().kernel(), finding.difference()));
                    break;
                }
            }
            System.out.println(findings.programs() + " programs ran, " + hunt.leftOut() + " were disturbed");
            return unknown;
        }
    }

    private static List<Findings.Finding> unknown(List<Findings.Finding> findings) {
        return findings.stream()
                .filter(each -> !Known.contains(each.outcome().kernel().program(), each.difference()))
                .limit(TRIED)
                .toList();
    }
}
