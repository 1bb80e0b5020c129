package dev.sockeye.inspect;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// When a program last used a socket; each null for "never, or not known".
///
/// @param lastRead        when a read last gave it data
/// @param lastWrite       when a write last took data from it
/// @param endOfStreamRead when a read first told it that the peer has finished
public record Usage(
        @Nullable Instant lastRead,
        @Nullable Instant lastWrite,
        @Nullable Instant endOfStreamRead) {

    /// Nothing is known.
    public static final Usage UNKNOWN = new Usage(null, null, null);

    /// The later of the last read and the last write.
    public @Nullable Instant lastUse() {
        if (lastRead == null) return lastWrite;
        if (lastWrite == null) return lastRead;
        return lastRead.isAfter(lastWrite) ? lastRead : lastWrite;
    }
}
