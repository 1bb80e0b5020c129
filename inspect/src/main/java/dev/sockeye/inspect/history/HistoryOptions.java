package dev.sockeye.inspect.history;

import java.time.Duration;
import java.util.List;

/// How history is to be learned, and how much of it is kept.
///
/// @param methods       to be tried, in this order
/// @param storage       whether each socket's last change is stored with it in the kernel, so that
///     others can read it as long as this runs ([StoredJournals])
/// @param bufferBytes   of the ring buffer, a power of two; of the trace, for each processor
/// @param dumpEvery     how often the kernel is asked, where history is learned from dumps
/// @param keptChanges   of each socket, the last so many
/// @param keptSockets   that there are; of more, the ones known longest are forgotten
/// @param keptEnded     that have ended, the last so many
/// @param endedFor      for how long they are kept: a TIME_WAIT entry is there for a minute more
public record HistoryOptions(
        List<Method> methods,
        boolean storage,
        int bufferBytes,
        Duration dumpEvery,
        int keptChanges,
        int keptSockets,
        int keptEnded,
        Duration endedFor) {

    /// What is good for most machines: at 20 000 connections a second, the buffer holds a third of a
    /// second.
    public static final HistoryOptions DEFAULT = new HistoryOptions(
            List.of(Method.values()),
            false,
            8 << 20,
            Duration.ofSeconds(1),
            12,
            100_000,
            20_000,
            Duration.ofSeconds(75));

    public HistoryOptions {
        methods = List.copyOf(methods);
        if (methods.isEmpty()) throw new IllegalArgumentException("no method to learn history by");
    }

    /// The same by these methods only.
    public HistoryOptions withMethods(Method... only) {
        return new HistoryOptions(
                List.of(only), storage, bufferBytes, dumpEvery, keptChanges, keptSockets, keptEnded, endedFor);
    }

    /// The same with storage in the kernel, or without.
    public HistoryOptions withStorage(boolean stored) {
        return new HistoryOptions(
                methods, stored, bufferBytes, dumpEvery, keptChanges, keptSockets, keptEnded, endedFor);
    }

    /// The same with a buffer of this size.
    public HistoryOptions withBufferBytes(int bytes) {
        return new HistoryOptions(methods, storage, bytes, dumpEvery, keptChanges, keptSockets, keptEnded, endedFor);
    }

    /// The same with dumps so often.
    public HistoryOptions withDumpEvery(Duration every) {
        return new HistoryOptions(methods, storage, bufferBytes, every, keptChanges, keptSockets, keptEnded, endedFor);
    }

    /// The same with room for this much.
    public HistoryOptions withRoom(int changes, int sockets, int ended, Duration endedKept) {
        return new HistoryOptions(methods, storage, bufferBytes, dumpEvery, changes, sockets, ended, endedKept);
    }
}
