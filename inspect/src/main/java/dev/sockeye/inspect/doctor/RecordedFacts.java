package dev.sockeye.inspect.doctor;

import dev.sockeye.inspect.look.Look;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is known besides the sockets, as the texts that go along with them in a recording: a line for
/// each thing, words with blanks between them. What a reader does not know it skips.
public final class RecordedFacts {

    /// Names of the texts.
    private static final String MACHINES = "machines", PROCESSES = "processes";

    private RecordedFacts() {}

    // ---------------------------------------------------------------- writing

    /// The texts to be recorded.
    public static Map<String, String> write(CheckUp checkUp) {
        var machines = new StringBuilder();
        for (MachineFacts facts : checkUp.machines()) write(facts, machines);
        var processes = new StringBuilder();
        for (ProcessFacts facts : checkUp.processes()) {
            line(
                    processes,
                    facts.pid(),
                    facts.openFilesLimit(),
                    facts.debuggerPort(),
                    facts.program() == null ? "-" : word(facts.program()));
        }
        return Map.of(MACHINES, machines.toString(), PROCESSES, processes.toString());
    }

    private static void write(MachineFacts facts, StringBuilder to) {
        line(to, "namespace", word(facts.namespace()), facts.takenAt(), facts.ofHost());
        PortRange ports = facts.ports();
        line(to, "ports", ports.first(), ports.last(), word(ports.reserved()));
        facts.counters().forEach((name, number) -> line(to, "counter", name, number));
        facts.sums().forEach((name, number) -> line(to, "sum", name, number));
        facts.settings()
                .forEach((name, numbers) -> line(
                        to,
                        "setting",
                        name,
                        numbers.stream().map(String::valueOf).collect(Collectors.joining(" "))));
    }

    private static void line(StringBuilder to, Object... words) {
        for (int i = 0; i < words.length; i++) to.append(i == 0 ? "" : " ").append(words[i]);
        to.append('\n');
    }

    /// Without blanks and line ends.
    private static String word(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    // ---------------------------------------------------------------- reading

    /// A look of a recording, with what was recorded of the machine. One that was made without has
    /// sockets only.
    ///
    /// @throws IOException if the texts are not what [#write] makes
    public static CheckUp read(Look look) throws IOException {
        try {
            return new CheckUp(
                    look.at(),
                    look.sockets(),
                    machines(look.texts().get(MACHINES)),
                    processes(look.texts().get(PROCESSES)));
        } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException e) {
            throw new IOException("the facts of the machine are not as they were recorded: " + e.getMessage(), e);
        }
    }

    private static List<MachineFacts> machines(@Nullable String text) {
        List<Draught> drafts = new ArrayList<>();
        for (String line : text == null ? List.<String>of() : text.lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("namespace")) {
                drafts.add(new Draught(unword(words[1]), Instant.parse(words[2]), Boolean.parseBoolean(words[3])));
            } else if (drafts.isEmpty()) {
                throw new IllegalArgumentException("a line before the first namespace");
            } else {
                drafts.getLast().add(words);
            }
        }
        return drafts.stream().map(Draught::facts).toList();
    }

    private static List<ProcessFacts> processes(@Nullable String text) {
        List<ProcessFacts> processes = new ArrayList<>();
        for (String line : text == null ? List.<String>of() : text.lines().toList()) {
            String[] words = line.split(" ", -1);
            String program = words[3].equals("-") ? null : unword(words[3]);
            processes.add(new ProcessFacts(
                    Long.parseLong(words[0]), program, Integer.parseInt(words[2]), Long.parseLong(words[1])));
        }
        return processes;
    }

    private static String unword(String word) {
        return URLDecoder.decode(word, StandardCharsets.UTF_8);
    }

    /// The facts of a namespace while they are read.
    private static final class Draught {

        private final String namespace;
        private final Instant takenAt;
        private final boolean ofHost;
        private final Map<String, Long> counters = new HashMap<>();
        private final Map<String, Long> sums = new HashMap<>();
        private final Map<String, List<Long>> settings = new HashMap<>();
        private PortRange ports = PortRange.DEFAULT;

        Draught(String namespace, Instant takenAt, boolean ofHost) {
            this.namespace = namespace;
            this.takenAt = takenAt;
            this.ofHost = ofHost;
        }

        void add(String[] words) {
            switch (words[0]) {
                case "ports" ->
                    ports = new PortRange(Integer.parseInt(words[1]), Integer.parseInt(words[2]), unword(words[3]));
                case "counter" -> counters.put(words[1], Long.parseLong(words[2]));
                case "sum" -> sums.put(words[1], Long.parseLong(words[2]));
                case "setting" -> {
                    List<Long> numbers = new ArrayList<>();
                    for (int i = 2; i < words.length; i++) numbers.add(Long.parseLong(words[i]));
                    settings.put(words[1], List.copyOf(numbers));
                }
                default -> {
                    // From a newer Sockeye.
                }
            }
        }

        MachineFacts facts() {
            return new MachineFacts(namespace, takenAt, counters, sums, settings, ports, ofHost);
        }
    }
}
