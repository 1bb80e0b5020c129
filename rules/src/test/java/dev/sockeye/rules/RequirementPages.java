package dev.sockeye.rules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the RFCs require, where the sources say that they meet it, and the tests that prove it: read from
/// `docs/requirements` and from the comments of every source, and written to `docs/rfc9293.md` and `docs/rfc`.
/// `tools/requirements` runs it.
final class RequirementPages {

    private static final String HOW_TO_MEND = "tools/requirements writes it anew";
    private static final Pattern FILE_IN_DOCS = Pattern.compile("docs/[\\w/.-]+\\.md");
    /// These speak of citations, and make none.
    private static final String OWN_SOURCES = "rules/";

    private final Path root;
    private final Map<Integer, RequirementTable> tables = new TreeMap<>();
    private final Map<String, Requirement> requirements = new HashMap<>();
    private final Map<String, Set<String>> code = new HashMap<>();
    private final Map<String, Set<String>> tests = new HashMap<>();
    private final Map<Path, Members> members = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> open = new ArrayList<>();

    RequirementPages(Path root) {
        this.root = root;
        for (Path file : filesUnder("docs/requirements", ".tsv")) {
            RequirementTable table = RequirementTable.parse(lines(file));
            tables.put(table.rfc(), table);
            faults.addAll(table.faults());
            for (Requirement row : table.rows()) add(row);
        }
        for (Path file : sources()) {
            String name = root.relativize(file).toString();
            for (Citation each : Citations.in(name, lines(file), faults)) add(each, file);
        }
        tables.values().forEach(this::countOpen);
    }

    private void add(Requirement row) {
        if (requirements.put(row.name(), row) != null) faults.add(row.name() + " is there twice");
        Matcher file = FILE_IN_DOCS.matcher(row.reason());
        while (file.find()) {
            if (!Files.exists(root.resolve(file.group()))) faults.add(row.name() + " refers to " + file.group());
        }
    }

    private void add(Citation citation, Path file) {
        Requirement row = requirements.get("RFC " + citation.rfc() + " " + citation.id());
        if (row == null) {
            faults.add("%s cites RFC %d %s, which docs/requirements does not have"
                    .formatted(citation.place(), citation.rfc(), citation.id()));
            return;
        }
        if (!citation.section().isEmpty() && !citation.section().equals(row.section())) {
            faults.add("%s says section %s, but %s stands in %s"
                    .formatted(citation.place(), citation.section(), row.name(), row.section()));
        }
        if (file.toString().endsWith(".pkt")) {
            link(tests, row, file.getFileName().toString(), citation.file());
            return;
        }
        Members.Member member = members.computeIfAbsent(file, Members::of).at(citation.line());
        if (citation.isTest() && !member.isTest()) {
            faults.add(citation.place() + " cites " + row.name() + " at " + member.name() + ", which is no test");
        }
        link(citation.isTest() ? tests : code, row, member.name(), citation.file());
    }

    private static void link(Map<String, Set<String>> map, Requirement row, String text, String file) {
        map.computeIfAbsent(row.name(), _ -> new LinkedHashSet<>()).add("[" + text + "](" + file + ")");
    }

    private void countOpen(RequirementTable table) {
        List<String> found = new ArrayList<>();
        for (Requirement row : table.rows()) {
            if (row.hasReason()) continue;
            boolean hasCode = code.containsKey(row.name());
            boolean hasTest = tests.containsKey(row.name());
            if (!hasCode || !hasTest) {
                String what = hasCode ? "no test" : hasTest ? "no code" : "neither code nor test";
                found.add(row.name() + " has " + what + " that cites it, and no reason");
            }
        }
        open.addAll(found);
        if (found.size() > table.open()) faults.addAll(found);
    }

    /// What breaks the rule that every citation is of a requirement, and every requirement has code and a test, or a
    /// reason.
    List<String> faults() {
        return faults;
    }

    // ---------------------------------------------------------------- pages

