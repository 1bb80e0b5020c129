package dev.sockeye.cli;

import dev.sockeye.cli.Terminal.Mark;
import dev.sockeye.inspect.doctor.Finding;
import dev.sockeye.inspect.doctor.Severity;
import java.util.ArrayList;
import java.util.List;

/// A finding as text: a heading, the matter, and each part as a paragraph beside its label. A note is
/// told in short.
final class FindingText {

    private static final int INDENT = 2, LABEL_WIDTH = 13;

    private final Terminal terminal;
    private final boolean showsNamespace;
    private final List<String> lines = new ArrayList<>();

    /// @param showsNamespace whether there are several
    FindingText(Terminal terminal, boolean showsNamespace) {
        this.terminal = terminal;
        this.showsNamespace = showsNamespace;
    }

    /// @param isBrief without what to do and how to mend it
    List<String> lines(Finding finding, boolean isBrief) {
        lines.clear();
        heading(finding);
        paragraph(finding.what());
        if (isBrief) return List.copyOf(lines);
        String label = "Seen";
        for (String fact : finding.evidence()) {
            part(label, fact);
            label = "";
        }
        part("Whose move", finding.next());
        part("Harmless?", finding.harmless());
        part("Do now", finding.now());
        for (String command : finding.commands()) command(command);
        if (!finding.cure().isEmpty()) part("For good", finding.cure());
        return List.copyOf(lines);
    }

    private void heading(Finding finding) {
        String where = showsNamespace ? "   " + finding.namespace() : "";
        lines.add(severity(finding.severity()) + "  " + terminal.mark(finding.title(), Mark.BOLD) + "   "
                + terminal.mark("[" + finding.rule() + "]" + where, Mark.DIM));
    }

    private String severity(Severity severity) {
        return switch (severity) {
            case NOTE -> terminal.mark("NOTE", Mark.CYAN);
            case WARNING -> terminal.mark("WARNING", Mark.YELLOW);
            case CRITICAL -> terminal.mark("CRITICAL", Mark.RED);
        };
    }

    private void paragraph(String words) {
        for (String line : Paragraph.wrap(words, terminal.textWidth() - INDENT)) lines.add(" ".repeat(INDENT) + line);
    }

    private void part(String label, String words) {
        String first = " ".repeat(INDENT) + terminal.mark(label, Mark.CYAN) + " ".repeat(LABEL_WIDTH - label.length());
        for (String line : Paragraph.wrap(words, terminal.textWidth() - INDENT - LABEL_WIDTH)) {
            lines.add(first + line);
            first = " ".repeat(INDENT + LABEL_WIDTH);
        }
    }

    /// Never wrapped, so that it can be copied; what it is for stands behind it.
    private void command(String command) {
        int comment = command.indexOf("   #");
        String typed = comment < 0 ? command : command.substring(0, comment);
        String said = comment < 0 ? "" : terminal.mark(command.substring(comment), Mark.DIM);
        lines.add(" ".repeat(INDENT + LABEL_WIDTH + 2) + terminal.mark(typed, Mark.GREEN) + said);
    }
}
