package dev.sockeye.inspect.blame;

import java.time.Duration;

/// How much may be done to find out more: everything but [#FREE] costs the program something, so
/// somebody should have agreed.
///
/// @param heap     take a heap dump of a JVM: it stands still meanwhile ([HeapDumpCost])
/// @param reads    for how long to record a JVM's reads with its flight recorder; zero for not at all
/// @param openings have a JVM note where it opens sockets, and ask for what it has noted
///     ([OpeningLines#COST])
/// @param gdb      have gdb look at a native program, which stops for some tenths of a second
public record Effort(boolean heap, Duration reads, boolean openings, boolean gdb) {

    /// What costs the program nothing.
    public static final Effort FREE = new Effort(false, Duration.ZERO, false, false);

    /// With a heap dump besides.
    public Effort withHeap() {
        return new Effort(true, reads, openings, gdb);
    }
}
