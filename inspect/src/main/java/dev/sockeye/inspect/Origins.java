package dev.sockeye.inspect;

import org.jspecify.annotations.Nullable;

/// Which lines of the program opened, last read and last wrote a socket; each null where it was not recorded.
public record Origins(
        @Nullable Trace opened,
        @Nullable Trace lastRead,
        @Nullable Trace lastWrite) {

    /// Nothing was recorded.
    public static final Origins UNKNOWN = new Origins(null, null, null);
}
