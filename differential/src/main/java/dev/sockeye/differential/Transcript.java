package dev.sockeye.differential;

import java.util.List;

/// What happened when a program ran.
///
/// @param end       when it was over, nanoseconds since it began
/// @param disturbed the machine was so busy with something else that the times may be wrong
record Transcript(Program program, List<Event> events, long end, boolean disturbed) {}
