package dev.sockeye.tcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the real kernel has said, as `docs/linux` keeps it: the rows of the table that an experiment has printed.
final class KernelTable {

    private static final Path DOCUMENTS = Path.of("..", "docs", "linux");

    private KernelTable() {}

    /// @param document   such as `accounting.md`
    /// @param experiment such as `accounting.py writes`
    static List<String[]> rows(String document, String experiment) {
        List<String> lines;
        try {
            lines = Files.readAllLines(DOCUMENTS.resolve(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int at = lines.indexOf("<!-- lab: " + experiment + " -->");
        if (at < 0) throw new AssertionError(document + " has no experiment " + experiment);
        var rows = new ArrayList<String[]>();
        for (String line : lines.subList(at + 4, lines.size())) {
            if (!line.startsWith("|")) break;
            String[] cells = line.substring(1).split("\\|");
            for (int i = 0; i < cells.length; i++) cells[i] = cells[i].strip();
            rows.add(cells);
        }
        if (rows.isEmpty()) throw new AssertionError(experiment + " has no rows");
        return rows;
    }
}
