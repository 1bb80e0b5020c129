package dev.sockeye.tcp;

/// The congestion window and what belongs to it, in segments: what a [CongestionControl] reads and sets.
final class CongestionWindow {

    /// RFC 6928: ten segments. RFC 7413 4.2.2, MUST-12: also where a cookie has opened the connection.
    static final int INITIAL = 10;

    static final int INFINITE_SSTHRESH = 0x7fffffff;

    /// `snd_cwnd`
    int segments = INITIAL;
    /// Acknowledged segments towards the next one in congestion avoidance: `snd_cwnd_cnt`.
    int counted;
    /// `snd_ssthresh`
    int ssthresh = INFINITE_SSTHRESH;
    /// The window before the last reduction: `prior_cwnd`; and the threshold to go back to, 0 where that is out of
    /// question.
    int prior, priorSsthresh;
    /// `snd_cwnd_clamp`
    int clamp = 0x7fffffff;

    /// When it was last changed or fully used, nanoseconds.
    long stamp;
    /// The most segments in flight since then, where the window was not the limit.
    int used;

    /// Whether the window is what limits sending, and the largest flight, both since [#usageSeq] was sent.
    boolean limited;

    int maxPacketsOut, usageSeq;

    boolean inSlowStart() {
        return segments < ssthresh;
    }

    /// Grows by one segment for each acknowledged one, up to the threshold; returns how many of `acked` are left
    /// over.
    int slowStart(int acked) {
        int grown = Math.min(segments + acked, ssthresh);
        int left = acked - (grown - segments);
        segments = Math.min(grown, clamp);
        return left;
    }

    /// Grows by `acked / perSegment` segments (RFC 5681 equation 3). RFC 5681 3.1, MUST-12, MUST-13
    void avoidCongestion(int perSegment, int acked) {
        if (counted >= perSegment) {
            counted = 0;
            segments++;
        }
        counted += acked;
        if (counted >= perSegment) {
            int delta = counted / perSegment;
            counted -= delta * perSegment;
            segments += delta;
        }
        segments = Math.min(segments, clamp);
    }

    /// RFC 5681 3.1, MUST-4: slow start, then congestion avoidance; neither where the window is not used.
    /// RFC 5681 3, MUST-2
    void growAsReno(int acked) {
        if (!isLimited()) return;
        // RFC 9293 3.8.2, MUST-19
        if (inSlowStart()) {
            acked = slowStart(acked);
            if (acked == 0) return;
        }
        avoidCongestion(segments, acked);
    }

    /// Whether growth is justified: the window was filled, or in slow start half of it (RFC 7661 in Linux's form).
    boolean isLimited() {
        return limited || (inSlowStart() && segments < 2 * maxPacketsOut);
    }

    /// The threshold that stands for what the network has carried so far.
    int currentSsthresh(boolean inReduction) {
        return inReduction ? ssthresh : Math.max(ssthresh, (segments >> 1) + (segments >> 2));
    }
}
