package dev.sockeye.conformance.run;

import java.util.List;

/// How a script went.
///
/// @param line    the line that it ended at; 0 where it passed
/// @param message what was wrong, empty where it passed
/// @param log     what was told of each event
public record Outcome(Status status, int line, String message, List<String> log) {

    /// How it went.
    public enum Status {
        /// All as the script says.
        PASSED,
        /// The stack did something else.
        FAILED,
        /// The script wants something that is not there.
        UNSUPPORTED,
        /// The script makes no sense.
        INVALID
    }
}
