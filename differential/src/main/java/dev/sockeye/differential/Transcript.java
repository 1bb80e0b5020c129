package dev.sockeye.differential;

import java.util.List;

/// All that happened when a program ran.
///
/// @param end how long it took, nanoseconds
record Transcript(Program program, List<Event> events, long end) {}
