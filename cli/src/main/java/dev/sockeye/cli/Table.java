package dev.sockeye.cli;

import java.util.ArrayList;
import java.util.List;

/// Text in columns as wide as their widest cell, two of which can be aligned at their last colon, as `ss` aligns
/// addresses.
final class Table {

    /// How a column is aligned.
    enum Align {
        LEFT,
        RIGHT,
        /// The last colon of each cell in one line: `10.0.0.1:80`.
        COLON
    }

    private final List<Align> aligns;
    private final List<List<String>> rows = new ArrayList<>();

    Table(Align... aligns) {
        this.aligns = List.of(aligns);
    }

    void add(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    /// The rows as lines, without blanks at their ends.
    List<String> lines() {
        int[] before = new int[aligns.size()];
        int[] after = new int[aligns.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int split = split(row.get(column), aligns.get(column));
                before[column] = Math.max(before[column], split);
                after[column] = Math.max(after[column], row.get(column).length() - split);
            }
        }
        List<String> lines = new ArrayList<>(rows.size());
        for (List<String> row : rows) lines.add(line(row, before, after));
        return lines;
    }

    /// How much of a cell stands left of the line it is aligned at.
    private static int split(String cell, Align align) {
        return switch (align) {
            case LEFT -> 0;
            case RIGHT -> cell.length();
            case COLON -> cell.lastIndexOf(':') + 1;
        };
    }

    private String line(List<String> row, int[] before, int[] after) {
        var line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            int split = split(cell, aligns.get(column));
            if (column > 0) line.append(' ');
            line.repeat(' ', before[column] - split).append(cell);
            line.repeat(' ', after[column] - (cell.length() - split));
        }
        return line.toString().stripTrailing();
    }
}
