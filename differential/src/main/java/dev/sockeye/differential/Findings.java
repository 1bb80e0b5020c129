package dev.sockeye.differential;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a hunt has found, by kind.
final class Findings {

    /// A program in which a difference was seen.
    record Finding(Hunt.Outcome outcome, Difference difference) {}

    private final Map<String, List<Finding>> kinds = new LinkedHashMap<>();
    private final Map<String, Integer> doubts = new TreeMap<>();
    private int programs;

    /// Takes in how a program went.
    void add(Hunt.Outcome outcome) {
        programs++;
        for (Difference difference : outcome.differences()) {
            if (difference.doubt().isEmpty())
                kinds.computeIfAbsent(difference.kind(), kind -> new ArrayList<>())
                        .add(new Finding(outcome, difference));
            else doubts.merge(difference.kind(), 1, Integer::sum);
        }
    }

    int programs() {
        return programs;
    }

    /// The kinds of differences, the most frequent first.
    List<String> kinds() {
        List<String> sorted = new ArrayList<>(kinds.keySet());
        sorted.sort(Comparator.comparingInt(kind -> -of(kind).size()));
        return sorted;
    }

    /// Programs with a difference of a kind, those in which it comes soonest first.
    List<Finding> of(String kind) {
        List<Finding> findings = new ArrayList<>(kinds.getOrDefault(kind, List.of()));
        findings.sort(Comparator.comparingInt(finding -> finding.difference().frame()));
        return findings;
    }

    /// How often each kind was seen where it may have been by chance.
    Map<String, Integer> doubts() {
        return doubts;
    }
}
