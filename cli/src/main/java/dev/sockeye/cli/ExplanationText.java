package dev.sockeye.cli;

import dev.sockeye.cli.Terminal.Mark;
import dev.sockeye.inspect.Explanation;
import dev.sockeye.inspect.Verdict;
import java.util.ArrayList;
import java.util.List;

/// An explanation as text: a heading, and each part as a paragraph beside its label.
final class ExplanationText {

    private static final int LABEL_WIDTH = 17;

    private final Terminal terminal;
    private final List<String> lines = new ArrayList<>();

    private ExplanationText(Terminal terminal) {
        this.terminal = terminal;
    }

    static List<String> lines(Explanation explanation, Terminal terminal) {
        var text = new ExplanationText(terminal);
        text.heading(explanation);
        text.part("What it means", explanation.meaning());
        text.part("Whose move", explanation.next());
        text.part("Harmless?", explanation.harm());
        text.part("What to do", explanation.advice());
        String label = "What was seen";
        for (String fact : explanation.facts()) {
            text.part(label, fact);
            label = "";
        }
        return text.lines;
    }

    private void heading(Explanation explanation) {
        String verdict = explanation.facts().isEmpty() ? "" : "   " + verdict(explanation.verdict());
        lines.add(terminal.mark(explanation.subject(), Mark.BOLD) + verdict);
    }

    private String verdict(Verdict verdict) {
        return switch (verdict) {
            case HARMLESS -> terminal.mark("(harmless)", Mark.GREEN);
            case WATCH -> terminal.mark("(worth a look)", Mark.YELLOW);
            case FAULT -> terminal.mark("(a fault)", Mark.RED);
        };
    }

    private void part(String label, String words) {
        String first = "  " + terminal.mark(label, Mark.CYAN) + " ".repeat(LABEL_WIDTH - 2 - label.length());
        for (String line : Paragraph.wrap(words, terminal.textWidth() - LABEL_WIDTH)) {
            lines.add(first + line);
            first = " ".repeat(LABEL_WIDTH);
        }
    }
}
