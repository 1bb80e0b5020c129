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
    /// It arrived with bytes before these, which were there already.
    boolean overlaps;

    // Of the last slice of a segment: what that is charged, and what can be copied behind it at no cost; bytes.
    int charge;
    int tailroom;
    boolean isLast;

    @Nullable
    RxSegment nextFree;

    int length() {
        return endSeq - seq - (fin ? 1 : 0);
    }
}
