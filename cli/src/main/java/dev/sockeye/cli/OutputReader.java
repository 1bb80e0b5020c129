package dev.sockeye.cli;

import dev.sockeye.linux.PollSet;
import dev.sockeye.linux.SystemCalls;

/// Whoever reads the standard output through a pipe. One who has gone is noticed by writing, and by
/// this when there is nothing to write.
final class OutputReader {

    private static final int STANDARD_OUTPUT = 1;

    private final SystemCalls calls = new SystemCalls();
    private final PollSet poll = new PollSet(1);

    /// Whether nobody will read what is written from now on.
    boolean isGone() {
        if (!SystemCalls.areThere()) return false;
        poll.set(0, STANDARD_OUTPUT, 0);
        calls.poll(poll, 0);
        return (poll.happened(0) & PollSet.POLLERR) != 0;
    }
}
