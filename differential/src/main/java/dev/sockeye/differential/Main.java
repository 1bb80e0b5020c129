package dev.sockeye.differential;

import dev.sockeye.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/// `differential/run [--seconds S] [--seed N] [--show N] [--shrink 0|1] [--one SEED] [--program FILE]`: looks for
/// differences, for as long as asked, and shows them, made small; or runs one program on both sides, of a seed or
/// of a file, and shows what each did. Needs root, for the network namespace.
public final class Main {

    private static final int SHOWN_OF_A_KIND = 5;
    private static final int WARM_UP = 20;

    private long seconds = 60;
    private long seed = System.nanoTime();
    private long one = -1;
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
                long value = Long.parseLong(arguments[i + 1]);
                switch (arguments[i]) {
                    case "--seconds" -> seconds = value;
                    case "--seed" -> seed = value;
                    case "--one" -> one = value;
                    case "--show" -> shown = value;
                    case "--shrink" -> shrink = value != 0;
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
            return true;
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println("differential: options are --seconds S, --seed N, --show N, --shrink 0|1, --one SEED,"
                    + " --program FILE");
            return false;
        }
    }

    private void run() throws IOException {
        try (KernelLab lab = KernelLab.here()) {
            var hunt = new Hunt(lab);
            if (!file.isEmpty()) showOne(hunt, ProgramText.read(Files.readString(Path.of(file))));
            else if (one >= 0) showOne(hunt, Generator.program(one));
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

    private static void show(Hunt.Outcome outcome) {
        System.out.print("---- the kernel\n" + Dialogue.of(outcome.kernel(), null));
        System.out.print("---- ours\n" + Dialogue.of(outcome.stack(), null));
        outcome.differences().forEach(System.out::println);
    }

    private void search(Hunt hunt) throws IOException {
        System.out.println("seed " + seed);
        var findings = new Findings();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        do {
            for (Hunt.Outcome outcome : hunt.run(Hunt.programs(seed + findings.programs()))) findings.add(outcome);
        } while (System.nanoTime() < end);
        System.out.println(findings.programs() + " programs ran, " + hunt.leftOut() + " were disturbed; in doubt: "
                + findings.doubts());
        for (String kind : findings.kinds())
            System.out.printf("%5d  %s%n", unknown(findings, kind).size(), kind);
        for (String kind : findings.kinds().stream().limit(shown).toList()) show(hunt, kind, unknown(findings, kind));
    }

    private static List<Findings.Finding> unknown(Findings findings, String kind) {
        return findings.of(kind).stream()
                .filter(each -> !Known.contains(each.outcome().kernel().program(), each.difference()))
                .toList();
    }

    private void show(Hunt hunt, String kind, List<Findings.Finding> findings) throws IOException {
        if (findings.isEmpty()) return;
        System.out.println("\n---- " + findings.size() + " times: " + kind);
        for (Findings.Finding finding : findings.stream().limit(SHOWN_OF_A_KIND).toList()) {
            if (!hunt.persists(finding.outcome().kernel().program(), kind)) continue;
            Hunt.Outcome small = shrink ? hunt.shrink(finding.outcome(), kind) : finding.outcome();
            System.out.print(Dialogue.of(small.kernel(), small.of(kind)));
            System.out.print(small.kernel().program());
            return;
        }
        System.out.println("not when run again");
    }
}
