package dev.sockeye.conformance;

import java.nio.file.Path;
import java.util.List;

/// How a script went.
///
/// @param script    the file
/// @param ipVersion which sockets and packets it was run with: `ipv4`, `ipv6` or `ipv4-mapped-ipv6`
/// @param line      the line that it ended at; 0 where it passed
/// @param message   what was wrong, over one line or several; empty where it passed
/// @param log       what was told of each event, where [Options#verbose] is set
public record Result(Path script, String ipVersion, Status status, int line, String message, List<String> log) {

    public Result {
        log = List.copyOf(log);
    }

    /// How it went.
    public enum Status {
        /// All as the script says.
        PASSED,
        /// The stack did something else.
        FAILED,
        /// The script wants something that is not there: no fault of the stack's behaviour.
        UNSUPPORTED,
        /// The script makes no sense.
        INVALID
    }

    /// Whether all was as the script says.
    public boolean passed() {
        return status == Status.PASSED;
    }

    /// `script.pkt:17: error handling packet: ...`, as packetdrill reports it; empty where it passed.
    public String report() {
        if (passed()) return "";
        String kind = status == Status.UNSUPPORTED ? "not supported: " : "";
        return script + ":" + line + ": " + kind + message;
    }
}
