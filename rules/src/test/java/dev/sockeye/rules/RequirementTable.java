package dev.sockeye.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The requirements of one RFC, as `docs/requirements/rfcNNNN.tsv` lists them: a line for each, its columns parted by
/// tabs (id, section, level, statement, and a reason if it is not met); `## ` begins a group.
///
/// @param rfc    its number
/// @param title  its title
/// @param groups heading to requirements, in the order of the file
/// @param open   how many rows the file lets be without code or test: `# open: 12`, while a table is being filled
record RequirementTable(int rfc, String title, Map<String, List<Requirement>> groups, int open) {

    private static final Pattern TITLE = Pattern.compile("# RFC (\\d+) (.+)");
    private static final Pattern OPEN = Pattern.compile("# open: (\\d+)");
    private static final Pattern ID = Pattern.compile("(MUST|SHLD|MAY|REC)-(\\d+)");
    private static final Map<String, List<String>> LEVELS = Map.of(
            "MUST", List.of("MUST", "MUST NOT"),
            "SHLD", List.of("SHOULD", "SHOULD NOT"),
            "MAY", List.of("MAY"),
            "REC", List.of("RECOMMENDED"));
    /// What a reason begins with: it is the program's business, Linux does otherwise, it concerns what is not there,
    /// or (of a MAY) it was not taken. A note excuses from nothing.
    private static final Pattern REASON = Pattern.compile("(The program's: |Linux: |Not there: |Not taken: |Note: ).+");

    static RequirementTable parse(List<String> lines) {
        Matcher title = TITLE.matcher(lines.getFirst());
        if (!title.matches()) throw new IllegalArgumentException("the first line is not '# RFC number title'");
        int rfc = Integer.parseInt(title.group(1));
        Map<String, List<Requirement>> groups = new LinkedHashMap<>();
        List<Requirement> group = null;
        int open = 0;
        for (String line : lines.subList(1, lines.size())) {
            Matcher count = OPEN.matcher(line);
            if (count.matches()) {
                open = Integer.parseInt(count.group(1));
            } else if (line.startsWith("## ")) {
                group = groups.computeIfAbsent(line.substring(3), _ -> new ArrayList<>());
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                if (group == null) throw new IllegalArgumentException("no group begins before: " + line);
                group.add(row(rfc, line));
            }
        }
        return new RequirementTable(rfc, title.group(2), groups, open);
    }

    private static Requirement row(int rfc, String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length < 4 || columns.length > 5)
            throw new IllegalArgumentException("not four or five columns, parted by tabs: " + line);
        return new Requirement(
                rfc, columns[0], columns[1], columns[2], columns[3], columns.length == 5 ? columns[4] : "");
    }

    List<Requirement> rows() {
        return groups.values().stream().flatMap(List::stream).toList();
    }

    /// What is wrong with the table itself.
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        Map<String, Integer> highest = new LinkedHashMap<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Requirement row : rows()) {
            Matcher id = ID.matcher(row.id());
            if (!id.matches()) {
                faults.add(row.name() + ": ids are MUST-1, SHLD-1, MAY-1, REC-1");
                continue;
            }
            String kind = id.group(1);
            highest.merge(kind, Integer.parseInt(id.group(2)), Math::max);
            counts.merge(kind, 1, Integer::sum);
            if (!LEVELS.getOrDefault(kind, List.of()).contains(row.level()))
                faults.add(row.name() + " has the level " + row.level());
            if (row.statement().isBlank()) faults.add(row.name() + " says nothing");
            if (!row.reason().isEmpty() && !REASON.matcher(row.reason()).matches())
                faults.add(row.name() + ": not a kind of reason: " + row.reason());
            if (row.reason().startsWith("Not taken: ") && !kind.equals("MAY"))
                faults.add(row.name() + " is no MAY that one can leave");
            if (row.reason().startsWith("Linux: ") && !row.reason().contains("docs/linux/"))
                faults.add(row.name() + " does not say where docs/linux records what Linux does");
        }
        highest.forEach((kind, most) -> {
            if (counts.get(kind) != (int) most)
                faults.add("RFC " + rfc + " has " + counts.get(kind) + " rows " + kind + "-n, up to " + most);
        });
        return faults;
    }
}
