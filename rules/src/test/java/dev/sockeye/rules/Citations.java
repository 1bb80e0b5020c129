package dev.sockeye.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds citations in the comments of a source: `RFC 9293 3.10.7.4, MUST-58, MUST-59`, the section may be left out.
/// A comment is a run of lines that begin with `//`, `///` or, in a script, `#`; a citation may go over its line's
/// end.
final class Citations {

    private static final String ID = "(?:MUST|SHLD|MAY|REC)-\\d+";
    private static final Pattern ANY_ID = Pattern.compile("\\b" + ID + "\\b");
    private static final Pattern CITATION = Pattern.compile(
            "RFC (\\d+)(?: ((?:[A-Z]\\.)?\\d[\\d.]*\\d|\\d|[A-Z]))?,? (" + ID + "(?:,? (?:and )?" + ID + ")*)");

    private Citations() {}

    /// Every citation of a source; what looks like one and is none is added to `faults`.
    static List<Citation> in(String file, List<String> lines, List<String> faults) {
        List<Citation> found = new ArrayList<>();
        var comment = new StringBuilder();
        int start = 0;
        for (int i = 0; i <= lines.size(); i++) {
            String text = i < lines.size() ? lines.get(i).strip() : "";
            if (isComment(file, text)) {
                if (comment.isEmpty()) start = i + 1;
                comment.append(text.replaceFirst("^(/+|#+)", "").strip()).append(' ');
                continue;
            }
            if (ANY_ID.matcher(text).find()) faults.add(file + ":" + (i + 1) + " cites beside code, not above it");
            if (!comment.isEmpty()) addFrom(comment.toString(), file, start, found, faults);
            comment.setLength(0);
        }
        return found;
    }

    private static boolean isComment(String file, String line) {
        return line.startsWith("//") || (line.startsWith("#") && file.endsWith(".pkt"));
    }

    private static void addFrom(String comment, String file, int line, List<Citation> found, List<String> faults) {
        Matcher citation = CITATION.matcher(comment);
        int cited = 0;
        while (citation.find()) {
            String section = citation.group(2) == null ? "" : citation.group(2);
            Matcher id = ANY_ID.matcher(citation.group(3));
            while (id.find()) {
                found.add(new Citation(Integer.parseInt(citation.group(1)), id.group(), section, file, line));
                cited++;
            }
        }
        Matcher any = ANY_ID.matcher(comment);
        int named = 0;
        while (any.find()) named++;
        if (named != cited) faults.add(file + ":" + line + " names a requirement, but not of which RFC: " + comment);
    }
}
