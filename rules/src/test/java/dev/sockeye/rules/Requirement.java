package dev.sockeye.rules;

/// One requirement of an RFC.
///
/// @param rfc       its number
/// @param id        `MUST-29`, `SHLD-3`, `MAY-2` or `REC-1`
/// @param section   where it stands
/// @param level     `MUST`, `SHOULD NOT`, ...
/// @param statement what it asks for, in words of our own
/// @param reason    why it is not met, or not by us; empty where it is; `Note: ` if it is met, but one ought to know
/// how
record Requirement(int rfc, String id, String section, String level, String statement, String reason) {

    /// Whether it is excused from being met.
    boolean hasReason() {
        return !reason.isEmpty() && !reason.startsWith("Note: ");
    }

    String name() {
        return "RFC " + rfc + " " + id;
    }
}
