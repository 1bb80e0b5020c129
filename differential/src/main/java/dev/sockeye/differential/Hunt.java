package dev.sockeye.differential;

import dev.sockeye.wire.PagePool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Runs programs on both sides, and finds those that differ.
final class Hunt {

    /// How many programs run at the same time.
    static final int AT_ONCE = 400;

    private static final int ATTEMPTS = 3;

    private static final int CLOCKWORKS = 16;

    /// Delays that are mere pauses between steps, microseconds.
    private static final int SHORT = 2000;

    /// How often a program with a difference runs again.
    private static final int AGAIN = 4;

    /// One for each thread that compares, so that a lost page is noticed.
    private static final ThreadLocal<PagePool> POOL = ThreadLocal.withInitial(PagePool::new);

    private final KernelLab lab;
    private int leftOut;

    Hunt(KernelLab lab) {
        this.lab = lab;
    }

    /// How a program went, and what differed that is not known.
    record Outcome(Transcript kernel, Transcript stack, List<Difference> differences) {

        /// Whether something differs for which time alone cannot be the reason.
        boolean differs() {
            return differences.stream().anyMatch(each -> each.doubt().isEmpty());
        }

        /// The first frame in which something differs.
        int agreesUntil() {
            return differences.stream().mapToInt(Difference::frame).min().orElse(Integer.MAX_VALUE);
        }

        /// The difference of a kind; null if there is none.
        @Nullable
        Difference of(String kind) {
            for (Difference each : differences) if (each.kind().equals(kind)) return each;
            return null;
        }
    }

    /// As many programs as run at the same time.
    static List<Program> programs(long seed, long longest) {
        return programs(seed, longest, AT_ONCE);
    }

    /// Programs.
    ///
    /// @param seed    of the first; the others have those that follow it
    /// @param longest programs that take longer are passed over, microseconds
    static List<Program> programs(long seed, long longest, int count) {
        return LongStream.iterate(seed, next -> next + 1)
                .mapToObj(Generator::program)
                .filter(program -> program.micros() <= longest)
                .limit(count)
                .toList();
    }

    /// Runs programs, all at the same time, on the kernel, and then on the stack. Those that the machine has disturbed
    /// run again, some times; after that they are left out.
    List<Outcome> run(List<Program> programs) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        List<Program> left = programs;
        for (int attempt = 0; attempt < ATTEMPTS && !left.isEmpty(); attempt++) {
            List<Transcript> transcripts = lab.run(left);
            left = transcripts.stream()
                    .filter(Transcript::disturbed)
                    .map(Transcript::program)
                    .toList();
            outcomes.addAll(transcripts.parallelStream()
                    .filter(kernel -> !kernel.disturbed())
                    .map(Hunt::compare)
                    .toList());
        }
        leftOut += left.size();
        return outcomes;
    }

    /// Compares the kernel with the stack. Where they differ, the stack runs again with other clockworks, some times:
    /// what the kernel did is right if the stack does it with any that the kernel may have.
    private static Outcome compare(Transcript kernel) {
        Outcome best = compare(kernel, Clockwork.exact());
        for (int i = 0; i < CLOCKWORKS && !best.differences.isEmpty(); i++) {
            Outcome other = compare(kernel, Clockwork.like(kernel, i));
            // what differs with a coarse clock may be of that
            boolean better = other.agreesUntil() > best.agreesUntil() && !Clockwork.isCoarse(i);
            if (better || other.differences.isEmpty()) best = other;
        }
        return best;
    }

    private static Outcome compare(Transcript kernel, Clockwork clockwork) {
        Transcript stack = StackRun.of(kernel, POOL.get(), clockwork);
        List<Difference> differences = Comparison.of(kernel, stack).stream()
                .filter(each -> !Known.contains(kernel, each))
                .toList();
        return new Outcome(kernel, stack, differences);
    }

    /// How many programs could not be run without the machine being busy with something else.
    int leftOut() {
        return leftOut;
    }

    /// Whether a difference of this kind is there again, whenever the program is run.
    boolean persists(Outcome found, String kind) throws IOException {
        return persistent(List.of(found)).stream().anyMatch(outcome -> outcome.of(kind) != null);
    }

    /// Those of the programs in which there is a difference of the same kind whenever they are run, with no others. All
    /// run again some times, at the same time.
    List<Outcome> persistent(List<Outcome> found) throws IOException {
        IdentityHashMap<Program, Outcome> left = new IdentityHashMap<>();
        List<Program> programs = new ArrayList<>();
        for (Outcome outcome : found) {
            for (int round = 0; round < AGAIN; round++) {
                Program again = round < 2
                        ? outcome.kernel()
                                .program()
                                .withSteps(outcome.kernel().program().steps())
                        : jittered(outcome.kernel().program(), round - 1);
                programs.add(again);
                left.put(again, outcome);
            }
        }
        Map<Outcome, List<Outcome>> again = new LinkedHashMap<>();
        for (Outcome outcome : run(programs)) {
            Outcome first = left.get(outcome.kernel().program());
            if (first != null)
                again.computeIfAbsent(first, key -> new ArrayList<>()).add(outcome);
        }
        List<Outcome> persistent = new ArrayList<>();
        again.forEach((first, others) -> {
            List<Difference> kept = first.differences().stream()
                    .filter(each -> each.doubt().isEmpty())
                    .filter(each ->
                            others.size() > 1 && others.stream().allMatch(other -> other.of(each.kind()) != null))
                    .toList();
            if (!kept.isEmpty()) persistent.add(new Outcome(first.kernel(), first.stack(), kept));
        });
        return persistent;
    }

    /// The same with other delays, which moves timers and steps apart that came at the same time by chance: short ones
    /// a good deal longer, or half as long, long ones a little longer.
    private static Program jittered(Program program, int round) {
        List<Step> steps = new ArrayList<>();
        for (Step step : program.steps()) {
            int delay = step.delayMicros();
            if (delay > SHORT) delay += delay / 50 * round;
            else delay = round == 1 ? delay + SHORT : delay / 2;
            steps.add(step.withDelay(delay));
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
                if (outcome.of(kind) == null || !persists(outcome, kind)) continue;
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
        program.ground().simpler().forEach(ground -> candidates.add(program.withGround(ground)));
        Program.Hello hello = program.hello();
        var plain = new Program.Hello(1460, -1, false, false, 65_535, -1);
        if (!hello.equals(plain)) {
            candidates.add(program.withHello(plain));
            if (hello.timestamps())
                candidates.add(program.withHello(new Program.Hello(
                        hello.mss(), hello.windowScale(), hello.sack(), false, hello.window(), hello.cookie())));
            if (hello.windowScale() >= 0)
                candidates.add(program.withHello(new Program.Hello(
                        hello.mss(), -1, hello.sack(), hello.timestamps(), hello.window(), hello.cookie())));
            if (hello.sack())
                candidates.add(program.withHello(new Program.Hello(
                        hello.mss(), hello.windowScale(), false, hello.timestamps(), hello.window(), hello.cookie())));
            if (hello.mss() != 1460 || hello.window() != 65_535)
                candidates.add(program.withHello(new Program.Hello(
                        1460, hello.windowScale(), hello.sack(), hello.timestamps(), 65_535, hello.cookie())));
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
