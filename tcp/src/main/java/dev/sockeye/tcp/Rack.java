package dev.sockeye.tcp;

import org.jspecify.annotations.Nullable;

/// RACK (RFC 8985): a segment is lost when one sent sufficiently later has been delivered. It keeps what is in
/// flight in the order of transmission, and the most recently sent segment that was delivered.
final class Rack {

    /// Segments in flight in the order of their last transmission.
    private @Nullable TxSegment first, last;

    /// When the most recently sent delivered segment was sent (nanoseconds), where it ended, and its round trip
    /// (microseconds).
    long sentAt;

    int endSeq;
    int rttMicros;
    /// The round trip is the one of a segment sent then, and by that transmission.
    private long rttSentAt;

    private int rttSentBy;
    /// Whether it has changed since losses were last looked for.
    boolean advanced;

    /// The reordering window is so many quarters of the smallest round trip (RFC 8985 6.2 step 4).
    int windowSteps = 1;

    private int windowPersists;
    boolean dsackSeen;
    private int lastDelivered;

    /// Whether the first of two transmissions was the later one.
    static boolean sentAfter(long sentAt1, int endSeq1, long sentAt2, int endSeq2) {
        return sentAt1 > sentAt2 || (sentAt1 == sentAt2 && Seq.gt(endSeq1, endSeq2));
    }

    @Nullable
    TxSegment first() {
        return first;
    }

    /// A segment was sent, or sent again: it is the latest now.
    void onSent(TxSegment segment) {
        remove(segment);
        segment.earlier = last;
        segment.later = null;
        if (last == null) first = segment;
        else last.later = segment;
        last = segment;
        segment.inRack = true;
    }

    /// The second half of a split takes its place right behind the first.
    void onSplit(TxSegment segment, TxSegment rest) {
        if (!segment.inRack) return;
        rest.earlier = segment;
        rest.later = segment.later;
        if (segment.later == null) last = rest;
        else segment.later.earlier = rest;
        segment.later = rest;
        rest.inRack = true;
    }

    /// A segment is delivered, or deemed lost.
    void remove(TxSegment segment) {
        if (!segment.inRack) return;
        if (segment.earlier == null) first = segment.later;
        else segment.earlier.later = segment.later;
        if (segment.later == null) last = segment.earlier;
        else segment.later.earlier = segment.earlier;
        segment.earlier = segment.later = null;
        segment.inRack = false;
    }

    void clear() {
        first = last = null;
    }

    /// RFC 8985 6.2 step 2: a segment was delivered.
    void onDelivered(TxSegment segment, int minRttMicros, long now) {
        int rtt = (int) Math.min(Integer.MAX_VALUE, (now - segment.sentAt) / 1000);
        // Faster than ever after a retransmission: it is the original that was delivered, and its time is not
        // known.
        if (rtt < minRttMicros && segment.is(TxSegment.EVER_RETRANSMITTED)) return;
        advanced = true;
        rttMicros = rtt;
        rttSentAt = segment.sentAt;
        rttSentBy = segment.sentBy;
        if (sentAfter(segment.sentAt, segment.endSeq, sentAt, endSeq)) {
            sentAt = segment.sentAt;
            endSeq = segment.endSeq;
        }
    }

    /// Step 4: how much later a segment must have been sent, microseconds. RFC 8985 3.3.2, MUST-1
    ///
    /// @param fast the loss is evident otherwise, and no reordering was ever seen: do not wait
    long window(boolean fast, int minRttMicros, int srttMicros) {
        return fast ? 0 : Math.min((long) Math.max(0, minRttMicros >> 2) * windowSteps, srttMicros);
    }

    /// Microseconds until `segment` is deemed lost; 0 or less: it is. Linux: what a write sends while it takes more,
    /// and what it sends at its end, are never sent in the same microsecond, though our clock may stand still
    /// meanwhile; see docs/linux/recovery.md
    long remaining(TxSegment segment, long window, long now) {
        long micros = rttMicros + window - (now - segment.sentAt) / 1000;
        if (micros == 0 && segment.sentAt == rttSentAt && segment.sentBy - rttSentBy > 0) return 1;
        return micros;
    }

    /// Step 4, the DSACK part: the window widens by a step for each round with a spurious retransmission, and
    /// falls back after 16 recoveries without.
    void adaptWindow(int delivered, int priorDelivered) {
        if (priorDelivered == 0) return;
        if (priorDelivered - lastDelivered < 0) dsackSeen = false;
        if (dsackSeen) {
            windowSteps = Math.min(255, windowSteps + 1);
            dsackSeen = false;
            lastDelivered = delivered;
            windowPersists = 16;
        } else if (windowPersists == 0) {
            windowSteps = 1;
        }
    }

    void onRecoveryWithoutUndo() {
        if (windowPersists > 0) windowPersists--;
    }

    void onDsackUndo() {
        windowPersists = Math.min(16, windowPersists + 1);
    }
}
