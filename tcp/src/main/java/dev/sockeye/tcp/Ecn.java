package dev.sockeye.tcp;

/// Explicit congestion notification (RFC 3168 6.1; RFC 9293 3.8.2, SHLD-8): both halves of a connection that has
/// agreed on it.
final class Ecn {

    /// Codepoints of the IP header.
    static final int NOT_ECT = 0, ECT1 = 1, ECT0 = 2, CE = 3;

    /// Both ends agreed.
    boolean agreed;
    /// A marked packet was seen at some time.
    boolean seen;

    /// We echo a CE mark until the peer says that it has reduced.
    private boolean echoing;
    /// We have reduced, and the next new segment says so.
    private boolean cwrQueued;

    boolean isEcho(Segment seg) {
        return agreed && seg.has(Segment.ECE) && !seg.syn();
    }

    void queueCwr() {
        if (agreed) cwrQueued = true;
    }

    void withdrawCwr() {
        cwrQueued = false;
    }

    /// A data segment came (RFC 3168 6.1.3).
    ///
    /// @return whether it brings the first mark, and so is to be acknowledged at once
    boolean onData(Segment seg) {
        if (!agreed) return false;
        if (seg.ecn != NOT_ECT) seen = true;
        if (seg.ecn != CE || echoing) return false;
        echoing = true;
        return true;
    }

    /// The peer has reduced its window.
    ///
    /// @return whether that is to be acknowledged at once
    boolean onCwr(Segment seg) {
        if (!agreed || !seg.has(Segment.CWR)) return false;
        echoing = false;
        return seg.length > 0;
    }

    /// Marks a segment on its way out.
    ///
    /// @param newData it carries data for the first time: only such a one is ECN-capable (RFC 3168 6.1.5)
    void mark(Segment out, boolean newData) {
        if (!agreed) return;
        if (newData) {
            out.ecn = ECT0;
            if (cwrQueued) {
                out.flags |= Segment.CWR;
                cwrQueued = false;
            }
        }
        if (echoing) out.flags |= Segment.ECE;
    }
}
