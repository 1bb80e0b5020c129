package dev.sockeye.metrics;

/// How many series there may be, whatever runs on the machine.
///
/// @param namespaces   that have a name of their own; each has some 50 series
/// @param processes    names of processes; each has 11 series
/// @param containers   each has 11 series
/// @param listeners    listening addresses; each has 5 series
/// @param destinations pairs of an own address and a destination; each has 2 series
/// @param leastPorts   ports that a destination must take to be told of
/// @param stayMillis   for how long a series stays at zero when what it told of is gone
public record Bounds(
        int namespaces,
        int processes,
        int containers,
        int listeners,
        int destinations,
        int leastPorts,
        long stayMillis) {

    /// At most some 6 000 series, on a usual machine some 300.
    public static final Bounds STANDARD = new Bounds(30, 100, 60, 200, 100, 32, 600_000);
}
