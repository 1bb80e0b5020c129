package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.KernelDetail;
import dev.sockeye.inspect.PlainWords;
import dev.sockeye.inspect.SocketSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A finding before it has words: which case it is, and what is to be filled in.
final class Draft {

    /// So many sockets are shown as examples.
    private static final int EXAMPLES = 3;

    final String rule;
    final Severity severity;
    final String namespace;
    private final Map<String, String> blanks = new HashMap<>();
    private final List<String> evidence = new ArrayList<>();
    private List<SocketSnapshot> examples = List.of();
    private int sockets;
    private @Nullable Party party;
    private @Nullable Age age;
    private boolean harmless;

    /// @param rule the heading of its words
    Draft(String rule, Severity severity, String namespace) {
        this.rule = rule;
        this.severity = severity;
        this.namespace = namespace;
        fill("namespace", namespace);
    }

    /// The sockets it is about, the best examples first. Their number is `{sockets}`, their states are
    /// known to the words.
    Draft about(List<SocketSnapshot> all) {
        sockets = all.size();
        examples = all.subList(0, Math.min(EXAMPLES, all.size()));
        return fill("sockets", PlainWords.count(sockets, "socket", "sockets"))
                .fill("connections", PlainWords.count(sockets, "connection", "connections"))
                .fill("socket", examples.isEmpty() ? null : filterFor(examples.getFirst()));
    }

    /// A filter for `ss` and `sockeye ss` that finds this very socket.
    private static String filterFor(SocketSnapshot socket) {
        String local = "src " + socket.local();
        return socket.remote() == null ? local : local + " dst " + socket.remote();
    }

    /// Whose they are, after it is said which: `{who}`, and for commands `{pid}`, and `{jvm_pid}` of a
    /// JVM.
    Draft by(@Nullable Party whose) {
        KernelDetail kernel = examples.isEmpty() ? null : examples.getFirst().kernel();
        String user = kernel == null ? "" : "of user " + kernel.uid() + " ";
        return by(whose, "a process " + user + "that cannot be seen");
    }

    /// @param otherwise who it is if nobody can be named
    Draft by(@Nullable Party whose, String otherwise) {
        party = whose;
        fill("who", whose == null ? otherwise : whose.words());
        if (whose == null || whose.pid() == 0) return this;
        if (whose.command().equals("java")) fill("jvm_pid", String.valueOf(whose.pid()));
        return fill("pid", String.valueOf(whose.pid()));
    }

    /// How long: `{age}`.
    Draft since(Age oldest) {
        age = oldest;
        return fill("age", oldest.words());
    }

    Draft harmless() {
        harmless = true;
        return this;
    }

    /// A blank that is null takes the command that asks for it away.
    Draft fill(String name, @Nullable String text) {
        if (text != null) blanks.put(name, text);
        return this;
    }

    Draft fill(String name, long number) {
        return fill(name, PlainWords.grouped(number));
    }

    Draft seen(String fact) {
        evidence.add(fact);
        return this;
    }

    /// Names that the words of this rule can use.
    Map<String, String> blanks() {
        return Map.copyOf(blanks);
    }

    Finding finish(FindingWords words) {
        FindingWords.Section section = words.of(rule);
        return new Finding(
                rule,
                severity,
                namespace,
                party,
                section.sentence(FindingWords.Part.TITLE, blanks),
                section.sentence(FindingWords.Part.WHAT, blanks),
                section.sentence(FindingWords.Part.NEXT, blanks),
                section.sentence(FindingWords.Part.HARM, blanks),
                harmless,
                evidence,
                section.sentence(FindingWords.Part.NOW, blanks),
                section.commands(blanks),
                section.sentence(FindingWords.Part.CURE, blanks),
                age,
                sockets,
                examples);
    }

    /// The worst first, and of those the ones with the most sockets.
    static final Comparator<Draft> WORST_FIRST = Comparator.comparing((Draft draft) -> draft.severity)
            .thenComparingInt(draft -> draft.sockets)
            .reversed()
            .thenComparing(draft -> draft.rule);
}
