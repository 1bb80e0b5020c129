package dev.sockeye.metrics;

import dev.sockeye.inspect.doctor.Severity;
import java.util.Map;
import java.util.Set;

/// What the doctor has found last, in numbers.
///
/// @param rules   all that there are
/// @param counts  findings of a rule and severity, where there are any
/// @param sockets how many sockets the findings of a rule are about
record Findings(Set<String> rules, Map<Kind, Integer> counts, Map<String, Integer> sockets) {

    /// A rule and a severity.
    record Kind(String rule, Severity severity) {}

    /// Nobody has looked yet.
    static final Findings NONE = new Findings(Set.of(), Map.of(), Map.of());

    Findings {
        rules = Set.copyOf(rules);
        counts = Map.copyOf(counts);
        sockets = Map.copyOf(sockets);
    }
}
