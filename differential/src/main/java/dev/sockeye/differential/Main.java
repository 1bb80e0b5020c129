package dev.sockeye.differential;

import dev.sockeye.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `differential/run [--seconds S] [--seed N] [--show N] [--shrink 0|1] [--one SEED[,SEED...]] [--program FILE]`: looks
/// for
/// differences, for as long as asked, and shows them, made small; or runs one program on both sides, of a seed or
/// of a file, and shows what each did. Needs root, for the network namespace.
public final class Main {

    private static final int SHOWN_OF_A_KIND = 5;
    private static final int SEEDS_OF_A_KIND = 8;
    private static final int WARM_UP = 20;

    private long seconds = 60;
    private long seed = System.nanoTime();
    private List<Long> these = List.of();
    private String file = "";
    private long shown = 10;
    private boolean shrink = true;

    private Main() {}

    /// For the command line.
    public static void main(String[] arguments) throws Exception {
        var main = new Main();
        if (!main.parse(arguments)) System.exit(64);
        String obstacle = KernelLab.obstacle();
        if (!obstacle.isEmpty()) {
            System.err.println("differential: this process may not make devices in a network namespace: " + obstacle);
            System.exit(69);
        }
        NetworkNamespace.callInNew(() -> {
            main.run();
            return null;
        });
    }

    private boolean parse(String[] arguments) {
        try {
            for (int i = 0; i < arguments.length; i += 2) {
                if (arguments[i].equals("--program")) {
                    file = arguments[i + 1];
                    continue;
                }
                if (arguments[i].equals("--one")) {
                    these = Stream.of(arguments[i + 1].split(","))
                            .map(Long::valueOf)
                            .toList();
                    continue;
                }
                long value = Long.parseLong(arguments[i + 1]);
                switch (arguments[i]) {
                    case "--seconds" -> seconds = value;
                    case "--seed" -> seed = value;
                    case "--show" -> shown = value;
                    case "--shrink" -> shrink = value != 0;
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
            return true;
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println(
                    "differential: options are --seconds S, --seed N, --show N, --shrink 0|1, --one SEED[,SEED...],"
                            + " --program FILE");
            return false;
        }
    }

    private void run() throws IOException {
        try (KernelLab lab = KernelLab.here()) {
            var hunt = new Hunt(lab);
            if (!file.isEmpty()) showOne(hunt, ProgramText.read(Files.readString(Path.of(file))));
            else if (these.size() == 1) showOne(hunt, Generator.program(these.getFirst()));
            else if (!these.isEmpty())
                showThese(hunt, these.stream().map(Generator::program).toList());
            else search(hunt);
        }
    }

    private static void showOne(Hunt hunt, Program program) throws IOException {
        System.out.print(program);
        // some times, for the first steps of all are slow
        List<Hunt.Outcome> outcomes = hunt.run(Collections.nCopies(WARM_UP, program));
        if (outcomes.isEmpty()) System.out.println("the machine is too busy");
        else show(outcomes.getLast());
    }

    /// Shows of each what is the first to differ.
    private static void showThese(Hunt hunt, List<Program> programs) throws IOException {
        for (Hunt.Outcome outcome : hunt.run(programs)) {
            if (outcome.differences().isEmpty())
                System.out.println("program " + outcome.kernel().program().seed() + " agrees");
            else
                System.out.print(
                        Dialogue.of(outcome.kernel(), outcome.differences().getFirst()));
            System.out.println();
        }
    }

    private static void show(Hunt.Outcome outcome) {
        System.out.print(Dialogue.sideBySide(outcome.kernel(), outcome.stack()));
        outcome.differences().forEach(System.out::println);
    }

    private void search(Hunt hunt) throws IOException {
        System.out.println("seed " + seed);
        var findings = new Findings();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        do {
            for (Hunt.Outcome outcome : hunt.run(Hunt.programs(seed + findings.programs(), Long.MAX_VALUE)))
                findings.add(outcome);
        } while (System.nanoTime() < end);
        System.out.println(findings.programs() + " programs ran, " + hunt.leftOut() + " were disturbed; in doubt: "
                + findings.doubts());
        for (String kind : findings.kinds())
            System.out.printf("%5d  %s: %s%n", findings.of(kind).size(), kind, seeds(findings.of(kind)));
        for (String kind : findings.kinds().stream().limit(shown).toList()) show(hunt, kind, findings.of(kind));
    }

    private static String seeds(List<Findings.Finding> findings) {
        return findings.stream()
                .limit(SEEDS_OF_A_KIND)
                .map(finding ->
                        Long.toString(finding.outcome().kernel().program().seed()))
                .collect(Collectors.joining(" "));
    }

    private void show(Hunt hunt, String kind, List<Findings.Finding> findings) throws IOException {
        if (findings.isEmpty()) return;
        System.out.println("\n---- " + findings.size() + " times: " + kind);
        for (Findings.Finding finding : findings.stream().limit(SHOWN_OF_A_KIND).toList()) {
            if (!hunt.persists(finding.outcome(), kind)) continue;
            Hunt.Outcome small = shrink ? hunt.shrink(finding.outcome(), kind) : finding.outcome();
            System.out.print(Dialogue.of(small.kernel(), small.of(kind)));
            System.out.print(small.kernel().program());
            return;
        }
        System.out.println("not when run again");
    }
}
