package dev.sockeye.inspect.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The words of findings, from `findings.md`, a file that anybody can edit: a `## rule` for each case,
/// under it paragraphs that begin with a label, and commands, each in a line of its own that begins
/// with four blanks.
final class FindingWords {

    private static final Pattern BLANK = Pattern.compile("\\{([a-z_]+)}");

    /// The parts of a finding, with the label that stands before each in the file.
    enum Part {
        TITLE("In short:"),
        WHAT("What:"),
        NEXT("Whose move:"),
        HARM("Harmless?"),
        NOW("Do now:"),
        CURE("For good:");

        final String label;

        Part(String label) {
            this.label = label;
        }
    }

    /// What is said of one case.
    static final class Section {

        private final Map<Part, String> parts = new EnumMap<>(Part.class);
        private final List<String> commands = new ArrayList<>();

        /// The sentence, filled in; empty if there is none.
        String sentence(Part part, Map<String, String> blanks) {
            String words = parts.get(part);
            if (words == null) return "";
            String filled = fill(words, blanks);
            if (filled == null) throw new IllegalStateException("nothing to fill in: " + words + " from " + blanks);
            return filled.startsWith("a process ") ? "A" + filled.substring(1) : filled;
        }

        /// The commands that can be filled in.
        List<String> commands(Map<String, String> blanks) {
            List<String> filled = new ArrayList<>();
            for (String command : commands) {
                String line = fill(command, blanks);
                if (line != null) filled.add(line);
            }
            return filled;
        }

        /// Every sentence and command as it stands in the file.
        List<String> texts() {
            List<String> texts = new ArrayList<>(parts.values());
            texts.addAll(commands);
            return texts;
        }

        boolean has(Part part) {
            return parts.containsKey(part);
        }

        private static @Nullable String fill(String words, Map<String, String> blanks) {
            Matcher blank = BLANK.matcher(words);
            var filled = new StringBuilder();
            while (blank.find()) {
                String text = blanks.get(blank.group(1));
                if (text == null) return null;
                blank.appendReplacement(filled, Matcher.quoteReplacement(text));
            }
            return blank.appendTail(filled).toString();
        }
    }

    private final Map<String, Section> sections;

    private FindingWords(Map<String, Section> sections) {
        this.sections = sections;
    }

    /// Those that come with the program.
    static FindingWords load() {
        try (InputStream in = FindingWords.class.getResourceAsStream("findings.md")) {
            if (in == null) throw new IllegalStateException("missing resource findings.md");
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readAllLines());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What stands before the first case is for whoever edits the file.
    static FindingWords parse(List<String> lines) {
        Map<String, Section> sections = new LinkedHashMap<>();
        Section section = null;
        Part open = null;
        for (String line : lines) {
            if (line.startsWith("## ")) {
                section = new Section();
                open = null;
                String rule = line.substring(3).strip();
                if (sections.put(rule, section) != null) throw new IllegalStateException("twice: " + rule);
            } else if (section != null && line.startsWith("    ")) {
                section.commands.add(line.strip());
            } else if (section != null && !line.isBlank()) {
                open = append(section, open, line.strip());
            }
        }
        return new FindingWords(sections);
    }

    private static Part append(Section section, @Nullable Part open, String line) {
        for (Part part : Part.values()) {
            if (line.startsWith(part.label)) {
                section.parts.put(part, line.substring(part.label.length()).strip());
                return part;
            }
        }
        if (open == null) throw new IllegalStateException("no label before: " + line);
        section.parts.merge(open, line, (before, more) -> before.isEmpty() ? more : before + " " + more);
        return open;
    }

    /// What is said of a case.
    Section of(String rule) {
        Section section = sections.get(rule);
        if (section == null) throw new IllegalStateException("no words for " + rule);
        return section;
    }

    /// The cases, in the file's order.
    Set<String> rules() {
        return sections.keySet();
    }
}
