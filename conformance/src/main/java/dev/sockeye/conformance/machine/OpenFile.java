package dev.sockeye.conformance.machine;

/// What a file descriptor of a script stands for.
public sealed interface OpenFile permits SocketFile, EpollFile, PipeEnd, PlainFile {

    /// What `poll(2)` tells of it now: bits of [dev.sockeye.tcp.Readiness].
    int readiness();

    /// `fcntl(F_GETFL)`
    int flags();

    /// `fcntl(F_SETFL)`
    void setFlags(int flags);

    /// `close(2)`
    void close(long now);

    /// Whether `O_NONBLOCK` is set.
    default boolean isNonBlocking() {
        return (flags() & Constants.O_NONBLOCK) != 0;
    }
}
