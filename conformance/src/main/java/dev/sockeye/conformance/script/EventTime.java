package dev.sockeye.conformance.script;

/// When an event is to happen.
///
/// @param from nanoseconds; without meaning for [Kind#ANY]
/// @param to   the end of a range, else the same
public record EventTime(Kind kind, long from, long to) {

    /// What a time is counted from.
    public enum Kind {
        /// `1.5`: the begin of the script.
        ABSOLUTE,
        /// `+1.5`: the end of the event before.
        RELATIVE,
        /// `1.5~2`
        ABSOLUTE_RANGE,
        /// `+1.5~+2`
        RELATIVE_RANGE,
        /// `*`
        ANY
    }

    /// A time without a range.
    public static EventTime at(Kind kind, long nanos) {
        return new EventTime(kind, nanos, nanos);
    }

    /// Whether it counts from the event before.
    public boolean isRelative() {
        return kind != Kind.ABSOLUTE && kind != Kind.ABSOLUTE_RANGE;
    }
}
