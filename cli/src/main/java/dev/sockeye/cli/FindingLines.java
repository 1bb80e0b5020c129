package dev.sockeye.cli;

import dev.sockeye.inspect.Holder;
import dev.sockeye.inspect.SocketSnapshot;
import dev.sockeye.inspect.blame.Blame;
import dev.sockeye.inspect.blame.Clue;
import dev.sockeye.inspect.blame.Effort;
import dev.sockeye.inspect.blame.Jvm;
import dev.sockeye.inspect.blame.OpeningLines;
import dev.sockeye.inspect.doctor.Finding;
import dev.sockeye.inspect.doctor.Party;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Goes on from findings to the line of the program: what holds the sockets that it keeps, and what its
/// threads wait for. A heap dump of a JVM is announced with its cost, and taken only with consent.
final class FindingLines {

    /// The findings in which a program has forgotten a socket, or a thread to see to it.
    private static final List<String> RULES =
            List.of("close-wait-", "accept-queue-full", "accept-stuck", "fin-wait2-", "program-does-not-read");

    private final Sockeye sockeye;
    private final boolean yes;
    private final Map<Long, Effort> efforts = new HashMap<>();

    /// @param yes do not ask
    FindingLines(Sockeye sockeye, boolean yes) {
        this.sockeye = sockeye;
        this.yes = yes;
    }

    /// The findings, with what could be found out.
    List<Finding> lookInto(List<Finding> findings) throws IOException {
        List<Finding> more = new ArrayList<>(findings.size());
        for (Finding finding : findings) more.add(isAProgramsMatter(finding) ? lookInto(finding) : finding);
        return more;
    }

    private static boolean isAProgramsMatter(Finding finding) {
        return finding.party() != null && RULES.stream().anyMatch(finding.rule()::startsWith);
    }

    private Finding lookInto(Finding finding) throws IOException {
        List<SocketSnapshot> held = finding.examples().stream()
                .filter(socket -> socket.holder() == Holder.PROGRAM && socket.owner() != null)
                .toList();
        Party party = finding.party();
        if (held.isEmpty() || party == null) return finding;
        var progress = new Progress(sockeye.err());
        List<Blame> blames;
        try {
            blames = Blame.of(
                    held,
                    effortFor(party.pid()),
                    (pass, at, of) -> progress.show(BlameCommand.heapProgress(pass, at, of)));
        } finally {
            progress.clear();
        }
        List<String> facts = new ArrayList<>();
        String first = null;
        for (Blame blame : blames) {
            String summary = inShort(blame);
            if (first == null) first = summary;
            if (summary != null) facts.add("fd=" + blame.fd() + ": " + summary + ".");
            for (String use : blame.texts(Clue.Kind.IN_USE)) facts.add("fd=" + blame.fd() + " in use: " + use + ".");
            for (String problem : blame.texts(Clue.Kind.PROBLEM)) facts.add("Not seen: " + problem + ".");
        }
        List<String> distinct = facts.stream().distinct().toList();
        return first == null ? finding : finding.with(capital(first) + ".", distinct);
    }

    /// What a leak comes from; what threads wait for says something only where that is not known.
    private static @Nullable String inShort(Blame blame) {
        List<String> parts = new ArrayList<>();
        for (Clue.Kind kind : List.of(Clue.Kind.HELD_BY, Clue.Kind.OPENED, Clue.Kind.END_READ)) {
            for (String text : blame.texts(kind)) parts.add(kind.label() + " " + text);
        }
        return parts.isEmpty() ? blame.summary() : String.join(", ", parts);
    }

    private static String capital(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }

    /// What costs nothing, and of a JVM a heap dump if somebody agrees, once for all of its findings;
    /// and what it has noted of openings, if it does that already.
    private Effort effortFor(long pid) throws IOException {
        Effort known = efforts.get(pid);
        if (known != null) return known;
        Effort effort = Effort.FREE;
        Jvm jvm = Jvm.of((int) pid);
        if (jvm != null) {
            try {
                boolean heap = agreed(BlameCommand.heapCost(jvm));
                effort = new Effort(heap, Duration.ZERO, new OpeningLines(jvm).isInstalled(), false);
            } catch (Jvm.Refusal e) {
                sockeye.note(String.valueOf(e.getMessage()));
            }
        }
        efforts.put(pid, effort);
        return effort;
    }

    private boolean agreed(String cost) throws IOException {
        sockeye.note(cost);
        if (yes) return true;
        if (!Question.canBeAsked()) {
            sockeye.note("it is not taken, as nobody can be asked; --yes takes it");
            return false;
        }
        return new Question(sockeye.err()).ask("Take it?");
    }
}
