package dev.sockeye.differential;

/// The socket calls of one side: the kernel's, or the stack's. None waits.
interface Sockets extends AutoCloseable {

    /// There is no socket to make the call on, so it was not made.
    int NO_SOCKET = Integer.MIN_VALUE;

    /// Makes a call.
    ///
    /// @return 0, a count, `-errno`, or [#NO_SOCKET]
    int call(Step.Call call);

    /// A checksum of what the last call read; 0 for nothing.
    int lastRead();

    /// What is to be seen now.
    Snapshot look();

    /// Closes what is open, by resets.
    @Override
    void close();
}
