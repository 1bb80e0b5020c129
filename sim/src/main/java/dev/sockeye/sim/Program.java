package dev.sockeye.sim;

/// What a machine runs on a [Stream]: is called when the stream becomes ready, in virtual time, and never blocks.
@FunctionalInterface
public interface Program {

    /// Reads nothing, writes nothing.
    Program IDLE = (stream, events) -> {};

    /// Something has happened to the stream.
    ///
    /// @param events bits of [dev.sockeye.tcp.Readiness] that came up, as edges: to hear of the next one, a program
    ///               reads until `-EAGAIN` and writes until `-EAGAIN`
    void onReady(Stream stream, int events);
}
