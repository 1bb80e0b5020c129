package dev.sockeye.tcp;

import dev.sockeye.wire.Page;
import org.jspecify.annotations.Nullable;

/// A slice of received data that waits for what belongs before it. Pooled.
final class RxSegment {

    int seq;
    /// After the last byte, and after the FIN if it has one.
    int endSeq;
    boolean fin;
    /// Null for a lone FIN.
    @Nullable
    Page page;

    int offset;
    /// What is charged for it, and what is left in its buffer for what comes next; bytes.
    int cost, room;

    @Nullable
    RxSegment nextFree;

    int length() {
        return endSeq - seq - (fin ? 1 : 0);
    }
}
