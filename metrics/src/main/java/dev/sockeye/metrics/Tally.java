package dev.sockeye.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Counts sockets under names, by state, and the age of the oldest of each.
final class Tally {

    /// The sockets under one name.
    static final class Row {

        private final int[] counts = new int[StateLabel.COUNT];
        private final long[] oldest = new long[StateLabel.COUNT];

        /// How many are in a state, an index in [StateLabel#NAMES].
        int count(int state) {
            return counts[state];
        }

        /// For how many milliseconds the oldest of a state has been in it.
        long oldest(int state) {
            return oldest[state];
        }

        /// One more socket.
        void add(int state, long age) {
            counts[state]++;
            if (age > oldest[state]) oldest[state] = age;
        }

        int sum() {
            return Arrays.stream(counts).sum();
        }

        private void add(Row other) {
            for (int state = 0; state < StateLabel.COUNT; state++) {
                counts[state] += other.counts[state];
                oldest[state] = Math.max(oldest[state], other.oldest[state]);
            }
        }
    }

    private final Map<String, Integer> indices = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    /// The number of a name, for [#add].
    int index(String name) {
        Integer known = indices.get(name);
        if (known != null) return known;
        indices.put(name, names.size());
        names.add(name);
        rows.add(new Row());
        return names.size() - 1;
    }

    /// The row of a name.
    Row row(String name) {
        return rows.get(index(name));
    }

    /// Adds what was counted elsewhere.
    ///
    /// @param counts by state, from an index on
    /// @param oldestCloseWait the age of the oldest in CLOSE_WAIT
    void add(int index, int[] counts, int from, long oldestCloseWait) {
        Row row = rows.get(index);
        for (int state = 0; state < StateLabel.COUNT; state++) row.counts[state] += counts[from + state];
        row.oldest[StateLabel.CLOSE_WAIT] = Math.max(row.oldest[StateLabel.CLOSE_WAIT], oldestCloseWait);
    }

    /// Forgets all.
    void forget() {
        indices.clear();
        names.clear();
        rows.clear();
    }

    /// How many sockets each name has.
    Map<String, Long> weights() {
        Map<String, Long> weights = new HashMap<>();
        for (int i = 0; i < names.size(); i++)
            weights.put(names.get(i), (long) rows.get(i).sum());
        return weights;
    }

    /// What was counted, as far as there are series.
    ///
    /// @param rows   by name, with zeros
    /// @param values how many names with sockets are not among them
    /// @param sockets how many sockets those have, which are under [Labels#OTHER]
    record Folded(Map<String, Row> rows, int values, int sockets) {}

    /// Puts those that have no series together.
    ///
    /// @param chosen who has one
    Folded fold(Iterable<String> chosen) {
        Map<String, Row> folded = new LinkedHashMap<>();
        for (String name : chosen) folded.put(name, new Row());
        Row other = new Row();
        int values = 0;
        for (int i = 0; i < names.size(); i++) {
            Row into = folded.get(names.get(i));
            if (into != null) {
                into.add(rows.get(i));
            } else if (rows.get(i).sum() > 0) {
                other.add(rows.get(i));
                values++;
            }
        }
        int sockets = other.sum();
        if (values > 0) folded.put(Labels.OTHER, other);
        return new Folded(folded, values, sockets);
    }
}
