package dev.sockeye.cli;

import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.doctor.CheckUp;
import dev.sockeye.inspect.doctor.CheckUps;
import dev.sockeye.inspect.doctor.Doctor;
import dev.sockeye.inspect.doctor.Finding;
import dev.sockeye.inspect.doctor.FindingJson;
import dev.sockeye.inspect.doctor.RecordedFacts;
import dev.sockeye.inspect.doctor.Severity;
import dev.sockeye.inspect.doctor.Thresholds;
import dev.sockeye.inspect.history.KnownPast;
import dev.sockeye.inspect.kernel.KernelQuery;
import dev.sockeye.inspect.kernel.KernelSource;
import dev.sockeye.inspect.look.LocalMachine;
import dev.sockeye.inspect.look.Look;
import dev.sockeye.inspect.look.Recording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `sockeye doctor`
@Command(
        name = "doctor",
        header = "Says what is wrong with this machine's TCP sockets, who is at fault, and what to do.",
        description = {
            "",
            "Looks at the sockets of all network namespaces that it may see, and at the kernel's counters and limits;"
                    + " twice, with some seconds between, to know rates. A finding says what is the matter, what was"
                    + " seen, whose move it is, whether it is harmless, and what to do now and for good. Nothing is"
                    + " changed. Run as root it sees every process and container.",
            ""
        },
        footer = {
            "",
            "It ends with 0 if nothing is wrong (notes may be told), 1 if there is a warning, 2 if something is"
                    + " critical: as monitoring plugins do. 64 is a wrong command line, 74 that nothing could be seen.",
            "",
            "Examples:",
            "  sudo sockeye doctor",
            "  sudo sockeye doctor --watch 1m                     growth over a minute",
            "  sudo sockeye doctor --rule close-wait --verbose    leaks only, with all that is known",
            "  sockeye doctor --json | jq -r '.rule // empty'     for programs: a JSON object in each line",
            "  sockeye doctor --from night.sockeye                what 'sockeye record' has written"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields in
final class DoctorCommand implements Callable<Integer> {

    @ParentCommand
    private Sockeye sockeye;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "DURATION",
            defaultValue = "2s",
            converter = HumanDuration.class,
            description = "Time between the two looks, 2s by default. With 0 there is one look, and no rates.")
    private Duration watch;

    @Option(
            names = {"-s", "--min-severity"},
            paramLabel = "SEVERITY",
            defaultValue = "note",
            description = "Tell of nothing less than a note, warning or critical.")
    private String minSeverity;

    @Option(
            names = {"-r", "--rule"},
            paramLabel = "RULE",
            description = "Only this rule, or all that begin so: close-wait. May be given several times.")
    private List<String> rules = List.of();

    @Option(names = "--list-rules", description = "Lists the rules and ends.")
    private boolean listRules;

    @Option(
            names = {"-t", "--threshold"},
            paramLabel = "NAME=VALUE",
            description = "From when on something is worth a word: close-wait=5min. May be given several times;"
                    + " docs/doctor.md has the names.")
    private Map<String, String> thresholds = Map.of();

    @Option(
            names = {"-v", "--verbose"},
            description = "Notes too with all that is known.")
    private boolean verbose;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description =
                    "Not this machine now, but what 'sockeye record' has written into a file: its last two looks.")
    private @Nullable Path from;

    @Option(
            names = "--json",
            description =
                    "A JSON object for each finding, in a line of its own, and one at the end for what was looked at.")
    private boolean json;

    private final Set<String> problems = new LinkedHashSet<>();

    @Override
    public Integer call() throws IOException {
        Severity least = severity();
        var doctor = new Doctor(thresholds());
        if (listRules) {
            for (String rule : doctor.rules()) sockeye.out().println(rule);
            return ExitCode.OK;
        }
        for (String rule : rules) checkRule(doctor, rule);
        Looks looks = from == null ? lookTwice() : read(from);
        List<Finding> findings = doctor.examine(looks.now, looks.before).stream()
                .filter(finding -> finding.severity().compareTo(least) >= 0 && isWanted(finding))
                .toList();
        for (String problem : problems) sockeye.note(problem);
        if (json) printJson(findings, looks);
        else print(findings, looks);
        return exitCode(findings);
    }

    private record Looks(CheckUp now, @Nullable CheckUp before) {}

    // ---------------------------------------------------------------- what is asked for

    private Severity severity() {
        for (Severity severity : Severity.values()) {
            if (severity.name().equalsIgnoreCase(minSeverity)) return severity;
        }
        throw wrong("'" + minSeverity + "' is no severity: note, warning or critical");
    }

    private Thresholds thresholds() {
        Thresholds standard = Thresholds.standard();
        try {
            for (Map.Entry<String, String> each : new TreeMap<>(thresholds).entrySet()) {
                standard = standard.with(each.getKey(), each.getValue());
            }
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
        return standard;
    }

    private void checkRule(Doctor doctor, String name) {
        if (doctor.rules().stream().noneMatch(rule -> rule.startsWith(name)))
            throw wrong("there is no rule '" + name + "'; --list-rules shows them");
    }

    private boolean isWanted(Finding finding) {
        return rules.isEmpty() || rules.stream().anyMatch(finding.rule()::startsWith);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    // ---------------------------------------------------------------- looking

    private Looks lookTwice() throws IOException {
        var progress = new Progress(sockeye.err());
        KernelQuery query = KernelQuery.ALL.ofAllNamespaces();
        try (KnownPast past = KnownPast.atOnce();
                var checkUps = new CheckUps(new LocalMachine(new KernelSource(past)))) {
            progress.show("looking at every socket");
            CheckUp first = checkUps.checkUp(query);
            problems.addAll(checkUps.problems());
            if (watch.isZero()) return new Looks(first, null);
            long end = System.nanoTime() + watch.toNanos();
            for (long left = watch.toNanos(); left > 0; left = end - System.nanoTime()) {
                progress.show(PlainWords.count(first.sockets().size(), "socket", "sockets") + " seen; once more in "
                        + PlainWords.duration(Duration.ofMillis(Math.ceilDiv(left, 1_000_000L))) + ", to know rates");
                Thread.sleep(Math.clamp(left / 1_000_000 + 1, 1, 1000));
            }
            progress.show("looking once more");
            CheckUp second = checkUps.checkUp(query);
            problems.addAll(checkUps.problems());
            return new Looks(second, first);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted between the two looks", e);
        } finally {
            progress.clear();
        }
    }

    private Looks read(Path file) throws IOException {
        Look before = null;
        Look now = null;
        try (Recording recording = Recording.open(file)) {
            for (Look look = recording.next(); look != null; look = recording.next()) {
                before = now;
                now = look;
            }
            if (recording.wasCutOff()) problems.add(file + " was cut off; its last whole looks are used");
        }
        if (now == null) throw new IOException(file + " has no look in it: it was cut off before the first one");
        problems.addAll(now.problems());
        if (before == null) problems.add(file + " has one look: rates are not known");
        if (now.texts().isEmpty()) problems.add(file + " has no counters and limits of the machine: sockets only");
        return new Looks(RecordedFacts.read(now), before == null ? null : RecordedFacts.read(before));
    }

    // ---------------------------------------------------------------- telling

    private void print(List<Finding> findings, Looks looks) {
        boolean showsNamespace = namespaces(looks) > 1;
        var text = new FindingText(sockeye.terminal(), showsNamespace);
        for (Finding finding : findings) {
            boolean isBrief = finding.severity() == Severity.NOTE && !verbose;
            for (String line : text.lines(finding, isBrief)) sockeye.out().println(line);
            sockeye.out().println();
        }
        sockeye.out().println(summary(findings) + " " + seen(looks));
    }

    private static String summary(List<Finding> findings) {
        if (findings.isEmpty()) return "Nothing is wrong.";
        List<String> counts = new ArrayList<>();
        for (Severity severity : List.of(Severity.CRITICAL, Severity.WARNING, Severity.NOTE)) {
            long count = count(findings, severity);
            if (count == 0) continue;
            String name = severity.name().toLowerCase(Locale.ROOT);
            counts.add(count + " " + name + (count == 1 || severity == Severity.CRITICAL ? "" : "s"));
        }
        return "Found: " + String.join(", ", counts) + ".";
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    private static long namespaces(Looks looks) {
        return Math.max(
                looks.now.machines().size(),
                looks.now.sockets().stream()
                        .map(socket -> socket.host())
                        .distinct()
                        .count());
    }

    private static String seen(Looks looks) {
        String what = "Looked at " + PlainWords.count(looks.now.sockets().size(), "socket", "sockets") + " in "
                + PlainWords.count(namespaces(looks), "network namespace", "network namespaces");
        if (looks.before == null) return what + ", once.";
        Duration apart = Duration.between(looks.before.at(), looks.now.at());
        return what + ", twice, " + PlainWords.duration(apart) + " apart.";
    }

    private void printJson(List<Finding> findings, Looks looks) throws IOException {
        for (Finding finding : findings) sockeye.out().println(FindingJson.write(finding));
        sockeye.out().println(FindingJson.summary(looks.now, looks.before, findings, List.copyOf(problems)));
    }

    private static int exitCode(List<Finding> findings) {
        if (count(findings, Severity.CRITICAL) > 0) return ExitCode.CRITICAL;
        return count(findings, Severity.WARNING) > 0 ? ExitCode.WARNING : ExitCode.OK;
    }
}
