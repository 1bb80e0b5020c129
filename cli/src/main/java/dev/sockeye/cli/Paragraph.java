package dev.sockeye.cli;

import java.util.ArrayList;
import java.util.List;

/// Running text in lines of a given width.
final class Paragraph {

    private Paragraph() {}

    /// The text's words, as many in each line as fit; a word that is longer than a line has one of its own.
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        var line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            if (!line.isEmpty()) line.append(' ');
            line.append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
