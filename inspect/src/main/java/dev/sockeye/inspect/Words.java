package dev.sockeye.inspect;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The sentences of an explanation, from a Markdown file that anybody can edit: a `## NAME` for each subject, and under
/// it paragraphs that begin with one of the four [Part] labels. `{name}` in a sentence is filled in.
final class Words {

    /// The parts of an explanation, with the label that stands before each in the file.
    enum Part {
        MEANING("What it means:"),
        NEXT("Whose move:"),
        HARM("Harmless?"),
        ADVICE("What to do:");

        final String label;

        Part(String label) {
            this.label = label;
        }
    }

    private final Map<String, Map<Part, String>> subjects;

    private Words(Map<String, Map<Part, String>> subjects) {
        this.subjects = subjects;
    }

    /// The words of a resource beside this class.
    static Words load(String resource) {
        try (InputStream in = Words.class.getResourceAsStream(resource)) {
            if (in == null) throw new IllegalStateException("missing resource " + resource);
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readAllLines());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What stands before the first subject is for whoever edits the file.
    static Words parse(List<String> lines) {
        Map<String, Map<Part, String>> subjects = new LinkedHashMap<>();
        Map<Part, String> subject = null;
        Part part = null;
        for (String line : lines) {
            if (line.startsWith("## ")) {
                subject = new EnumMap<>(Part.class);
                part = null;
                String name = line.substring(3).strip();
                if (subjects.put(name, subject) != null) throw new IllegalStateException("twice: " + name);
            } else if (subject != null && !line.isBlank()) {
                part = append(subject, part, line.strip());
            }
        }
        return new Words(subjects);
    }

    private static Part append(Map<Part, String> subject, @Nullable Part open, String line) {
        for (Part part : Part.values()) {
            if (line.startsWith(part.label)) {
                subject.put(part, line.substring(part.label.length()).strip());
                return part;
            }
        }
        if (open == null) throw new IllegalStateException("no label before: " + line);
        subject.merge(open, line, (before, more) -> before.isEmpty() ? more : before + " " + more);
        return open;
    }

    /// The subjects in the file's order.
    Iterable<String> subjects() {
        return subjects.keySet();
    }

    /// The sentence as it stands in the file; null if the subject has none.
    @Nullable
    String get(String subject, Part part) {
        Map<Part, String> parts = subjects.get(subject);
        return parts == null ? null : parts.get(part);
    }
}
