package dev.sockeye.inspect.doctor;

import java.util.List;

/// One thing that can be wrong, and how it is recognised. A rule would rather be silent than accuse a
/// program that is correct: what it claims follows from what was seen.
@FunctionalInterface
interface Rule {

    /// What this rule finds.
    List<Draft> examine(Examination examination);
}