    /// Each page's file, relative to the root, and its text.
    Map<String, String> pages() {
        Map<String, String> pages = new TreeMap<>();
        for (RequirementTable table : tables.values()) {
            boolean isMain = table.rfc() == 9293;
            pages.put(isMain ? "docs/rfc9293.md" : "docs/rfc/rfc" + table.rfc() + ".md", page(table, isMain));
        }
        return pages;
    }

    /// Pages whose file is missing or another.
    List<String> stalePages() {
        List<String> stale = new ArrayList<>();
        pages().forEach((name, text) -> {
            Path file = root.resolve(name);
            if (!Files.exists(file) || !String.join("\n", lines(file)).equals(text.stripTrailing()))
                stale.add(name + " is out of date: " + HOW_TO_MEND);
        });
        return stale;
    }

    private String page(RequirementTable table, boolean isMain) {
        var text = new StringBuilder();
        String up = isMain ? "../" : "../../";
        text.append("# RFC ")
                .append(table.rfc())
                .append(": ")
                .append(table.title())
                .append("\n\n");
        text.append(
                "What it requires, where the code meets it, and the tests that prove it. Generated by `tools/requirements` ");
        text.append("from [the table](")
                .append(up)
                .append("docs/requirements/rfc")
                .append(table.rfc());
        text.append(
                ".tsv) and the citations in the sources; the build fails where this page is not what they say, where a ");
        text.append(
                "citation names no requirement, and where a requirement has neither code and a test nor a reason.\n\n");
        text.append(counts(table)).append('\n');
        table.groups().forEach((heading, rows) -> {
            text.append("\n## ").append(heading).append("\n\n");
            text.append("| | § | | code | tests |\n|---|---|---|---|---|\n");
            for (Requirement row : rows) text.append(line(row, up));
        });
        return text.toString();
    }

    private String counts(RequirementTable table) {
        Map<String, int[]> counts = new TreeMap<>();
        for (Requirement row : table.rows()) {
            int[] count = counts.computeIfAbsent(row.id().replaceAll("-.*", ""), _ -> new int[2]);
            count[0]++;
            if (row.hasReason()) count[1]++;
        }
        List<String> parts = new ArrayList<>();
        counts.forEach((kind, count) ->
                parts.add(count[0] + " " + kind + (count[1] > 0 ? " (" + count[1] + " with a reason)" : "")));
        return String.join(", ", parts) + ".";
    }

    private String line(Requirement row, String up) {
        String met = links(code, row, up);
        if (!row.reason().isEmpty()) {
            Matcher file = FILE_IN_DOCS.matcher(row.reason());
            String reason = file.replaceAll(link -> "[" + link.group() + "](" + up + link.group() + ")");
            met = met.isEmpty() ? "*" + reason + "*" : met + "<br>*" + reason + "*";
        }
        return "| **%s** %s | %s | %s | %s | %s |\n"
                .formatted(
                        row.id(),
                        row.level(),
                        row.section(),
                        row.statement().replace("|", "\\|"),
                        met,
                        links(tests, row, up));
    }

    private static String links(Map<String, Set<String>> map, Requirement row, String up) {
        return String.join("<br>", map.getOrDefault(row.name(), Set.of())).replace("](", "](" + up);
    }

    // ---------------------------------------------------------------- files

    private List<Path> sources() {
        return Stream.concat(filesUnder("", ".java").stream(), filesUnder("", ".pkt").stream())
                .filter(file -> !root.relativize(file).startsWith(OWN_SOURCES))
                .sorted()
                .toList();
    }

    private List<Path> filesUnder(String folder, String end) {
        try (Stream<Path> files = Files.walk(root.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(end))
                    .filter(file -> !file.toString().contains("/target/"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes the pages under the folder given, and says what is wrong, and what is open; 1 if anything is wrong.
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]).toAbsolutePath().normalize();
        var all = new RequirementPages(root);
        for (Map.Entry<String, String> page : all.pages().entrySet()) {
            Path file = root.resolve(page.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, page.getValue());
        }
        all.faults().forEach(System.err::println);
        for (String each : all.open) if (!all.faults().contains(each)) System.out.println(each);
        if (!all.faults().isEmpty()) System.exit(1);
    }
}
