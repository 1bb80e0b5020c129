package dev.sockeye.differential;

import dev.sockeye.wire.PagePool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs programs on both sides, and finds those that differ.
final class Hunt {

    /// How many programs run at the same time.
    private static final int AT_ONCE = 400;

    private static final int ATTEMPTS = 3;

    private final KernelLab lab;
    private int leftOut;
    private final PagePool pool = new PagePool();

    Hunt(KernelLab lab) {
        this.lab = lab;
    }

    /// How a program went, and what differed.
    record Outcome(Transcript kernel, Transcript stack, List<Difference> differences) {

        /// The difference of a kind; null if there is none.
        @Nullable
        Difference of(String kind) {
            for (Difference each : differences) if (each.kind().equals(kind)) return each;
            return null;
        }
    }

    /// As many programs as run at the same time.
    ///
    /// @param seed of the first; the others have those that follow it
    static List<Program> programs(long seed) {
        List<Program> programs = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) programs.add(Generator.program(seed + i));
        return programs;
    }

    /// Runs programs, all at the same time, on the kernel, and then on the stack. Those that the machine has disturbed
    /// run again, some times; after that they are left out.
    List<Outcome> run(List<Program> programs) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        List<Program> left = programs;
        for (int attempt = 0; attempt < ATTEMPTS && !left.isEmpty(); attempt++) {
            List<Program> disturbed = new ArrayList<>();
            for (Transcript kernel : lab.run(left)) {
                if (kernel.disturbed()) {
                    disturbed.add(kernel.program());
                    continue;
                }
                Transcript stack = StackRun.of(kernel, pool);
                outcomes.add(new Outcome(kernel, stack, Comparison.of(kernel, stack)));
            }
            left = disturbed;
        }
        leftOut += left.size();
        return outcomes;
    }

    /// How many programs could not be run without the machine being busy with something else.
    int leftOut() {
        return leftOut;
    }

    /// Whether a difference of this kind is there again, whenever the program is run.
    boolean persists(Program program, String kind) throws IOException {
        List<Outcome> outcomes = run(List.of(program, jittered(program, 1), jittered(program, 2)));
        return outcomes.size() > 1 && outcomes.stream().allMatch(outcome -> outcome.of(kind) != null);
    }

    /// The same with slightly other delays, which moves timers and steps apart that came at the same time
    /// by chance.
    private static Program jittered(Program program, int round) {
        List<Step> steps = new ArrayList<>();
        for (Step step : program.steps()) {
            int delay = step.delayMicros();
            steps.add(step.withDelay(delay + (delay > 2000 ? delay / 50 * round : 0)));
        }
        return program.withSteps(List.copyOf(steps));
    }

    /// A smaller program that differs in the same way: steps, settings and delays are left out while it
    /// does.
    Outcome shrink(Outcome found, String kind) throws IOException {
        Outcome best = found;
        for (boolean smaller = true; smaller; ) {
            smaller = false;
            List<Program> candidates = candidates(best, kind);
            for (Outcome outcome : run(candidates)) {
                if (outcome.of(kind) == null || !persists(outcome.kernel().program(), kind)) continue;
                best = outcome;
                smaller = true;
                break;
            }
        }
        return best;
    }

    /// Programs with something less than one that differs, those with much less first.
    private static List<Program> candidates(Outcome outcome, String kind) {
        Program program = outcome.kernel().program();
        List<Program> candidates = new ArrayList<>();
        List<Step> steps = program.steps();
        Difference difference = outcome.of(kind);
        int needed = difference == null ? steps.size() : Math.min(steps.size(), difference.frame());
        if (needed < steps.size()) candidates.add(program.withSteps(steps.subList(0, needed)));
        for (int size = steps.size() / 2; size >= 1; size /= 2) {
            for (int at = 0; at + size <= steps.size(); at += size) {
                List<Step> fewer = new ArrayList<>(steps.subList(0, at));
                fewer.addAll(steps.subList(at + size, steps.size()));
                candidates.add(program.withSteps(List.copyOf(fewer)));
            }
        }
        for (int i = 0; i < program.settings().size(); i++) {
            // without it a machine may have chosen otherwise than Linux does
            if (program.settings().get(i).option().equals("TCP_CONGESTION")) continue;
            List<Step.Call> fewer = new ArrayList<>(program.settings());
            fewer.remove(i);
            candidates.add(program.withSettings(List.copyOf(fewer)));
        }
        Program.Hello hello = program.hello();
        var plain = new Program.Hello(1460, -1, false, false, 65_535);
        if (!hello.equals(plain)) {
            candidates.add(program.withHello(plain));
            if (hello.timestamps())
                candidates.add(program.withHello(
                        new Program.Hello(hello.mss(), hello.windowScale(), hello.sack(), false, hello.window())));
            if (hello.windowScale() >= 0)
                candidates.add(program.withHello(
                        new Program.Hello(hello.mss(), -1, hello.sack(), hello.timestamps(), hello.window())));
            if (hello.sack())
                candidates.add(program.withHello(new Program.Hello(
                        hello.mss(), hello.windowScale(), false, hello.timestamps(), hello.window())));
            if (hello.mss() != 1460 || hello.window() != 65_535)
                candidates.add(program.withHello(
                        new Program.Hello(1460, hello.windowScale(), hello.sack(), hello.timestamps(), 65_535)));
        }
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).delayMicros() <= 1000) continue;
            List<Step> sooner = new ArrayList<>(steps);
            sooner.set(i, steps.get(i).withDelay(1000));
            candidates.add(program.withSteps(List.copyOf(sooner)));
        }
        return candidates;
    }
}
